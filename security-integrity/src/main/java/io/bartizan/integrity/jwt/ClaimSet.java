package io.bartizan.integrity.jwt;

import io.bartizan.core.Refusal;
import io.bartizan.core.VerificationException;
import io.bartizan.integrity.json.JsonArray;
import io.bartizan.integrity.json.JsonException;
import io.bartizan.integrity.json.JsonLimits;
import io.bartizan.integrity.json.JsonLiteral;
import io.bartizan.integrity.json.JsonNumber;
import io.bartizan.integrity.json.JsonObject;
import io.bartizan.integrity.json.JsonString;
import io.bartizan.integrity.json.JsonValue;
import io.bartizan.integrity.json.LazyJson;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The registered claims (RFC 7519 section 4.1) of a payload, each of its right type and range.
 * Immutable; what is no time is made from the payload whenever it is asked for.
 */
final class ClaimSet {

  /** The end of the year 9999; whatever is later is milliseconds, or an overflow in the making. */
  static final long MAX_SECONDS = 253_402_300_799L;

  /** No time: the claim is absent. */
  static final long NONE = Long.MIN_VALUE;

  private static final Refusal AUDIENCE =
      Refusal.of(JwtReason.CLAIM_INVALID, "aud is not a string and not an array of some strings");

  /** Of payloads whose length is bounded: more values than bytes it can't have. */
  private static final JsonLimits LIMITS =
      JsonLimits.ofBytes(Integer.MAX_VALUE).withMaxValues(Integer.MAX_VALUE);

  /** All of the payload was checked; a value is made when it is asked for. */
  final JsonObject json;

  /** Milliseconds since the epoch; a fraction is rounded to the stricter side. */
  final long expiresAt;

  final long notBefore;
  final long issuedAt;

  private ClaimSet(JsonObject json) {
    int scope = -1;
    int scp = -1;
    long expiresAt = NONE;
    long notBefore = NONE;
    long issuedAt = NONE;
    for (int i = 0; i < json.size(); i++) {
      switch (json.nameAt(i)) {
        case "iss", "sub", "jti" -> requireText(json, i);
        case "aud" -> requireAudience(json, i);
        case "scope" -> scope = i;
        case "scp" -> scp = i;
        case "exp" -> expiresAt = time(json, i, RoundingMode.FLOOR);
        case "nbf" -> notBefore = time(json, i, RoundingMode.CEILING);
        case "iat" -> issuedAt = time(json, i, RoundingMode.CEILING);
        default -> {}
      }
    }
    requireScopes(json, isAbsentAt(json, scope) ? scp : scope);
    this.json = json;
    this.expiresAt = expiresAt;
    this.notBefore = notBefore;
    this.issuedAt = issuedAt;
  }

  static ClaimSet parse(byte[] payload) {
    return of(parseJson(payload, 0, payload.length));
  }

  /** The claims of a payload that was read before. */
  static ClaimSet of(JsonObject json) {
    return new ClaimSet(json);
  }

  /**
   * What fits the largest token may have as many values as it has room for.
   *
   * @param bytes hold the payload and are never changed again
   */
  static JsonObject parseJson(byte[] bytes, int from, int to) {
    try {
      return LazyJson.parseObject(bytes, from, to, LIMITS);
    } catch (JsonException e) {
      throw new VerificationException(JwtReason.MALFORMED, "the payload: " + e.getMessage());
    }
  }

  @Nullable String issuer() {
    return text("iss");
  }

  boolean isIssuedBy(String name) {
    return json.isString("iss", name);
  }

  @Nullable String subject() {
    return text("sub");
  }

  @Nullable String id() {
    return text("jti");
  }

  boolean hasId() {
    return json.has("jti");
  }

  private @Nullable String text(String name) {
    return json.get(name) instanceof JsonString text ? text.value() : null;
  }

  List<String> audience() {
    List<String> audience = texts(json.get("aud"));
    return audience == null ? List.of() : audience;
  }

  /** The texts of {@code scope}, else of {@code scp}. */
  List<String> scopes() {
    JsonValue scope = json.get("scope");
    List<String> scopes = texts(isAbsent(scope) ? json.get("scp") : scope);
    return scopes == null ? List.of() : scopes;
  }

  private static void requireText(JsonObject json, int at) {
    if (!json.isStringAt(at)) {
      throw new VerificationException(
          JwtReason.CLAIM_INVALID, json.nameAt(at) + " is not a string");
    }
  }

  private static void requireAudience(JsonObject json, int at) {
    if (!json.isStringAt(at)) {
      List<String> audience = texts(json.valueAt(at));
      if (audience == null || audience.isEmpty()) {
        throw new VerificationException(AUDIENCE);
      }
    }
  }

  private static boolean isAbsentAt(JsonObject json, int at) {
    return at < 0 || (!json.isStringAt(at) && isAbsent(json.valueAt(at)));
  }

  private static void requireScopes(JsonObject json, int at) {
    if (!isAbsentAt(json, at) && !json.isStringAt(at) && texts(json.valueAt(at)) == null) {
      throw new VerificationException(
          JwtReason.CLAIM_INVALID,
          json.nameAt(at) + " is not a string and not an array of strings");
    }
  }

  /** Of a string or an array of strings; null of anything else. */
  static @Nullable List<String> texts(@Nullable JsonValue value) {
    if (value instanceof JsonString one) {
      return List.of(one.value());
    }
    return value instanceof JsonArray array ? array.strings() : null;
  }

  /** Null says as much as a claim that is not there. */
  static boolean isAbsent(@Nullable JsonValue value) {
    return value == null || value == JsonLiteral.NULL;
  }

  private static long time(JsonObject json, int at, RoundingMode rounding) {
    long whole = json.integerAt(at);
    if (whole >= 0 && whole <= MAX_SECONDS) {
      return whole * 1000;
    }
    if (json.valueAt(at) instanceof JsonNumber number
        && !number.isLong()
        && number.text().indexOf('e') < 0
        && number.text().indexOf('E') < 0) {
      BigDecimal seconds = new BigDecimal(number.text());
      if (seconds.signum() >= 0 && seconds.compareTo(BigDecimal.valueOf(MAX_SECONDS)) <= 0) {
        return seconds.movePointRight(3).setScale(0, rounding).longValueExact();
      }
    }
    throw new VerificationException(
        JwtReason.CLAIM_INVALID,
        json.nameAt(at)
            + " is not a number of seconds from 0 to "
            + MAX_SECONDS
            + " without exponent");
  }
}
