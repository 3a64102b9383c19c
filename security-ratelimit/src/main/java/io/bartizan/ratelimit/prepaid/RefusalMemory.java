package io.bartizan.ratelimit.prepaid;

import io.bartizan.ratelimit.Decision;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A refusal that holds until its retry time, but no longer than a second, so that what others gave
 * back shows. It answers checks of the same weight, since a larger one has a longer wait.
 */
final class RefusalMemory {

  private static final long LONGEST_NANOS = Duration.ofSeconds(1).toNanos();

  private final List<Decision> refusals;
  private final long sinceNanos;
  private final long untilNanos;

  private RefusalMemory(Decision told, long sinceNanos, long untilNanos) {
    this.refusals = told.parts().stream().filter(part -> !part.isAllowed()).toList();
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
    if (isOver(now) || permits != refusals.get(0).permits()) {
      return null;
    }
    long age = Math.max(0, now - sinceNanos);
    return refusals.size() == 1
        ? again(refusals.get(0), permits, age)
        : Decision.allOf(refusals.stream().map(told -> again(told, permits, age)).toList());
  }

  private static Decision again(Decision told, long permits, long age) {
    Duration retry = less(told.retryAfter(), age);
    return Decision.refused(told.limit(), permits, retry, Decision.Source.DENY_CACHE)
        .leaving(told.remaining(), less(told.resetAfter(), age));
  }

  private static Duration less(Duration time, long nanos) {
    return Duration.ofNanos(Math.max(0, time.toNanos() - nanos));
  }
}
