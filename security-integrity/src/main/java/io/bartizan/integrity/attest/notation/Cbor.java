package io.bartizan.integrity.attest.notation;

import io.bartizan.core.VerificationException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads CBOR (RFC 8949) so that one content has one spelling but for the order of a map: definite
 * lengths, shortest heads, no label twice, nothing after the end. Read are integers of 64 bits,
 * byte strings, texts, arrays, maps whose labels are integers or texts, tags, booleans and null; no
 * floating-point numbers.
 */
final class Cbor {

  private static final int MAX_DEPTH = 8;
  private static final int MAX_ITEMS = 1_000;

  /** What is neither number nor string. */
  enum Simple {
    FALSE,
    TRUE,
    NULL
  }

  /** A value with a tag. */
  record Tagged(long tag, Object value) {}

  private final byte[] bytes;
  private int at;
  private int items;

  private Cbor(byte[] bytes) {
    this.bytes = bytes;
  }

  /** A Long, byte[], String, List, Map, {@link Tagged} or {@link Simple}. */
  static Object read(byte[] bytes) {
    Cbor cbor = new Cbor(bytes);
    Object value = cbor.item(1);
    if (cbor.at < bytes.length) {
      throw Envelope.malformed("there are bytes after the end of the CBOR");
    }
    return value;
  }

  private Object item(int depth) {
    if (depth > MAX_DEPTH) {
      throw Envelope.malformed("the CBOR nests deeper than " + MAX_DEPTH);
    }
    if (++items > MAX_ITEMS) {
      throw new VerificationException(
          NotationReason.TOO_LARGE, "the CBOR has more than " + MAX_ITEMS + " items");
    }
    int head = next();
    int low = head & 0x1f;
    return switch (head >>> 5) {
      case 0 -> argument(low);
      case 1 -> -1 - argument(low);
      case 2 -> string(argument(low));
      case 3 -> text(string(argument(low)));
      case 4 -> list(argument(low), depth);
      case 5 -> map(argument(low), depth);
      case 6 -> new Tagged(argument(low), item(depth + 1));
      default -> simple(low);
    };
  }

  private int next() {
    if (at == bytes.length) {
      throw Envelope.malformed("the CBOR ends too early");
    }
    return bytes[at++] & 0xff;
  }

  /** The number in or after a head, which must not fit a shorter one. */
  private long argument(int low) {
    if (low < 24) {
      return low;
    }
    if (low > 27) {
      throw Envelope.malformed("the CBOR has an indefinite length or a reserved head");
    }
    int length = 1 << (low - 24);
    long number = 0;
    for (int i = 0; i < length; i++) {
      number = (number << 8) | next();
    }
    long least = low == 24 ? 24 : 1L << (4 * length);
    if (number < least) { // above the largest long too
      throw Envelope.malformed("a number of the CBOR is not in its shortest form, or too large");
    }
    return number;
  }

  private byte[] string(long length) {
    if (length > bytes.length - at) {
      throw Envelope.malformed("the CBOR ends too early");
    }
    int from = at;
    at += (int) length;
    return Arrays.copyOfRange(bytes, from, at);
  }

  private static String text(byte[] utf8) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
    } catch (CharacterCodingException e) {
      throw Envelope.malformed("a text of the CBOR is not UTF-8");
    }
  }

  private List<Object> list(long length, int depth) {
    List<Object> list = new ArrayList<>();
    for (long i = 0; i < length; i++) {
      list.add(item(depth + 1));
    }
    return list;
  }

  private Map<Object, Object> map(long length, int depth) {
    Map<Object, Object> map = new LinkedHashMap<>();
    for (long i = 0; i < length; i++) {
      Object label = item(depth + 1);
      if (!(label instanceof Long || label instanceof String)) {
        throw Envelope.malformed("a label of a CBOR map is neither integer nor text");
      }
      if (map.put(label, item(depth + 1)) != null) {
        throw Envelope.malformed("a label of a CBOR map is there twice");
      }
    }
    return map;
  }

  private static Simple simple(int low) {
    return switch (low) {
      case 20 -> Simple.FALSE;
      case 21 -> Simple.TRUE;
      case 22 -> Simple.NULL;
      default ->
          throw Envelope.malformed("the CBOR has a floating-point number or an unknown value");
    };
  }
}
