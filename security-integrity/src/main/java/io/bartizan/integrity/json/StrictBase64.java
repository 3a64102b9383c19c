package io.bartizan.integrity.json;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Base64 in its one canonical form (RFC 4648 sections 3.5, 4 and 5): two texts that differ never
 * decode to the same bytes.
 *
 * <p>Anything else (a foreign character, white space, missing or superfluous padding, unused bits
 * that are not zero) gives null, which the caller turns into its own refusal. Stateless. The tables
 * are not constant time: use it for what an attacker may know, not to import keys in a place where
 * caches are watched.
 */
public final class StrictBase64 {

  /** From here on the JDK's decoder is faster, where the processor has vectors for it. */
  private static final int MANY = 96;

  /** What a letter means in each of the four places of a group, one table after the other. */
  private static final int[] URL = table('-', '_');

  private static final int[] STANDARD = table('+', '/');

  /** Which bits of its last letter a text does not use, by the length of its last group. */
  private static final int[] UNUSED = {0, 0, 0xf, 0x3};

  private static final VarHandle EIGHT =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private StrictBase64() {}

  /**
   * Decodes base64url without padding, the form of JOSE (RFC 7515 section 2).
   *
   * @param ascii holds the text
   * @param from the index of its first byte
   * @param to the index after its last byte
   * @return the bytes, or null if the text is not canonical
   * @throws IndexOutOfBoundsException if the range is not inside the array
   */
  public static byte @Nullable [] decodeUrl(byte[] ascii, int from, int to) {
    Objects.checkFromToIndex(from, to, ascii.length);
    return decode(ascii, from, to, URL, Base64.getUrlDecoder());
  }

  /**
   * Decodes base64url without padding into the place of the text itself, so that no further array
   * is needed.
   *
   * @param ascii holds the text, which is gone afterwards, whatever is returned
   * @param from the index of its first byte, where the bytes begin too
   * @param to the index after its last byte
   * @return the index after the last of the bytes, or -1 if the text is not canonical
   * @throws IndexOutOfBoundsException if the range is not inside the array
   */
  public static int decodeUrlInPlace(byte[] ascii, int from, int to) {
    Objects.checkFromToIndex(from, to, ascii.length);
    return ((to - from) & 3) == 1 ? -1 : few(ascii, from, to, URL, ascii, from);
  }

  /**
   * Decodes base64url without padding; a letter outside Latin-1 becomes '?', which no alphabet
   * holds.
   *
   * @param text the text
   * @return the bytes, or null if the text is not canonical
   */
  public static byte @Nullable [] decodeUrl(String text) {
    byte[] ascii = text.getBytes(StandardCharsets.ISO_8859_1);
    return decode(ascii, 0, ascii.length, URL, Base64.getUrlDecoder());
  }

  /**
   * Decodes base64 with its padding, the form of DSSE, SRI and PEM.
   *
   * @param text the text, on one line
   * @return the bytes, or null if the text is not canonical
   */
  public static byte @Nullable [] decodeStandard(String text) {
    byte[] ascii = text.getBytes(StandardCharsets.ISO_8859_1);
    return decodeStandard(ascii, 0, ascii.length);
  }

  /**
   * Decodes base64 with its padding, where it stands.
   *
   * @param ascii holds the text
   * @param from the index of its first byte
   * @param to the index after its last byte
   * @return the bytes, or null if the text is not canonical
   * @throws IndexOutOfBoundsException if the range is not inside the array
   */
  public static byte @Nullable [] decodeStandard(byte[] ascii, int from, int to) {
    Objects.checkFromToIndex(from, to, ascii.length);
    if ((to - from) % 4 != 0) {
      return null;
    }
    int end = to;
    while (end > from && to - end < 2 && ascii[end - 1] == '=') {
      end--;
    }
    return decode(ascii, from, end, STANDARD, Base64.getDecoder());
  }

  /**
   * Encodes as base64url without padding.
   *
   * @param bytes any bytes
   * @return the canonical text
   */
  public static String encodeUrl(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /**
   * Encodes as base64 with padding.
   *
   * @param bytes any bytes
   * @return the canonical text
   */
  public static String encodeStandard(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  private static byte @Nullable [] decode(
      byte[] in, int from, int to, int[] table, Base64.Decoder lenient) {
    int length = to - from;
    int tail = length & 3;
    if (tail == 1) {
      return null;
    }
    if (length >= MANY) {
      return many(in, from, to, table, lenient);
    }
    byte[] out = new byte[length / 4 * 3 + (tail == 0 ? 0 : tail - 1)];
    return few(in, from, to, table, out, 0) < 0 ? null : out;
  }

  /** The JDK accepts padding and unused bits that are not zero: the last letter shows both. */
  private static byte @Nullable [] many(
      byte[] in, int from, int to, int[] table, Base64.Decoder lenient) {
    int tail = (to - from) & 3;
    int last = table[0x300 | (in[to - 1] & 0xff)];
    if (last < 0 || (last & UNUSED[tail]) != 0) {
      return null;
    }
    try {
      return lenient.decode(ByteBuffer.wrap(in, from, to - from)).array();
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /**
   * What is written never overtakes what is read, so both may be one array; where the bytes end, or
   * -1.
   */
  private static int few(byte[] in, int from, int to, int[] table, byte[] out, int start) {
    int tail = (to - from) & 3;
    int whole = to - tail;
    int o = start;
    int i = from;
    // Six bytes at a time, and two of zero where the next ones come.
    for (; i + Long.BYTES <= whole && o + Long.BYTES <= out.length; i += Long.BYTES) {
      long eight = (long) EIGHT.get(in, i);
      int first =
          table[(int) (eight >>> 56)]
              | table[0x100 | ((int) (eight >>> 48) & 0xff)]
              | table[0x200 | ((int) (eight >>> 40) & 0xff)]
              | table[0x300 | ((int) (eight >>> 32) & 0xff)];
      int second =
          table[(int) (eight >>> 24) & 0xff]
              | table[0x100 | ((int) (eight >>> 16) & 0xff)]
              | table[0x200 | ((int) (eight >>> 8) & 0xff)]
              | table[0x300 | ((int) eight & 0xff)];
      if ((first | second) < 0) {
        return -1;
      }
      EIGHT.set(out, o, ((long) first << 40) | ((long) second << 16));
      o += 6;
    }
    for (; i < whole; i += 4) {
      int bits =
          table[in[i] & 0xff]
              | table[0x100 | (in[i + 1] & 0xff)]
              | table[0x200 | (in[i + 2] & 0xff)]
              | table[0x300 | (in[i + 3] & 0xff)];
      if (bits < 0) {
        return -1;
      }
      out[o++] = (byte) (bits >> 16);
      out[o++] = (byte) (bits >> 8);
      out[o++] = (byte) bits;
    }
    if (tail == 0) {
      return o;
    }
    int bits = table[in[i] & 0xff] | table[0x100 | (in[i + 1] & 0xff)];
    if (tail == 3) {
      bits |= table[0x200 | (in[i + 2] & 0xff)];
    }
    if (bits < 0 || (bits & (tail == 2 ? 0xffff : 0xff)) != 0) {
      return -1;
    }
    out[o++] = (byte) (bits >> 16);
    if (tail == 3) {
      out[o++] = (byte) (bits >> 8);
    }
    return o;
  }

  private static int[] table(char sixtyTwo, char sixtyThree) {
    String alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789" + sixtyTwo + sixtyThree;
    int[] table = new int[4 * 0x100];
    Arrays.fill(table, -1);
    for (int place = 0; place < 4; place++) {
      for (int i = 0; i < alphabet.length(); i++) {
        table[place * 0x100 + alphabet.charAt(i)] = i << (18 - 6 * place);
      }
    }
    return table;
  }
}
