package io.bartizan.adapters.temporal;

import io.bartizan.core.Refusal;
import io.bartizan.core.house.Require;
import io.bartizan.core.house.Span;
import io.bartizan.ratelimit.Decision;
import io.temporal.failure.ApplicationErrorCategory;
import io.temporal.failure.ApplicationFailure;
import java.time.Duration;

/**
 * How a worker tells Temporal that an activity was not run. A limit that is reached is no error, so
 * it is of the benign category: logged as debugging, not counted among failures.
 */
final class ActivityRefusal {

  private static final Duration LONGEST = Duration.ofDays(365);
  private static final long MILLI = 1_000_000;

  private ActivityRefusal() {}

  /** A delay that Temporal can keep. */
  static Duration requireDelay(String name, Duration delay) {
    return Require.within(name, delay, Duration.ofMillis(1), LONGEST);
  }

  static ApplicationFailure of(Decision decision, Duration maxRetryDelay) {
    TemporalReason reason = reason(decision);
    if (reason == TemporalReason.NEVER_ALLOWED) {
      String detail =
          "the limit " + decision.limit().name() + " holds " + decision.limit().capacity();
      return built(failure(reason, detail).setNonRetryable(true));
    }
    return retryable(
        reason,
        "the limit " + decision.limit().name(),
        atMost(decision.retryAfter(), maxRetryDelay));
  }

  /** Whether an activity was not run because a limit refused it. */
  static boolean is(ApplicationFailure failure) {
    for (TemporalReason reason : TemporalReason.values()) {
      if (reason.failureType().equals(failure.getType())) {
        return true;
      }
    }
    return false;
  }

  static TemporalReason reason(Decision decision) {
    if (decision.source() == Decision.Source.FAILED_CLOSED) {
      return TemporalReason.LIMITER_UNAVAILABLE;
    }
    return decision.retryAfter().compareTo(Decision.FOREVER) >= 0
        ? TemporalReason.NEVER_ALLOWED
        : TemporalReason.RATE_LIMITED;
  }

  static ApplicationFailure retryable(TemporalReason reason, String who, Duration delay) {
    ApplicationFailure.Builder failure =
        failure(reason, who + " says to try again in " + Span.exact(delay))
            .setNextRetryDelay(delay);
    if (reason != TemporalReason.LIMITER_UNAVAILABLE) {
      failure.setCategory(ApplicationErrorCategory.BENIGN);
    }
    return built(failure);
  }

  /** Without a stack, which would say nothing and be kept in the workflow's history. */
  private static ApplicationFailure built(ApplicationFailure.Builder settings) {
    ApplicationFailure failure = settings.build();
    failure.setStackTrace(new StackTraceElement[0]);
    return failure;
  }

  private static ApplicationFailure.Builder failure(TemporalReason reason, String detail) {
    return ApplicationFailure.newBuilder()
        .setType(reason.failureType())
        .setMessage(Refusal.of(reason, "not run: " + detail).message());
  }

  /** In whole milliseconds, rounded up, since an attempt that comes early is refused again. */
  private static Duration atMost(Duration retryAfter, Duration longest) {
    if (retryAfter.compareTo(longest) >= 0) {
      return longest;
    }
    return Duration.ofMillis(Math.max(1, (retryAfter.toNanos() + MILLI - 1) / MILLI));
  }
}
