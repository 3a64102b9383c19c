package io.bartizan.testkit.issuer;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

/** One RSA key of an issuer under its id. */
record IssuerKey(String id, KeyPair pair) {

  private static final int BITS = 2048;

  static IssuerKey of(String id) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(BITS);
      return new IssuerKey(id, generator.generateKeyPair());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JVM makes no RSA keys", e);
    }
  }

  static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  static String base64(String text) {
    return base64(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Stands for the SHA-1 of a certificate, which nobody here has. */
  String thumbprint() {
    try {
      return base64(MessageDigest.getInstance("SHA-1").digest(pair.getPublic().getEncoded()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JVM has no SHA-1", e);
    }
  }

  /** The public key as a member of a JWK set. */
  Map<String, Object> jwk(IssuerShape shape, String use, String algorithm) {
    RSAPublicKey key = (RSAPublicKey) pair.getPublic();
    Map<String, Object> jwk = new LinkedHashMap<>();
    jwk.put("kty", "RSA");
    jwk.put("use", use);
    jwk.put("kid", id);
    if (shape.namesAlgorithm()) {
      jwk.put("alg", algorithm);
    }
    if (shape.hasThumbprint()) {
      jwk.put("x5t", thumbprint());
    }
    jwk.put("n", number(key.getModulus()));
    jwk.put("e", number(key.getPublicExponent()));
    return jwk;
  }

  private static String number(BigInteger value) {
    byte[] bytes = value.toByteArray();
    int zeros = bytes[0] == 0 ? 1 : 0;
    byte[] magnitude = new byte[bytes.length - zeros];
    System.arraycopy(bytes, zeros, magnitude, 0, magnitude.length);
    return base64(magnitude);
  }

  /** The compact token with its signature. */
  String sign(String header, String claims) {
    String input = base64(header) + "." + base64(claims);
    try {
      Signature signature = Signature.getInstance("SHA256withRSA");
      signature.initSign(pair.getPrivate());
      signature.update(input.getBytes(StandardCharsets.US_ASCII));
      return input + "." + base64(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JVM can't sign with RSA", e);
    }
  }
}
