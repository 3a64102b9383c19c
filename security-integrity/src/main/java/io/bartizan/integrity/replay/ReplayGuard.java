package io.bartizan.integrity.replay;

import java.time.Instant;

/**
 * Replay protection that accepts each id once: nonces of signed values, {@code jti} of tokens and
 * DPoP proofs, ids of webhooks.
 *
 * <p>Ask it last, after the signature, the times and everything else have passed, or an attacker
 * could use up ids that were never valid. Implementations are thread-safe and atomic: of any number
 * of concurrent calls with the same scope and id exactly one may get {@link Use#FIRST}. They keep
 * every id they answered {@code FIRST} for until its end, and say {@link Use#UNDECIDED} when they
 * can't.
 */
@FunctionalInterface
public interface ReplayGuard {

  /** What a guard knows of an id. */
  enum Use {
    /** This is the first use; the guard remembers it from now on. */
    FIRST,
    /** It was used before. */
    REPEATED,
    /** The guard is full, can't be reached, or the end has passed: refuse. */
    UNDECIDED
  }

  /**
   * Uses an id.
   *
   * @param scope what gave the id, such as an issuer; ids of different scopes never meet
   * @param id any bytes of any length; only a hash is kept
   * @param until when nobody would accept the id any more, clock skew included
   * @return whether this is the first use
   * @throws NullPointerException if an argument is null
   */
  Use use(String scope, byte[] id, Instant until);
}
