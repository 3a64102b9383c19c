package io.bartizan.integrity.jwt;

import io.bartizan.integrity.json.JsonWriter;
import io.bartizan.integrity.json.StrictBase64;
import io.bartizan.integrity.keys.EdwardsPoint;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.SortedMap;
import java.util.TreeMap;

/** The SHA-256 thumbprint of a public key as a JWK (RFC 7638, RFC 8037 section 2). */
final class Thumbprint {

  private Thumbprint() {}

  static String of(PublicKey key) {
    String json = JsonWriter.write(members(key));
    return StrictBase64.encodeUrl(sha256(json.getBytes(StandardCharsets.US_ASCII)));
  }

  /** The members that a JWK of the key must have, in the order of their names. */
  static SortedMap<String, String> members(PublicKey key) {
    SortedMap<String, String> jwk = new TreeMap<>();
    if (key instanceof RSAPublicKey rsa) {
      jwk.put("kty", "RSA");
      jwk.put("e", unsigned(rsa.getPublicExponent(), 0));
      jwk.put("n", unsigned(rsa.getModulus(), 0));
    } else if (key instanceof ECPublicKey ec) {
      int bits = ec.getParams().getCurve().getField().getFieldSize();
      int bytes = (bits + 7) / 8;
      jwk.put("kty", "EC");
      jwk.put("crv", "P-" + bits);
      jwk.put("x", unsigned(ec.getW().getAffineX(), bytes));
      jwk.put("y", unsigned(ec.getW().getAffineY(), bytes));
    } else {
      jwk.put("kty", "OKP");
      jwk.put("crv", "Ed25519");
      jwk.put("x", StrictBase64.encodeUrl(EdwardsPoint.of(key)));
    }
    return jwk;
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
