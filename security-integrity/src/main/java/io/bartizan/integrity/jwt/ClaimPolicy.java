package io.bartizan.integrity.jwt;

import io.bartizan.core.Refusal;
import io.bartizan.core.SafeText;
import io.bartizan.core.house.Span;
import io.bartizan.integrity.json.JsonValue;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a token must say, beyond being signed.
 *
 * @param audiences one of these must be in {@code aud}; empty means that it is not looked at
 * @param audience the first of them
 * @param types what {@code typ} may be; empty means {@code JWT} or nothing, null anything
 * @param skewMillis by how much the issuer's clock may differ
 * @param maxAgeMillis how long ago {@code iat} may be; negative means any
 * @param requiresExpiry whether {@code exp} must be there
 * @param requiredClaims which claims must be there
 * @param requiredValues which claims must be, or hold, one of some texts
 * @param wrongType made once, for it comes before the signature
 * @param wrongAudience made once
 */
record ClaimPolicy(
    Set<String> audiences,
    @Nullable String audience,
    @Nullable Set<String> types,
    long skewMillis,
    long maxAgeMillis,
    boolean requiresExpiry,
    List<String> requiredClaims,
    Map<String, Set<String>> requiredValues,
    Refusal wrongType,
    Refusal wrongAudience) {

  static final Duration DEFAULT_SKEW = Duration.ofSeconds(30);
  static final Duration MAX_SKEW = Duration.ofMinutes(5);

  private static final Refusal NO_EXPIRY = Refusal.of(JwtReason.CLAIM_MISSING, "exp is missing");
  private static final Refusal NO_ISSUED_AT =
      Refusal.of(JwtReason.CLAIM_MISSING, "iat is missing, and a maximum age is set");
  private static final Refusal TOO_OLD =
      Refusal.of(JwtReason.TOO_OLD, "iat is longer ago than the maximum age");
  private static final Refusal ORDER = Refusal.of(JwtReason.CLAIM_INVALID, "nbf is not before exp");

  /** Copies all of it, so that a builder that goes on changes no verifier. */
  static ClaimPolicy of(
      Set<String> audiences,
      @Nullable Set<String> types,
      long skewMillis,
      long maxAgeMillis,
      boolean requiresExpiry,
      Collection<String> requiredClaims,
      Map<String, Set<String>> requiredValues) {
    String expected = types == null || types.isEmpty() ? "JWT or none" : names(types);
    String cure =
        types != null && types.contains("at+jwt") ? "" : "; at+jwt takes withAccessTokenProfile";
    Map<String, Set<String>> values = new LinkedHashMap<>();
    requiredValues.forEach((name, accepted) -> values.put(name, inOrder(accepted)));
    return new ClaimPolicy(
        inOrder(audiences),
        audiences.isEmpty() ? null : audiences.iterator().next(),
        types == null ? null : inOrder(types),
        skewMillis,
        maxAgeMillis,
        requiresExpiry,
        List.copyOf(requiredClaims),
        Collections.unmodifiableMap(values),
        Refusal.of(
            JwtReason.TYPE_MISMATCH,
            "the header's typ is not the expected one, " + expected + cure),
        Refusal.of(
            JwtReason.AUDIENCE_MISMATCH,
            "aud is missing or holds no accepted audience, " + SafeText.of(audiences.toString())));
  }

  /** In the order in which the application named them, so that a refusal is the same each time. */
  private static Set<String> inOrder(Set<String> texts) {
    return Collections.unmodifiableSet(new LinkedHashSet<>(texts));
  }

  /** Costs little and needs no signature, so it comes before it. */
  @Nullable Refusal checkType(JwsHeader header) {
    if (types == null) {
      return null;
    }
    String given = header.type;
    boolean accepted =
        types.isEmpty()
            ? given == null || given.equals("jwt")
            : given != null && types.contains(given);
    return accepted ? null : wrongType;
  }

  /** What can't change while the token stays the same. */
  @Nullable Refusal checkContent(ClaimSet claims) {
    if (!audiences.isEmpty() && !hasAudience(claims)) {
      return wrongAudience;
    }
    if (requiresExpiry && claims.expiresAt == ClaimSet.NONE) {
      return NO_EXPIRY;
    }
    if (maxAgeMillis >= 0 && claims.issuedAt == ClaimSet.NONE) {
      return NO_ISSUED_AT;
    }
    if (claims.expiresAt != ClaimSet.NONE
        && claims.notBefore != ClaimSet.NONE
        && claims.notBefore >= claims.expiresAt) {
      return ORDER;
    }
    for (int i = 0; i < requiredClaims.size(); i++) {
      String name = requiredClaims.get(i);
      if (ClaimSet.isAbsent(claims.json.get(name))) {
        return Refusal.of(JwtReason.CLAIM_MISSING, name + " is missing");
      }
    }
    if (requiredValues.isEmpty()) {
      return null; // without an iterator
    }
    for (Map.Entry<String, Set<String>> each : requiredValues.entrySet()) {
      Refusal refused = checkValue(claims, each.getKey(), each.getValue());
      if (refused != null) {
        return refused;
      }
    }
    return null;
  }

  private static @Nullable Refusal checkValue(ClaimSet claims, String name, Set<String> accepted) {
    JsonValue value = claims.json.get(name);
    if (ClaimSet.isAbsent(value)) {
      return Refusal.of(JwtReason.CLAIM_MISSING, SafeText.of(name, 60) + " is missing");
    }
    List<String> texts = ClaimSet.texts(value); // of another type, so another value
    boolean fits = texts != null && texts.stream().anyMatch(accepted::contains);
    return fits
        ? null
        : Refusal.of(JwtReason.CLAIM_INVALID, SafeText.of(name, 60) + " is not " + names(accepted));
  }

  private static String names(Set<String> accepted) {
    return SafeText.of(String.join(" or ", new TreeSet<>(accepted)));
  }

  private boolean hasAudience(ClaimSet claims) {
    if (audience != null && claims.json.isString("aud", audience)) {
      return true; // nearly every token: nothing is made of it
    }
    List<String> given = claims.audience();
    for (int i = 0; i < given.size(); i++) {
      if (audiences.contains(given.get(i))) {
        return true;
      }
    }
    return false;
  }

  /** What changes with time. All times are below 2^48, so the sums can't overflow. */
  @Nullable Refusal checkTime(ClaimSet claims, long now) {
    if (claims.expiresAt != ClaimSet.NONE && now >= claims.expiresAt + skewMillis) {
      return Refusal.of(JwtReason.EXPIRED, "exp passed " + span(now - claims.expiresAt) + " ago");
    }
    if (claims.notBefore != ClaimSet.NONE && now + skewMillis < claims.notBefore) {
      return Refusal.of(JwtReason.NOT_YET_VALID, "nbf begins in " + span(claims.notBefore - now));
    }
    if (claims.issuedAt != ClaimSet.NONE) {
      if (now + skewMillis < claims.issuedAt) {
        return Refusal.of(
            JwtReason.NOT_YET_VALID,
            "iat is " + span(claims.issuedAt - now) + " in the future, skewed clocks perhaps");
      }
      if (maxAgeMillis >= 0 && now - claims.issuedAt > maxAgeMillis + skewMillis) {
        return TOO_OLD;
      }
    }
    return null;
  }

  /** For people; only of tokens whose signature was verified. */
  private static String span(long millis) {
    return Span.rough(Duration.ofMillis(millis));
  }

  @Override
  public String toString() {
    return (audiences.isEmpty()
            ? "audience ignored"
            : "audience " + SafeText.of(audiences.toString()))
        + (types == null ? ", typ ignored" : types.isEmpty() ? "" : ", typ " + names(types))
        + (requiredValues.isEmpty() ? "" : ", claims " + SafeText.of(requiredValues.toString()))
        + ", clock skew "
        + Span.exact(Duration.ofMillis(skewMillis))
        + (requiresExpiry ? ", exp required" : ", exp not required")
        + (maxAgeMillis < 0 ? "" : ", maximum age " + Span.exact(Duration.ofMillis(maxAgeMillis)));
  }
}
