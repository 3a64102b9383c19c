package io.bartizan.integrity.jwt;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Between JOSE's fixed-length {@code r || s} (RFC 7518 section 3.4) and the DER of the JCA. */
final class EcdsaEncoding {

  private EcdsaEncoding() {}

  /** Whether {@code 1 <= r, s < n}, whatever the provider may forget (CVE-2022-21449). */
  static boolean isInRange(byte[] plain, BigInteger order) {
    int half = plain.length / 2;
    BigInteger r = new BigInteger(1, Arrays.copyOfRange(plain, 0, half));
    BigInteger s = new BigInteger(1, Arrays.copyOfRange(plain, half, plain.length));
    return r.signum() > 0 && s.signum() > 0 && r.compareTo(order) < 0 && s.compareTo(order) < 0;
  }

  static byte[] toDer(byte[] plain) {
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

  /** For signatures that a provider has just made; null if they are not of the expected form. */
  static byte @Nullable [] fromDer(byte[] der, int half) {
    int at = der.length > 1 && (der[1] & 0xff) == 0x81 ? 3 : 2;
    byte[] plain = new byte[2 * half];
    for (int end = half; end <= plain.length; end += half) {
      if (at + 2 > der.length || der[at] != 2 || at + 2 + der[at + 1] > der.length) {
        return null;
      }
      int length = der[at + 1];
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
