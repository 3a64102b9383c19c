package io.bartizan.benchmarks.backtest;

import io.bartizan.core.Ticker;
import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.Limits;
import io.bartizan.ratelimit.RateLimiter;
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
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Asks limiters in memory for each request of a spool, on a clock that shows the request's time. No
 * caller's count depends on another's: so one caller is replayed after the other, each through a
 * limiter of its own that is forgotten then, and a long log by several threads, each with a part of
 * the callers.
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
    return through(limits, forgotten(), caller -> false);
  }

  /** What one limit would have done, where it is known of some callers that it refuses none. */
  Outcome through(Limit limit, NeedOfCallers known) throws IOException {
    long permits = limit.capacity();
    return through(Limits.allOf(limit), forgotten(), caller -> known.isNotRefused(caller, permits));
  }

  private PerCaller forgotten() {
    PerCaller known = forgotten;
    PerCaller used = known == null ? new PerCaller(callers.size()) : known;
    forgotten = used;
    used.clear();
    return used;
  }

  /**
   * What the limits would have done, and to whom.
   *
   * @throws IllegalStateException if what they remember may not fit into memory
   */
  Outcome through(Limits limits, PerCaller perCaller) throws IOException {
    return through(limits, perCaller, caller -> false);
  }

  private Outcome through(Limits limits, PerCaller perCaller, IntPredicate spared)
      throws IOException {
    checkMemory(limits);
    Outcome all = new Outcome(limits, timeline());
    for (Outcome of :
        inParts(
            part -> {
              Outcome outcome = new Outcome(limits, timeline());
              Clock clock = new Clock(spool.firstMicros());
              boolean unused =
                  spool.replay(
                      part,
                      parts,
                      (caller, times) -> {
                        if (!spared.test(caller)) {
                          ask(clock, caller, times, outcome, perCaller, part);
                        }
                        return true;
                      });
              return outcome;
            })) {
      all.add(of);
    }
    return all;
  }

  private void ask(
      Clock clock, int caller, CallerTimes times, Outcome outcome, PerCaller perCaller, int part)
      throws IOException {
    long micros = times.next();
    RateLimiter limiter = clock.limiter(outcome.limits(), micros);
    for (; micros != CallerTimes.NONE; micros = times.next()) {
      clock.micros = micros;
      asked(part);
      Decision decision = limiter.tryAcquire();
      if (!decision.isAllowed()) {
        outcome.refused(micros, caller, decision, perCaller);
      }
    }
  }

  /** An empty count over the time of the log. */
  Timeline timeline() {
    return new Timeline(spool.firstMicros(), spool.lastMicros());
  }

  /** All requests over the time of the log. */
  Timeline traffic() throws IOException {
    Timeline traffic = timeline();
    boolean unused =
        spool.replay(
            (caller, times) -> {
              for (long micros; (micros = times.next()) != CallerTimes.NONE; ) {
                traffic.count(micros);
              }
              return true;
            });
    return traffic;
  }

  /**
   * Whether at most so many requests or callers are refused; stops as soon as there are more.
   *
   * @param known who is known to be refused or not, to which is added what comes out
   * @throws IllegalStateException if what the limit remembers may not fit into memory
   */
  boolean sparesAllBut(long most, Spare.Of of, Limit limit, NeedOfCallers known)
      throws IOException {
    Limits limits = Limits.allOf(limit);
    checkMemory(limits);
    long permits = limit.capacity();
    boolean byCaller = of == Spare.Of.CALLERS;
    AtomicLong refused = new AtomicLong();
    List<Boolean> done =
        inParts(
            part -> {
              Clock clock = new Clock(spool.firstMicros());
              return spool.replay(
                  part,
                  parts,
                  (caller, times) -> {
                    if (known.isNotRefused(caller, permits)) {
                      return true;
                    }
                    long refusals =
                        byCaller && known.isRefused(caller, permits)
                            ? 1
                            : refusals(limits, clock, times, byCaller, part);
                    known.learn(caller, permits, refusals > 0);
                    return refusals == 0 || refused.addAndGet(refusals) <= most;
                  });
            });
    return !done.contains(false);
  }

  /** How many of one caller's are refused, or whether one is. */
  private long refusals(
      Limits limits, Clock clock, CallerTimes times, boolean oneIsEnough, int part)
      throws IOException {
    long refused = 0;
    long micros = times.next();
    RateLimiter limiter = clock.limiter(limits, micros);
    for (; micros != CallerTimes.NONE; micros = times.next()) {
      clock.micros = micros;
      asked(part);
      if (!limiter.tryAcquire().isAllowed()) {
        refused++;
        if (oneIsEnough) {
          return refused;
        }
      }
    }
    return refused;
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

  /** Exact sliding windows remember each request of the caller that is replayed. */
  private void checkMemory(Limits limits) {
    long needed =
        limits.list().stream().filter(SlidingWindow.class::isInstance).count()
            * callers.mostRequests()
            * BYTES_PER_REQUEST
            * parts;
    if (needed > heap / 2) {
      throw new IllegalStateException(
          String.format(
              Locale.ROOT,
              "exact sliding windows of a caller's %,d requests need up to %,d MiB of heap, half of"
                  + " %,d are free for them: take \"sliding counter\", or set"
                  + " JAVA_TOOL_OPTIONS=-Xmx%dm",
              callers.mostRequests(),
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

  /** Time by hand. */
  private static final class Clock implements Ticker, InstantSource {
    private final long origin;
    private long micros;

    Clock(long origin) {
      this.origin = origin;
      this.micros = origin;
    }

    /** For one caller, whose first request comes at that time. */
    RateLimiter limiter(Limits limits, long firstMicros) {
      micros = firstMicros;
      return RateLimiter.builder(limits).withTicker(this).withClock(this).build();
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
