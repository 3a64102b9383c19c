package io.bartizan.benchmarks;

import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.ConcurrentHistogram;

/** A closed load: so many checks are in flight all the time, each answer starts the next check. */
final class ClosedLoad {
  private static final long HIGHEST_MICROS = TimeUnit.MINUTES.toMicros(2);

  private final LoadSubject subject;
  private final LoadSubject.Asked asked;
  private final RedisMeter redis;
  private final KeyChoice keys;

  private final ConcurrentHistogram latencies = new ConcurrentHistogram(HIGHEST_MICROS, 3);
  private final LongAdder errors = new LongAdder();
  private final AtomicInteger running = new AtomicInteger();
  private volatile boolean counts;
  private volatile boolean over;

  ClosedLoad(LoadSubject subject, LoadSubject.Asked asked, RedisMeter redis, KeyChoice keys) {
    this.subject = subject;
    this.asked = asked;
    this.redis = redis;
    this.keys = keys;
  }

  LoadResult run(int concurrency, Duration length) throws InterruptedException {
    running.set(concurrency);
    for (int i = 0; i < concurrency; i++) {
      next(new SplittableRandom(i));
    }
    TimeUnit.NANOSECONDS.sleep(length.toNanos() / 3);
    RedisMeter.Reading before = redis.read();
    long from = System.nanoTime();
    counts = true;
    TimeUnit.NANOSECONDS.sleep(length.toNanos());
    counts = false;
    long nanos = System.nanoTime() - from;
    RedisMeter.Reading after = redis.read();
    over = true;
    long patience = System.nanoTime() + TimeUnit.SECONDS.toNanos(2);
    while (running.get() > 0 && System.nanoTime() < patience) {
      TimeUnit.MILLISECONDS.sleep(1);
    }
    double rate = latencies.getTotalCount() * 1e9 / nanos;
    boolean lost = running.get() > 0;
    return LoadResult.of(
        subject,
        concurrency,
        rate,
        latencies,
        0,
        after.cpuSince(before),
        after.callsSince(before),
        errors.sum(),
        lost);
  }

  /** A loop where answers are there at once, so that no stack grows with them. */
  private void next(SplittableRandom random) {
    while (!over) {
      long sent = System.nanoTime();
      CompletableFuture<Boolean> answer = asked.check(keys.next(random)).toCompletableFuture();
      if (!answer.isDone()) {
        var unused =
            answer.whenComplete(
                (passed, problem) -> {
                  answered(sent, problem == null && passed);
                  next(random);
                });
        return;
      }
      answered(sent, !answer.isCompletedExceptionally() && answer.getNow(false));
    }
    running.decrementAndGet();
  }

  private void answered(long sent, boolean passed) {
    if (counts) {
      long micros = (System.nanoTime() - sent) / 1000;
      latencies.recordValue(Math.min(HIGHEST_MICROS, micros));
      if (!passed) {
        errors.increment();
      }
    }
  }
}
