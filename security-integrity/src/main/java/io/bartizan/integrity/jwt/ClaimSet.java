package io.bartizan.integrity.jwt;

import io.bartizan.core.Refusal;
import io.bartizan.core.VerificationException;
import io.bartizan.integrity.json.Json;
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
import java.util.Objects;
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

  private ClaimSet(JsonObject json) throws JsonException {
    this.json = json;
    this.issuer = json.string("iss");
    this.subject = json.string("sub");
    this.id = json.string("jti");
    this.audience = audience(json);
    this.scopes = scopes(json);
    this.expiresAt = time(json, "exp", RoundingMode.FLOOR);
    this.notBefore = time(json, "nbf", RoundingMode.CEILING);
    this.issuedAt = time(json, "iat", RoundingMode.CEILING);
  }

  static ClaimSet parse(byte[] payload) {
    return of(parseJson(payload));
  }

  /** The claims of a payload that was read before. */
  static ClaimSet of(JsonObject json) {
    try {
      return new ClaimSet(json);
    } catch (JsonException e) {
      throw new VerificationException(JwtReason.CLAIM_INVALID, "iss, sub or jti is not a string");
    }
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

  private static List<String> audience(JsonObject json) throws JsonException {
    JsonValue value = json.get("aud");
    if (value == null) {
      return List.of();
    }
    if (value instanceof JsonString one) {
      return List.of(one.value());
    }
    try {
      List<String> several = json.strings("aud");
      if (several != null && !several.isEmpty()) {
        return several;
      }
    } catch (JsonException e) {
      throw new VerificationException(AUDIENCE);
    }
    throw new VerificationException(AUDIENCE);
  }

  private static List<String> scopes(JsonObject json) {
    String name = isAbsent(json.get("scope")) ? "scp" : "scope";
    JsonValue value = json.get(name);
    if (isAbsent(value)) {
      return List.of();
    }
    if (value instanceof JsonString one) {
      return List.of(one.value());
    }
    try {
      return Objects.requireNonNull(json.strings(name));
    } catch (JsonException e) {
      throw new VerificationException(
          JwtReason.CLAIM_INVALID, name + " is not a string and not an array of strings");
    }
  }

  /** Null says as much as a claim that is not there. */
  static boolean isAbsent(@Nullable JsonValue value) {
    return value == null || value == JsonLiteral.NULL;
  }

  private static long time(JsonObject json, String name, RoundingMode rounding) {
    JsonValue value = json.get(name);
    if (value == null) {
      return NONE;
    }
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
