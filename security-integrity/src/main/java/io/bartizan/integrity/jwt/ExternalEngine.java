package io.bartizan.integrity.jwt;

import io.bartizan.integrity.keys.EcCurves;
import io.bartizan.integrity.keys.EcdsaForms;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * An {@link ExternalSigner} whose answers the public key verifies, each of them: a service may
 * start to sign with another key. The first one also settles the form of ECDSA signatures, so that
 * no later one can be read in two ways. Thread-safe.
 */
final class ExternalEngine implements SigningEngine {

  private final JwsAlgorithm algorithm;
  private final ExternalSigner signer;
  private final PublicKey publicKey;
  private final boolean der;
  private final int length;

  private ExternalEngine(
      JwsAlgorithm algorithm, ExternalSigner signer, PublicKey publicKey, boolean der) {
    this.algorithm = algorithm;
    this.signer = signer;
    this.publicKey = publicKey;
    this.der = der;
    this.length =
        publicKey instanceof RSAPublicKey rsa
            ? (rsa.getModulus().bitLength() + 7) / 8
            : 2 * algorithm.size;
  }

  /**
   * Tries the signer.
   *
   * @throws IllegalArgumentException if it fails, or its answer is not of the public key
   */
  static ExternalEngine tried(JwsAlgorithm algorithm, ExternalSigner signer, PublicKey publicKey) {
    byte[] message = {1, 2, 3};
    byte[] answer;
    try {
      answer = answer(algorithm, signer, message);
    } catch (IllegalStateException e) {
      throw new IllegalArgumentException(e.getMessage(), e.getCause());
    }
    for (boolean der : new boolean[] {false, true}) {
      ExternalEngine engine = new ExternalEngine(algorithm, signer, publicKey, der);
      if (engine.verified(message, answer) != null) {
        return engine;
      }
    }
    throw new IllegalArgumentException(
        "the external signer's answer of "
            + answer.length
            + " bytes is no "
            + algorithm
            + " signature of the public key; for ECDSA r || s or DER is accepted");
  }

  @Override
  public byte[] sign(byte[] message) {
    byte[] answer = answer(algorithm, signer, message);
    byte[] signature = verified(message, answer);
    if (signature == null) {
      throw new IllegalStateException(
          "the external signer's answer of "
              + answer.length
              + " bytes is no "
              + algorithm
              + " signature of the public key in the form of its first one");
    }
    return signature;
  }

  /** As a token has it; null if it is of another form, or not of the key. */
  private byte @Nullable [] verified(byte[] message, byte[] answer) {
    byte[] signature = plain(answer);
    return signature != null && verifies(algorithm, publicKey, message, signature)
        ? signature
        : null;
  }

  private static byte[] answer(JwsAlgorithm algorithm, ExternalSigner signer, byte[] message) {
    byte @Nullable [] answer;
    try {
      answer = signer.sign(message.clone());
    } catch (Exception | Error e) {
      if (e instanceof InterruptedException) {
        Thread.currentThread().interrupt();
      }
      throw new IllegalStateException("the external signer failed to sign with " + algorithm, e);
    }
    if (answer == null) {
      throw new IllegalStateException("the external signer gave no signature");
    }
    return answer;
  }

  private byte @Nullable [] plain(byte[] answer) {
    if (algorithm.family != JwsAlgorithm.Family.EC) {
      return !der && answer.length == length ? answer.clone() : null;
    }
    BigInteger order = EcCurves.get(algorithm.curve).getOrder();
    if (der) {
      return EcdsaForms.isStrictDer(answer, order)
          ? EcdsaForms.fromDer(answer, algorithm.size)
          : null;
    }
    return answer.length == length && EcdsaForms.isInRange(answer, order)
        ? Arrays.copyOf(answer, length)
        : null;
  }

  private static boolean verifies(
      JwsAlgorithm algorithm, PublicKey publicKey, byte[] message, byte[] signature) {
    try {
      Signature verifier = JcaEngine.instance(algorithm, null);
      verifier.initVerify(publicKey);
      verifier.update(message);
      return verifier.verify(
          algorithm.family == JwsAlgorithm.Family.EC ? EcdsaForms.toDer(signature) : signature);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }
}
