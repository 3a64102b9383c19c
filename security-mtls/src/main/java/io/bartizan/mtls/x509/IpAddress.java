package io.bartizan.mtls.x509;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/** IP addresses read from text without ever asking a name service. */
public final class IpAddress {

  private IpAddress() {}

  /** The address in one spelling, or null if the text is not an IPv4 or IPv6 literal. */
  public static @Nullable String normalized(String text) {
    String literal =
        text.startsWith("[") && text.endsWith("]") ? text.substring(1, text.length() - 1) : text;
    if (literal.length() > 45 || !(isIpv4(literal) || looksLikeIpv6(literal))) {
      return null;
    }
    try {
      return InetAddress.getByName(literal).getHostAddress();
    } catch (UnknownHostException e) {
      return null;
    }
  }

  /**
   * The address of a host that a client connects to. The zone of an IPv6 address says by which
   * interface, on this machine alone, so it is no part of what a certificate names (RFC 4007
   * section 11).
   */
  public static @Nullable String ofHost(String host) {
    int zone = host.indexOf('%');
    boolean zoned = zone > 0 && host.lastIndexOf(':', zone) >= 0;
    boolean bracketed = host.startsWith("[") && host.endsWith("]");
    return normalized(zoned ? host.substring(bracketed ? 1 : 0, zone) : host);
  }

  private static boolean isIpv4(String text) {
    String[] parts = text.split("\\.", -1);
    if (parts.length != 4) {
      return false;
    }
    for (String part : parts) {
      boolean digits = !part.isEmpty() && part.chars().allMatch(c -> c >= '0' && c <= '9');
      if (!digits || part.length() > 3 || (part.length() > 1 && part.startsWith("0"))) {
        return false;
      }
      if (Integer.parseInt(part) > 255) {
        return false;
      }
    }
    return true;
  }

  /** A colon in a text of these characters keeps {@code InetAddress} from asking DNS. */
  private static boolean looksLikeIpv6(String text) {
    return text.indexOf(':') >= 0
        && text.chars()
            .allMatch(
                c ->
                    (c >= '0' && c <= '9')
                        || (c >= 'a' && c <= 'f')
                        || (c >= 'A' && c <= 'F')
                        || c == ':'
                        || c == '.');
  }
}
