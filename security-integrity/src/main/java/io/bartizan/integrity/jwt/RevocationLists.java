package io.bartizan.integrity.jwt;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Two lists as one. */
record RevocationLists(JwtRevocation one, JwtRevocation two) implements JwtRevocation {

  @Override
  public boolean isRevoked(String issuer, String tokenId) {
    return one.isRevoked(issuer, tokenId) || two.isRevoked(issuer, tokenId);
  }

  @Override
  public @Nullable Instant subjectNotBefore(String issuer, String subject) {
    Instant first = one.subjectNotBefore(issuer, subject);
    Instant second = two.subjectNotBefore(issuer, subject);
    return first == null || (second != null && second.isAfter(first)) ? second : first;
  }
}
