package io.bartizan.integrity.x509;

import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.artifact.DigestAlgorithm;
import io.bartizan.integrity.keys.BouncyCastle;
import io.bartizan.integrity.keys.EcdsaSignatures;
import io.bartizan.integrity.keys.EdwardsPoint;
import io.bartizan.integrity.keys.Hashes;
import io.bartizan.integrity.keys.JdkSignatures;
import io.bartizan.integrity.keys.KeyGate;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.EdDSAParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Arrays;
import java.util.HexFormat;
import org.bouncycastle.math.ec.rfc8032.Ed25519;
import org.jspecify.annotations.Nullable;

/** Verifies raw signatures: ECDSA, RSA (PKCS #1 v1.5 and PSS), Ed25519 and Ed25519ph. */
public final class Signatures {

  private static final int ED25519_BYTES = 64;
  private static final int ED25519_POINT = 32;

  private Signatures() {}

  /**
   * Over bytes, with the one hash of the key's kind; Ed25519 is plain.
   *
   * @param key verifies it
   * @param content what was signed
   * @param signature DER of an ECDSA signature, or the bytes of another
   * @return whether it is the key's
   */
  public static boolean matches(KeyGate.Passed key, byte[] content, byte[] signature) {
    return isEd25519(key)
        ? ed25519(key.key(), content, signature)
        : matches(key, Digest.compute(defaultHash(key), content), signature);
  }

  /**
   * Over bytes, with a hash; Ed25519 is plain.
   *
   * @param key verifies it
   * @param hash for RSA and EC
   * @param content what was signed
   * @param signature DER of an ECDSA signature, or the bytes of another
   * @return whether it is the key's
   */
  public static boolean matches(
      KeyGate.Passed key, DigestAlgorithm hash, byte[] content, byte[] signature) {
    return isEd25519(key)
        ? ed25519(key.key(), content, signature)
        : matches(key, Digest.compute(hash, content), signature);
  }

  /**
   * Over a digest; Ed25519 is the prehashed kind, which has SHA-512 and needs Bouncy Castle.
   *
   * @param key verifies it
   * @param digest what was signed
   * @param signature DER of an ECDSA signature, or the bytes of another
   * @return whether it is the key's
   * @throws IllegalStateException if it needs Bouncy Castle, which is not there
   */
  public static boolean matches(KeyGate.Passed key, Digest digest, byte[] signature) {
    if (isEd25519(key)) {
      return ed25519ph(key, digest, signature);
    }
    return key.key() instanceof RSAPublicKey rsa
        ? rsa(rsa, digest, signature)
        : EcdsaSignatures.matches(key, digest.bytes(), signature);
  }

  /**
   * Over bytes, by Ed25519ph.
   *
   * @param key an Ed25519 key
   * @param content what was signed
   * @param signature its bytes
   * @return whether it is the key's
   */
  public static boolean matchesPrehashed(KeyGate.Passed key, byte[] content, byte[] signature) {
    if (BouncyCastle.isPresent()) {
      return matches(key, Digest.compute(DigestAlgorithm.SHA_512, content), signature);
    }
    return signature.length == ED25519_BYTES
        && jca("EdDSA", new EdDSAParameterSpec(true), key.key(), content, signature);
  }

  /**
   * Whether a key is of Ed25519.
   *
   * @param key any key
   * @return whether it is
   */
  public static boolean isEd25519(KeyGate.Passed key) {
    return "Ed25519".equals(key.curve());
  }

  private static boolean ed25519(PublicKey key, byte[] content, byte[] signature) {
    return signature.length == ED25519_BYTES && jca("Ed25519", null, key, content, signature);
  }

  private static boolean ed25519ph(KeyGate.Passed key, Digest digest, byte[] signature) {
    if (!BouncyCastle.isPresent()) {
      throw new IllegalStateException("Ed25519ph needs bcprov-jdk18on, which is not there");
    }
    byte[] spki = key.spki();
    byte[] point = Arrays.copyOfRange(spki, spki.length - ED25519_POINT, spki.length);
    return digest.algorithm() == DigestAlgorithm.SHA_512
        && signature.length == ED25519_BYTES
        && Ed25519.verifyPrehash(signature, 0, point, 0, new byte[0], digest.bytes(), 0)
        && EdwardsPoint.isRightWithoutCofactor(signature);
  }

  /** EMSA-PKCS1-v1_5 (RFC 8017 section 9.2), made and compared whole. */
  private static boolean rsa(RSAPublicKey key, Digest digest, byte[] signature) {
    int size = (key.getModulus().bitLength() + 7) / 8;
    BigInteger number = new BigInteger(1, signature);
    if (signature.length != size || number.compareTo(key.getModulus()) >= 0) {
      return false;
    }
    String head =
        switch (digest.algorithm()) {
          case SHA_256 -> "3031300d060960864801650304020105000420";
          case SHA_384 -> "3041300d060960864801650304020205000430";
          case SHA_512 -> "3051300d060960864801650304020305000440";
        };
    byte[] info = HexFormat.of().parseHex(head + digest.hex());
    byte[] wanted = new byte[size];
    Arrays.fill(wanted, (byte) -1);
    wanted[0] = 0;
    wanted[1] = 1;
    wanted[size - info.length - 1] = 0;
    System.arraycopy(info, 0, wanted, size - info.length, info.length);
    BigInteger found = number.modPow(key.getPublicExponent(), key.getModulus());
    return found.equals(new BigInteger(1, wanted));
  }

  private static boolean jca(
      String algorithm,
      @Nullable EdDSAParameterSpec form,
      PublicKey key,
      byte[] content,
      byte[] signature) {
    try {
      Signature verifier = JdkSignatures.engine(algorithm, false);
      if (form != null) {
        verifier.setParameter(form);
      }
      verifier.initVerify(key);
      verifier.update(content);
      return verifier.verify(signature);
    } catch (SignatureException e) {
      return false; // malformed; a forger learns nothing from the difference
    } catch (InvalidKeyException e) {
      throw new IllegalStateException("this JVM can't use the key", e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JVM has no " + algorithm, e);
    }
  }

  /**
   * RSASSA-PSS (RFC 8017 section 8.1) with one hash for content and mask and a salt of its length.
   *
   * @param key an RSA key
   * @param hash the hash
   * @param content what was signed
   * @param signature its bytes
   * @return whether it is the key's
   */
  public static boolean matchesPss(
      KeyGate.Passed key, DigestAlgorithm hash, byte[] content, byte[] signature) {
    return matchesPss(key, hash, hash.length(), content, signature);
  }

  /**
   * The same with the longest salt that the key has room for (RFC 8017 section 9.1.1, step 3), as
   * Go signs unless told otherwise.
   *
   * @param key an RSA key
   * @param hash the hash
   * @param content what was signed
   * @param signature its bytes
   * @return whether it is the key's
   */
  public static boolean matchesPssOfLongestSalt(
      KeyGate.Passed key, DigestAlgorithm hash, byte[] content, byte[] signature) {
    return key.key() instanceof RSAPublicKey rsa
        && matchesPss(
            key,
            hash,
            (rsa.getModulus().bitLength() + 6) / 8 - hash.length() - 2,
            content,
            signature);
  }

  private static boolean matchesPss(
      KeyGate.Passed key, DigestAlgorithm hash, int salt, byte[] content, byte[] signature) {
    String name = Hashes.standardName(hash.label());
    try {
      Signature verifier = JdkSignatures.engine("RSASSA-PSS", true);
      verifier.setParameter(
          new PSSParameterSpec(name, "MGF1", new MGF1ParameterSpec(name), salt, 1));
      verifier.initVerify(key.key());
      verifier.update(content);
      return verifier.verify(signature);
    } catch (SignatureException e) {
      return false;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has RSASSA-PSS", e);
    }
  }

  /**
   * The kind of a key.
   *
   * @param key any key
   * @return its curve, or {@code RSA}
   */
  public static String kindOf(KeyGate.Passed key) {
    return key.curve() == null ? key.kty() : key.curve();
  }

  /**
   * The hash that a key signs with unless something says another.
   *
   * @param key any key
   * @return of Ed25519 the hash of its prehashed kind
   */
  public static DigestAlgorithm defaultHash(KeyGate.Passed key) {
    return switch (kindOf(key)) {
      case "P-384" -> DigestAlgorithm.SHA_384;
      case "P-521", "Ed25519" -> DigestAlgorithm.SHA_512;
      default -> DigestAlgorithm.SHA_256;
    };
  }
}
