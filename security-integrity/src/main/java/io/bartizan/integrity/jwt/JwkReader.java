package io.bartizan.integrity.jwt;

import io.bartizan.integrity.json.Json;
import io.bartizan.integrity.json.JsonException;
import io.bartizan.integrity.json.JsonLimits;
import io.bartizan.integrity.json.JsonObject;
import io.bartizan.integrity.json.JsonValue;
import io.bartizan.integrity.json.StrictBase64;
import io.bartizan.integrity.keys.EcCurves;
import io.bartizan.integrity.keys.EdwardsPoint;
import io.bartizan.integrity.keys.KeyGate;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** JSON Web Keys (RFC 7517, 7518 section 6, 8037), read as strictly as tokens. */
final class JwkReader {

  /** Room for some hundred keys with certificate chains. */
  static final int MAX_BYTES = 512 * 1024;

  static final int MAX_KEY_ID_CHARS = 256;

  private JwkReader() {}

  static JsonObject parse(byte[] utf8, int maxBytes) {
    try {
      return Json.parseObject(utf8, JsonLimits.ofBytes(maxBytes).withMaxValues(20_000));
    } catch (JsonException e) {
      throw new IllegalArgumentException("the JWK is no acceptable JSON: " + e.getMessage(), e);
    }
  }

  static JsonObject parse(String json) {
    return parse(json.getBytes(StandardCharsets.UTF_8), MAX_BYTES);
  }

  static List<JsonValue> keys(JsonObject set) {
    try {
      List<JsonValue> keys = set.array("keys");
      if (keys == null) {
        throw new IllegalArgumentException("the JWK set has no member \"keys\"");
      }
      return keys;
    } catch (JsonException e) {
      throw new IllegalArgumentException("the JWK set's \"keys\" is not an array", e);
    }
  }

  /**
   * One key; null if it is for something else than verifying signatures of a known kind.
   *
   * @throws IllegalArgumentException if it is malformed, weak or private
   */
  static @Nullable VerifyingKey read(JsonValue value) {
    if (!(value instanceof JsonObject jwk)) {
      throw new IllegalArgumentException("a JWK is not an object");
    }
    try {
      return read(jwk);
    } catch (JsonException e) {
      throw new IllegalArgumentException("a JWK's member has the wrong type", e);
    }
  }

  private static @Nullable VerifyingKey read(JsonObject jwk) throws JsonException {
    String kty = jwk.string("kty");
    if (kty == null) {
      throw new IllegalArgumentException("a JWK has no \"kty\"");
    }
    String keyId = jwk.string("kid");
    if (keyId != null && (keyId.isEmpty() || keyId.length() > MAX_KEY_ID_CHARS)) {
      throw new IllegalArgumentException(
          "a JWK's \"kid\" is empty or longer than " + MAX_KEY_ID_CHARS + " characters");
    }
    if (!isForSignatures(jwk)) {
      return null;
    }
    JwsAlgorithm algorithm = null;
    String name = jwk.string("alg");
    if (name != null) {
      boolean older = name.equals("EdDSA") && "Ed25519".equals(jwk.string("crv"));
      algorithm = older ? JwsAlgorithm.ED25519 : JwsAlgorithm.ofHeaderName(name);
      if (algorithm == null) {
        return null;
      }
    }
    if (kty.equals("oct")) {
      return VerifyingKey.ofSecret(keyId, algorithm, bytes(jwk, "k"));
    }
    if (jwk.has("d")) {
      throw new IllegalArgumentException(
          "a JWK is a private key where a public one is expected; whoever reads it can sign");
    }
    KeyGate.Passed key = publicKey(kty, jwk);
    return key == null ? null : VerifyingKey.ofPublic(keyId, algorithm, key);
  }

  /** {@code use} and {@code key_ops}, RFC 7517 sections 4.2 and 4.3, where they are there. */
  private static boolean isForSignatures(JsonObject jwk) throws JsonException {
    String use = jwk.string("use");
    List<String> operations = jwk.strings("key_ops");
    return (use == null || use.equals("sig"))
        && (operations == null || operations.contains("verify"));
  }

  static KeyGate.@Nullable Passed publicKey(String kty, JsonObject jwk) throws JsonException {
    switch (kty) {
      case "RSA" -> {
        return KeyGate.rsa(number(jwk, "n"), number(jwk, "e"));
      }
      case "EC" -> {
        String name = jwk.string("crv");
        ECParameterSpec curve = EcCurves.find(name);
        if (name == null || curve == null) {
          return null;
        }
        int size = (curve.getCurve().getField().getFieldSize() + 7) / 8;
        return KeyGate.ec(
            name, new ECPoint(coordinate(jwk, "x", size), coordinate(jwk, "y", size)));
      }
      case "OKP" -> {
        if (!"Ed25519".equals(jwk.string("crv"))) {
          return null;
        }
        byte[] point = bytes(jwk, "x");
        if (point.length != EdwardsPoint.BYTES) {
          throw new IllegalArgumentException("a JWK's \"x\" has not the curve's length");
        }
        return KeyGate.ed25519(point);
      }
      default -> {
        return null;
      }
    }
  }

  /** Base64urlUInt has no leading zero byte, RFC 7518 section 2. */
  static BigInteger number(JsonObject jwk, String name) throws JsonException {
    byte[] bytes = bytes(jwk, name);
    if (bytes.length == 0 || (bytes.length > 1 && bytes[0] == 0)) {
      throw new IllegalArgumentException("a JWK's \"" + name + "\" is empty or has leading zeros");
    }
    return new BigInteger(1, bytes);
  }

  static BigInteger coordinate(JsonObject jwk, String name, int size) throws JsonException {
    byte[] bytes = bytes(jwk, name);
    if (bytes.length != size) {
      throw new IllegalArgumentException("a JWK's \"" + name + "\" has not the curve's length");
    }
    return new BigInteger(1, bytes);
  }

  static byte[] bytes(JsonObject jwk, String name) throws JsonException {
    String text = jwk.string(name);
    byte[] bytes = text == null ? null : StrictBase64.decodeUrl(text);
    if (bytes == null) {
      throw new IllegalArgumentException(
          "a JWK's \"" + name + "\" is missing or not canonical base64url");
    }
    return bytes;
  }
}
