package io.bartizan.integrity.attest.sigstore;

import io.bartizan.integrity.der.Der;
import io.bartizan.integrity.der.DerException;
import io.bartizan.integrity.keys.KeyGate;
import java.math.BigInteger;

/** SubjectPublicKeyInfo of what is encoded otherwise. */
final class Spki {

  private Spki() {}

  /** Of an {@code RSAPublicKey} of PKCS #1. */
  static byte[] ofPkcs1(byte[] raw) {
    try {
      Der numbers = Der.whole(raw, Der.SEQUENCE);
      BigInteger modulus = numbers.integer();
      BigInteger exponent = numbers.integer();
      numbers.finish();
      return KeyGate.rsa(modulus, exponent).spki();
    } catch (DerException e) {
      throw new IllegalArgumentException("no RSAPublicKey of PKCS #1: " + e.getMessage(), e);
    }
  }
}
