package io.bartizan.mtls;

import org.jspecify.annotations.Nullable;

/** The host that was asked for. */
final class HostRule extends Rule {
  static final HostRule INSTANCE = new HostRule();

  @Override
  @Nullable Rule match(Subject subject) {
    String host = subject.host();
    if (host == null) {
      return null;
    }
    String address = IpAddress.normalized(host);
    if (address != null) {
      return subject.peer().ipAddresses().contains(address) ? this : null;
    }
    String name = HostName.normalized(host);
    return name != null && subject.hasDns(name) ? this : null;
  }

  @Override
  boolean needsRequestedHost() {
    return true;
  }

  @Override
  public String toString() {
    return "requestedHost()";
  }
}
