package io.bartizan.integrity.jwt;

import java.math.BigInteger;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;

/** Writes an EC key as a JWK. */
final class EcJwk {

  private EcJwk() {}

  static String of(PublicKey publicKey) {
    ECPublicKey key = (ECPublicKey) publicKey;
    int bits = key.getParams().getCurve().getField().getFieldSize();
    return "{\"kty\":\"EC\",\"crv\":\"P-"
        + bits
        + "\",\"x\":\""
        + coordinate(key.getW().getAffineX(), bits)
        + "\",\"y\":\""
        + coordinate(key.getW().getAffineY(), bits)
        + "\"}";
  }

  static String of(PublicKey publicKey, String keyId) {
    return "{\"kid\":\"" + keyId + "\"," + of(publicKey).substring(1);
  }

  private static String coordinate(BigInteger value, int bits) {
    byte[] fixed = new byte[(bits + 7) / 8];
    byte[] bytes = value.toByteArray();
    int length = Math.min(bytes.length, fixed.length);
    System.arraycopy(bytes, bytes.length - length, fixed, fixed.length - length, length);
    return Forge.base64(fixed);
  }
}
