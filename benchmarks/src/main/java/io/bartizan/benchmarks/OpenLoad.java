package io.bartizan.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * An open load: each check is due at a fixed moment whatever became of those before it, and its
 * latency counts from that moment. So a pause is charged to every check that it delayed, as
 * HdrHistogram's correction of coordinated omission would estimate; here nothing is estimated.
 *
 * <p>Answers that never came in time count with the time waited for them, at least.
 */
final class OpenLoad {
  /** Far more than a load within any budget has in flight; asking stops there. */
  private static final int MOST_IN_FLIGHT = 20_000;

  private static final long HIGHEST_MICROS = TimeUnit.MINUTES.toMicros(2);
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final LoadSubject subject;
  private final LoadSubject.Asked asked;
  private final RedisMeter redis;
  private final KeyChoice keys;
  private final int threads;

  private final ConcurrentHistogram latencies = new ConcurrentHistogram(HIGHEST_MICROS, 3);
  private final ConcurrentHistogram sendDelays = new ConcurrentHistogram(HIGHEST_MICROS, 3);
  private final AtomicInteger inFlight = new AtomicInteger();
  private final LongAdder errors = new LongAdder();
  private volatile boolean saturated;

  /** For one step: a load object is used once. */
  OpenLoad(
      LoadSubject subject, LoadSubject.Asked asked, RedisMeter redis, KeyChoice keys, int threads) {
    this.subject = subject;
    this.asked = asked;
    this.redis = redis;
    this.keys = keys;
    this.threads = threads;
  }

  /** Runs it: a fifth of the length first that does not count, then the length. */
  LoadResult run(double rate, Duration length) throws InterruptedException {
    long begin = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(20);
    long counted = begin + length.toNanos() / 5;
    long end = counted + length.toNanos();
    List<Thread> senders = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      int number = i;
      Thread sender =
          new Thread(() -> send(number, rate, begin, counted, end), "capacity-sender-" + i);
      sender.setDaemon(true);
      sender.start();
      senders.add(sender);
    }
    sleepUntil(counted);
    RedisMeter.Reading before = redis.read();
    for (Thread sender : senders) {
      sender.join();
    }
    RedisMeter.Reading after = redis.read();
    long stopped = System.nanoTime();
    while (inFlight.get() > 0 && System.nanoTime() - stopped < PATIENCE_NANOS) {
      sleepUntil(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(1));
    }
    long drained = System.nanoTime();
    Histogram micros = latencies.copy();
    double achieved = micros.getTotalCount() * 1e9 / Math.max(1, Math.min(end, stopped) - counted);
    int lost = inFlight.get();
    if (lost > 0) {
      micros.recordValueWithCount(micros(drained - stopped), lost);
    }
    if (saturated && stopped > counted) {
      achieved = Math.min(achieved, micros.getTotalCount() * 1e9 / (drained - counted));
    }
    return LoadResult.of(
        subject,
        rate,
        achieved,
        micros,
        sendDelays.getValueAtPercentile(99),
        after.cpuSince(before),
        after.callsSince(before),
        errors.sum(),
        saturated || lost > 0);
  }

  private void send(int number, double rate, long begin, long counted, long end) {
    double interval = 1e9 * threads / rate;
    SplittableRandom random = new SplittableRandom(number);
    for (long i = 0; !saturated; i++) {
      long due = begin + (long) ((i + (double) number / threads) * interval);
      if (due >= end) {
        return;
      }
      sleepUntil(due);
      boolean counts = due >= counted;
      if (counts) {
        sendDelays.recordValue(micros(System.nanoTime() - due));
      }
      if (inFlight.incrementAndGet() > MOST_IN_FLIGHT) {
        inFlight.decrementAndGet();
        saturated = true;
        return;
      }
      ask(keys.next(random), due, counts);
    }
  }

  private void ask(int key, long due, boolean counts) {
    try {
      var unused =
          asked
              .check(key)
              .whenComplete(
                  (passed, problem) -> {
                    if (counts) {
                      latencies.recordValue(micros(System.nanoTime() - due));
                    }
                    if (problem != null || !passed) {
                      errors.increment();
                    }
                    inFlight.decrementAndGet();
                  });
    } catch (RuntimeException e) {
      errors.increment();
      inFlight.decrementAndGet();
    }
  }

  private static long micros(long nanos) {
    return Math.min(HIGHEST_MICROS, Math.max(0, nanos / 1000));
  }

  private static void sleepUntil(long moment) {
    for (long left = moment - System.nanoTime(); left > 0; left = moment - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }
}
