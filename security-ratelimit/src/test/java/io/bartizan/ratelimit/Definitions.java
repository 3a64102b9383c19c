package io.bartizan.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.ratelimit.count.Micros;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/**
 * One limit of a subject, as its definition of now and the former one count the same permits: what
 * the former counts is remembered for a whole window after the two met last, and then as long as
 * more counts in it than it would begin with, or permits count longer.
 */
final class Definitions {

  private final Oracle now;
  private @Nullable Oracle former;
  private long until;

  Definitions(Oracle now) {
    this.now = now;
  }

  /** The definition that decides. */
  Oracle oracle() {
    return now;
  }

  /** The limit that the subject was held to before, if its count is remembered. */
  @Nullable Limit before() {
    return former == null ? null : former.limit;
  }

  /** Whether permits fit by the definition that decides, and by a larger one that is asked too. */
  boolean fits(long time, long permits) {
    Oracle larger = larger(time);
    return now.fits(time, permits) && (larger == null || larger.fits(time, permits));
  }

  long waitMicros(long time, long permits) {
    Oracle larger = larger(time);
    long wait = now.waitMicros(time, permits);
    return larger == null ? wait : Math.max(wait, larger.waitMicros(time, permits));
  }

  /** The most permits that can be had at once. */
  long most(long time) {
    Oracle larger = larger(time);
    long most = now.limit.capacity();
    return larger == null ? most : Math.min(most, larger.limit.capacity());
  }

  /**
   * The former definition, for a whole window after the two met last, if its long-term rate is
   * higher, or the same and its capacity not smaller; of limits of one kind, but for even buckets
   * and what has a time zone.
   */
  private @Nullable Oracle larger(long time) {
    if (former == null || time > until || !kind(former.limit).equals(kind(now.limit))) {
      return null;
    }
    BigInteger its = permits(former.limit).multiply(micros(now.limit));
    int more = its.compareTo(permits(now.limit).multiply(micros(former.limit)));
    boolean most = former.limit.capacity() >= now.limit.capacity();
    return more > 0 || (more == 0 && most) ? former : null;
  }

  private static Object kind(Limit limit) {
    boolean apart =
        limit instanceof TokenBucket bucket
            ? !bucket.isStepped()
            : limit instanceof FixedWindow window && window.zone().isPresent();
    boolean opens =
        limit instanceof FixedWindow window && window.start() == FixedWindow.Start.FIRST_REQUEST;
    return apart ? new Object() : opens ? "from first request" : limit.getClass();
  }

  private static BigInteger permits(Limit limit) {
    return BigInteger.valueOf(
        limit instanceof TokenBucket bucket ? bucket.refill().permits() : limit.capacity());
  }

  private static BigInteger micros(Limit limit) {
    return BigInteger.valueOf(
        Micros.of(limit instanceof TokenBucket bucket ? bucket.refill().period() : limit.window()));
  }

  /** Whether nothing counts by either, and neither binds the other. */
  boolean isIdle(long time) {
    return larger(time) == null && idle(now, time) && (former == null || idle(former, time));
  }

  /** Compares what the limiter says with what is allowed now and at the retry time. */
  void check(Decision part, long time, long permits) {
    long remaining = part.remaining();
    assertThat(part.limit()).isEqualTo(now.limit);
    assertThat(remaining == 0 || fits(time, remaining)).as("remaining of %s", part).isTrue();
    assertThat(fits(time, remaining + 1)).as("one more than remaining of %s", part).isFalse();
    long wait = 0;
    if (!part.isAllowed() && !part.isNeverAllowed()) {
      wait = part.retryAfter().toNanos() / 1000;
      assertThat(fits(time + wait, permits)).as("after the wait of %s", part).isTrue();
      assertThat(fits(time + wait - 1, permits)).as("just before the wait of %s", part).isFalse();
    }
    checkReset(part.resetAfter().toNanos() / 1000, wait, time, part);
  }

  /** When nothing counts by the definition that decides, and not before a refusal's wait. */
  private void checkReset(long reset, long wait, long time, Decision decision) {
    assertThat(now.fits(time + reset, now.limit.capacity()))
        .as("after the reset of %s", decision)
        .isTrue();
    assertThat(reset).as("the reset of %s", decision).isGreaterThanOrEqualTo(wait);
    assertThat(reset == wait || !now.fits(time + reset - 1, now.limit.capacity()))
        .as("just before the reset of %s", decision)
        .isTrue();
  }

  private static boolean idle(Oracle oracle, long time) {
    return oracle.fits(time, oracle.limit.capacity());
  }

  void take(long time, long permits) {
    settle(time);
    now.charge(time, permits);
    if (former != null) {
      former.also(time, permits);
    }
  }

  /** Oracles know no bound of a debt, so that debts stay below it. */
  boolean mayOwe(long time, long permits) {
    return mayOwe(now, time, permits) && (former == null || mayOwe(former, time, permits));
  }

  private static boolean mayOwe(Oracle oracle, long time, long permits) {
    return oracle.used(time) + permits <= 15 * oracle.limit.capacity();
  }

  void owe(long time, long permits) {
    settle(time);
    boolean asLast = now.isFull(time);
    now.owe(time, permits, asLast);
    if (former != null) {
      former.owe(time, permits, asLast);
    }
  }

  void refund(long time, long permits) {
    settle(time);
    now.refund(time, permits);
    if (former != null) {
      former.refund(time, permits);
    }
  }

  void cancel(long time, long permits, BigInteger mark) {
    settle(time);
    long before = now.used(time);
    now.cancel(time, permits, mark);
    long back = before - now.used(time);
    if (former != null && back > 0) {
      former.refund(time, back);
    }
  }

  /** The same subject, held to another limit from now on, or to the same beside others that are. */
  Definitions changed(Limit next, long time) {
    settle(time);
    if (next.equals(now.limit)) {
      until = former == null ? until : end(former.limit, time);
      return this;
    }
    Oracle oracle = former;
    if (oracle == null || !oracle.limit.equals(next)) {
      oracle = now.changed(next, time);
    }
    Definitions changed = new Definitions(oracle);
    changed.former = now;
    changed.until = end(now.limit, time);
    return changed;
  }

  private static long end(Limit limit, long time) {
    long window = Micros.of(limit.window());
    return time + (limit instanceof SlidingWindowCounter ? 2 * window : window);
  }

  private void settle(long time) {
    boolean needed =
        former != null && (time <= until || former.outlasts(now) || former.exceeds(now, time));
    if (!needed) {
      former = null;
    }
  }
}
