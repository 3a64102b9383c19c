package io.bartizan.integrity.jwt;

import java.security.Provider;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a {@link JwtVerifier} asks of tokens; every default is the strict one. Not thread-safe. */
public final class JwtVerifierBuilder {

  /** The longest token that is read unless said otherwise, in characters. */
  public static final int DEFAULT_MAX_TOKEN_CHARS = 16 * 1024;

  private final List<TrustedIssuer> issuers;
  private final Set<String> audiences = new LinkedHashSet<>();
  private final Set<String> requiredClaims = new LinkedHashSet<>();
  private @Nullable String type = "";
  private Duration skew = ClaimPolicy.DEFAULT_SKEW;
  private @Nullable Duration maxAge;
  private boolean requiresExpiry = true;
  private int maxTokenChars = DEFAULT_MAX_TOKEN_CHARS;
  private InstantSource clock = InstantSource.system();
  private @Nullable Provider provider;

  JwtVerifierBuilder(List<TrustedIssuer> issuers) {
    this.issuers = List.copyOf(issuers);
    if (this.issuers.isEmpty()) {
      throw new IllegalArgumentException("issuers is empty, at least one is needed");
    }
    Set<String> names = new HashSet<>();
    for (TrustedIssuer issuer : this.issuers) {
      if (!names.add(issuer.issuer())) {
        throw new IllegalArgumentException("issuers holds one issuer twice: " + issuer);
      }
    }
  }

  /**
   * Another audience that is accepted.
   *
   * @param audience what {@code aud} may hold
   * @return this
   * @throws IllegalArgumentException if it is empty
   */
  public JwtVerifierBuilder withAudience(String audience) {
    if (audience.isEmpty()) {
      throw new IllegalArgumentException("audience is empty");
    }
    audiences.add(audience);
    return this;
  }

  /**
   * The {@code typ} that tokens must have, such as {@code logout+jwt}, so that a token of one kind
   * is never taken for another of the same issuer (RFC 8725 section 3.11). Without it {@code JWT}
   * or none is accepted.
   *
   * @param expected the type; case and {@code application/} make no difference
   * @return this
   * @throws IllegalArgumentException if it is empty
   */
  public JwtVerifierBuilder withType(String expected) {
    if (expected.isEmpty()) {
      throw new IllegalArgumentException("type is empty");
    }
    this.type = JwsHeader.mediaType(expected);
    return this;
  }

  /**
   * Accepts tokens of every {@code typ}: an ID token or a logout token then passes for an access
   * token, unless claims tell them apart.
   *
   * @return this
   */
  public JwtVerifierBuilder ignoreType() {
    this.type = null;
    return this;
  }

  /**
   * Expects JWT access tokens (RFC 9068): {@code typ} is {@code at+jwt}, and {@code iss}, {@code
   * exp}, {@code aud}, {@code sub}, {@code client_id}, {@code iat} and {@code jti} are there.
   *
   * @return this
   */
  public JwtVerifierBuilder withAccessTokenProfile() {
    return withType("at+jwt").withRequiredClaims("exp", "aud", "sub", "client_id", "iat", "jti");
  }

  /**
   * By how much the issuer's clock may differ from ours.
   *
   * @param clockSkew zero to 5 minutes; 30 seconds unless set
   * @return this
   * @throws IllegalArgumentException if it is out of range
   */
  public JwtVerifierBuilder withClockSkew(Duration clockSkew) {
    if (clockSkew.isNegative() || clockSkew.compareTo(ClaimPolicy.MAX_SKEW) > 0) {
      throw new IllegalArgumentException(
          "clockSkew is " + clockSkew + ", PT0S to " + ClaimPolicy.MAX_SKEW + " is accepted");
    }
    this.skew = clockSkew;
    return this;
  }

  /**
   * How long ago a token may have been issued, whatever its {@code exp}; {@code iat} is then
   * required.
   *
   * @param age more than zero, at most 3650 days
   * @return this
   * @throws IllegalArgumentException if it is out of range
   */
  public JwtVerifierBuilder withMaxAge(Duration age) {
    if (age.isNegative() || age.isZero() || age.toDays() > 3650) {
      throw new IllegalArgumentException(
          "maxAge is " + age + ", more than zero and at most 3650 days are accepted");
    }
    this.maxAge = age;
    return this;
  }

  /**
   * Accepts tokens without {@code exp}, which are valid until their key is taken out. Where there
   * is an {@code exp}, it still counts.
   *
   * @return this
   */
  public JwtVerifierBuilder neverExpires() {
    this.requiresExpiry = false;
    return this;
  }

  /**
   * Claims that must be there, of any type.
   *
   * @param names the claims' names
   * @return this
   */
  public JwtVerifierBuilder withRequiredClaims(String... names) {
    requiredClaims.addAll(List.of(names));
    return this;
  }

  /**
   * The longest token that is read.
   *
   * @param chars 256 to 1 048 576; {@value #DEFAULT_MAX_TOKEN_CHARS} unless set
   * @return this
   * @throws IllegalArgumentException if it is out of range
   */
  public JwtVerifierBuilder withMaxTokenChars(int chars) {
    if (chars < 256 || chars > 1 << 20) {
      throw new IllegalArgumentException(
          "maxTokenChars is " + chars + ", 256 to " + (1 << 20) + " are accepted");
    }
    this.maxTokenChars = chars;
    return this;
  }

  /**
   * The wall clock.
   *
   * @param instantSource tells the time; the system's unless set
   * @return this
   */
  public JwtVerifierBuilder withInstantSource(InstantSource instantSource) {
    this.clock = Objects.requireNonNull(instantSource, "instantSource");
    return this;
  }

  /**
   * A security provider that does all verification, instead of the fastest sound one of each
   * algorithm.
   *
   * @param jcaProvider must offer every algorithm of every issuer; it need not be installed
   * @return this
   */
  public JwtVerifierBuilder withProvider(Provider jcaProvider) {
    this.provider = Objects.requireNonNull(jcaProvider, "jcaProvider");
    return this;
  }

  /**
   * The verifier.
   *
   * @return immutable and thread-safe
   * @throws IllegalArgumentException if the provider can't do what the keys need
   */
  public JwtVerifier build() {
    List<IssuerKeys> bound = new ArrayList<>();
    for (TrustedIssuer issuer : issuers) {
      bound.add(new IssuerKeys(issuer, provider));
    }
    Duration age = maxAge;
    ClaimPolicy policy =
        new ClaimPolicy(
            Set.copyOf(audiences),
            type,
            skew.toMillis(),
            age == null ? -1 : age.toMillis(),
            requiresExpiry,
            List.copyOf(requiredClaims));
    return new JwtVerifier(bound.toArray(new IssuerKeys[0]), policy, maxTokenChars, clock);
  }
}
