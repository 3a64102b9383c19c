package io.bartizan.ratelimit;

import java.time.Duration;

/**
 * What may pass in which time: the definition alone, without any count.
 *
 * <p>Each permitted subclass is one algorithm; a limiter applies it, in memory or on Redis. Limits
 * are immutable, compare by value and may be shared.
 *
 * <pre>{@code
 * Limit burst = Limit.tokenBucket(100, Rate.per(50, ChronoUnit.SECONDS)).named("burst");
 * }</pre>
 */
public sealed interface Limit permits TokenBucket {

  /** The name of a limit that was given none. */
  String DEFAULT_NAME = "default";

  /**
   * A bucket that holds at most {@code capacity} permits, starts full and is refilled evenly at
   * {@code refill}: in any time t at most capacity + refill × t permits pass.
   *
   * @param capacity the largest burst; 1 to 10<sup>12</sup>
   * @param refill how fast permits come back
   * @return the limit
   * @throws NullPointerException if {@code refill} is null
   * @throws IllegalArgumentException if {@code capacity} is outside its range or filling the empty
   *     bucket takes longer than 36 525 days
   */
  static TokenBucket tokenBucket(long capacity, Rate refill) {
    return new TokenBucket(DEFAULT_NAME, capacity, refill);
  }

  /**
   * The name that decisions, HTTP fields and metrics show.
   *
   * @return 1 to 64 characters of {@code A-Za-z0-9._-}
   */
  String name();

  /**
   * The same limit under another name.
   *
   * @param name 1 to 64 characters of {@code A-Za-z0-9._-}; never a secret, it is shown to clients
   * @return a limit that differs in its name only
   * @throws NullPointerException if {@code name} is null
   * @throws IllegalArgumentException if {@code name} is outside its form
   */
  Limit named(String name);

  /**
   * The most permits that can ever be admitted at once.
   *
   * @return at least 1
   */
  long capacity();

  /**
   * The time after which nothing that was admitted counts any more.
   *
   * @return for a token bucket the time in which an empty one fills, rounded up to a microsecond
   */
  Duration window();
}
