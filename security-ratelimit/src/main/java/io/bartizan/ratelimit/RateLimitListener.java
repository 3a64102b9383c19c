package io.bartizan.ratelimit;

/**
 * Hears every decision of a limiter: for metrics and audit.
 *
 * <p>It is called on the thread that asked (of a shared limiter: on the one that completes the
 * answer), so it must be quick and thread-safe. What it throws changes no decision: the first
 * exception is logged, the others are dropped. It is not told the key, so that no metric can hold
 * one.
 *
 * <pre>{@code
 * RateLimitListener audit = (verb, decision) -> {
 *   if (!decision.isAllowed()) {
 *     log.info("refused by {}", decision.limit().name());
 *   }
 * };
 * KeyedRateLimiter limiter = Observed.of(KeyedRateLimiter.of(burst, 1_000_000), audit);
 * }</pre>
 */
@FunctionalInterface
public interface RateLimitListener {

  /** What was asked. */
  enum Verb {
    /** {@code tryAcquire}. */
    TRY_ACQUIRE,
    /** {@code reserve}, or the beginning of {@code acquire}. */
    RESERVE
  }

  /**
   * A decision was made.
   *
   * @param verb what was asked
   * @param decision what the limiter said
   */
  void onDecision(Verb verb, Decision decision);
}
