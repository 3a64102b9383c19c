package io.bartizan.ratelimit.prepaid;

import io.bartizan.ratelimit.Decision;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A refusal that holds until its retry time, but no longer than a second, so that what others gave
 * back shows. It answers checks of the same or a larger weight.
 */
final class RefusalMemory {

  private static final long LONGEST_NANOS = Duration.ofSeconds(1).toNanos();

  private final Decision told;
  private final long sinceNanos;
  private final long untilNanos;

  private RefusalMemory(Decision told, long sinceNanos, long untilNanos) {
    this.told = told;
    this.sinceNanos = sinceNanos;
    this.untilNanos = untilNanos;
  }

  /** A refusal that was asked for then; null if it says nothing about the next check. */
  static @Nullable RefusalMemory of(Decision told, long sentNanos) {
    Duration retry = told.retryAfter();
    return told.isNeverAllowed() || retry.isZero()
        ? null
        : new RefusalMemory(told, sentNanos, sentNanos + Math.min(LONGEST_NANOS, retry.toNanos()));
  }

  boolean isOver(long now) {
    return now - untilNanos >= 0;
  }

  /** The refusal as it is now; null if it does not hold for so many permits. */
  @Nullable Decision answer(long permits, long now) {
    if (isOver(now) || permits < told.permits()) {
      return null;
    }
    long age = Math.max(0, now - sinceNanos);
    return Decision.ofNanos(
        told.limit(),
        false,
        permits,
        told.remaining(),
        Math.max(0, told.retryAfter().toNanos() - age),
        Math.max(0, told.resetAfter().toNanos() - age),
        Decision.Source.DENY_CACHE);
  }
}
