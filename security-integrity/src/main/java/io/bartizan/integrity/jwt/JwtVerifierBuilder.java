package io.bartizan.integrity.jwt;

import io.bartizan.integrity.IntegrityListener;
import io.bartizan.integrity.listening.ContainedListener;
import io.bartizan.integrity.replay.ReplayGuard;
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
  private boolean ignoresBinding;
  private boolean requiresBinding;
  private @Nullable ReplayGuard dpopGuard;
  private @Nullable JwtRevocation revocation;
  private @Nullable ReplayGuard singleUse;
  private int cacheEntries;
  private IntegrityListener listener = ContainedListener.nobody();

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
   * @param source tells the time; the system's unless set
   * @return this
   */
  public JwtVerifierBuilder withClock(InstantSource source) {
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
  public JwtVerifierBuilder withProvider(Provider jcaProvider) {
    this.provider = Objects.requireNonNull(jcaProvider, "jcaProvider");
    return this;
  }

  /**
   * Refuses tokens that are bound to nothing; whoever steals one could use it.
   *
   * @return this
   */
  public JwtVerifierBuilder withRequiredBinding() {
    this.requiresBinding = true;
    return this;
  }

  /**
   * Accepts tokens that are bound to a certificate or key from whoever shows them, for services
   * behind a gateway that has checked the binding. Without it a bound token is refused wherever its
   * binding is not checked.
   *
   * @return this
   */
  public JwtVerifierBuilder ignoreBinding() {
    this.ignoresBinding = true;
    return this;
  }

  /**
   * Checks DPoP proofs (RFC 9449) of tokens that are bound to a key. A proof is good for 60 seconds
   * after its issue and for one request.
   *
   * @param guard remembers the proofs' ids; one that all nodes share if there are several
   * @return this
   */
  public JwtVerifierBuilder withDpop(ReplayGuard guard) {
    this.dpopGuard = Objects.requireNonNull(guard, "guard");
    return this;
  }

  /**
   * Asks at every verification whether the token was revoked.
   *
   * @param list knows the revoked tokens and subjects
   * @return this
   */
  public JwtVerifierBuilder withRevocation(JwtRevocation list) {
    this.revocation = Objects.requireNonNull(list, "list");
    return this;
  }

  /**
   * Accepts each token once; {@code jti} is then required.
   *
   * @param guard remembers the tokens' ids until they expire
   * @return this
   */
  public JwtVerifierBuilder withSingleUse(ReplayGuard guard) {
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
   *     about 1 kB and six times its claims' length
   * @return this
   * @throws IllegalArgumentException if it is out of range
   */
  public JwtVerifierBuilder withCache(int maxTokens) {
    if (maxTokens < 4 || maxTokens > 10_000_000) {
      throw new IllegalArgumentException(
          "maxTokens is " + maxTokens + ", 4 to 10000000 are accepted");
    }
    this.cacheEntries = maxTokens;
    return this;
  }

  /**
   * Who hears of each verification; nobody unless set.
   *
   * @param hears gets no part of a token
   * @return this
   */
  public JwtVerifierBuilder withListener(IntegrityListener hears) {
    this.listener = ContainedListener.of(hears);
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
    if (singleUse != null && !requiresExpiry) {
      throw new IllegalArgumentException("tokens for single use must expire");
    }
    List<IssuerKeys> bound = new ArrayList<>();
    for (TrustedIssuer issuer : issuers) {
      if (provider == null) {
        issuer.algorithms().forEach(JwsAlgorithm::requireBouncyCastle);
      }
      bound.add(new IssuerKeys(issuer, provider));
    }
    if (dpopGuard != null) {
      JwsAlgorithm.ES256.requireBouncyCastle();
    }
    Duration age = maxAge;
    ClaimPolicy policy =
        ClaimPolicy.of(
            Set.copyOf(audiences),
            type,
            skew.toMillis(),
            age == null ? -1 : age.toMillis(),
            requiresExpiry,
            List.copyOf(requiredClaims));
    DpopCheck dpop = dpopGuard == null ? null : new DpopCheck(dpopGuard, skew.toMillis());
    return new JwtVerifier(
        bound.toArray(new IssuerKeys[0]),
        policy,
        new UsePolicy(
            ignoresBinding, requiresBinding, dpop, revocation, singleUse, skew.toMillis()),
        maxTokenChars,
        clock,
        cacheEntries == 0 || onlySymmetric() ? null : new VerifiedCache(cacheEntries),
        audiences.isEmpty() ? issuers.get(0).issuer() : audiences.iterator().next(),
        listener);
  }

  private boolean onlySymmetric() {
    return issuers.stream()
        .flatMap(issuer -> issuer.algorithms().stream())
        .allMatch(JwsAlgorithm::isSymmetric);
  }
}
