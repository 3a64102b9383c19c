package io.bartizan.integrity.jwt;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The one spelling of a URL without query and fragment (RFC 9449 section 4.3), after syntax-based
 * and scheme-based normalization (RFC 3986 sections 6.2.2 and 6.2.3).
 */
final class DpopTarget {

  private DpopTarget() {}

  /** Null if it has no scheme or no host, such as {@code a_b}, which {@link URI} takes for none. */
  static @Nullable String parse(String target) {
    try {
      URI uri = new URI(target);
      return uri.getScheme() == null || uri.getHost() == null ? null : of(uri);
    } catch (URISyntaxException e) {
      return null;
    }
  }

  static String of(URI uri) {
    String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
    int standard = scheme.equals("https") ? 443 : scheme.equals("http") ? 80 : -1;
    int port = uri.getPort() == standard ? -1 : uri.getPort();
    String user = uri.getRawUserInfo();
    return scheme
        + "://"
        + (user == null ? "" : unescaped(user) + "@")
        + String.valueOf(uri.getHost()).toLowerCase(Locale.ROOT)
        + (port < 0 ? "" : ":" + port)
        + path(uri.getRawPath());
  }

  /** Without dot segments; empty segments stay, for they name another place. */
  private static String path(@Nullable String raw) {
    if (raw == null || raw.isEmpty()) {
      return "/";
    }
    String[] segments = unescaped(raw).split("/", -1);
    List<String> kept = new ArrayList<>(segments.length);
    for (int i = 1; i < segments.length; i++) {
      String segment = segments[i];
      boolean dots = segment.equals(".") || segment.equals("..");
      if (segment.equals("..") && !kept.isEmpty()) {
        kept.remove(kept.size() - 1);
      }
      if (!dots) {
        kept.add(segment);
      } else if (i == segments.length - 1) {
        kept.add("");
      }
    }
    return "/" + String.join("/", kept);
  }

  /** Unreserved characters as themselves, other escapes with capital digits. */
  private static String unescaped(String raw) {
    if (raw.indexOf('%') < 0) {
      return raw;
    }
    StringBuilder text = new StringBuilder(raw.length());
    for (int i = 0; i < raw.length(); i++) {
      char c = raw.charAt(i);
      if (c != '%') {
        text.append(c);
        continue;
      }
      String digits = raw.substring(i + 1, i + 3); // URI has seen to it that they are two
      char escaped = (char) Integer.parseInt(digits, 16);
      if (isUnreserved(escaped)) {
        text.append(escaped);
      } else {
        text.append('%').append(digits.toUpperCase(Locale.ROOT));
      }
      i += 2;
    }
    return text.toString();
  }

  private static boolean isUnreserved(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || "-._~".indexOf(c) >= 0;
  }
}
