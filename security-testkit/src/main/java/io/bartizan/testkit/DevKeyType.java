package io.bartizan.testkit;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;

/** The kinds of key that a {@link DevCa} makes for itself and its certificates. */
public enum DevKeyType {
  /** ECDSA on NIST P-256 with SHA-256; the default, and the fastest to make. */
  EC_P256("EC", "SHA256withECDSA"),
  /** RSA of 2048 bits with SHA-256; takes about 100 ms to make. */
  RSA_2048("RSA", "SHA256withRSA"),
  /** Ed25519 of RFC 8410. */
  ED25519("Ed25519", "Ed25519");

  private final String keyAlgorithm;
  private final String signatureAlgorithm;

  DevKeyType(String keyAlgorithm, String signatureAlgorithm) {
    this.keyAlgorithm = keyAlgorithm;
    this.signatureAlgorithm = signatureAlgorithm;
  }

  String signatureAlgorithm() {
    return signatureAlgorithm;
  }

  KeyPair generate() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(keyAlgorithm);
      if (this == EC_P256) {
        generator.initialize(new ECGenParameterSpec("secp256r1"));
      } else if (this == RSA_2048) {
        generator.initialize(2048);
      }
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK 17 makes " + this + " keys", e);
    }
  }
}
