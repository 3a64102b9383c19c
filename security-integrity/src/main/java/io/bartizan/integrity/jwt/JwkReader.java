package io.bartizan.integrity.jwt;

import io.bartizan.core.SafeText;
import io.bartizan.integrity.json.Json;
import io.bartizan.integrity.json.JsonException;
import io.bartizan.integrity.json.JsonLimits;
import io.bartizan.integrity.json.JsonLiteral;
import io.bartizan.integrity.json.JsonObject;
import io.bartizan.integrity.json.JsonString;
import io.bartizan.integrity.json.JsonValue;
import io.bartizan.integrity.json.StrictBase64;
import io.bartizan.integrity.keys.EcCurves;
import io.bartizan.integrity.keys.EdwardsPoint;
import io.bartizan.integrity.keys.KeyGate;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * JSON Web Keys (RFC 7517, 7518 section 6, 8037).
 *
 * <p>The JSON is read as strictly as tokens. The numbers of public keys are not: a number has one
 * value however many zeros stand before it, no MAC covers how it was written, and thumbprints are
 * computed anew. So base64 of either alphabet with or without padding is read, and leading zeros
 * too many or too few. What a member says that does not matter for the key never spoils it.
 */
final class JwkReader {

  /** Room for some hundred keys with certificate chains. */
  static final int MAX_BYTES = 512 * 1024;

  static final int MAX_KEY_ID_CHARS = 256;

  private JwkReader() {}

  /** A sound key for encryption, for another algorithm or of another kind: no fault of anybody. */
  static final class OtherUse extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    OtherUse(String message) {
      super(message);
    }
  }

  static JsonObject parse(byte[] utf8, int maxBytes) {
    try {
      JsonLimits limits = JsonLimits.ofBytes(maxBytes).withMaxValues(20_000);
      return Json.parseObject(utf8, start(utf8), utf8.length, limits);
    } catch (JsonException e) {
      throw new IllegalArgumentException("the JWK is no acceptable JSON: " + e.getMessage(), e);
    }
  }

  static JsonObject parse(String json) {
    return parse(json.getBytes(StandardCharsets.UTF_8), MAX_BYTES);
  }

  /** Without the byte order mark that editors and some endpoints put before a text. */
  static int start(byte[] utf8) {
    boolean mark =
        utf8.length >= 3
            && utf8[0] == (byte) 0xef
            && utf8[1] == (byte) 0xbb
            && utf8[2] == (byte) 0xbf;
    return mark ? 3 : 0;
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
   * One key that is believed from now on; see {@link KeyGate#lasting}.
   *
   * @throws OtherUse as {@link #read}
   * @throws IllegalArgumentException as {@link #read}
   */
  static VerifyingKey readLasting(JsonValue value) {
    return read(value, true);
  }

  /**
   * One key, which may have come with a request.
   *
   * @throws OtherUse if it is for something else than verifying signatures of a known kind
   * @throws IllegalArgumentException if it is malformed, weak or private
   */
  static VerifyingKey read(JsonValue value) {
    return read(value, false);
  }

  private static VerifyingKey read(JsonValue value, boolean lasting) {
    if (!(value instanceof JsonObject jwk)) {
      throw new IllegalArgumentException("a JWK is not an object");
    }
    try {
      return read(jwk, lasting);
    } catch (JsonException e) {
      throw new IllegalArgumentException("a JWK's member has the wrong type", e);
    }
  }

  private static VerifyingKey read(JsonObject jwk, boolean lasting) throws JsonException {
    String kty = text(jwk, "kty");
    if (kty == null) {
      throw new IllegalArgumentException("a JWK has no \"kty\"");
    }
    String keyId = keyId(jwk);
    requireForSignatures(jwk);
    JwsAlgorithm algorithm = null;
    String name = text(jwk, "alg");
    if (name != null && !name.isEmpty()) {
      boolean older = name.equals("EdDSA") && "Ed25519".equals(text(jwk, "crv"));
      algorithm = older ? JwsAlgorithm.ED25519 : JwsAlgorithm.ofHeaderName(name);
      if (algorithm == null) {
        throw new OtherUse("it is for the algorithm " + SafeText.of(name, 60));
      }
    }
    if (kty.equals("oct")) {
      return VerifyingKey.ofSecret(keyId, algorithm, bytes(jwk, "k"));
    }
    if (jwk.has("d") && jwk.get("d") != JsonLiteral.NULL) {
      throw new IllegalArgumentException(
          "a JWK is a private key where a public one is expected; whoever reads it can sign");
    }
    KeyGate.Passed key = publicKey(kty, jwk);
    if (key == null) {
      throw new OtherUse("it is of the kind " + SafeText.of(kty + " " + text(jwk, "crv"), 60));
    }
    return VerifyingKey.ofPublic(keyId, algorithm, lasting ? KeyGate.lasting(key) : key);
  }

  /** An id that no token can have is none. */
  private static @Nullable String keyId(JsonObject jwk) {
    return jwk.get("kid") instanceof JsonString id
            && !id.value().isEmpty()
            && id.value().length() <= MAX_KEY_ID_CHARS
        ? id.value()
        : null;
  }

  /** What to call a key in a log line: its id, else its place in the set. */
  static String nameOf(JsonValue value, int place) {
    String id = value instanceof JsonObject jwk ? keyId(jwk) : null;
    return id == null ? "key " + place : "key \"" + SafeText.of(id, 60) + "\"";
  }

  /** Whether it says that it is a key of another kind than a secret. */
  static boolean isOfPublicKind(JsonValue value) {
    return value instanceof JsonObject jwk
        && jwk.get("kty") instanceof JsonString kty
        && !kty.value().equals("oct");
  }

  /** The key id of a secret, whether or not the secret is usable; null for all else. */
  static @Nullable String secretsId(JsonValue value) {
    try {
      return value instanceof JsonObject jwk && "oct".equals(text(jwk, "kty")) ? keyId(jwk) : null;
    } catch (JsonException e) {
      return null;
    }
  }

  /** A member that is JSON's null says as much as one that is not there. */
  static @Nullable String text(JsonObject jwk, String name) throws JsonException {
    return jwk.get(name) == JsonLiteral.NULL ? null : jwk.string(name);
  }

  /** {@code use} and {@code key_ops}, RFC 7517 sections 4.2 and 4.3, where they are there. */
  private static void requireForSignatures(JsonObject jwk) throws JsonException {
    String use = text(jwk, "use");
    if (use != null && !use.isEmpty() && !use.equals("sig")) {
      throw new OtherUse("its use is " + SafeText.of(use, 60));
    }
    JsonValue operations = jwk.get("key_ops");
    boolean verifies =
        operations == null
            || operations == JsonLiteral.NULL
            || (operations instanceof JsonString one
                ? one.value().equals("verify")
                : listed(jwk.strings("key_ops")).contains("verify"));
    if (!verifies) {
      throw new OtherUse("its key_ops has no verify");
    }
  }

  private static List<String> listed(@Nullable List<String> operations) {
    return operations == null ? List.of() : operations;
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
        byte[] point = publicBytes(jwk, "x");
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

  /** Base64urlUInt, RFC 7518 section 2, with any number of leading zeros. */
  static BigInteger number(JsonObject jwk, String name) throws JsonException {
    byte[] bytes = publicBytes(jwk, name);
    if (bytes.length == 0) {
      throw new IllegalArgumentException("a JWK's \"" + name + "\" is empty");
    }
    return new BigInteger(1, bytes);
  }

  /** RFC 7518 section 6.2.1.2, with any number of leading zeros. */
  static BigInteger coordinate(JsonObject jwk, String name, int size) throws JsonException {
    BigInteger value = number(jwk, name);
    if (value.bitLength() > 8 * size) {
      throw new IllegalArgumentException("a JWK's \"" + name + "\" is longer than its curve's");
    }
    return value;
  }

  /** Base64 of either alphabet, padded or not, whatever the bits after the last byte. */
  private static byte[] publicBytes(JsonObject jwk, String name) throws JsonException {
    String text = jwk.string(name);
    byte[] bytes = null;
    if (text != null) {
      try {
        String plain = text.replace('+', '-').replace('/', '_');
        bytes = Base64.getUrlDecoder().decode(withoutPadding(plain));
      } catch (IllegalArgumentException e) {
        bytes = null; // told below
      }
    }
    if (bytes == null) {
      throw new IllegalArgumentException("a JWK's \"" + name + "\" is missing or not base64url");
    }
    return bytes;
  }

  private static String withoutPadding(String text) {
    int end = text.length();
    while (end > 0 && end > text.length() - 2 && text.charAt(end - 1) == '=') {
      end--;
    }
    return text.substring(0, end);
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
