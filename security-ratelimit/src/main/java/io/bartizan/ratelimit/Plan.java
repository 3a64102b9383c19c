package io.bartizan.ratelimit;

/**
 * Selects the rate limits of each key, for example by subscription tier or route.
 *
 * <p>A {@link Limit} and {@link Limits} are plans that choose themselves. A plan is asked at every
 * check, so let it look up and not compute, and return the same instances again; when it answers
 * with other limits than before, what the key has consumed is kept. Must be thread-safe.
 *
 * <pre>{@code
 * Plan byTariff = key -> customers.isPremium(key) ? premium : basic;
 * KeyedRateLimiter limiter = KeyedRateLimiter.of(byTariff, 1_000_000);
 * }</pre>
 */
@FunctionalInterface
public interface Plan {

  /**
   * The limits of a key. A key that is counted by its digest is asked for by that, so that nothing
   * of its text shows: let the limits of unknown keys be strict ones.
   *
   * @param key the key of the check, as {@link Key#bounded} has it
   * @return its limits; never null
   */
  Limits limitsOf(String key);
}
