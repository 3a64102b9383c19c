package io.bartizan.integrity.der;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

/**
 * Reads DER (X.690 section 10) element by element, and nothing that DER does not allow.
 *
 * <p>Lengths are definite and in their shortest form, tags have one byte, an element never reaches
 * past the one around it. Nothing is read ahead and nothing recurses, so a length of a gigabyte or
 * a nesting of ten thousand costs nothing. Not thread-safe.
 */
public final class Der {

  /** Tag of a bit string. */
  public static final int BIT_STRING = 0x03;

  /** Tag of a boolean. */
  public static final int BOOLEAN = 0x01;

  /** Tag of an integer. */
  public static final int INTEGER = 0x02;

  /** Tag of an octet string. */
  public static final int OCTET_STRING = 0x04;

  /** Tag of an object identifier. */
  public static final int OID = 0x06;

  /** Tag of a sequence. */
  public static final int SEQUENCE = 0x30;

  /** Tag of a set. */
  public static final int SET = 0x31;

  private static final int UTF8_STRING = 0x0c;
  private static final int GENERALIZED_TIME = 0x18;
  private static final int MAX_OID_BYTES = 64;

  private final byte[] bytes;
  private final int end;
  private int at;

  private Der(byte[] bytes, int from, int end) {
    this.bytes = bytes;
    this.at = from;
    this.end = end;
  }

  /**
   * Reads the elements in some bytes.
   *
   * @param bytes not changed meanwhile
   * @return a reader before the first element
   */
  public static Der of(byte[] bytes) {
    return new Der(bytes, 0, bytes.length);
  }

  /**
   * Reads what is inside the one element that some bytes are.
   *
   * @param bytes not changed meanwhile
   * @param tag the element's tag
   * @return a reader before the first element inside
   * @throws DerException if they are anything else, or more than that
   */
  public static Der whole(byte[] bytes, int tag) throws DerException {
    Der outside = of(bytes);
    Der inside = outside.enter(tag);
    outside.finish();
    return inside;
  }

  /**
   * Whether another element follows.
   *
   * @return false at the end
   */
  public boolean hasMore() {
    return at < end;
  }

  /**
   * Whether the next element has a tag.
   *
   * @param tag the tag
   * @return false at the end too
   */
  public boolean isNext(int tag) {
    return at < end && (bytes[at] & 0xff) == tag;
  }

  /**
   * The next element's tag.
   *
   * @return 0 to 255
   * @throws DerException at the end
   */
  public int tag() throws DerException {
    if (at >= end) {
      throw refused("an element is missing");
    }
    return bytes[at] & 0xff;
  }

  /**
   * Passes the next element and reads what is inside.
   *
   * @param tag the tag it must have
   * @return a reader before the first element inside
   * @throws DerException if it is another
   */
  public Der enter(int tag) throws DerException {
    if (tag() != tag) {
      throw refused("an element has another tag");
    }
    int length = head();
    Der inside = new Der(bytes, at, at + length);
    at += length;
    return inside;
  }

  /**
   * Passes the next element.
   *
   * @param tag the tag it must have
   * @return what is inside
   * @throws DerException if it is another
   */
  public byte[] content(int tag) throws DerException {
    Der inside = enter(tag);
    return Arrays.copyOfRange(bytes, inside.at, inside.end);
  }

  /**
   * Passes the next element, whatever its tag.
   *
   * @return the element with its tag and length
   * @throws DerException if there is none
   */
  public byte[] raw() throws DerException {
    int start = at;
    int length = head();
    at += length;
    return Arrays.copyOfRange(bytes, start, at);
  }

  /**
   * Refuses a further element.
   *
   * @throws DerException if there is one
   */
  public void finish() throws DerException {
    if (at < end) {
      throw refused("something follows the last element");
    }
  }

  /**
   * Passes the next element without a look inside.
   *
   * @param tag the tag it must have
   * @throws DerException if it is another
   */
  public void skip(int tag) throws DerException {
    at = enter(tag).end;
  }

  /**
   * Passes an object identifier.
   *
   * @return in dots, such as {@code 1.2.840.113549.1.7.2}
   * @throws DerException if it is none
   */
  public String oid() throws DerException {
    byte[] content = content(OID);
    if (content.length == 0 || content.length > MAX_OID_BYTES || content[content.length - 1] < 0) {
      throw refused("an object identifier is empty, cut or too long");
    }
    StringBuilder dots = new StringBuilder();
    BigInteger arc = BigInteger.ZERO;
    boolean first = true;
    boolean fresh = true;
    for (byte b : content) {
      if (fresh && (b & 0xff) == 0x80) {
        throw refused("an object identifier is not in its shortest form");
      }
      arc = arc.shiftLeft(7).or(BigInteger.valueOf(b & 0x7f));
      fresh = b >= 0;
      if (fresh) {
        if (first) {
          int root = arc.compareTo(BigInteger.valueOf(80)) >= 0 ? 2 : arc.intValue() / 40;
          dots.append(root).append('.').append(arc.subtract(BigInteger.valueOf(40L * root)));
          first = false;
        } else {
          dots.append('.').append(arc);
        }
        arc = BigInteger.ZERO;
      }
    }
    return dots.toString();
  }

  /**
   * Passes an integer.
   *
   * @return its value
   * @throws DerException if it is none, or not in its shortest form
   */
  public BigInteger integer() throws DerException {
    byte[] content = content(INTEGER);
    if (content.length == 0
        || (content.length > 1
            && ((content[0] == 0 && content[1] >= 0) || (content[0] == -1 && content[1] < 0)))) {
      throw refused("an integer is not in its shortest form");
    }
    return new BigInteger(content);
  }

  /**
   * Passes a small integer.
   *
   * @param most the largest accepted
   * @return 0 to {@code most}
   * @throws DerException if it is anything else
   */
  public int small(int most) throws DerException {
    BigInteger value = integer();
    if (value.signum() < 0 || value.compareTo(BigInteger.valueOf(most)) > 0) {
      throw refused("a number is not from 0 to " + most);
    }
    return value.intValue();
  }

  /**
   * Passes a boolean.
   *
   * @return whether it is true
   * @throws DerException if it is none
   */
  public boolean isTrue() throws DerException {
    byte[] content = content(BOOLEAN);
    if (content.length != 1 || (content[0] != 0 && content[0] != -1)) {
      throw refused("a boolean is neither 00 nor ff");
    }
    return content[0] != 0;
  }

  /**
   * Passes a UTF-8 string.
   *
   * @return the text
   * @throws DerException if it is none, or its bytes are not UTF-8
   */
  public String utf8() throws DerException {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(content(UTF8_STRING)))
          .toString();
    } catch (CharacterCodingException e) {
      throw refused("a string is not UTF-8");
    }
  }

  /**
   * Passes a GeneralizedTime in UTC, with or without a fraction of a second.
   *
   * @return the moment
   * @throws DerException if it is none, has no {@code Z}, or a fraction that ends in zero
   */
  public Instant time() throws DerException {
    Instant time =
        DerTime.parse(new String(content(GENERALIZED_TIME), StandardCharsets.ISO_8859_1));
    if (time == null) {
      throw refused("a time is not YYYYMMDDhhmmss[.f]Z, or no moment of the calendar");
    }
    return time;
  }

  /**
   * Writes an element around others.
   *
   * @param tag its tag
   * @param parts what is inside
   * @return its bytes
   */
  public static byte[] encode(int tag, List<byte[]> parts) {
    int length = parts.stream().mapToInt(part -> part.length).sum();
    ByteArrayOutputStream out = new ByteArrayOutputStream(length + 6);
    out.write(tag);
    if (length < 128) {
      out.write(length);
    } else {
      int count = (39 - Integer.numberOfLeadingZeros(length)) / 8;
      out.write(0x80 | count);
      for (int i = count - 1; i >= 0; i--) {
        out.write(length >>> (8 * i));
      }
    }
    parts.forEach(out::writeBytes);
    return out.toByteArray();
  }

  /** Past tag and length of an element that is wholly there. */
  private int head() throws DerException {
    int tag = tag();
    if ((tag & 0x1f) == 0x1f) {
      throw refused("a tag has several bytes");
    }
    if (at + 1 >= end) {
      throw refused("a length is missing");
    }
    int first = bytes[at + 1] & 0xff;
    int from = at + 2;
    long length = first;
    if (first > 127) {
      int count = first - 128;
      if (count == 0 || count > 4 || end - from < count) {
        throw refused("a length is indefinite or too long");
      }
      length = 0;
      for (int i = 0; i < count; i++) {
        length = length << 8 | (bytes[from + i] & 0xff);
      }
      from += count;
      if (length < 128 || length >>> (8 * (count - 1)) == 0) {
        throw refused("a length is not in its shortest form");
      }
    }
    if (length > end - from) {
      throw refused("an element is cut");
    }
    at = from;
    return (int) length;
  }

  private DerException refused(String what) {
    return new DerException(what + ", byte " + at);
  }
}
