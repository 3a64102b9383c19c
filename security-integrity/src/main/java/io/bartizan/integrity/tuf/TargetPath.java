package io.bartizan.integrity.tuf;

import io.bartizan.core.VerificationException;
import io.bartizan.core.house.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The names of targets and roles, on their way to URIs and files. */
final class TargetPath {

  static final int MAX_CHARS = 512;

  private static final String UNRESERVED = "-._~";

  private TargetPath() {}

  /** Refuses a path that means another file to some server or file system. */
  static void requireSafe(String path) {
    String problem = problem(path);
    if (problem != null) {
      throw new VerificationException(
          TufReason.TARGET_NAME_UNSAFE, "the path \"" + path + "\" " + problem);
    }
  }

  private static @Nullable String problem(String path) {
    if (path.isEmpty() || path.length() > MAX_CHARS) {
      return "has " + path.length() + " characters, 1 to " + MAX_CHARS + " are accepted";
    }
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      if (c < ' ' || c == 0x7f || c == '\\' || c == '%' || c == ':') {
        return "has a control character, backslash, percent sign or colon";
      }
      boolean low = Character.isLowSurrogate(c);
      if (low != (i > 0 && Character.isHighSurrogate(path.charAt(i - 1)))
          || (Character.isHighSurrogate(c) && i + 1 == path.length())) {
        return "has half a character";
      }
    }
    for (String segment : path.split("/", -1)) {
      if (segment.isEmpty() || segment.equals(".") || segment.equals("..")) {
        return "is absolute or has an empty, \".\" or \"..\" segment";
      }
    }
    return null;
  }

  /** The name under which a consistent snapshot has it: the hash before its last segment. */
  static String prefixed(String path, String hash) {
    int slash = path.lastIndexOf('/') + 1;
    return path.substring(0, slash) + hash + "." + path.substring(slash);
  }

  /** For a URI, slashes as they are. */
  static String encoded(String path) {
    return encoded(path, true);
  }

  /** One segment for a URI, whatever the role's name is. */
  static String encodedRole(String role) {
    return encoded(role, false);
  }

  private static String encoded(String text, boolean slashes) {
    StringBuilder out = new StringBuilder(text.length() + 16);
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xff);
      if ((c >= 'a' && c <= 'z')
          || (c >= 'A' && c <= 'Z')
          || (c >= '0' && c <= '9')
          || UNRESERVED.indexOf(c) >= 0
          || (slashes && c == '/')) {
        out.append(c);
      } else {
        out.append(String.format(Locale.ROOT, "%%%02X", (int) c));
      }
    }
    return out.toString();
  }

  /** SHA-256 of the path, by which hashed bins divide targets. */
  static String hash(String path) {
    return HexFormat.of().formatHex(Sha256.of(path.getBytes(StandardCharsets.UTF_8)));
  }
}
