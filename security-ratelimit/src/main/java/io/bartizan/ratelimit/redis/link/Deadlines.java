package io.bartizan.ratelimit.redis.link;

import io.bartizan.core.Ticker;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One timer for all that waits for one server, set to the earliest deadline while anything waits.
 *
 * <p>A timer for each call would cost more than the call. What limiters ask waits about equally
 * long, so few timers a time-out are enough. The timer's thread runs nothing of an application.
 */
final class Deadlines {

  private static final Logger LOG = LoggerFactory.getLogger("io.bartizan.ratelimit.redis");
  private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** What becomes due within this is ended together. */
  private static final long APART_NANOS = TimeUnit.MICROSECONDS.toNanos(500);

  /** No timer runs; as a deadline it would be a century from now. */
  private static final long IDLE = Long.MIN_VALUE;

  private final ScheduledExecutorService executor;
  private final Ticker ticker;
  private final List<LongFunction<@Nullable Long>> waiting = new CopyOnWriteArrayList<>();

  /** When the earliest timer fires. */
  private final AtomicLong due = new AtomicLong(IDLE);

  Deadlines(ScheduledExecutorService executor, Ticker ticker) {
    this.executor = executor;
    this.ticker = ticker;
  }

  /**
   * Adds someone who waits: it ends what is over at the given time and gives the first deadline to
   * come, or null.
   */
  void add(LongFunction<@Nullable Long> expire) {
    waiting.add(expire);
  }

  /** Sees to it that a timer fires by then; after what waits was queued. */
  void arm(long deadline) {
    long known = due.get();
    while (known == IDLE || deadline - known < 0) {
      if (due.compareAndSet(known, deadline)) {
        schedule(deadline);
        return;
      }
      known = due.get();
    }
  }

  private void schedule(long deadline) {
    long delay = Math.max(APART_NANOS, deadline - ticker.nanos());
    try {
      var unused = executor.schedule(() -> fire(deadline), delay, TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException clientIsShutDown) {
      due.compareAndSet(deadline, IDLE);
    }
  }

  private void fire(long deadline) {
    due.compareAndSet(deadline, IDLE);
    Long next = expire(ticker.nanos());
    if (next != null) {
      arm(next);
    }
  }

  /** Whatever happens, the timer goes on, for without it nobody's wait would end. */
  @SuppressWarnings("CatchThrowable")
  private @Nullable Long expire(long now) {
    Long earliest = null;
    for (LongFunction<@Nullable Long> one : waiting) {
      Long next;
      try {
        next = one.apply(now);
      } catch (Throwable e) {
        LOG.error("ending calls that timed out failed", e);
        next = now + RETRY_NANOS;
      }
      if (next != null && (earliest == null || next - earliest < 0)) {
        earliest = next;
      }
    }
    return earliest;
  }
}
