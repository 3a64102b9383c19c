package io.bartizan.integrity.jwt;

import io.bartizan.core.SafeText;
import io.bartizan.core.VerificationException;
import io.bartizan.integrity.json.StrictBase64;
import io.bartizan.integrity.jwt.JwtResult.Accepted;
import io.bartizan.integrity.jwt.JwtResult.Rejected;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
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

  private static final Rejected TOO_LARGE =
      Rejected.of(JwtReason.TOO_LARGE, "the token is longer than is read");
  private static final Rejected NOT_COMPACT =
      Rejected.of(JwtReason.MALFORMED, "the token has not three parts");
  private static final Rejected BAD_SIGNATURE_TEXT =
      Rejected.of(JwtReason.MALFORMED, "the signature is empty or not canonical base64url");
  private static final Rejected BAD_PAYLOAD_TEXT =
      Rejected.of(JwtReason.MALFORMED, "the payload is not canonical base64url");
  private static final Rejected NOT_ALLOWED =
      Rejected.of(JwtReason.ALGORITHM_NOT_ALLOWED, "no trusted issuer may use this alg");
  private static final Rejected KEY_UNKNOWN =
      Rejected.of(JwtReason.KEY_UNKNOWN, "no trusted issuer has such a key for this alg");
  private static final Rejected BAD_SIGNATURE =
      Rejected.of(JwtReason.SIGNATURE_INVALID, "no key verifies the signature");
  private static final Rejected WRONG_ISSUER =
      Rejected.of(JwtReason.ISSUER_MISMATCH, "iss is not the issuer of the key that verified");

  private final IssuerKeys[] issuers;
  private final ClaimPolicy policy;
  private final int maxTokenChars;
  private final InstantSource clock;

  JwtVerifier(IssuerKeys[] issuers, ClaimPolicy policy, int maxTokenChars, InstantSource clock) {
    this.issuers = issuers;
    this.policy = policy;
    this.maxTokenChars = maxTokenChars;
    this.clock = clock;
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
    return new JwtVerifierBuilder(List.of(issuers));
  }

  /**
   * Verifies a token.
   *
   * @param token the compact form alone, without {@code Bearer}
   * @return the token's claims
   * @throws VerificationException if it must not be believed; its reason is a {@link JwtReason}
   * @throws NullPointerException if {@code token} is null
   */
  public VerifiedJwt verify(String token) {
    JwtResult result = check(token);
    if (result instanceof Rejected rejected) {
      throw rejected.exception();
    }
    return ((Accepted) result).jwt();
  }

  /**
   * Verifies a token without throwing.
   *
   * @param token the compact form alone, without {@code Bearer}
   * @return accepted with the token's claims, or rejected with the reason
   * @throws NullPointerException if {@code token} is null
   */
  public JwtResult check(String token) {
    Objects.requireNonNull(token, "token");
    if (token.length() > maxTokenChars) {
      return TOO_LARGE;
    }
    // A character outside Latin-1 becomes '?', which is in no alphabet.
    byte[] bytes = token.getBytes(StandardCharsets.ISO_8859_1);
    int headerEnd = dot(bytes, 0);
    int payloadEnd = dot(bytes, headerEnd + 1);
    if (headerEnd == bytes.length
        || payloadEnd == bytes.length
        || dot(bytes, payloadEnd + 1) != bytes.length) {
      return NOT_COMPACT;
    }
    JwsHeader header = JwsHeader.parse(bytes, headerEnd);
    Rejected refused = header.refusal != null ? header.refusal : checkHeader(header);
    if (refused != null) {
      return refused;
    }
    byte[] signature = StrictBase64.decodeUrl(bytes, payloadEnd + 1, bytes.length);
    if (signature == null || signature.length == 0) {
      return BAD_SIGNATURE_TEXT;
    }
    return checkSignature(bytes, headerEnd, payloadEnd, header, signature);
  }

  private static int dot(byte[] bytes, int from) {
    int i = from;
    while (i < bytes.length && bytes[i] != '.') {
      i++;
    }
    return Math.min(i, bytes.length);
  }

  private @Nullable Rejected checkHeader(JwsHeader header) {
    for (IssuerKeys issuer : issuers) {
      if (issuer.allows(header)) {
        return policy.checkType(header);
      }
    }
    return NOT_ALLOWED;
  }

  private JwtResult checkSignature(
      byte[] token, int headerEnd, int payloadEnd, JwsHeader header, byte[] signature) {
    ClaimSet claims = null;
    int tried = 0;
    for (IssuerKeys issuer : issuers) {
      if (!issuer.allows(header)) {
        continue;
      }
      for (KeyRing.Bound bound : issuer.current().candidates(header.keyId)) {
        if (bound.algorithm() != header.algorithm()
            || (claims != null && !issuer.name().equals(claims.issuer))) {
          continue;
        }
        if (++tried > KeyRing.MAX_CANDIDATES) {
          return BAD_SIGNATURE;
        }
        if (bound.engine().verify(token, payloadEnd, signature)) {
          if (claims == null) {
            byte[] payload = StrictBase64.decodeUrl(token, headerEnd + 1, payloadEnd);
            if (payload == null) {
              return BAD_PAYLOAD_TEXT;
            }
            try {
              claims = ClaimSet.parse(payload);
            } catch (Refusal e) {
              return e.rejected;
            }
          }
          if (issuer.name().equals(claims.issuer)) {
            return checkClaims(header, claims, issuer);
          }
        }
      }
    }
    return claims != null ? WRONG_ISSUER : tried == 0 ? KEY_UNKNOWN : BAD_SIGNATURE;
  }

  private JwtResult checkClaims(JwsHeader header, ClaimSet claims, IssuerKeys issuer) {
    Rejected refused = policy.checkContent(claims);
    if (refused == null) {
      refused = policy.checkTime(claims, clock.millis());
    }
    return refused != null ? refused : new Accepted(new VerifiedJwt(header, claims, issuer.name()));
  }

  /** Everything that matters for safety, and who verifies. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("JwtVerifier[");
    for (IssuerKeys issuer : issuers) {
      text.append(issuer).append(", ");
    }
    return text.append("audience ")
        .append(
            policy.audiences().isEmpty() ? "ignored" : SafeText.of(policy.audiences().toString()))
        .append(", clock skew ")
        .append(Duration.ofMillis(policy.skewMillis()))
        .append(policy.requiresExpiry() ? ", exp required" : ", exp not required")
        .append(
            policy.maxAgeMillis() < 0
                ? ""
                : ", maximum age " + Duration.ofMillis(policy.maxAgeMillis()))
        .append(", at most ")
        .append(maxTokenChars)
        .append(" characters]")
        .toString();
  }
}
