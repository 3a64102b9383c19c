package io.bartizan.integrity.artifact;

import io.bartizan.core.Pem;
import io.bartizan.core.VerificationException;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.List;
import java.util.Objects;

/**
 * The one public key that a detached signature must be made with.
 *
 * <p>The algorithm follows from the key and from nothing else: Ed25519; ECDSA on P-256, P-384 or
 * P-521 with SHA-256, SHA-384 or SHA-512 and a DER signature; RSA of at least 2048 bits with PKCS
 * #1 v1.5 and SHA-256. These are what {@code openssl dgst -sha256 -sign} makes for P-256 and RSA.
 * Immutable, thread-safe.
 *
 * <pre>{@code
 * PinnedKey key = PinnedKey.parsePem(Files.readString(publicKey));
 * key.verify(content, signature);
 * }</pre>
 */
public final class PinnedKey {

  private static final int MIN_RSA_BITS = 2_048;
  private static final int MAX_RSA_BITS = 8_192;
  private static final int ED25519_BYTES = 64;

  private final PublicKey key;
  private final String algorithm;

  private PinnedKey(PublicKey key, String algorithm) {
    this.key = key;
    this.algorithm = algorithm;
  }

  /**
   * Reads one {@code PUBLIC KEY} block.
   *
   * @param pem the text, with exactly one block
   * @return the key
   * @throws NullPointerException if {@code pem} is null
   * @throws IllegalArgumentException if there is another number or kind of blocks, or the key is
   *     not one of the accepted
   */
  public static PinnedKey parsePem(String pem) {
    List<Pem> blocks = Pem.parse(pem);
    if (blocks.size() != 1 || !blocks.get(0).label().equals("PUBLIC KEY")) {
      throw new IllegalArgumentException("pem has not exactly one block, a PUBLIC KEY");
    }
    byte[] encoded = blocks.get(0).content();
    for (String family : List.of("Ed25519", "EC", "RSA")) {
      try {
        return of(KeyFactory.getInstance(family).generatePublic(new X509EncodedKeySpec(encoded)));
      } catch (GeneralSecurityException e) {
        // not of this family
      }
    }
    throw new IllegalArgumentException("pem holds no Ed25519, EC or RSA key");
  }

  /**
   * A key that was read elsewhere.
   *
   * @param key an Ed25519, EC or RSA key
   * @return the pinned key
   * @throws NullPointerException if {@code key} is null
   * @throws IllegalArgumentException if it is not one of the accepted
   */
  public static PinnedKey of(PublicKey key) {
    Objects.requireNonNull(key, "key");
    if (key instanceof EdECPublicKey ed && ed.getParams().getName().equals("Ed25519")) {
      return new PinnedKey(key, "Ed25519");
    }
    if (key instanceof ECPublicKey ec) {
      int bits = ec.getParams().getOrder().bitLength();
      int hash = bits == 521 ? 512 : bits;
      boolean known = bits == 256 || bits == 384 || bits == 521;
      String curve = String.valueOf(ec.getParams());
      if (known && curve.contains("secp" + bits + "r1")) {
        return new PinnedKey(key, "SHA" + hash + "withECDSA");
      }
      throw new IllegalArgumentException("key is on another curve than P-256, P-384 and P-521");
    }
    if (key instanceof RSAPublicKey rsa) {
      int bits = rsa.getModulus().bitLength();
      if (bits < MIN_RSA_BITS || bits > MAX_RSA_BITS) {
        throw new IllegalArgumentException(
            "key has " + bits + " bits, " + MIN_RSA_BITS + " to " + MAX_RSA_BITS + " is accepted");
      }
      return new PinnedKey(key, "SHA256withRSA");
    }
    throw new IllegalArgumentException(
        "key is " + key.getAlgorithm() + ", Ed25519, EC and RSA are accepted");
  }

  /**
   * Verifies a detached signature.
   *
   * @param content what was signed
   * @param signature raw bytes, not base64
   * @throws NullPointerException if an argument is null
   * @throws VerificationException {@link ArtifactReason#SIGNATURE_INVALID} if it was not made with
   *     this key over this content
   */
  public void verify(byte[] content, byte[] signature) {
    Objects.requireNonNull(content, "content");
    Objects.requireNonNull(signature, "signature");
    if (algorithm.equals("Ed25519") && signature.length != ED25519_BYTES) {
      throw invalid(); // the JDK lets trailing zeros pass
    }
    boolean valid;
    try {
      Signature verifier = Signature.getInstance(algorithm);
      verifier.initVerify(key);
      verifier.update(content);
      valid = verifier.verify(signature);
    } catch (SignatureException e) {
      valid = false; // malformed; a forger learns nothing from the difference
    } catch (InvalidKeyException e) {
      throw new IllegalStateException("this JVM can't use the pinned key", e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JVM has no " + algorithm, e);
    }
    if (!valid) {
      throw invalid();
    }
  }

  private VerificationException invalid() {
    return new VerificationException(
        ArtifactReason.SIGNATURE_INVALID, "no " + algorithm + " signature of the pinned key");
  }

  @Override
  public String toString() {
    return "PinnedKey[" + algorithm + "]";
  }
}
