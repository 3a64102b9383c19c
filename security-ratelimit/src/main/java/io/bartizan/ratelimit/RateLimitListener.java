package io.bartizan.ratelimit;

/**
 * Callbacks for the decisions of a rate limiter, for metrics and audit. Of a shared limiter they
 * also say when its failure policy takes over and ends.
 *
 * <p>It is called on the thread that asked (of a shared limiter: on the one that completes the
 * answer, or one of the client's), so it must be quick and thread-safe. Whatever it throws changes
 * no decision and keeps nothing from the next listener; it is logged once a minute at most. It is
 * not told the key, so that no metric can hold one.
 *
 * <pre>{@code
 * RateLimitListener audit = (verb, decision) -> {
 *   if (!decision.isAllowed()) {
 *     log.info("refused by {}", decision.limit().name());
 *   }
 * };
 * KeyedRateLimiter limiter = KeyedRateLimiter.builder(burst, 1_000_000).withListener(audit).build();
 * }</pre>
 */
@FunctionalInterface
public interface RateLimitListener {

  /** What was asked. */
  enum Verb {
    /** {@code tryAcquire}. */
    TRY_ACQUIRE,
    /** {@code reserve}, or the beginning of {@code acquire}. */
    RESERVE,
    /** {@code charge}; the decision tells whether one more permit could be had then. */
    CHARGE
  }

  /**
   * A decision was made.
   *
   * @param verb what was asked
   * @param decision what the limiter said
   */
  void decided(Verb verb, Decision decision);

  /**
   * A server of a shared limiter can't be reached; until {@link #serverFound} the failure policy
   * decides. By default nothing happens.
   *
   * @param server its name, without credentials
   * @param reason one sentence, safe to log
   */
  default void serverLost(String server, String reason) {}

  /**
   * A server of a shared limiter answers again, or other servers of its Cluster have its keys now.
   * By default nothing happens.
   *
   * @param server its name, without credentials
   */
  default void serverFound(String server) {}

  /**
   * A server of a shared limiter answered a call, which may hold checks of many keys and of all
   * limiters on its client. By default nothing happens.
   *
   * @param nanos from when the call was sent to its answer, in nanoseconds
   */
  default void serverAnswered(long nanos) {}

  /**
   * An adaptive limit of how many run at once has another value; told once a second at most, with
   * the value that was told before. By default nothing happens.
   *
   * @param before the value told before, or the initial one
   * @param now the value that holds now
   */
  default void limitChanged(int before, int now) {}
}
