package io.bartizan.integrity.http;

import io.bartizan.core.Reason;
import io.bartizan.core.VerificationException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Resolves the {@code Location} of a redirect: RFC 3986 section 5, after the repairs that curl
 * makes and browsers too: blanks around it are taken off, and what no address may have is escaped
 * where it stands.
 */
public final class RedirectTarget {

  private static final int MAX_CHARS = 8_192;

  /** RFC 3986 appendix B. */
  private static final Pattern PARTS =
      Pattern.compile("(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?://([^/?#]*))?([^?#]*)(\\?[^#]*)?(?:#.*)?");

  /** What stays as it is in a path or a query; a percent sign only before two digits. */
  private static final String PLAIN = "-._~!$&'()*+,;=:@/?";

  private final Reason refused;

  private RedirectTarget(Reason refused) {
    this.refused = refused;
  }

  /**
   * The address; refuses what is none of http or https, and the way from https to http.
   *
   * @param from the address that answered
   * @param location its {@code Location}
   * @param refused the reason of a refusal
   * @return an absolute address with a host
   * @throws VerificationException if it leads nowhere, or to where it may not
   */
  public static URI of(URI from, String location, Reason refused) {
    return new RedirectTarget(refused).target(from, location);
  }

  private URI target(URI from, String location) {
    if (location.length() > MAX_CHARS) {
      throw refused("a redirect to an address of more than " + MAX_CHARS + " characters");
    }
    String trimmed = trimmed(location);
    Matcher to = PARTS.matcher(trimmed);
    if (trimmed.isEmpty() || !to.matches()) {
      throw refused("a redirect to no http or https address");
    }
    URI address = resolved(from, to);
    if (!Origins.isHttp(address)) {
      throw refused("a redirect to no http or https address");
    }
    if (from.getScheme().equalsIgnoreCase("https")
        && !address.getScheme().equalsIgnoreCase("https")) {
      throw refused("a redirect from https to http");
    }
    return address;
  }

  private URI resolved(URI from, Matcher to) {
    String scheme = to.group(1) == null ? from.getScheme() : to.group(1);
    String authority = to.group(2) == null ? "" : to.group(2);
    String path = escaped(to.group(3));
    String query = to.group(4) == null ? "" : escaped(to.group(4));
    if (to.group(1) == null && to.group(2) == null) {
      authority = from.getRawAuthority();
      String before = from.getRawPath() == null ? "" : from.getRawPath();
      if (path.isEmpty()) {
        path = before;
        query = query.isEmpty() && from.getRawQuery() != null ? "?" + from.getRawQuery() : query;
      } else if (!path.startsWith("/")) {
        path = before.substring(0, before.lastIndexOf('/') + 1) + path;
      }
    }
    String absolute = path.startsWith("/") ? path : "/" + path;
    if (authority.isEmpty()) {
      throw refused("a redirect to no http or https address");
    }
    try {
      return new URI(scheme + "://" + authority + withoutDots(absolute) + query);
    } catch (URISyntaxException e) {
      throw refused("a redirect to no address");
    }
  }

  /** Controls and blanks at the ends, and tabs and line ends within, as browsers do it. */
  private static String trimmed(String location) {
    StringBuilder kept = new StringBuilder(location.length());
    for (int i = 0; i < location.length(); i++) {
      char c = location.charAt(i);
      if (c != '\t' && c != '\r' && c != '\n') {
        kept.append(c);
      }
    }
    int start = 0;
    int end = kept.length();
    while (start < end && kept.charAt(start) <= ' ') {
      start++;
    }
    while (end > start && kept.charAt(end - 1) <= ' ') {
      end--;
    }
    return kept.substring(start, end);
  }

  /**
   * The field's characters are bytes of the answer, of whatever encoding; so they are sent back.
   */
  private static String escaped(String text) {
    StringBuilder escaped = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean letter = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
      boolean escape =
          c == '%' && i + 2 < text.length() && isHex(text, i + 1) && isHex(text, i + 2);
      if ((letter && c < 0x80) || PLAIN.indexOf(c) >= 0 || escape) {
        escaped.append(c);
      } else {
        escaped.append(String.format(Locale.ROOT, "%%%02X", c & 0xff));
      }
    }
    return escaped.toString();
  }

  private static boolean isHex(String text, int at) {
    char c = text.charAt(at);
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f' && c < 0x80);
  }

  /** RFC 3986 section 5.2.4, of a path that starts with a slash. */
  private static String withoutDots(String path) {
    StringBuilder out = new StringBuilder(path.length());
    int at = 0;
    while (at < path.length()) {
      int next = path.indexOf('/', at + 1);
      boolean last = next < 0;
      String segment = path.substring(at + 1, last ? path.length() : next);
      if (segment.equals("..")) {
        out.setLength(Math.max(0, out.lastIndexOf("/")));
      } else if (!segment.equals(".")) {
        out.append('/').append(segment);
      }
      if (last && (segment.equals(".") || segment.equals(".."))) {
        out.append('/');
      }
      at = last ? path.length() : next;
    }
    return out.toString();
  }

  private VerificationException refused(String detail) {
    return new VerificationException(refused, detail);
  }
}
