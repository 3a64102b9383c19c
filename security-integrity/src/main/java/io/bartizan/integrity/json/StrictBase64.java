package io.bartizan.integrity.json;

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

  private static final byte[] URL = table('-', '_');
  private static final byte[] STANDARD = table('+', '/');

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
    return decode(ascii, from, to, URL);
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
    return decode(ascii, 0, ascii.length, URL);
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
    return decode(ascii, from, end, STANDARD);
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

  private static byte @Nullable [] decode(byte[] in, int from, int to, byte[] table) {
    int length = to - from;
    int tail = length & 3;
    if (tail == 1) {
      return null;
    }
    byte[] out = new byte[length / 4 * 3 + (tail == 0 ? 0 : tail - 1)];
    int whole = to - tail;
    int o = 0;
    int i = from;
    for (; i < whole; i += 4) {
      int bits =
          table[in[i] & 0xff] << 18
              | table[in[i + 1] & 0xff] << 12
              | table[in[i + 2] & 0xff] << 6
              | table[in[i + 3] & 0xff];
      if (bits < 0) {
        return null;
      }
      out[o++] = (byte) (bits >> 16);
      out[o++] = (byte) (bits >> 8);
      out[o++] = (byte) bits;
    }
    if (tail == 0) {
      return out;
    }
    int bits = table[in[i] & 0xff] << 12 | table[in[i + 1] & 0xff] << 6;
    if (tail == 3) {
      bits |= table[in[i + 2] & 0xff];
    }
    if (bits < 0 || (bits & (tail == 2 ? 0x3ff : 0x3)) != 0) {
      return null;
    }
    out[o++] = (byte) (bits >> 10);
    if (tail == 3) {
      out[o] = (byte) (bits >> 2);
    }
    return out;
  }

  private static byte[] table(char sixtyTwo, char sixtyThree) {
    String alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789" + sixtyTwo + sixtyThree;
    byte[] table = new byte[256];
    Arrays.fill(table, (byte) -1);
    for (int i = 0; i < alphabet.length(); i++) {
      table[alphabet.charAt(i)] = (byte) i;
    }
    return table;
  }
}
