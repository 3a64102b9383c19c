package io.bartizan.integrity.attest.oci;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a {@code WWW-Authenticate} asks for (RFC 9110 section 11.6.1): a scheme in lower case and
 * its parameters. A field that can't be read gives those challenges that stand before the fault.
 */
record Challenge(String scheme, Map<String, String> parameters) {

  private static final int MAX_CHARS = 8_192;
  private static final int MAX_CHALLENGES = 16;

  String parameter(String name) {
    return parameters.getOrDefault(name, "");
  }

  static List<Challenge> parse(List<String> fields) {
    List<Challenge> all = new ArrayList<>();
    for (String field : fields) {
      if (field.length() <= MAX_CHARS) {
        new Reader(field).read(all);
      }
    }
    return all;
  }

  /** One field's text. */
  private static final class Reader {
    private final String text;
    private int at;

    Reader(String text) {
      this.text = text;
    }

    void read(List<Challenge> all) {
      Map<String, String> parameters = null;
      while (all.size() <= MAX_CHALLENGES) {
        skip(" \t,");
        String token = token();
        if (token.isEmpty()) {
          return;
        }
        skip(" \t");
        if (parameters != null && at < text.length() && text.charAt(at) == '=') {
          at++;
          skip(" \t");
          String value = value();
          if (value == null
              || parameters.putIfAbsent(token.toLowerCase(Locale.ROOT), value) != null) {
            all.remove(all.size() - 1); // one that can be read two ways is none
            return;
          }
        } else {
          parameters = new LinkedHashMap<>();
          all.add(new Challenge(token.toLowerCase(Locale.ROOT), parameters));
        }
      }
    }

    private void skip(String which) {
      while (at < text.length() && which.indexOf(text.charAt(at)) >= 0) {
        at++;
      }
    }

    private String token() {
      int from = at;
      while (at < text.length() && isTokenChar(text.charAt(at))) {
        at++;
      }
      return text.substring(from, at);
    }

    private @Nullable String value() {
      if (at >= text.length() || text.charAt(at) != '"') {
        String token = token();
        return token.isEmpty() ? null : token;
      }
      StringBuilder value = new StringBuilder();
      for (at++; at < text.length(); at++) {
        char c = text.charAt(at);
        if (c == '"') {
          at++;
          return value.toString();
        }
        if (c == '\\' && ++at == text.length()) {
          return null;
        }
        value.append(text.charAt(at));
      }
      return null;
    }

    private static boolean isTokenChar(char c) {
      return c > ' ' && c < 0x7f && "\"(),/:;<=>?@[\\]{}".indexOf(c) < 0;
    }
  }
}
