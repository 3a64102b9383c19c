package io.bartizan.integrity.jwt;

import io.bartizan.core.Refusal;
import io.bartizan.core.VerificationException;
import io.bartizan.integrity.json.Json;
import io.bartizan.integrity.json.JsonArray;
import io.bartizan.integrity.json.JsonException;
import io.bartizan.integrity.json.JsonLimits;
import io.bartizan.integrity.json.JsonLiteral;
import io.bartizan.integrity.json.JsonNumber;
import io.bartizan.integrity.json.JsonObject;
import io.bartizan.integrity.json.JsonString;
import io.bartizan.integrity.json.JsonValue;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The registered claims (RFC 7519 section 4.1) of a payload, each of its right type and range. */
final class ClaimSet {

  /** The end of the year 9999; whatever is later is milliseconds, or an overflow in the making. */
  static final long MAX_SECONDS = 253_402_300_799L;

  /** No time: the claim is absent. */
  static final long NONE = Long.MIN_VALUE;

  private static final Refusal AUDIENCE =
      Refusal.of(JwtReason.CLAIM_INVALID, "aud is not a string and not an array of some strings");

  final JsonObject json;
  final @Nullable String issuer;
  final @Nullable String subject;
  final @Nullable String id;
  final List<String> audience;

  /** The texts of {@code scope}, else of {@code scp}. */
  final List<String> scopes;

  /** Milliseconds since the epoch; a fraction is rounded to the stricter side. */
  final long expiresAt;

  final long notBefore;
  final long issuedAt;

  private ClaimSet(JsonObject json) {
    String issuer = null;
    String subject = null;
    String id = null;
    List<String> audience = List.of();
    JsonValue scope = null;
    JsonValue scp = null;
    long expiresAt = NONE;
    long notBefore = NONE;
    long issuedAt = NONE;
    for (int i = 0; i < json.size(); i++) {
      JsonValue value = json.valueAt(i);
      switch (json.nameAt(i)) {
        case "iss" -> issuer = text(value);
        case "sub" -> subject = text(value);
        case "jti" -> id = text(value);
        case "aud" -> audience = audience(value);
        case "scope" -> scope = value;
        case "scp" -> scp = value;
        case "exp" -> expiresAt = time("exp", value, RoundingMode.FLOOR);
        case "nbf" -> notBefore = time("nbf", value, RoundingMode.CEILING);
        case "iat" -> issuedAt = time("iat", value, RoundingMode.CEILING);
        default -> {}
      }
    }
    this.json = json;
    this.issuer = issuer;
    this.subject = subject;
    this.id = id;
    this.audience = audience;
    this.scopes = isAbsent(scope) ? scopes("scp", scp) : scopes("scope", scope);
    this.expiresAt = expiresAt;
    this.notBefore = notBefore;
    this.issuedAt = issuedAt;
  }

  static ClaimSet parse(byte[] payload) {
    return of(parseJson(payload));
  }

  /** The claims of a payload that was read before. */
  static ClaimSet of(JsonObject json) {
    return new ClaimSet(json);
  }

  /** What fits the largest token may have as many values as it has room for. */
  static JsonObject parseJson(byte[] payload) {
    try {
      int size = payload.length + 1;
      return Json.parseObject(payload, JsonLimits.ofBytes(size).withMaxValues(size));
    } catch (JsonException e) {
      throw new VerificationException(JwtReason.MALFORMED, "the payload: " + e.getMessage());
    }
  }

  private static String text(JsonValue value) {
    if (value instanceof JsonString text) {
      return text.value();
    }
    throw new VerificationException(JwtReason.CLAIM_INVALID, "iss, sub or jti is not a string");
  }

  private static List<String> audience(JsonValue value) {
    List<String> audience = texts(value);
    if (audience == null || audience.isEmpty()) {
      throw new VerificationException(AUDIENCE);
    }
    return audience;
  }

  private static List<String> scopes(String name, @Nullable JsonValue value) {
    List<String> scopes = value == null || isAbsent(value) ? List.of() : texts(value);
    if (scopes == null) {
      throw new VerificationException(
          JwtReason.CLAIM_INVALID, name + " is not a string and not an array of strings");
    }
    return scopes;
  }

  /** Of a string or an array of strings; null of anything else. */
  private static @Nullable List<String> texts(JsonValue value) {
    if (value instanceof JsonString one) {
      return List.of(one.value());
    }
    return value instanceof JsonArray array ? array.strings() : null;
  }

  /** Null says as much as a claim that is not there. */
  static boolean isAbsent(@Nullable JsonValue value) {
    return value == null || value == JsonLiteral.NULL;
  }

  private static long time(String name, JsonValue value, RoundingMode rounding) {
    if (value instanceof JsonNumber number) {
      if (number.isLong()) {
        long seconds = number.longValue();
        if (seconds >= 0 && seconds <= MAX_SECONDS) {
          return seconds * 1000;
        }
      } else if (number.text().indexOf('e') < 0 && number.text().indexOf('E') < 0) {
        BigDecimal seconds = new BigDecimal(number.text());
        if (seconds.signum() >= 0 && seconds.compareTo(BigDecimal.valueOf(MAX_SECONDS)) <= 0) {
          return seconds.movePointRight(3).setScale(0, rounding).longValueExact();
        }
      }
    }
    throw new VerificationException(
        JwtReason.CLAIM_INVALID,
        name + " is not a number of seconds from 0 to " + MAX_SECONDS + " without exponent");
  }
}
