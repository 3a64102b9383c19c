package io.bartizan.integrity.attest.notation;

import io.bartizan.core.SafeText;
import io.bartizan.core.VerificationException;
import io.bartizan.integrity.artifact.DigestAlgorithm;
import io.bartizan.integrity.keys.EcdsaForms;
import io.bartizan.integrity.keys.KeyGate;
import io.bartizan.integrity.x509.Signatures;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import org.jspecify.annotations.Nullable;

/** The one algorithm of each key size; the envelope's word is compared with it and no more. */
enum SigningAlgorithm {
  PS256(DigestAlgorithm.SHA_256),
  PS384(DigestAlgorithm.SHA_384),
  PS512(DigestAlgorithm.SHA_512),
  ES256(DigestAlgorithm.SHA_256),
  ES384(DigestAlgorithm.SHA_384),
  ES512(DigestAlgorithm.SHA_512);

  private final DigestAlgorithm hash;

  SigningAlgorithm(DigestAlgorithm hash) {
    this.hash = hash;
  }

  /** Null if no algorithm is for such a key. */
  static @Nullable SigningAlgorithm of(KeyGate.Passed key) {
    if (key.key() instanceof RSAPublicKey rsa) {
      return switch (rsa.getModulus().bitLength()) {
        case 2048 -> PS256;
        case 3072 -> PS384;
        case 4096 -> PS512;
        default -> null;
      };
    }
    return switch (Signatures.kindOf(key)) {
      case "P-256" -> ES256;
      case "P-384" -> ES384;
      case "P-521" -> ES512;
      default -> null;
    };
  }

  /** Refuses a signature that is not the key's. */
  static void require(KeyGate.Passed key, Envelope envelope) {
    SigningAlgorithm algorithm = of(key);
    String said = envelope.attributes().algorithm();
    if (algorithm == null || !algorithm.name().equals(said)) {
      throw new VerificationException(
          NotationReason.ALGORITHM_MISMATCH,
          "signed with \""
              + SafeText.of(said)
              + "\", the certificate's key is for "
              + (algorithm == null ? "none that is accepted" : algorithm));
    }
    if (!algorithm.matches(key, envelope.signed(), envelope.signature())) {
      throw new VerificationException(
          NotationReason.SIGNATURE_INVALID, "the signature is not the certificate's");
    }
  }

  private boolean matches(KeyGate.Passed key, byte[] content, byte[] signature) {
    if (!(key.key() instanceof ECPublicKey ec)) {
      return Signatures.matchesPss(key, hash, content, signature);
    }
    int half = (ec.getParams().getCurve().getField().getFieldSize() + 7) / 8;
    return signature.length == 2 * half
        && EcdsaForms.isInRange(signature, ec.getParams().getOrder())
        && Signatures.matches(key, hash, content, EcdsaForms.toDer(signature));
  }
}
