package io.bartizan.integrity.artifact;

import io.bartizan.core.Pem;
import io.bartizan.core.VerificationException;
import io.bartizan.integrity.keys.EcdsaForms;
import io.bartizan.integrity.keys.KeyGate;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.NoSuchProviderException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.interfaces.ECPublicKey;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The public key that verifies a detached signature, as {@code openssl dgst} and {@code cosign}
 * make them.
 *
 * <p>The algorithm follows from the key and from nothing else: Ed25519; ECDSA on P-256, P-384 or
 * P-521 with SHA-256, SHA-384 or SHA-512 and a DER signature; RSA of at least 2048 bits with PKCS
 * #1 v1.5 and SHA-256. Keys are judged as strictly as those of tokens: RSA keys with the ROCA
 * fingerprint and Ed25519 points of small order are refused. These are what {@code openssl dgst
 * -sha256 -sign} makes for P-256 and RSA. Immutable, thread-safe.
 *
 * <pre>{@code
 * PinnedKey key = PinnedKey.parse(Files.readString(publicKey));
 * key.verify(content, signature);
 * }</pre>
 */
public final class PinnedKey {

  private static final int ED25519_BYTES = 64;

  private final KeyGate.Passed key;
  private final String algorithm;

  /** Made anew from its numbers, so that one key has one encoding, whoever made the object. */
  private PinnedKey(KeyGate.Passed key) {
    this.key = key;
    this.algorithm = algorithm(String.valueOf(key.curve()));
  }

  private static String algorithm(String curve) {
    return switch (curve) {
      case "Ed25519" -> "Ed25519";
      case "P-256" -> "SHA256withECDSA";
      case "P-384" -> "SHA384withECDSA";
      case "P-521" -> "SHA512withECDSA";
      default -> "SHA256withRSA";
    };
  }

  /** The Ed25519 key of 32 bytes. */
  static PinnedKey ofPoint(byte[] point) {
    return new PinnedKey(KeyGate.ed25519(point));
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
  public static PinnedKey parse(String pem) {
    List<Pem> blocks = Pem.parse(pem);
    if (blocks.size() != 1 || !blocks.get(0).label().equals("PUBLIC KEY")) {
      throw new IllegalArgumentException("pem has not exactly one block, a PUBLIC KEY");
    }
    return new PinnedKey(KeyGate.ofSpki(blocks.get(0).content()));
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
    return new PinnedKey(KeyGate.pass(Objects.requireNonNull(key, "key")));
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
    if (!matches(content, signature)) {
      throw new VerificationException(
          ArtifactReason.SIGNATURE_INVALID, "no " + algorithm + " signature of the pinned key");
    }
  }

  /**
   * Whether a detached signature was made with this key over this content.
   *
   * @param content what was signed
   * @param signature raw bytes, not base64
   * @return whether {@link #verify} returns
   * @throws NullPointerException if an argument is null
   */
  public boolean matches(byte[] content, byte[] signature) {
    Objects.requireNonNull(content, "content");
    Objects.requireNonNull(signature, "signature");
    if (algorithm.equals("Ed25519") && signature.length != ED25519_BYTES) {
      return false; // the JDK lets trailing zeros pass
    }
    if (key.key() instanceof ECPublicKey ec
        && !EcdsaForms.isStrictDer(signature, ec.getParams().getOrder())) {
      return false; // some JDKs take other spellings of the same numbers, or zero
    }
    try {
      Signature verifier = engine();
      verifier.initVerify(key.key());
      verifier.update(content);
      return verifier.verify(signature) || isOfLargeX(content, signature);
    } catch (SignatureException e) {
      return false; // malformed; a forger learns nothing from the difference
    } catch (InvalidKeyException e) {
      throw new IllegalStateException("this JVM can't use the pinned key", e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JVM has no " + algorithm, e);
    }
  }

  /** The JDK's own, so that whoever inserted a provider before it changes no verdict. */
  private Signature engine() throws NoSuchAlgorithmException {
    try {
      return Signature.getInstance(algorithm, key.kty().equals("RSA") ? "SunRsaSign" : "SunEC");
    } catch (NoSuchProviderException | NoSuchAlgorithmException e) {
      return Signature.getInstance(algorithm);
    }
  }

  private boolean isOfLargeX(byte[] content, byte[] signature) throws NoSuchAlgorithmException {
    return key.key() instanceof ECPublicKey ec
        && new LargeX(ec)
            .matches(
                signature,
                MessageDigest.getInstance("SHA-" + algorithm.substring(3, 6)).digest(content));
  }

  /**
   * Which key it is: the SHA-256 of its SubjectPublicKeyInfo, as cosign and others name keys.
   *
   * @return the digest
   */
  public Digest fingerprint() {
    return Digest.sha256Of(key.spki());
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof PinnedKey that && Arrays.equals(key.spki(), that.key.spki());
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(key.spki());
  }

  /** The algorithm and the {@link #fingerprint()}. */
  @Override
  public String toString() {
    return "PinnedKey[" + algorithm + ", " + fingerprint() + "]";
  }
}
