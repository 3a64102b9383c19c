package io.bartizan.integrity.artifact;

import io.bartizan.integrity.keys.EcdsaSignatures;
import io.bartizan.integrity.keys.KeyGate;
import java.math.BigInteger;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;

/**
 * Signatures over a digest that is known, where the content is not: ECDSA, and RSA with PKCS #1
 * v1.5 (RFC 8017 section 8.2.2), of which the JDK has none; there what was signed is computed whole
 * and compared whole, so nothing of it is parsed.
 */
final class KnownDigest {

  /** The DigestInfo before the digest, RFC 8017 section 9.2. */
  private static final Map<DigestAlgorithm, byte[]> PREFIXES =
      Map.of(
          DigestAlgorithm.SHA_256,
          HexFormat.of().parseHex("3031300d060960864801650304020105000420"),
          DigestAlgorithm.SHA_384,
          HexFormat.of().parseHex("3041300d060960864801650304020205000430"),
          DigestAlgorithm.SHA_512,
          HexFormat.of().parseHex("3051300d060960864801650304020305000440"));

  private KnownDigest() {}

  static boolean isEnough(SignatureForm form, Digest content) {
    boolean ed25519 = form == SignatureForm.ED25519 || form == SignatureForm.ED25519PH;
    return content.algorithm() == form.hash() && !ed25519 && !form.name().contains("PSS");
  }

  /** The signature is well-formed, and the digest of the form's hash. */
  static boolean matches(KeyGate.Passed key, Digest content, byte[] signature) {
    return key.key() instanceof RSAPublicKey rsa
        ? matches(rsa, content, signature)
        : key.kty().equals("EC") && EcdsaSignatures.matches(key, content.bytes(), signature);
  }

  private static boolean matches(RSAPublicKey key, Digest content, byte[] signature) {
    int length = (key.getModulus().bitLength() + 7) / 8;
    BigInteger number = new BigInteger(1, signature);
    if (signature.length != length || number.compareTo(key.getModulus()) >= 0) {
      return false;
    }
    byte[] prefix = PREFIXES.getOrDefault(content.algorithm(), new byte[0]);
    byte[] digest = content.bytes();
    byte[] encoded = new byte[length];
    Arrays.fill(encoded, (byte) 0xff);
    encoded[0] = 0;
    encoded[1] = 1;
    int at = length - prefix.length - digest.length;
    encoded[at - 1] = 0;
    System.arraycopy(prefix, 0, encoded, at, prefix.length);
    System.arraycopy(digest, 0, encoded, at + prefix.length, digest.length);
    return number
        .modPow(key.getPublicExponent(), key.getModulus())
        .equals(new BigInteger(1, encoded));
  }
}
