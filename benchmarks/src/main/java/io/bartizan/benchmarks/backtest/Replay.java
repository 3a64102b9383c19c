package io.bartizan.benchmarks.backtest;

import io.bartizan.core.Ticker;
import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.ratelimit.Limits;
import io.bartizan.ratelimit.SlidingWindow;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Asks limiters in memory for each request of a spool, on a clock that shows the request's time.
 */
final class Replay {
  /** Two numbers in a ring that doubles. */
  private static final long BYTES_PER_REQUEST = 32;

  private final long heap;
  private final Spool spool;
  private final Callers callers;
  private final Progress progress;
  private long asked;
  private @Nullable PerCaller forgotten;

  Replay(Spool spool, Callers callers, Progress progress) {
    this(spool, callers, progress, Runtime.getRuntime().maxMemory());
  }

  /** A hook for tests: so much heap. */
  Replay(Spool spool, Callers callers, Progress progress, long heap) {
    this.heap = heap;
    this.spool = spool;
    this.callers = callers;
    this.progress = progress;
  }

  /** What the limits would have done. */
  Outcome through(Limits limits) throws IOException {
    PerCaller known = forgotten;
    PerCaller used = known == null ? new PerCaller(callers.size()) : known;
    forgotten = used;
    used.clear();
    return through(limits, used);
  }

  /**
   * What the limits would have done, and to whom.
   *
   * @throws IllegalStateException if what they remember may not fit into memory
   */
  Outcome through(Limits limits, PerCaller perCaller) throws IOException {
    checkMemory(limits);
    Outcome outcome = new Outcome(limits, timeline());
    Clock clock = new Clock(spool.firstMicros());
    KeyedRateLimiter limiter = limiter(limits, clock);
    spool.replay(
        (micros, caller) -> {
          clock.micros = micros;
          Decision decision = limiter.tryAcquire(callers.name(caller));
          if (!decision.isAllowed()) {
            outcome.refused(micros, caller, decision, perCaller);
          }
          asked();
          return true;
        });
    return outcome;
  }

  /** An empty count over the time of the log. */
  Timeline timeline() {
    return new Timeline(spool.firstMicros(), spool.lastMicros());
  }

  /**
   * Whether at most so many requests or callers are refused; stops as soon as there are more.
   *
   * @param neverRefused whoever has no more requests than this can't be refused and isn't asked for
   */
  boolean sparesAllBut(long most, Spare.Of of, Limits limits, long neverRefused)
      throws IOException {
    checkMemory(limits);
    boolean byCaller = of == Spare.Of.CALLERS;
    boolean[] hit = new boolean[byCaller ? callers.size() : 0];
    long[] refused = new long[1];
    Clock clock = new Clock(spool.firstMicros());
    KeyedRateLimiter limiter = limiter(limits, clock);
    spool.replay(
        (micros, caller) -> {
          if (callers.requests(caller) <= neverRefused || (byCaller && hit[caller])) {
            return true;
          }
          clock.micros = micros;
          asked();
          if (!limiter.tryAcquire(callers.name(caller)).isAllowed()) {
            refused[0]++;
            if (byCaller) {
              hit[caller] = true;
            }
          }
          return refused[0] <= most;
        });
    return refused[0] <= most;
  }

  /** Exact sliding windows remember each request, the others a few numbers a caller. */
  private void checkMemory(Limits limits) {
    long needed =
        limits.list().stream().filter(SlidingWindow.class::isInstance).count()
            * spool.size()
            * BYTES_PER_REQUEST;
    if (needed > heap / 2) {
      throw new IllegalStateException(
          String.format(
              Locale.ROOT,
              "exact sliding windows of %,d requests need up to %,d MiB of heap, half of %,d are"
                  + " free for them: take \"sliding counter\", or set JAVA_TOOL_OPTIONS=-Xmx%dm",
              spool.size(),
              needed >> 20,
              heap >> 20,
              (2 * needed >> 20) + 1));
    }
  }

  private void asked() {
    progress.step("decisions made", ++asked);
  }

  /** How many decisions were made. */
  long decisions() {
    return asked;
  }

  /** With room for all callers at once, so that none shares a count. */
  private KeyedRateLimiter limiter(Limits limits, Clock clock) {
    return KeyedRateLimiter.builder(limits, Math.max(1, callers.size()))
        .withTicker(clock)
        .withClock(clock)
        .build();
  }

  /** Time by hand. */
  private static final class Clock implements Ticker, InstantSource {
    private final long origin;
    private long micros;

    Clock(long origin) {
      this.origin = origin;
      this.micros = origin;
    }

    @Override
    public long nanos() {
      return (micros - origin) * 1000;
    }

    @Override
    public Instant instant() {
      return Ordering.instant(micros);
    }
  }
}
