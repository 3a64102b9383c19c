package io.bartizan.integrity.artifact;

import io.bartizan.core.Refusal;
import io.bartizan.integrity.keys.JdkSignatures;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.security.spec.EdDSAParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The form of a signature: hash, padding and encoding. The caller chooses it with the key; nothing
 * that comes with a signature does.
 */
public enum SignatureForm {
  /**
   * ECDSA with SHA-256 and a DER signature: the usual one of P-256, and cosign's of every curve.
   */
  ECDSA_SHA256("EC", "SHA256withECDSA"),
  /** ECDSA with SHA-384 and a DER signature: the usual one of P-384. */
  ECDSA_SHA384("EC", "SHA384withECDSA"),
  /** ECDSA with SHA-512 and a DER signature: the usual one of P-521. */
  ECDSA_SHA512("EC", "SHA512withECDSA"),
  /** RSA with PKCS #1 v1.5 and SHA-256: the usual one of RSA. */
  RSA_SHA256("RSA", "SHA256withRSA"),
  /** RSA with PKCS #1 v1.5 and SHA-384. */
  RSA_SHA384("RSA", "SHA384withRSA"),
  /** RSA with PKCS #1 v1.5 and SHA-512, as key services offer it for 4096 bits. */
  RSA_SHA512("RSA", "SHA512withRSA"),
  /** RSA with PSS, SHA-256, MGF1 of the same and a salt as long as the hash. */
  RSA_PSS_SHA256("RSA", "RSASSA-PSS"),
  /** RSA with PSS, SHA-384, MGF1 of the same and a salt as long as the hash. */
  RSA_PSS_SHA384("RSA", "RSASSA-PSS"),
  /** RSA with PSS, SHA-512, MGF1 of the same and a salt as long as the hash. */
  RSA_PSS_SHA512("RSA", "RSASSA-PSS"),
  /** Ed25519 over the content itself (RFC 8032 section 5.1). */
  ED25519("OKP", "Ed25519"),
  /** Ed25519ph: over the content's SHA-512; cosign 3 signs blobs so when a log takes part. */
  ED25519PH("OKP", "EdDSA");

  private final String kty;
  private final String standardName;

  SignatureForm(String kty, String standardName) {
    this.kty = kty;
    this.standardName = standardName;
  }

  boolean isFor(String keyType) {
    return kty.equals(keyType);
  }

  static SignatureForm usual(String kty, String curve) {
    if (kty.equals("RSA")) {
      return RSA_SHA256;
    }
    return switch (curve) {
      case "P-256" -> ECDSA_SHA256;
      case "P-384" -> ECDSA_SHA384;
      case "P-521" -> ECDSA_SHA512;
      default -> ED25519;
    };
  }

  /** The hash of the content that is signed. */
  DigestAlgorithm hash() {
    return name().endsWith("256")
        ? DigestAlgorithm.SHA_256
        : name().endsWith("384") ? DigestAlgorithm.SHA_384 : DigestAlgorithm.SHA_512;
  }

  Signature engine() throws GeneralSecurityException {
    Signature engine = JdkSignatures.engine(standardName, kty.equals("RSA"));
    if (this == ED25519PH) {
      engine.setParameter(new EdDSAParameterSpec(true));
    } else if (standardName.equals("RSASSA-PSS")) {
      String digest = hash().standardName();
      engine.setParameter(
          new PSSParameterSpec(digest, "MGF1", new MGF1ParameterSpec(digest), hash().length(), 1));
    }
    return engine;
  }

  /** Such as {@code rsa-sha256}. */
  String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * Why a signature that should have this form is refused.
   *
   * @param other the form in which it would be right; null if there is none
   */
  Refusal refusal(@Nullable SignatureForm other) {
    return other == null
        ? Refusal.of(
            ArtifactReason.SIGNATURE_INVALID, "no " + label() + " signature of the pinned key")
        : Refusal.of(
            ArtifactReason.SIGNATURE_FORM_OTHER,
            "a signature of the pinned key as "
                + other.label()
                + ", and it counts as "
                + label()
                + " only");
  }
}
