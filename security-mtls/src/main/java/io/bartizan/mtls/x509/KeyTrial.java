package io.bartizan.mtls.x509;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.Key;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds out whether a private key belongs to a public one: by signing and verifying, since the key
 * may sit in a device that shows nothing else. A key that can't be tried is not one that does not
 * fit: it may be restricted to other parameters, or its device may have failed.
 */
public final class KeyTrial {

  private static final byte[] CHALLENGE =
      "bartizan: does this key belong to this certificate?".getBytes(StandardCharsets.US_ASCII);

  private KeyTrial() {}

  /** A signature that TLS knows. */
  private record Way(String algorithm, @Nullable PSSParameterSpec parameters) {

    static Way of(String algorithm) {
      return new Way(algorithm, null);
    }

    static Way pss(String digest, MGF1ParameterSpec mask, int saltLength) {
      return new Way("RSASSA-PSS", new PSSParameterSpec(digest, "MGF1", mask, saltLength, 1));
    }

    Signature signature() throws GeneralSecurityException {
      Signature signature = Signature.getInstance(algorithm);
      if (parameters != null) {
        signature.setParameter(parameters);
      }
      return signature;
    }
  }

  private static final List<Way> PSS =
      List.of(
          Way.pss("SHA-256", MGF1ParameterSpec.SHA256, 32),
          Way.pss("SHA-384", MGF1ParameterSpec.SHA384, 48),
          Way.pss("SHA-512", MGF1ParameterSpec.SHA512, 64));

  /** The key's kind in one spelling; the JDK says EdDSA where others say Ed25519. */
  public static String family(Key key) {
    return switch (key.getAlgorithm()) {
      case "Ed25519", "Ed448", "EdDSA" -> "EdDSA";
      case "ECDSA", "EC" -> "EC";
      default -> key.getAlgorithm();
    };
  }

  private static List<Way> ways(PrivateKey key) {
    return switch (family(key)) {
      case "RSA" -> List.of(Way.of("SHA256withRSA"), PSS.get(0), PSS.get(1));
      case "RSASSA-PSS" -> PSS;
      case "EC" ->
          List.of(Way.of("SHA256withECDSA"), Way.of("SHA384withECDSA"), Way.of("SHA512withECDSA"));
      case "EdDSA" -> List.of(Way.of("EdDSA"), Way.of(key.getAlgorithm()));
      default -> List.of(Way.of(key.getAlgorithm()));
    };
  }

  /**
   * Whether a private key belongs to a public one.
   *
   * @throws GeneralSecurityException if the key signs in none of the ways that TLS knows, or what
   *     it signed can't be verified
   */
  public static boolean fits(PrivateKey key, PublicKey publicKey) throws GeneralSecurityException {
    if (!family(key).equals(family(publicKey))) {
      return false;
    }
    GeneralSecurityException failure = null;
    for (Way way : ways(key)) {
      try {
        Signature signer = way.signature();
        signer.initSign(key);
        signer.update(CHALLENGE);
        byte[] signed = signer.sign();
        Signature verifier = way.signature();
        verifier.initVerify(publicKey);
        verifier.update(CHALLENGE);
        return verifies(verifier, signed);
      } catch (GeneralSecurityException e) {
        failure = failure == null ? e : failure;
      } catch (RuntimeException e) {
        failure = failure == null ? new InvalidKeyException(e) : failure;
      }
    }
    throw failure == null ? new InvalidKeyException("no way to sign") : failure;
  }

  /** A signature of another length, which a verifier may throw for, is one that does not verify. */
  private static boolean verifies(Signature verifier, byte[] signed) {
    try {
      return verifier.verify(signed);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }
}
