package io.bartizan.benchmarks;

import com.netflix.concurrency.limits.Limiter;
import com.netflix.concurrency.limits.limit.AIMDLimit;
import com.netflix.concurrency.limits.limit.Gradient2Limit;
import com.netflix.concurrency.limits.limit.VegasLimit;
import com.netflix.concurrency.limits.limit.WindowedLimit;
import com.netflix.concurrency.limits.limiter.SimpleLimiter;
import io.bartizan.core.Ticker;
import io.bartizan.ratelimit.Permit;
import io.bartizan.ratelimit.adaptive.AdaptiveConcurrencyLimiter;
import io.bartizan.ratelimit.adaptive.Priority;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What lets calls of a simulated service in. All have the same least, first and highest limit, 4,
 * 20 and 200, and are otherwise as their libraries make them.
 */
interface Gate {
  /** Somebody who was let in. */
  interface Pass {
    /** The answer came, or it was given up as too late. */
    void ended(boolean tooLate);
  }

  /** Returns null if there are too many. */
  @Nullable Pass enter();

  /** The limit at present. */
  int limit();

  /** Those that are compared. */
  enum Kind {
    OURS("AdaptiveConcurrencyLimiter"),
    GRADIENT2("Netflix Gradient2Limit"),
    WINDOWED("Netflix WindowedLimit of Gradient2Limit"),
    VEGAS("Netflix VegasLimit"),
    AIMD("Netflix AIMDLimit");

    private final String words;

    Kind(String words) {
      this.words = words;
    }

    Gate on(Ticker clock) {
      return switch (this) {
        case OURS -> ours(clock);
        case GRADIENT2 -> netflix(clock, gradient2());
        case WINDOWED -> netflix(clock, WindowedLimit.newBuilder().build(gradient2()));
        // it has no least limit but 1
        case VEGAS ->
            netflix(
                clock, VegasLimit.newBuilder().initialLimit(FIRST).maxConcurrency(MOST).build());
        // a time-out of its own, five times the usual service time
        case AIMD ->
            netflix(
                clock,
                AIMDLimit.newBuilder()
                    .minLimit(LEAST)
                    .initialLimit(FIRST)
                    .maxLimit(MOST)
                    .timeout(100, TimeUnit.MILLISECONDS)
                    .build());
      };
    }

    @Override
    public String toString() {
      return words;
    }
  }

  int LEAST = 4;
  int FIRST = 20;
  int MOST = 200;

  private static Gradient2Limit gradient2() {
    return Gradient2Limit.newBuilder()
        .minLimit(LEAST)
        .initialLimit(FIRST)
        .maxConcurrency(MOST)
        .build();
  }

  private static Gate ours(Ticker clock) {
    AdaptiveConcurrencyLimiter limiter =
        AdaptiveConcurrencyLimiter.builder(MOST)
            .withMinimum(LEAST)
            .withInitial(FIRST)
            .withTicker(clock)
            .build();
    return of(
        () -> {
          Permit permit = limiter.tryAcquire(Priority.CRITICAL, 1);
          return permit.isGranted()
              ? late -> permit.close(late ? Permit.Outcome.OVERLOADED : Permit.Outcome.DONE)
              : null;
        },
        limiter::limit);
  }

  @SuppressWarnings("deprecation") // its clock, without which there is no virtual time
  private static Gate netflix(Ticker clock, com.netflix.concurrency.limits.Limit limit) {
    SimpleLimiter<Void> limiter =
        SimpleLimiter.newBuilder().limit(limit).clock(clock::nanos).build();
    return of(
        () -> {
          Limiter.Listener listener = limiter.acquire(null).orElse(null);
          return listener == null
              ? null
              : late -> {
                if (late) {
                  listener.onDropped();
                } else {
                  listener.onSuccess();
                }
              };
        },
        limiter::getLimit);
  }

  private static Gate of(Entry entry, IntSupplier limit) {
    return new Gate() {
      @Override
      public @Nullable Pass enter() {
        return entry.enter();
      }

      @Override
      public int limit() {
        return limit.getAsInt();
      }
    };
  }

  /** How one is let in. */
  @FunctionalInterface
  interface Entry {
    /** Returns null if there are too many. */
    @Nullable Pass enter();
  }
}
