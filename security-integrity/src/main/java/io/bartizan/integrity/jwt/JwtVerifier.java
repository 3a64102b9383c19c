package io.bartizan.integrity.jwt;

import io.bartizan.core.Checked;
import io.bartizan.core.VerificationException;
import io.bartizan.core.house.Listeners;
import io.bartizan.core.house.Require;
import io.bartizan.integrity.IntegrityListener;
import io.bartizan.integrity.replay.ReplayGuard;
import java.security.Provider;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Verifies JSON Web Tokens (RFC 7519) of issuers, keys and algorithms that are fixed beforehand.
 *
 * <p>A token of an unknown key waits for its issuer's keys; {@link AsyncJwtVerifier} never waits.
 * Only compact JWS tokens are read, by a parser that knows one spelling of everything. Nothing of
 * the payload is believed before its signature. Immutable, thread-safe; make one and keep it.
 *
 * <pre>{@code
 * JwtVerifier api =
 *     JwtVerifier.of(TrustedIssuer.of("https://issuer", keys, JwsAlgorithm.ES256), "my-api");
 * VerifiedJwt jwt = api.verify(token); // or throws VerificationException
 * }</pre>
 */
public final class JwtVerifier {

  private final TokenCheck tokens;

  private JwtVerifier(TokenCheck tokens) {
    this.tokens = tokens;
  }

  TokenCheck tokens() {
    return tokens;
  }

  /**
   * A verifier for the tokens of one issuer, with all defaults.
   *
   * @param issuer whom to believe, by which keys and algorithms
   * @param audience what {@code aud} must hold: the name by which the issuer knows this service
   * @return a verifier with safe defaults; immutable and thread-safe
   * @throws IllegalArgumentException if the audience is empty
   */
  public static JwtVerifier of(TrustedIssuer issuer, String audience) {
    return builder(issuer, audience).build();
  }

  /**
   * A verifier for the tokens of one issuer, with settings.
   *
   * @param issuer whom to believe, by which keys and algorithms
   * @param audience what {@code aud} must hold: the name by which the issuer knows this service
   * @return a builder with safe defaults
   * @throws IllegalArgumentException if the audience is empty
   */
  public static Builder builder(TrustedIssuer issuer, String audience) {
    return builder(List.of(issuer), audience);
  }

  /**
   * A verifier for the tokens of several issuers, with all defaults.
   *
   * @param issuers whom to believe; each name once for each algorithm: an issuer in migration may
   *     be there with its secret for HS256 and with its published keys for ES256
   * @param audience what {@code aud} must hold: the name by which the issuers know this service
   * @return a verifier with safe defaults; immutable and thread-safe
   * @throws IllegalArgumentException if the audience is empty, there is no issuer, or one twice
   */
  public static JwtVerifier of(List<TrustedIssuer> issuers, String audience) {
    return builder(issuers, audience).build();
  }

  /**
   * A verifier for the tokens of several issuers, with settings.
   *
   * @param issuers whom to believe; each name once for each algorithm: an issuer in migration may
   *     be there with its secret for HS256 and with its published keys for ES256
   * @param audience what {@code aud} must hold: the name by which the issuers know this service
   * @return a builder with safe defaults
   * @throws IllegalArgumentException if the audience is empty, there is no issuer, or one twice
   */
  public static Builder builder(List<TrustedIssuer> issuers, String audience) {
    return new Builder(issuers).withAudience(audience);
  }

  /**
   * Accepts tokens that were issued for somebody else: whoever may ask the issuer for a token of
   * any kind can come in.
   *
   * @param issuers whom to believe
   * @return a builder with safe defaults otherwise
   * @throws IllegalArgumentException if there is no issuer, or one twice
   */
  public static Builder ignoreAudience(TrustedIssuer... issuers) {
    return ignoreAudience(List.of(issuers));
  }

  /**
   * As {@link #ignoreAudience(TrustedIssuer...)}.
   *
   * @param issuers whom to believe
   * @return a builder with safe defaults otherwise
   * @throws IllegalArgumentException if there is no issuer, or one twice
   */
  public static Builder ignoreAudience(List<TrustedIssuer> issuers) {
    return new Builder(issuers);
  }

  /**
   * Verifies a token that came without proof of possession; one that is bound is refused.
   *
   * @param token the compact form alone, without {@code Bearer}; null (an absent header) is refused
   *     like any other
   * @return the token's claims
   * @throws VerificationException if it must not be believed; its reason is a {@link JwtReason}
   */
  public VerifiedJwt verify(@Nullable String token) {
    return check(token).orThrow();
  }

  /**
   * Verifies a token and that the request may use it.
   *
   * @param token the compact form alone, without {@code Bearer} or {@code DPoP}; null (an absent
   *     header) is refused like any other
   * @param request the client's certificate or proof
   * @return the token's claims
   * @throws VerificationException if it must not be believed; its reason is a {@link JwtReason}
   * @throws NullPointerException if {@code request} is null
   */
  public VerifiedJwt verify(@Nullable String token, JwtRequest request) {
    return check(token, request).orThrow();
  }

  /**
   * Verifies a token that came without proof of possession, without throwing.
   *
   * @param token the compact form alone, without {@code Bearer}; null (an absent header) is refused
   *     like any other
   * @return accepted with the token's claims, or rejected with the reason
   */
  public Checked<VerifiedJwt> check(@Nullable String token) {
    return check(token, JwtRequest.bare());
  }

  /**
   * Verifies a token and that the request may use it, without throwing.
   *
   * @param token the compact form alone, without {@code Bearer} or {@code DPoP}; null (an absent
   *     header) is refused like any other
   * @param request the client's certificate or proof
   * @return accepted with the token's claims, or rejected with the reason
   * @throws NullPointerException if {@code request} is null
   */
  public Checked<VerifiedJwt> check(@Nullable String token, JwtRequest request) {
    return tokens.decide(token, Objects.requireNonNull(request, "request"));
  }

  /** Everything that matters for safety, and who verifies. */
  @Override
  public String toString() {
    return "JwtVerifier[" + tokens + "]";
  }

  /**
   * Options for JWT verification: audience, clock skew, maximum age, type, DPoP, revocation, cache.
   * Every default is the strict one. Not thread-safe.
   */
  public static final class Builder {

    /** The longest token that is read unless said otherwise, in characters. */
    public static final int DEFAULT_MAX_TOKEN_CHARS = 16 * 1024;

    private final List<TrustedIssuer> issuers;
    private final Set<String> audiences = new LinkedHashSet<>();
    private final Set<String> requiredClaims = new LinkedHashSet<>();
    private final Set<String> types = new LinkedHashSet<>();
    private final Map<String, Set<String>> requiredValues = new LinkedHashMap<>();
    private boolean ignoresType;
    private Duration skew = ClaimPolicy.DEFAULT_SKEW;
    private long maxAgeMillis = -1;
    private boolean requiresExpiry = true;
    private int maxTokenChars = DEFAULT_MAX_TOKEN_CHARS;
    private InstantSource clock = InstantSource.system();
    private @Nullable Provider provider;
    private boolean ignoresBinding;
    private boolean requiresBinding;
    private @Nullable ReplayGuard dpopGuard;
    private @Nullable JwtRevocation revocation;
    private @Nullable ReplayGuard singleUse;
    private int cacheEntries;
    private Listeners<IntegrityListener> listeners = Listeners.none(IntegrityListener.class);

    Builder(List<TrustedIssuer> issuers) {
      this.issuers = List.copyOf(issuers);
      if (this.issuers.isEmpty()) {
        throw new IllegalArgumentException("issuers is empty, at least one is needed");
      }
      IssuerKeys.requireDistinct(this.issuers);
    }

    /**
     * Another audience that is accepted.
     *
     * @param audience what {@code aud} may hold
     * @return this
     * @throws IllegalArgumentException if it is empty
     */
    public Builder withAudience(String audience) {
      if (audience.isEmpty()) {
        throw new IllegalArgumentException("audience is empty");
      }
      audiences.add(audience);
      return this;
    }

    /**
     * The {@code typ} that tokens must have, such as {@code logout+jwt}, so that a token of one
     * kind is never taken for another of the same issuer (RFC 8725 section 3.11). Each call adds
     * one, for an issuer in migration. Without any {@code JWT} or none is accepted.
     *
     * @param expected the type; case and {@code application/} make no difference
     * @return this
     * @throws IllegalArgumentException if it is empty
     */
    public Builder withType(String expected) {
      if (expected.isEmpty()) {
        throw new IllegalArgumentException("type is empty");
      }
      types.add(JwsHeader.mediaType(expected));
      return this;
    }

    /**
     * Accepts tokens of every {@code typ}, such as an ID token for an access token.
     *
     * @return this
     */
    public Builder ignoreType() {
      this.ignoresType = true;
      return this;
    }

    /**
     * Expects JWT access tokens (RFC 9068): {@code typ} is {@code at+jwt}, and {@code iss}, {@code
     * exp}, {@code aud}, {@code sub}, {@code client_id}, {@code iat} and {@code jti} are there.
     *
     * @return this
     */
    public Builder withAccessTokenProfile() {
      return withType("at+jwt").withRequiredClaims("exp", "aud", "sub", "client_id", "iat", "jti");
    }

    /**
     * By how much the issuer's clock may differ.
     *
     * @param clockSkew zero to 5 minutes; 30 seconds unless set
     * @return this
     * @throws IllegalArgumentException if it is out of range
     */
    public Builder withClockSkew(Duration clockSkew) {
      this.skew = Require.within("clockSkew", clockSkew, Duration.ZERO, ClaimPolicy.MAX_SKEW);
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
    public Builder withMaxAge(Duration age) {
      this.maxAgeMillis =
          Require.within("maxAge", age, Duration.ofNanos(1), Duration.ofDays(3650)).toMillis();
      return this;
    }

    /**
     * Accepts tokens without {@code exp}, which are valid until their key is taken out. Where there
     * is an {@code exp}, it still counts.
     *
     * @return this
     */
    public Builder neverExpires() {
      this.requiresExpiry = false;
      return this;
    }

    /**
     * Claims that must be there, of any type but null, which the getters take for absent.
     *
     * @param names the claims' names
     * @return this
     */
    public Builder withRequiredClaims(String... names) {
      requiredClaims.addAll(List.of(names));
      return this;
    }

    /**
     * A claim that must be this text, or an array that holds it: {@code client_id}, {@code azp},
     * {@code token_use}, {@code tid}. Each call for one name adds a value that is accepted.
     *
     * @param name the claim's name
     * @param value what it may be
     * @return this
     */
    public Builder withRequiredClaim(String name, String value) {
      requiredValues
          .computeIfAbsent(Objects.requireNonNull(name, "name"), ignored -> new LinkedHashSet<>())
          .add(Objects.requireNonNull(value, "value"));
      return this;
    }

    /**
     * The longest token that is read.
     *
     * @param chars 256 to 1 048 576; {@value #DEFAULT_MAX_TOKEN_CHARS} unless set
     * @return this
     * @throws IllegalArgumentException if it is out of range
     */
    public Builder withMaxTokenChars(int chars) {
      this.maxTokenChars = Require.within("maxTokenChars", chars, 256, 1 << 20);
      return this;
    }

    /**
     * The clock.
     *
     * @param source tells the time; the system's unless set
     * @return this
     */
    public Builder withClock(InstantSource source) {
      this.clock = Objects.requireNonNull(source, "clock");
      return this;
    }

    /**
     * A security provider that does all verification, instead of the fastest sound one of each
     * algorithm.
     *
     * @param jcaProvider must offer every algorithm of every issuer; it need not be installed
     * @return this
     */
    public Builder withProvider(Provider jcaProvider) {
      this.provider = Objects.requireNonNull(jcaProvider, "jcaProvider");
      return this;
    }

    /**
     * Refuses tokens that are bound to nothing; whoever steals one could use it.
     *
     * @return this
     */
    public Builder withRequiredBinding() {
      this.requiresBinding = true;
      return this;
    }

    /**
     * Accepts tokens that are bound to a certificate or key from whoever shows them, for services
     * behind a gateway that has checked it. Otherwise a binding that is not checked is refused.
     *
     * @return this
     */
    public Builder ignoreBinding() {
      this.ignoresBinding = true;
      return this;
    }

    /**
     * Checks DPoP proofs (RFC 9449) of tokens that are bound to a key. A proof is good for 60
     * seconds after its issue and for one request.
     *
     * @param guard remembers the proofs' ids; one that all nodes share if there are several
     * @return this
     */
    public Builder withDpop(ReplayGuard guard) {
      this.dpopGuard = Objects.requireNonNull(guard, "guard");
      return this;
    }

    /**
     * Asks at every verification whether the token was revoked; each call adds a list.
     *
     * @param list knows the revoked tokens and subjects
     * @return this
     */
    public Builder withRevocation(JwtRevocation list) {
      Objects.requireNonNull(list, "list");
      this.revocation = revocation == null ? list : revocation.and(list);
      return this;
    }

    /**
     * Accepts each token at most once; {@code jti} is then required. It is used up before anything
     * was done with it: where a failure shall not lose it, see {@link SingleUseJwts}.
     *
     * @param guard remembers the tokens' ids until they expire
     * @return this
     */
    public Builder withSingleUse(ReplayGuard guard) {
      this.singleUse = Objects.requireNonNull(guard, "guard");
      return this;
    }

    /**
     * Remembers accepted tokens, so that one which comes again costs a hash instead of a signature.
     * Times, maximum age, binding, revocation and single use are checked each time, and a change of
     * the issuer's keys makes it forget. HMAC tokens are not remembered: verifying them is as fast.
     * Off unless set.
     *
     * @param maxTokens 4 to 10 000 000; rounded down to a power of two. A remembered token takes
     *     about 1 kB, eight times its claims' length and twice its header's
     * @return this
     * @throws IllegalArgumentException if it is out of range
     */
    public Builder withCache(int maxTokens) {
      this.cacheEntries = Require.within("maxTokens", maxTokens, 4, 10_000_000);
      return this;
    }

    /**
     * Adds one who is told of each verification; what it throws is logged and changes nothing.
     *
     * @param listener gets no part of a token
     * @return this
     */
    public Builder withListener(IntegrityListener listener) {
      listeners = listeners.and(listener);
      return this;
    }

    /**
     * The verifier.
     *
     * @return immutable and thread-safe
     * @throws IllegalArgumentException if the provider can't do what the keys need, an algorithm
     *     needs bcprov and it is not there, binding is both required and ignored, or tokens for
     *     single use need not expire
     */
    public JwtVerifier build() {
      if (ignoresBinding && (requiresBinding || dpopGuard != null)) {
        throw new IllegalArgumentException("the binding can't be both ignored and checked");
      }
      if (ignoresType && !types.isEmpty()) {
        throw new IllegalArgumentException("the type can't be both ignored and " + types);
      }
      if (singleUse != null && !requiresExpiry) {
        throw new IllegalArgumentException("tokens for single use must expire");
      }
      if (dpopGuard != null && provider == null) {
        JwsAlgorithm.ES256.requireBouncyCastle();
      }
      ClaimPolicy policy =
          ClaimPolicy.of(
              audiences,
              ignoresType ? null : types,
              skew.toMillis(),
              maxAgeMillis,
              requiresExpiry,
              requiredClaims,
              requiredValues);
      DpopCheck dpop =
          dpopGuard == null ? null : new DpopCheck(dpopGuard, skew.toMillis(), provider);
      return new JwtVerifier(
          new TokenCheck(
              IssuerKeys.bind(issuers, provider),
              policy,
              new UsePolicy(ignoresBinding, requiresBinding, dpop, revocation, singleUse),
              maxTokenChars,
              clock,
              cacheEntries == 0 || onlySymmetric() ? null : new VerifiedCache(cacheEntries),
              audiences.isEmpty() ? issuers.get(0).issuer() : audiences.iterator().next(),
              listeners));
    }

    private boolean onlySymmetric() {
      return issuers.stream()
          .flatMap(issuer -> issuer.algorithms().stream())
          .allMatch(JwsAlgorithm::isSymmetric);
    }
  }
}
