package io.bartizan.integrity.artifact;

import java.math.BigInteger;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;

/**
 * RSA with PKCS #1 v1.5 (RFC 8017 section 8.2.2) over a digest that is known: what was signed is
 * computed whole and compared whole, so nothing of it is parsed. The JDK has no engine for it.
 */
final class RsaDigest {

  /** The DigestInfo before the digest, RFC 8017 section 9.2. */
  private static final Map<DigestAlgorithm, byte[]> PREFIXES =
      Map.of(
          DigestAlgorithm.SHA_256,
          HexFormat.of().parseHex("3031300d060960864801650304020105000420"),
          DigestAlgorithm.SHA_384,
          HexFormat.of().parseHex("3041300d060960864801650304020205000430"),
          DigestAlgorithm.SHA_512,
          HexFormat.of().parseHex("3051300d060960864801650304020305000440"));

  private RsaDigest() {}

  static boolean matches(RSAPublicKey key, Digest content, byte[] signature) {
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
