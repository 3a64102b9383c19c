package io.bartizan.integrity.tuf;

import io.bartizan.core.Pem;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/** A key of a test repository, as metadata name it, and what signs with it. */
record RoleSigner(
    String id, String keytype, String scheme, String publicText, PrivateKey key, String jca) {

  static RoleSigner ed25519() {
    KeyPair pair = pair("Ed25519", "Ed25519");
    byte[] spki = pair.getPublic().getEncoded();
    String point = HexFormat.of().formatHex(Arrays.copyOfRange(spki, 12, 44));
    return named("ed25519", "ed25519", point, pair.getPrivate(), "Ed25519");
  }

  static RoleSigner ec(String curve, String keytype, String scheme, String jca) {
    KeyPair pair = pair("EC", curve);
    return named(keytype, scheme, pem(pair), pair.getPrivate(), jca);
  }

  static RoleSigner p256() {
    return ec("secp256r1", "ecdsa", "ecdsa-sha2-nistp256", "SHA256withECDSA");
  }

  /** The point itself in hexadecimal digits, as go-tuf wrote it. */
  static RoleSigner p256InHex() {
    KeyPair pair = pair("EC", "secp256r1");
    byte[] spki = pair.getPublic().getEncoded();
    String point =
        HexFormat.of().formatHex(Arrays.copyOfRange(spki, spki.length - 65, spki.length));
    return named(
        "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256", point, pair.getPrivate(), "SHA256withECDSA");
  }

  static RoleSigner rsa(String scheme, String jca) {
    KeyPair pair = pair("RSA", "");
    return named("rsa", scheme, pem(pair), pair.getPrivate(), jca);
  }

  /** With the longest salt, as go-tuf 2 and securesystemslib 0.24 and 0.25 signed. */
  static RoleSigner pssOfLongestSalt(String scheme) {
    return rsa(scheme, "RSASSA-PSS/max");
  }

  private static String pem(KeyPair pair) {
    return Pem.encode("PUBLIC KEY", pair.getPublic().getEncoded());
  }

  private static RoleSigner named(
      String keytype, String scheme, String text, PrivateKey key, String jca) {
    RoleSigner nameless = new RoleSigner("", keytype, scheme, text, key, jca);
    return nameless.withId(HexFormat.of().formatHex(sha256(Canonical.bytes(nameless.json()))));
  }

  RoleSigner withId(String other) {
    return new RoleSigner(other, keytype, scheme, publicText, key, jca);
  }

  Map<String, Object> json() {
    Map<String, Object> value = new LinkedHashMap<>();
    value.put("public", publicText);
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("keytype", keytype);
    json.put("scheme", scheme);
    json.put("keyval", value);
    return json;
  }

  String sign(byte[] content) {
    try {
      boolean longest = jca.endsWith("/max");
      Signature signer = Signature.getInstance(jca.replace("/max", ""));
      if (jca.startsWith("RSASSA-PSS")) {
        String hash = "SHA-" + scheme.substring(scheme.length() - 3);
        int length = Integer.parseInt(scheme.substring(scheme.length() - 3)) / 8;
        int salt = longest ? 2048 / 8 - length - 2 : length;
        signer.setParameter(
            new PSSParameterSpec(hash, "MGF1", new MGF1ParameterSpec(hash), salt, 1));
      }
      signer.initSign(key);
      signer.update(content);
      return HexFormat.of().formatHex(signer.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  static byte[] sha256(byte[] content) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(content);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  static String hex256(String text) {
    return HexFormat.of().formatHex(sha256(text.getBytes(StandardCharsets.UTF_8)));
  }

  private static KeyPair pair(String algorithm, String curve) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
      if (algorithm.equals("EC")) {
        generator.initialize(new ECGenParameterSpec(curve));
      } else if (algorithm.equals("RSA")) {
        generator.initialize(2048);
      }
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
