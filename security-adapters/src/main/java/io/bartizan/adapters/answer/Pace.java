package io.bartizan.adapters.answer;

import io.bartizan.core.house.Require;
import io.bartizan.core.house.Span;
import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.RateLimiter;
import java.time.Duration;
import java.util.Objects;

/**
 * The pace that a client keeps: when its turns come, and how long it waits for one.
 *
 * @param limiter says when
 * @param maxWait the longest wait for a turn; zero goes at once or not at all
 */
public record Pace(RateLimiter limiter, Duration maxWait) {

  /**
   * A pace.
   *
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if {@code maxWait} is negative
   */
  public Pace {
    Duration unused = Require.notNegative("maxWait", maxWait);
    Objects.requireNonNull(limiter, "pace");
  }

  /**
   * Waits for a turn.
   *
   * @return whether it came, or when it would come
   * @throws InterruptedException if the thread is interrupted meanwhile
   */
  public Decision acquire() throws InterruptedException {
    return limiter.acquire(1, maxWait);
  }

  /** The longest wait. */
  @Override
  public String toString() {
    return "waits at most " + Span.exact(maxWait);
  }
}
