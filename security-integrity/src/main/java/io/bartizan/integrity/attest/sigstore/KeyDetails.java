package io.bartizan.integrity.attest.sigstore;

import io.bartizan.integrity.artifact.DigestAlgorithm;
import io.bartizan.integrity.keys.KeyGate;
import io.bartizan.integrity.x509.Signatures;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The kinds of key that {@code keyDetails} names and that are read, each with its one hash. */
enum KeyDetails {
  PKIX_ECDSA_P256_SHA_256("P-256", DigestAlgorithm.SHA_256),
  PKIX_ECDSA_P384_SHA_384("P-384", DigestAlgorithm.SHA_384),
  PKIX_ECDSA_P521_SHA_512("P-521", DigestAlgorithm.SHA_512),
  PKIX_ED25519("Ed25519", DigestAlgorithm.SHA_512),
  PKIX_ED25519_PH("Ed25519", DigestAlgorithm.SHA_512),
  PKIX_RSA_PKCS1V15_2048_SHA256("RSA", DigestAlgorithm.SHA_256),
  PKIX_RSA_PKCS1V15_3072_SHA256("RSA", DigestAlgorithm.SHA_256),
  PKIX_RSA_PKCS1V15_4096_SHA256("RSA", DigestAlgorithm.SHA_256),
  PKCS1_RSA_PKCS1V5("RSA", DigestAlgorithm.SHA_256);

  private final String kind;
  private final DigestAlgorithm hash;

  KeyDetails(String kind, DigestAlgorithm hash) {
    this.kind = kind;
    this.hash = hash;
  }

  static @Nullable KeyDetails ofName(String name) {
    for (KeyDetails each : values()) {
      if (each.name().equals(name)) {
        return each;
      }
    }
    return null;
  }

  DigestAlgorithm hash() {
    return hash;
  }

  boolean isPrehashed() {
    return this == PKIX_ED25519_PH;
  }

  /** Whether a key is of this kind; of RSA the length in the name is not a bound. */
  boolean fits(KeyGate.Passed key) {
    return kind.equals(Signatures.kindOf(key));
  }

  /** The key in its encoding. */
  KeyGate.Passed read(byte[] raw) {
    return KeyGate.ofSpki(this == PKCS1_RSA_PKCS1V5 ? Spki.ofPkcs1(raw) : raw);
  }

  /** Such as {@code SHA2_256}; null if it is no hash that is read. */
  static @Nullable DigestAlgorithm hashOfProto(String name) {
    for (DigestAlgorithm each : DigestAlgorithm.values()) {
      if (name.equals("SHA2_" + each.label().substring(3))) {
        return each;
      }
    }
    return null;
  }

  /** Such as {@code sha256}; null if it is no hash that is read. */
  static @Nullable DigestAlgorithm hashOfLabel(String label) {
    for (DigestAlgorithm each : DigestAlgorithm.values()) {
      if (label.equals(each.label().toLowerCase(Locale.ROOT))) {
        return each;
      }
    }
    return null;
  }
}
