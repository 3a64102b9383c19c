package io.bartizan.ratelimit.redis;

import io.bartizan.core.Ticker;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One timer for all checks of a limiter, set to the earliest deadline while any check waits.
 *
 * <p>A timer for each check would cost more than the check. Since all of them wait equally long,
 * one timer a time-out is enough.
 */
final class Deadlines {

  private static final Logger LOG = LoggerFactory.getLogger(RedisRateLimiter.class);

  private final ScheduledExecutorService executor;
  private final Ticker ticker;
  private final long timeoutNanos;
  private final LongFunction<@Nullable Long> expire;
  private final AtomicBoolean armed = new AtomicBoolean();

  /**
   * Deadlines of the checks that {@code expire} knows; it ends those that are over at the given
   * time and gives the next one, or null.
   */
  Deadlines(
      ScheduledExecutorService executor,
      Ticker ticker,
      long timeoutNanos,
      LongFunction<@Nullable Long> expire) {
    this.executor = executor;
    this.ticker = ticker;
    this.timeoutNanos = timeoutNanos;
    this.expire = expire;
  }

  /** The deadline of a check that comes now. */
  long after(long now) {
    return now + timeoutNanos;
  }

  /** Sees to it that the timer runs; after the check was queued. */
  void arm() {
    if (!armed.get() && armed.compareAndSet(false, true)) {
      schedule(timeoutNanos);
    }
  }

  private void schedule(long delayNanos) {
    try {
      var unused = executor.schedule(this::fire, Math.max(0, delayNanos), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException clientIsShutDown) {
      armed.set(false);
    }
  }

  /** Whatever happens, the timer goes on, for without it nobody's wait would end. */
  private @Nullable Long expire() {
    long now = ticker.nanos();
    try {
      return expire.apply(now);
    } catch (Throwable e) {
      LOG.error("ending checks that timed out failed", e);
      return now + timeoutNanos;
    }
  }

  private void fire() {
    Long next = expire();
    if (next == null) {
      armed.set(false);
      next = expire();
      if (next == null || !armed.compareAndSet(false, true)) {
        return;
      }
    }
    schedule(next - ticker.nanos());
  }
}
