package io.bartizan.mtls;

import java.util.Locale;
import java.util.Objects;

/** The end of a TLS connection that this process is: client or server. */
public enum TlsSide {
  /** This process accepts connections; its peers are clients. */
  SERVER("1.3.6.1.5.5.7.3.1"),
  /** This process opens connections; its peers are servers. */
  CLIENT("1.3.6.1.5.5.7.3.2");

  private final String usage;

  TlsSide(String usage) {
    this.usage = usage;
  }

  /** The extended key usage (RFC 5280 section 4.2.1.12) of this side's own certificate. */
  String ownUsage() {
    return usage;
  }

  /** In lower case, for metrics. */
  String tag() {
    return name().toLowerCase(Locale.ROOT);
  }

  TlsSide peer() {
    return this == SERVER ? CLIENT : SERVER;
  }

  /**
   * The policy, if it fits this side.
   *
   * @throws IllegalArgumentException if a server's asks for the host that nobody asked for
   */
  PeerPolicy fitting(PeerPolicy asked, String name) {
    Objects.requireNonNull(asked, name);
    if (this == SERVER && ((Rule) asked).needsRequestedHost()) {
      throw new IllegalArgumentException(
          name
              + " is "
              + asked
              + ", but a server's peers are clients, which nobody asked for by host; name them by"
              + " dns, uri or spiffeId");
    }
    return asked;
  }
}
