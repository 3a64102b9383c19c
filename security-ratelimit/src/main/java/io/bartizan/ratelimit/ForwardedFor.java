package io.bartizan.ratelimit;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The hops of forwarding fields, farthest first; a hop that is not an address and an optional port
 * is an empty text.
 */
final class ForwardedFor {

  private ForwardedFor() {}

  /** {@code client, proxy1, proxy2}. */
  static List<String> list(List<String> values) {
    List<String> hops = new ArrayList<>();
    for (String element : tail(values).split(",", -1)) {
      hops.add(withoutPort(element.strip()));
    }
    return hops;
  }

  /** {@code for=client;proto=https, for="[2001:db8::1]:4711"}; RFC 7239 section 4. */
  static List<String> forwarded(List<String> values) {
    List<String> hops = new ArrayList<>();
    for (String element : tail(values).split(",", -1)) {
      String hop = "";
      int found = 0;
      for (String pair : element.split(";", -1)) {
        String[] parts = pair.strip().split("=", 2);
        if (parts.length == 2 && parts[0].toLowerCase(Locale.ROOT).equals("for")) {
          hop = withoutPort(unquoted(parts[1]));
          found++;
        }
      }
      hops.add(found == 1 ? hop : "");
    }
    return hops;
  }

  /**
   * All values as one, cut in front. Quotes are not honoured as separators: a comma inside them
   * makes two hops that are not understood, which ends the search early and trusts nothing.
   */
  private static String tail(List<String> values) {
    StringBuilder all = new StringBuilder();
    for (int i = values.size() - 1; i >= 0 && all.length() <= ClientAddress.MAX_CHARS; i--) {
      String value = values.get(i);
      int from = Math.max(0, value.length() - ClientAddress.MAX_CHARS);
      all.insert(0, (i > 0 ? "," : "") + value.substring(from));
    }
    return all.substring(Math.max(0, all.length() - ClientAddress.MAX_CHARS));
  }

  private static String unquoted(String value) {
    boolean quoted = value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"");
    return quoted ? value.substring(1, value.length() - 1) : value;
  }

  /** {@code 192.0.2.1}, {@code 192.0.2.1:80}, {@code 2001:db8::1}, {@code [2001:db8::1]:80}. */
  private static String withoutPort(String hop) {
    int close = hop.indexOf(']');
    if (hop.startsWith("[") && close > 0) {
      return isPort(hop.substring(close + 1)) ? hop.substring(1, close) : "";
    }
    int colon = hop.indexOf(':');
    if (colon < 0 || hop.indexOf(':', colon + 1) >= 0) {
      return hop;
    }
    return isPort(hop.substring(colon)) ? hop.substring(0, colon) : "";
  }

  private static boolean isPort(String rest) {
    return rest.isEmpty() || rest.matches(":[0-9]{1,5}");
  }
}
