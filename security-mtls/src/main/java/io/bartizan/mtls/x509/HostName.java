package io.bartizan.mtls.x509;

import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * DNS names by the rules of RFC 9525: ASCII only, whole labels, one wildcard at the left. No label
 * has an underscore (RFC 1123 section 2.1), though container names do.
 */
public final class HostName {

  private static final int MAX_CHARS = 253;
  private static final int MAX_LABEL = 63;
  private static final String ACE = "xn--";

  private HostName() {}

  /** The name in lower case without a final dot, or null if it is not a host name. */
  public static @Nullable String normalized(String name) {
    String host = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    return isValid(host) ? host.toLowerCase(Locale.ROOT) : null;
  }

  /**
   * Whether a presented dNSName covers a normalized host (RFC 9525 section 6.3): equal, or a
   * wildcard that is the whole left-most label and stands for exactly one label.
   */
  public static boolean covers(String presented, String host) {
    if (presented.startsWith("*.")) {
      String parent = presented.substring(2);
      int dot = host.indexOf('.');
      return isValid(parent) && dot > 0 && parent.equalsIgnoreCase(host.substring(dot + 1));
    }
    return isValid(presented) && presented.equalsIgnoreCase(host);
  }

  private static boolean isValid(String name) {
    if (name.isEmpty() || name.length() > MAX_CHARS) {
      return false;
    }
    int label = 0;
    char last = '.';
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c == '.') {
        if (last == '.' || last == '-') {
          return false;
        }
        label = 0;
      } else {
        boolean letterOrDigit =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letterOrDigit && (c != '-' || label == 0)) {
          return false;
        }
        if (++label > MAX_LABEL) {
          return false;
        }
      }
      last = c;
    }
    return last != '.' && last != '-' && isDecodable(name);
  }

  /**
   * A label in Punycode must stand for one beyond ASCII, without a hyphen at an end (RFC 5891
   * section 4.2.3.1).
   */
  private static boolean isDecodable(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    if (!lower.startsWith(ACE) && !lower.contains('.' + ACE)) {
      return true;
    }
    for (String label : lower.split("\\.", -1)) {
      if (label.startsWith(ACE)) {
        int[] decoded = Punycode.decoded(label.substring(ACE.length()));
        if (decoded == null
            || Arrays.stream(decoded).allMatch(point -> point < 0x80)
            || decoded[0] == '-'
            || decoded[decoded.length - 1] == '-') {
          return false;
        }
      }
    }
    return true;
  }
}
