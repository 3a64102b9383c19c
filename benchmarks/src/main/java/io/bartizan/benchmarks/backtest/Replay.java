package io.bartizan.benchmarks.backtest;

import io.bartizan.core.Ticker;
import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.ratelimit.Limits;
import io.bartizan.ratelimit.SlidingWindow;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Asks limiters in memory for each request of a spool, on a clock that shows the request's time. A
 * long log is replayed by several threads, each with a limiter and clock of its own and a part of
 * the callers, since no caller's count depends on another's.
 */
final class Replay {
  /** Two numbers in a ring that doubles. */
  private static final long BYTES_PER_REQUEST = 32;

  private static final int WORTH_A_THREAD = 100_000;
  private static final int MOST_THREADS = 8;

  private final long heap;
  private final Spool spool;
  private final Callers callers;
  private final Progress progress;
  private final int parts;
  private long asked;
  private @Nullable PerCaller forgotten;

  Replay(Spool spool, Callers callers, Progress progress) {
    this(spool, callers, progress, Runtime.getRuntime().maxMemory(), threads(spool));
  }

  /** A hook for tests: so much heap, so many threads. */
  Replay(Spool spool, Callers callers, Progress progress, long heap, int parts) {
    this.heap = heap;
    this.spool = spool;
    this.callers = callers;
    this.progress = progress;
    this.parts = parts;
  }

  private static int threads(Spool spool) {
    int processors = Math.min(Runtime.getRuntime().availableProcessors(), MOST_THREADS);
    return (int) Math.max(1, Math.min(processors, spool.size() / WORTH_A_THREAD));
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
    Outcome all = new Outcome(limits, timeline());
    for (Outcome of : inParts(part -> through(limits, perCaller, part))) {
      all.add(of);
    }
    return all;
  }

  private Outcome through(Limits limits, PerCaller perCaller, int part) throws IOException {
    Outcome outcome = new Outcome(limits, timeline());
    Clock clock = new Clock(spool.firstMicros());
    KeyedRateLimiter limiter = limiter(limits, clock);
    spool.replay(
        (micros, caller) -> {
          if (caller % parts == part) {
            clock.micros = micros;
            asked(part);
            Decision decision = limiter.tryAcquire(callers.name(caller));
            if (!decision.isAllowed()) {
              outcome.refused(micros, caller, decision, perCaller);
            }
          }
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
   * @throws IllegalStateException if what the limits remember may not fit into memory
   */
  boolean sparesAllBut(long most, Spare.Of of, Limits limits, long neverRefused)
      throws IOException {
    checkMemory(limits);
    boolean byCaller = of == Spare.Of.CALLERS;
    boolean[] hit = new boolean[byCaller ? callers.size() : 0];
    AtomicLong refused = new AtomicLong();
    List<Boolean> done =
        inParts(
            part -> {
              Clock clock = new Clock(spool.firstMicros());
              KeyedRateLimiter limiter = limiter(limits, clock);
              return spool.replay(
                  (micros, caller) -> {
                    if (caller % parts != part
                        || callers.requests(caller) <= neverRefused
                        || (byCaller && hit[caller])) {
                      return true;
                    }
                    clock.micros = micros;
                    asked(part);
                    if (limiter.tryAcquire(callers.name(caller)).isAllowed()) {
                      return true;
                    }
                    if (byCaller) {
                      hit[caller] = true;
                    }
                    return refused.incrementAndGet() <= most;
                  });
            });
    return !done.contains(false);
  }

  /** What is done with one part of the callers. */
  @FunctionalInterface
  private interface Part<T> {
    T of(int part) throws IOException;
  }

  private <T> List<T> inParts(Part<T> work) throws IOException {
    if (parts == 1) {
      return List.of(work.of(0));
    }
    ExecutorService pool = Executors.newFixedThreadPool(parts);
    try {
      List<Callable<T>> all = new ArrayList<>();
      for (int i = 0; i < parts; i++) {
        int part = i;
        all.add(() -> work.of(part));
      }
      List<T> results = new ArrayList<>();
      for (Future<T> result : pool.invokeAll(all)) {
        results.add(result.get());
      }
      return results;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException unread) {
        throw unread;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("the replay was interrupted");
    } finally {
      pool.shutdownNow();
    }
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
              ((2 * needed) >> 20) + 1));
    }
  }

  /** One thread tells how far it is, which is as far as the others are. */
  private void asked(int part) {
    if (part == 0) {
      asked += parts;
      progress.step("decisions made", asked);
    }
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
