package io.bartizan.integrity.jwt;

import io.bartizan.core.SafeText;
import io.bartizan.core.VerificationException;
import io.bartizan.integrity.json.JsonLiteral;
import io.bartizan.integrity.json.JsonNumber;
import io.bartizan.integrity.json.JsonString;
import io.bartizan.integrity.json.JsonValue;
import io.bartizan.integrity.lease.Delivery;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A token that a {@link JwtVerifier} accepted, and the only way to its claims.
 *
 * <p>Immutable and thread-safe. A claim that is absent or {@code null} is empty. Registered claims
 * and scopes of another type are refused with the token. A claim that the application names and the
 * reader can't read is never taken for absent: it throws {@link VerificationException} with {@link
 * JwtReason#CLAIM_INVALID}.
 */
public final class VerifiedJwt {

  private final JwsHeader header;
  private final ClaimSet claims;
  private final String issuer;
  private final @Nullable Delivery delivery;

  VerifiedJwt(JwsHeader header, ClaimSet claims, String issuer) {
    this(header, claims, issuer, null);
  }

  private VerifiedJwt(
      JwsHeader header, ClaimSet claims, String issuer, @Nullable Delivery delivery) {
    this.header = header;
    this.claims = claims;
    this.issuer = issuer;
    this.delivery = delivery;
  }

  /** The same token for one request: a cache hands this one out to many. */
  VerifiedJwt begun(Delivery begun) {
    return new VerifiedJwt(header, claims, issuer, begun);
  }

  ClaimSet claimSet() {
    return claims;
  }

  /**
   * The trusted issuer whose key verified the token.
   *
   * @return the claim {@code iss}
   */
  public String issuer() {
    return issuer;
  }

  /**
   * Whom the token speaks of.
   *
   * @return the claim {@code sub}, unique within the issuer
   */
  public Optional<String> subject() {
    return Optional.ofNullable(claims.subject());
  }

  /**
   * For whom the token was issued.
   *
   * @return the claim {@code aud}; empty only where {@link JwtVerifier#ignoreAudience} was said
   */
  public List<String> audience() {
    return claims.audience();
  }

  /**
   * The token's own id.
   *
   * @return the claim {@code jti}
   */
  public Optional<String> id() {
    return Optional.ofNullable(claims.id());
  }

  /**
   * When the token stops being valid, not counting the allowed clock skew.
   *
   * @return the claim {@code exp}; empty only where a token without it is accepted
   */
  public Optional<Instant> expiresAt() {
    return instant(claims.expiresAt);
  }

  /**
   * When the token was issued.
   *
   * @return the claim {@code iat}
   */
  public Optional<Instant> issuedAt() {
    return instant(claims.issuedAt);
  }

  /**
   * Before when the token was not valid.
   *
   * @return the claim {@code nbf}
   */
  public Optional<Instant> notBefore() {
    return instant(claims.notBefore);
  }

  private static Optional<Instant> instant(long millis) {
    return millis == ClaimSet.NONE ? Optional.empty() : Optional.of(Instant.ofEpochMilli(millis));
  }

  /**
   * The scopes of an access token: of the claim {@code scope} (RFC 8693 section 4.2), else of
   * {@code scp}, as text of words or as an array of texts, for issuers write them in each of these
   * forms.
   *
   * @return each scope once; empty if there is neither claim
   */
  public Set<String> scopes() {
    Set<String> scopes = new TreeSet<>();
    for (String text : claims.scopes()) {
      for (String word : text.split(" ", -1)) {
        if (!word.isEmpty()) {
          scopes.add(word);
        }
      }
    }
    return Set.copyOf(scopes);
  }

  /**
   * A string claim.
   *
   * @param name the claim's name
   * @return empty if it is absent or null
   * @throws VerificationException if it is not a string
   */
  public Optional<String> string(String name) {
    JsonValue value = claims.json.get(name);
    if (ClaimSet.isAbsent(value)) {
      return Optional.empty();
    }
    if (value instanceof JsonString text) {
      return Optional.of(text.value());
    }
    throw notA("a string", name);
  }

  /**
   * A claim that is an array of strings, or one string where an issuer writes a single one so.
   *
   * @param name the claim's name
   * @return an immutable list; empty if the claim is absent or null
   * @throws VerificationException if it is something else
   */
  public List<String> strings(String name) {
    JsonValue value = claims.json.get(name);
    List<String> texts = ClaimSet.isAbsent(value) ? List.of() : ClaimSet.texts(value);
    if (texts == null) {
      throw notA("a string or an array of strings", name);
    }
    return texts;
  }

  /**
   * A claim that is a time.
   *
   * @param name the claim's name, such as {@code auth_time}
   * @return empty if it is absent or null
   * @throws VerificationException if it is neither an integer of seconds since 1970 nor text of RFC
   *     3339, such as {@code 2026-11-21T12:00:00Z}
   */
  public Optional<Instant> time(String name) {
    JsonValue value = claims.json.get(name);
    if (ClaimSet.isAbsent(value)) {
      return Optional.empty();
    }
    if (value instanceof JsonNumber number
        && number.isLong()
        && number.longValue() >= 0
        && number.longValue() <= ClaimSet.MAX_SECONDS) {
      return Optional.of(Instant.ofEpochSecond(number.longValue()));
    }
    if (value instanceof JsonString text && text.value().length() <= 64) {
      try {
        return Optional.of(OffsetDateTime.parse(text.value()).toInstant());
      } catch (DateTimeParseException e) {
        throw notA("a time", name);
      }
    }
    throw notA("a time", name);
  }

  /**
   * An integer claim.
   *
   * @param name the claim's name
   * @return empty if it is absent or null
   * @throws VerificationException if it is not an integer of at most 18 digits
   */
  public OptionalLong number(String name) {
    JsonValue value = claims.json.get(name);
    if (ClaimSet.isAbsent(value)) {
      return OptionalLong.empty();
    }
    if (value instanceof JsonNumber number && number.isLong()) {
      return OptionalLong.of(number.longValue());
    }
    throw notA("an integer of at most 18 digits", name);
  }

  /**
   * A boolean claim, be it written as the text {@code "true"} or {@code "false"}, as Apple and
   * Cognito write {@code email_verified}.
   *
   * @param name the claim's name
   * @return empty if it is absent or null
   * @throws VerificationException if it is neither true nor false
   */
  public Optional<Boolean> bool(String name) {
    JsonValue value = claims.json.get(name);
    if (ClaimSet.isAbsent(value)) {
      return Optional.empty();
    }
    if (value instanceof JsonLiteral literal) {
      return Optional.of(literal == JsonLiteral.TRUE);
    }
    if (value instanceof JsonString text
        && (text.value().equals("true") || text.value().equals("false"))) {
      return Optional.of(text.value().equals("true"));
    }
    throw notA("a boolean", name);
  }

  /**
   * Whether there is such a claim, be it {@code null}.
   *
   * @param name the claim's name
   * @return whether it is there
   */
  public boolean has(String name) {
    return claims.json.has(name);
  }

  /**
   * All claims in Java's own types: {@code Map}, {@code List}, {@code String}, {@code Long} or
   * {@code BigDecimal}, {@code Boolean}, null.
   *
   * @return immutable at every depth, built anew at each call
   */
  public Map<String, @Nullable Object> claims() {
    return claims.json.toJava();
  }

  /**
   * The algorithm that verified the token.
   *
   * @return one that the issuer may use
   */
  public JwsAlgorithm algorithm() {
    return header.algorithm();
  }

  /**
   * The id of the key that verified the token, as the token names it.
   *
   * @return the header {@code kid}
   */
  public Optional<String> keyId() {
    return Optional.ofNullable(header.keyId);
  }

  /**
   * The token's type in lower case, without {@code application/}.
   *
   * @return the header {@code typ}
   */
  public Optional<String> type() {
    return Optional.ofNullable(header.type);
  }

  private static VerificationException notA(String expected, String name) {
    return new VerificationException(
        JwtReason.CLAIM_INVALID, "the claim " + SafeText.of(name, 60) + " is not " + expected);
  }

  /**
   * What the token was for is done: it is refused with {@link JwtReason#REPLAYED} from now on. Only
   * the first call of this or {@link #abandon} has an effect, and none if a {@link JwtVerifier}
   * alone accepted the token.
   */
  public void complete() {
    if (delivery != null) {
      delivery.complete();
    }
  }

  /**
   * What the token was for is not done: it can be used again at once, and not only when the lease
   * of {@link SingleUseJwts} is over. Only the first call of this or {@link #complete} has an
   * effect, and none if a {@link JwtVerifier} alone accepted the token.
   */
  public void abandon() {
    if (delivery != null) {
      delivery.abandon();
    }
  }

  /** The issuer and the algorithm; never a claim. */
  @Override
  public String toString() {
    return "VerifiedJwt[" + SafeText.of(issuer) + ", " + header.algorithm() + "]";
  }
}
