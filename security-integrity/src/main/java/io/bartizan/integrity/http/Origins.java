package io.bartizan.integrity.http;

import java.net.URI;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Origins of addresses: scheme, host and port (RFC 6454), and which of them is this machine. */
public final class Origins {

  private Origins() {}

  /**
   * Whether it is an absolute address of http or https with a host.
   *
   * @param address any address
   * @return whether a request can be sent there
   */
  public static boolean isHttp(URI address) {
    String scheme = scheme(address);
    return address.getHost() != null && (scheme.equals("https") || scheme.equals("http"));
  }

  /**
   * Whether both are of one origin.
   *
   * @param one an http or https address
   * @param other another
   * @return whether scheme, host and port are the same
   */
  public static boolean isSame(URI one, URI other) {
    return of(one).equals(of(other));
  }

  /**
   * The origin, the usual port filled in.
   *
   * @param address an http or https address
   * @return such as {@code https://registry.example:443}
   */
  public static String of(URI address) {
    String scheme = scheme(address);
    int usual = scheme.equals("https") ? 443 : 80;
    return scheme
        + "://"
        + address.getHost().toLowerCase(Locale.ROOT)
        + ":"
        + (address.getPort() < 0 ? usual : address.getPort());
  }

  /**
   * Whether a host is this machine by its very name.
   *
   * @param host as an address has it, null where it has none that a request can be sent to
   * @return whether it is {@code localhost}, {@code 127.0.0.0/8} or {@code [::1]}
   */
  public static boolean isLoopback(@Nullable String host) {
    return host != null
        && (host.equalsIgnoreCase("localhost")
            || host.equals("[::1]")
            || host.matches("127(\\.[0-9]{1,3}){3}"));
  }

  private static String scheme(URI address) {
    return address.getScheme() == null ? "" : address.getScheme().toLowerCase(Locale.ROOT);
  }
}
