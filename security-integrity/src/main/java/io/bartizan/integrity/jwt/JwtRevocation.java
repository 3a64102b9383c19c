package io.bartizan.integrity.jwt;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A deny-list of tokens that have not expired, by {@code jti} or by subject and time; asked at
 * every verification, for cached tokens too.
 *
 * <p>It must be fast and thread-safe: look into memory, and let something else bring the list
 * there. What it throws reaches the caller of the verifier, so a broken list accepts nothing.
 * Tokens are named by issuer and {@code jti} and not by their text, for one token may have several
 * valid texts (ECDSA's {@code (r, n − s)}).
 */
@FunctionalInterface
public interface JwtRevocation {

  /**
   * Whether a token was revoked; not asked for tokens without {@code jti}, so require it.
   *
   * @param issuer the token's {@code iss}
   * @param tokenId the token's {@code jti}
   * @return whether to refuse it
   */
  boolean isRevoked(String issuer, String tokenId);

  /**
   * Before when all tokens of a subject are revoked, for instance since its password changed. A
   * token of that subject without {@code iat} is then refused too. An {@code iat} in whole seconds,
   * as nearly every issuer writes it, counts as the end of its second.
   *
   * @param issuer the token's {@code iss}
   * @param subject the token's {@code sub}
   * @return null if there is no such moment
   */
  default @Nullable Instant subjectNotBefore(String issuer, String subject) {
    return null;
  }

  /**
   * This list and another one.
   *
   * @param other is asked where this one knows no reason to refuse
   * @return refuses what one of them refuses
   */
  default JwtRevocation and(JwtRevocation other) {
    JwtRevocation one = this;
    return new JwtRevocation() {
      @Override
      public boolean isRevoked(String issuer, String tokenId) {
        return one.isRevoked(issuer, tokenId) || other.isRevoked(issuer, tokenId);
      }

      @Override
      public @Nullable Instant subjectNotBefore(String issuer, String subject) {
        Instant first = one.subjectNotBefore(issuer, subject);
        Instant second = other.subjectNotBefore(issuer, subject);
        return first == null || (second != null && second.isAfter(first)) ? second : first;
      }
    };
  }
}
