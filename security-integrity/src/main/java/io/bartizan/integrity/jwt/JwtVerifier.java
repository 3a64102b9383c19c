package io.bartizan.integrity.jwt;

import io.bartizan.core.Checked;
import io.bartizan.core.Checked.Accepted;
import io.bartizan.core.Checked.Rejected;
import io.bartizan.core.VerificationException;
import io.bartizan.integrity.IntegrityListener;
import io.bartizan.integrity.IntegrityListener.Kind;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Verifies JSON Web Tokens (RFC 7519) of issuers, keys and algorithms that are fixed beforehand.
 *
 * <p>Only compact JWS tokens are read, by a parser that knows one spelling of everything. The
 * signature is checked before the payload is looked at. Immutable and thread-safe; make one and
 * keep it.
 *
 * <pre>{@code
 * JwtVerifier api =
 *     JwtVerifier.of(TrustedIssuer.of("https://issuer", keys, JwsAlgorithm.ES256), "my-api").build();
 * VerifiedJwt jwt = api.verify(token); // or throws VerificationException
 * }</pre>
 */
public final class JwtVerifier {

  private static final Rejected<VerifiedJwt> TOO_LARGE =
      Refusal.of(JwtReason.TOO_LARGE, "the token is longer than is read");
  private static final Rejected<VerifiedJwt> NOT_COMPACT =
      Refusal.of(JwtReason.MALFORMED, "the token has not three parts");
  private static final Rejected<VerifiedJwt> BAD_SIGNATURE_TEXT =
      Refusal.of(JwtReason.MALFORMED, "the signature is empty or not canonical base64url");
  private static final Rejected<VerifiedJwt> BAD_PAYLOAD_TEXT =
      Refusal.of(JwtReason.MALFORMED, "the payload is not canonical base64url");
  private static final Rejected<VerifiedJwt> NOT_ALLOWED =
      Refusal.of(JwtReason.ALGORITHM_NOT_ALLOWED, "no trusted issuer may use this alg");
  private static final Rejected<VerifiedJwt> KEY_UNKNOWN =
      Refusal.of(JwtReason.KEY_UNKNOWN, "no trusted issuer has such a key for this alg");
  private static final Rejected<VerifiedJwt> BAD_SIGNATURE =
      Refusal.of(JwtReason.SIGNATURE_INVALID, "no key verifies the signature");

  private static final Rejected<VerifiedJwt> KEYS_UNAVAILABLE =
      Refusal.of(JwtReason.KEYS_UNAVAILABLE, "the issuer's keys could not be got");

  private final IssuerKeys[] issuers;
  private final ClaimPolicy policy;
  private final UsePolicy use;
  private final int maxTokenChars;
  private final InstantSource clock;
  private final @Nullable VerifiedCache cache;
  private final String name;
  private final IntegrityListener listener;
  private final HeaderMemo memo = new HeaderMemo();

  JwtVerifier(
      IssuerKeys[] issuers,
      ClaimPolicy policy,
      UsePolicy use,
      int maxTokenChars,
      InstantSource clock,
      @Nullable VerifiedCache cache,
      String name,
      IntegrityListener listener) {
    this.issuers = issuers;
    this.policy = policy;
    this.use = use;
    this.maxTokenChars = maxTokenChars;
    this.clock = clock;
    this.cache = cache;
    this.name = name;
    this.listener = listener;
  }

  /**
   * A verifier for the tokens of one issuer.
   *
   * @param issuer whom to believe, by which keys and algorithms
   * @param audience what {@code aud} must hold: the name by which the issuer knows this service
   * @return a builder with safe defaults
   * @throws IllegalArgumentException if the audience is empty
   */
  public static JwtVerifierBuilder of(TrustedIssuer issuer, String audience) {
    return of(List.of(issuer), audience);
  }

  /**
   * A verifier for the tokens of several issuers.
   *
   * @param issuers whom to believe; each name once
   * @param audience what {@code aud} must hold: the name by which the issuers know this service
   * @return a builder with safe defaults
   * @throws IllegalArgumentException if the audience is empty, there is no issuer, or one twice
   */
  public static JwtVerifierBuilder of(List<TrustedIssuer> issuers, String audience) {
    return new JwtVerifierBuilder(issuers).withAudience(audience);
  }

  /**
   * A verifier that accepts tokens which were issued for somebody else. Whoever may ask the issuer
   * for a token of any kind can come in: prefer {@link #of(TrustedIssuer, String)}.
   *
   * @param issuers whom to believe
   * @return a builder with safe defaults otherwise
   * @throws IllegalArgumentException if there is no issuer, or one twice
   */
  public static JwtVerifierBuilder ignoreAudience(TrustedIssuer... issuers) {
    return ignoreAudience(List.of(issuers));
  }

  /**
   * A verifier of several issuers that accepts tokens which were issued for somebody else; prefer
   * {@link #of(List, String)}.
   *
   * @param issuers whom to believe
   * @return a builder with safe defaults otherwise
   * @throws IllegalArgumentException if there is no issuer, or one twice
   */
  public static JwtVerifierBuilder ignoreAudience(List<TrustedIssuer> issuers) {
    return new JwtVerifierBuilder(issuers);
  }

  /**
   * Verifies a token that came without proof of possession; one that is bound is refused.
   *
   * @param token the compact form alone, without {@code Bearer}
   * @return the token's claims
   * @throws VerificationException if it must not be believed; its reason is a {@link JwtReason}
   * @throws NullPointerException if {@code token} is null
   */
  public VerifiedJwt verify(String token) {
    return verify(token, JwtRequest.bare());
  }

  /**
   * Verifies a token and that the request may use it.
   *
   * @param token the compact form alone, without {@code Bearer} or {@code DPoP}
   * @param request the client's certificate or proof
   * @return the token's claims
   * @throws VerificationException if it must not be believed; its reason is a {@link JwtReason}
   * @throws NullPointerException if an argument is null
   */
  public VerifiedJwt verify(String token, JwtRequest request) {
    return check(token, request).orThrow();
  }

  /**
   * Verifies a token that came without proof of possession, without throwing.
   *
   * @param token the compact form alone, without {@code Bearer}
   * @return accepted with the token's claims, or rejected with the reason
   * @throws NullPointerException if {@code token} is null
   */
  public Checked<VerifiedJwt> check(String token) {
    return check(token, JwtRequest.bare());
  }

  /**
   * Verifies a token and that the request may use it, without throwing.
   *
   * @param token the compact form alone, without {@code Bearer} or {@code DPoP}
   * @param request the client's certificate or proof
   * @return accepted with the token's claims, or rejected with the reason
   * @throws NullPointerException if an argument is null
   */
  public Checked<VerifiedJwt> check(String token, JwtRequest request) {
    Objects.requireNonNull(token, "token");
    Objects.requireNonNull(request, "request");
    Checked<VerifiedJwt> result = decide(token, request);
    if (result instanceof Rejected<VerifiedJwt> refused) {
      listener.refused(Kind.JWT, name, refused.refusal());
    } else {
      listener.accepted(Kind.JWT, name);
    }
    return result;
  }

  private Checked<VerifiedJwt> decide(String token, JwtRequest request) {
    if (token.length() > maxTokenChars) {
      return TOO_LARGE;
    }
    byte[] bytes = CompactToken.bytes(token);
    if (cache == null) {
      return checkUse(checkContent(bytes, null), token, request);
    }
    VerifiedCache.Key key = cache.key(bytes);
    VerifiedCache.Entry entry = cache.find(key);
    Checked<VerifiedJwt> content = entry == null ? checkContent(bytes, key) : entry.accepted();
    return checkUse(content, token, request);
  }

  /** What may change between two uses of one token. */
  private Checked<VerifiedJwt> checkUse(
      Checked<VerifiedJwt> content, String token, JwtRequest request) {
    if (!(content instanceof Accepted<VerifiedJwt> accepted)) {
      return content;
    }
    long now = clock.millis();
    Rejected<VerifiedJwt> refused = policy.checkTime(accepted.value().claimSet(), now);
    if (refused == null) {
      refused = use.check(accepted.value(), token, request, now);
    }
    return refused == null ? accepted : refused;
  }

  private Checked<VerifiedJwt> checkContent(byte[] bytes, VerifiedCache.@Nullable Key key) {
    CompactToken token = CompactToken.split(bytes);
    if (token == null) {
      return NOT_COMPACT;
    }
    JwsHeader header = memo.find(bytes, token.headerEnd);
    if (header == null) {
      header = JwsHeader.parse(bytes, token.headerEnd);
      Rejected<VerifiedJwt> refused = header.refusal != null ? header.refusal : checkHeader(header);
      if (refused != null) {
        return refused;
      }
    }
    byte[] signature = token.signature();
    if (signature == null) {
      return BAD_SIGNATURE_TEXT;
    }
    Checked<VerifiedJwt> result = checkSignature(token, header, signature, key);
    if (result == KEY_UNKNOWN) { // so no signature was tried: looking again costs nothing
      awaitKeys(header);
      result = checkSignature(token, header, signature, key);
    }
    return result == KEY_UNKNOWN && isUnavailable(header) ? KEYS_UNAVAILABLE : result;
  }

  private @Nullable Rejected<VerifiedJwt> checkHeader(JwsHeader header) {
    for (IssuerKeys issuer : issuers) {
      if (issuer.allows(header)) {
        return policy.checkType(header);
      }
    }
    return NOT_ALLOWED;
  }

  private void awaitKeys(JwsHeader header) {
    for (IssuerKeys issuer : issuers) {
      if (issuer.allows(header)) {
        issuer.awaitOthers();
      }
    }
  }

  private boolean isUnavailable(JwsHeader header) {
    for (IssuerKeys issuer : issuers) {
      if (issuer.allows(header) && issuer.isUnavailable()) {
        return true;
      }
    }
    return false;
  }

  /**
   * Tries the keys that the header can mean. The payload is read once a trusted key has verified
   * it; from then on only keys of the issuer that it names are tried, for issuers may share keys.
   */
  private Checked<VerifiedJwt> checkSignature(
      CompactToken token, JwsHeader header, byte[] signature, VerifiedCache.@Nullable Key key) {
    ClaimSet claims = null;
    IssuerKeys proven = null;
    Rejected<VerifiedJwt> failed = null;
    int tried = 0;
    for (IssuerKeys issuer : issuers) {
      if (!issuer.allows(header) || (claims != null && !issuer.name().equals(claims.issuer))) {
        continue;
      }
      KeyRing ring = issuer.current();
      int triedOfIssuer = 0; // so that no issuer's keys use up another's tries
      for (KeyRing.Bound bound : ring.candidates(header.keyId)) {
        if (bound.algorithm() != header.algorithm()) {
          continue;
        }
        tried++;
        if (++triedOfIssuer > KeyRing.MAX_CANDIDATES) {
          break;
        }
        try {
          if (!bound.engine().verify(token.bytes, token.payloadEnd, signature)) {
            continue;
          }
        } catch (RuntimeException e) {
          failed = failed(bound.engine(), e);
          continue;
        }
        if (claims == null) {
          byte[] payload = token.payload();
          if (payload == null) {
            return BAD_PAYLOAD_TEXT;
          }
          try {
            claims = ClaimSet.parse(payload);
            proven = issuer;
          } catch (Refusal e) {
            return e.rejected;
          }
        }
        if (issuer.name().equals(claims.issuer)) {
          Rejected<VerifiedJwt> refused = policy.checkContent(claims);
          return refused != null ? refused : accept(token, header, claims, issuer, ring, key);
        }
        break;
      }
    }
    if (proven != null) {
      return proven.wrongIssuer();
    }
    return failed != null ? failed : tried == 0 ? KEY_UNKNOWN : BAD_SIGNATURE;
  }

  /** A provider that breaks must neither end the request nor pass for a forged token. */
  static Rejected<VerifiedJwt> failed(SignatureEngine engine, RuntimeException e) {
    return Refusal.of(
        JwtReason.PROVIDER_FAILED,
        engine.provider() + " failed to verify: " + e.getClass().getSimpleName());
  }

  private Accepted<VerifiedJwt> accept(
      CompactToken token,
      JwsHeader header,
      ClaimSet claims,
      IssuerKeys issuer,
      KeyRing ring,
      VerifiedCache.@Nullable Key key) {
    memo.remember(token.bytes, token.headerEnd, header);
    Accepted<VerifiedJwt> accepted =
        Checked.accepted(new VerifiedJwt(header, claims, issuer.name()));
    if (cache != null && key != null && !header.algorithm().isSymmetric()) {
      cache.put(new VerifiedCache.Entry(key, accepted, issuer, ring));
    }
    return accepted;
  }

  /** Everything that matters for safety, and who verifies. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("JwtVerifier[");
    for (IssuerKeys issuer : issuers) {
      text.append(issuer).append(", ");
    }
    text.append(policy).append(", ").append(use).append(", at most ").append(maxTokenChars);
    text.append(" characters, ");
    text.append(cache == null ? "no cache" : "cache of " + cache.capacity() + " tokens");
    return text.append(']').toString();
  }
}
