package io.bartizan.integrity.artifact;

import io.bartizan.core.Pem;
import io.bartizan.core.VerificationException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.EllipticCurve;
import java.security.spec.KeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The one public key that a detached signature must be made with.
 *
 * <p>The algorithm follows from the key and from nothing else: Ed25519; ECDSA on P-256, P-384 or
 * P-521 with SHA-256, SHA-384 or SHA-512 and a DER signature; RSA of at least 2048 bits with PKCS
 * #1 v1.5 and SHA-256. These are what {@code openssl dgst -sha256 -sign} makes for P-256 and RSA.
 * Immutable, thread-safe.
 *
 * <pre>{@code
 * PinnedKey key = PinnedKey.parse(Files.readString(publicKey));
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
  public static PinnedKey parse(String pem) {
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
    try {
      return ofNumbers(key);
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("key is none that this JVM can use", e);
    }
  }

  /** Made anew from its numbers, so that one key has one encoding, whoever made the object. */
  private static PinnedKey ofNumbers(PublicKey key) throws GeneralSecurityException {
    if (key instanceof EdECPublicKey ed && ed.getParams().getName().equals("Ed25519")) {
      KeySpec point = new EdECPublicKeySpec(ed.getParams(), ed.getPoint());
      return new PinnedKey(KeyFactory.getInstance("Ed25519").generatePublic(point), "Ed25519");
    }
    if (key instanceof ECPublicKey ec) {
      int bits = ec.getParams().getOrder().bitLength();
      int hash = bits == 521 ? 512 : bits;
      boolean known = bits == 256 || bits == 384 || bits == 521;
      String curve = String.valueOf(ec.getParams());
      if (known && curve.contains("secp" + bits + "r1")) {
        requireOnCurve(ec);
        KeySpec point = new ECPublicKeySpec(ec.getW(), ec.getParams());
        return new PinnedKey(
            KeyFactory.getInstance("EC").generatePublic(point), "SHA" + hash + "withECDSA");
      }
      throw new IllegalArgumentException("key is on another curve than P-256, P-384 and P-521");
    }
    if (key instanceof RSAPublicKey rsa) {
      int bits = rsa.getModulus().bitLength();
      if (bits < MIN_RSA_BITS || bits > MAX_RSA_BITS) {
        throw new IllegalArgumentException(
            "key has " + bits + " bits, " + MIN_RSA_BITS + " to " + MAX_RSA_BITS + " is accepted");
      }
      BigInteger exponent = rsa.getPublicExponent();
      if (!exponent.testBit(0) || exponent.bitLength() < 2 || exponent.bitLength() > 64) {
        throw new IllegalArgumentException("key has an exponent that is even, 1 or above 64 bits");
      }
      KeySpec numbers = new RSAPublicKeySpec(rsa.getModulus(), exponent);
      return new PinnedKey(KeyFactory.getInstance("RSA").generatePublic(numbers), "SHA256withRSA");
    }
    throw new IllegalArgumentException(
        "key is " + key.getAlgorithm() + ", Ed25519, EC and RSA are accepted");
  }

  /** y² = x³ + ax + b; not every JDK asks. */
  private static void requireOnCurve(ECPublicKey key) {
    if (key.getW().equals(ECPoint.POINT_INFINITY)) {
      throw new IllegalArgumentException("key is the point at infinity");
    }
    EllipticCurve curve = key.getParams().getCurve();
    BigInteger p = ((ECFieldFp) curve.getField()).getP();
    BigInteger x = key.getW().getAffineX();
    BigInteger y = key.getW().getAffineY();
    BigInteger right = x.multiply(x).add(curve.getA()).multiply(x).add(curve.getB()).mod(p);
    boolean inField = x.signum() >= 0 && y.signum() >= 0 && x.max(y).compareTo(p) < 0;
    if (!inField || !y.multiply(y).mod(p).equals(right)) {
      throw new IllegalArgumentException("key is no point of its curve");
    }
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
    if (key instanceof ECPublicKey ec && !isStrict(signature, ec.getParams().getOrder())) {
      return false; // some JDKs take other spellings of the same numbers, or zero
    }
    try {
      Signature verifier = Signature.getInstance(algorithm);
      verifier.initVerify(key);
      verifier.update(content);
      return verifier.verify(signature);
    } catch (SignatureException e) {
      return false; // malformed; a forger learns nothing from the difference
    } catch (InvalidKeyException e) {
      throw new IllegalStateException("this JVM can't use the pinned key", e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JVM has no " + algorithm, e);
    }
  }

  /** DER of two numbers from 1 to n − 1, in the one spelling that DER has. */
  private static boolean isStrict(byte[] der, BigInteger order) {
    int head = der.length > 127 + 2 ? 3 : 2; // the length takes two bytes from 128 on
    if (der.length < 8
        || der.length > 255 + 3
        || der[0] != 0x30
        || (head == 3 && der[1] != (byte) 0x81)
        || (der[head - 1] & 0xff) != der.length - head) {
      return false;
    }
    int second = head + 2 + der[head + 1];
    return isNumber(der, head, order)
        && isNumber(der, second, order)
        && second + 2 + der[second + 1] == der.length;
  }

  private static boolean isNumber(byte[] der, int at, BigInteger order) {
    if (at < 0 || at + 2 > der.length || der[at] != 0x02 || der[at + 1] < 1) {
      return false;
    }
    int length = der[at + 1];
    if (at + 2 + length > der.length
        || (length > 1 && der[at + 2] == 0 && der[at + 3] >= 0)) { // a zero too many
      return false;
    }
    BigInteger number = new BigInteger(der, at + 2, length);
    return number.signum() > 0 && number.compareTo(order) < 0;
  }

  /**
   * Which key it is: the SHA-256 of its SubjectPublicKeyInfo, as cosign and others name keys.
   *
   * @return the digest
   */
  public Digest fingerprint() {
    return Digest.sha256Of(key.getEncoded());
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof PinnedKey that
        && Arrays.equals(key.getEncoded(), that.key.getEncoded());
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(key.getEncoded());
  }

  /** The algorithm and the {@link #fingerprint()}. */
  @Override
  public String toString() {
    return "PinnedKey[" + algorithm + ", " + fingerprint() + "]";
  }
}
