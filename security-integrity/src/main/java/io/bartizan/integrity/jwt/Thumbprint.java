package io.bartizan.integrity.jwt;

import io.bartizan.integrity.json.StrictBase64;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;

/** The SHA-256 thumbprint of a public key as a JWK (RFC 7638, RFC 8037 section 2). */
final class Thumbprint {

  private Thumbprint() {}

  static String of(PublicKey key) {
    return StrictBase64.encodeUrl(sha256(json(key).getBytes(StandardCharsets.US_ASCII)));
  }

  private static String json(PublicKey key) {
    if (key instanceof RSAPublicKey rsa) {
      return "{\"e\":\""
          + unsigned(rsa.getPublicExponent(), 0)
          + "\",\"kty\":\"RSA\",\"n\":\""
          + unsigned(rsa.getModulus(), 0)
          + "\"}";
    }
    if (key instanceof ECPublicKey ec) {
      int bits = ec.getParams().getCurve().getField().getFieldSize();
      int bytes = (bits + 7) / 8;
      return "{\"crv\":\"P-"
          + bits
          + "\",\"kty\":\"EC\",\"x\":\""
          + unsigned(ec.getW().getAffineX(), bytes)
          + "\",\"y\":\""
          + unsigned(ec.getW().getAffineY(), bytes)
          + "\"}";
    }
    return "{\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"x\":\""
        + StrictBase64.encodeUrl(KeyLint.ed25519Point(key))
        + "\"}";
  }

  private static String unsigned(BigInteger value, int bytes) {
    byte[] signed = value.toByteArray();
    int skip = signed[0] == 0 ? 1 : 0;
    byte[] plain = new byte[Math.max(bytes, signed.length - skip)];
    System.arraycopy(
        signed, skip, plain, plain.length - signed.length + skip, signed.length - skip);
    return StrictBase64.encodeUrl(plain);
  }

  static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
