package io.bartizan.integrity.mac;

import io.bartizan.core.VerificationException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A body of {@code application/x-www-form-urlencoded} whose parameters are signed sorted and
 * decoded. A name that comes twice is refused, for senders and libraries disagree on what is signed
 * then.
 */
final class FormParameters {

  static final int MAX_PARAMETERS = 1000;

  private FormParameters() {}

  /** Reads a body in linear time but for the sorting, or refuses. */
  static SortedMap<String, String> parse(byte[] body) {
    SortedMap<String, String> parameters = new TreeMap<>();
    for (int start = 0; start < body.length; ) {
      int end = indexOf(body, '&', start, body.length);
      int equal = indexOf(body, '=', start, end);
      if (equal == start || equal == end || end == body.length - 1) {
        throw WebhookGrammar.malformed("the form has a parameter without a name or without =");
      }
      if (parameters.size() == MAX_PARAMETERS) {
        throw new VerificationException(
            MacReason.TOO_LARGE, "the form has more than " + MAX_PARAMETERS + " parameters");
      }
      String value = decoded(body, equal + 1, end);
      if (parameters.put(decoded(body, start, equal), value) != null) {
        throw WebhookGrammar.malformed("the form has a parameter twice");
      }
      start = end + 1;
    }
    return Collections.unmodifiableSortedMap(parameters);
  }

  private static int indexOf(byte[] body, char sign, int from, int to) {
    int index = from;
    while (index < to && body[index] != sign) {
      index++;
    }
    return index;
  }

  private static String decoded(byte[] body, int from, int to) {
    ByteBuffer bytes = ByteBuffer.allocate(to - from);
    for (int i = from; i < to; i++) {
      byte each = body[i];
      if (each == '%') {
        int high = i + 2 < to ? Character.digit(body[i + 1], 16) : -1;
        int low = i + 2 < to ? Character.digit(body[i + 2], 16) : -1;
        if (high < 0 || low < 0) {
          throw WebhookGrammar.malformed("the form has a % without two hexadecimal digits");
        }
        bytes.put((byte) (high << 4 | low));
        i += 2;
      } else if (each > 0x20 && each < 0x7f) {
        bytes.put(each == '+' ? (byte) ' ' : each);
      } else {
        throw WebhookGrammar.malformed("the form has bytes other than visible ASCII");
      }
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
    } catch (CharacterCodingException e) {
      throw WebhookGrammar.malformed("the form is not UTF-8");
    }
  }

  /** Each name and its value in the order of names, with nothing between. */
  static byte[] joined(SortedMap<String, String> parameters) {
    StringBuilder joined = new StringBuilder();
    parameters.forEach((name, value) -> joined.append(name).append(value));
    return joined.toString().getBytes(StandardCharsets.UTF_8);
  }
}
