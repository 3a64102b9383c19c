package io.bartizan.integrity.keys;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The two forms of an ECDSA signature: JOSE's fixed-length {@code r || s} (RFC 7518 section 3.4)
 * and the DER of the JCA.
 */
public final class EcdsaForms {

  private EcdsaForms() {}

  /**
   * Whether {@code 1 <= r, s < n}, whatever a provider may forget (CVE-2022-21449).
   *
   * @param plain {@code r || s}, of even length
   * @param order the curve's order {@code n}
   * @return whether both are in range
   */
  public static boolean isInRange(byte[] plain, BigInteger order) {
    int half = plain.length / 2;
    return isInRange(new BigInteger(1, Arrays.copyOfRange(plain, 0, half)), order)
        && isInRange(new BigInteger(1, Arrays.copyOfRange(plain, half, plain.length)), order);
  }

  private static boolean isInRange(BigInteger number, BigInteger order) {
    return number.signum() > 0 && number.compareTo(order) < 0;
  }

  /**
   * Whether it is DER of two numbers from 1 to n − 1, in the one spelling that DER has.
   *
   * @param der any bytes
   * @param order the curve's order {@code n}
   * @return whether it is
   */
  public static boolean isStrictDer(byte[] der, BigInteger order) {
    int head = der.length > 127 + 2 ? 3 : 2; // the length takes two bytes from 128 on
    if (der.length < 8
        || der.length > 255 + 3
        || der[0] != 0x30
        || (head == 3 && (der[1] != (byte) 0x81 || der[2] >= 0))
        || (der[head - 1] & 0xff) != der.length - head) {
      return false;
    }
    int second = head + 2 + der[head + 1];
    return isNumber(der, head, order)
        && isNumber(der, second, order)
        && second + 2 + der[second + 1] == der.length;
  }

  private static boolean isNumber(byte[] der, int at, BigInteger order) {
    if (at < 0 || at + 2 > der.length || der[at] != 0x02 || der[at + 1] < 1) {
      return false;
    }
    int length = der[at + 1];
    if (at + 2 + length > der.length
        || (length > 1 && der[at + 2] == 0 && der[at + 3] >= 0)) { // a zero too many
      return false;
    }
    return isInRange(new BigInteger(der, at + 2, length), order);
  }

  /**
   * From {@code r || s} to DER.
   *
   * @param plain two numbers of one length, at most 66 bytes each
   * @return DER
   */
  public static byte[] toDer(byte[] plain) {
    int half = plain.length / 2;
    byte[] r = new BigInteger(1, Arrays.copyOfRange(plain, 0, half)).toByteArray();
    byte[] s = new BigInteger(1, Arrays.copyOfRange(plain, half, plain.length)).toByteArray();
    ByteArrayOutputStream out = new ByteArrayOutputStream(plain.length + 9);
    int body = 4 + r.length + s.length;
    out.write(0x30);
    if (body > 127) {
      out.write(0x81);
    }
    out.write(body);
    for (byte[] number : new byte[][] {r, s}) {
      out.write(2);
      out.write(number.length);
      out.writeBytes(number);
    }
    return out.toByteArray();
  }

  /**
   * From DER to {@code r || s}, for signatures that a provider has just made.
   *
   * @param der what the provider gave
   * @param half the length of each number
   * @return null if it is not of the expected form
   */
  public static byte @Nullable [] fromDer(byte[] der, int half) {
    int at = der.length > 1 && (der[1] & 0xff) == 0x81 ? 3 : 2;
    byte[] plain = new byte[2 * half];
    for (int end = half; end <= plain.length; end += half) {
      if (at + 2 > der.length || der[at] != 2 || at + 2 + der[at + 1] > der.length) {
        return null;
      }
      int length = der[at + 1];
      if (length < 1) {
        return null;
      }
      byte[] number =
          new BigInteger(1, Arrays.copyOfRange(der, at + 2, at + 2 + length)).toByteArray();
      int skip = number.length > half && number[0] == 0 ? 1 : 0;
      if (number.length - skip > half) {
        return null;
      }
      System.arraycopy(number, skip, plain, end - number.length + skip, number.length - skip);
      at += 2 + length;
    }
    return at == der.length ? plain : null;
  }
}
