package io.bartizan.integrity.mac;

import io.bartizan.core.VerificationException;
import io.bartizan.core.house.Sha256;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** The path and query of a request whose address is signed, as they were received. */
final class RequestTarget {

  private RequestTarget() {}

  /** The same if it has the characters of RFC 3986 alone. */
  static String checked(@Nullable String target) {
    if (target == null || !target.startsWith("/") || !target.chars().allMatch(RequestTarget::has)) {
      throw WebhookGrammar.malformed("the request's target is no path and query of RFC 3986");
    }
    if (target.length() > WebhookGrammar.MAX_HEADER_CHARS) {
      throw new VerificationException(
          MacReason.TOO_LARGE,
          "the request's target has more than " + WebhookGrammar.MAX_HEADER_CHARS + " characters");
    }
    return target;
  }

  /** The same below another path; refused unless it is below the one. */
  static String moved(String target, String received, String signed) {
    String rest = target.startsWith(received) ? target.substring(received.length()) : "-";
    if (!rest.isEmpty() && rest.charAt(0) != '/' && rest.charAt(0) != '?') {
      throw WebhookGrammar.malformed("the request's path is not below the declared " + received);
    }
    return signed + rest;
  }

  /** Whether a path is empty or has some segments and nothing after them. */
  static boolean isPath(String text) {
    return text.isEmpty()
        || (text.startsWith("/")
            && !text.endsWith("/")
            && text.indexOf('?') < 0
            && text.length() <= 1000
            && text.chars().allMatch(RequestTarget::has));
  }

  /** Whether a path or query may have a character. */
  static boolean has(int character) {
    return (character >= 'a' && character <= 'z')
        || (character >= 'A' && character <= 'Z')
        || (character >= '0' && character <= '9')
        || "-._~!$&'()*+,;=:@%/?".indexOf(character) >= 0;
  }

  /** Refuses a body whose SHA-256 is not what the query says, once and in lower case. */
  static void requireSha256(String target, String parameter, byte[] body) {
    String found = null;
    int query = target.indexOf('?');
    for (String each : query < 0 ? new String[0] : target.substring(query + 1).split("&", -1)) {
      if (each.startsWith(parameter + "=")) {
        if (found != null) {
          throw WebhookGrammar.malformed("the query has " + parameter + " twice");
        }
        found = each.substring(parameter.length() + 1);
      }
    }
    if (found == null) {
      throw WebhookGrammar.malformed("the query has no " + parameter);
    }
    if (!found.equals(HexFormat.of().formatHex(Sha256.of(body)))) {
      throw new VerificationException(
          MacReason.SIGNATURE_INVALID, "the body is not the one whose SHA-256 is signed");
    }
  }
}
