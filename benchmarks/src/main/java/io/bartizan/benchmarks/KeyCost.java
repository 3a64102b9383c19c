package io.bartizan.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** What a key costs on Redis: its memory in use with so many keys less that without them. */
final class KeyCost {
  private static final int IN_FLIGHT = 512;

  /** With fewer keys the buffers of a connection would be seen, not the keys. */
  private static final int LEAST = 1_000;

  private final RedisTarget target;
  private final RedisGauge gauge;
  private final String prefix;

  KeyCost(RedisTarget target, RedisGauge gauge, String prefix) {
    this.target = target;
    this.gauge = gauge;
    this.prefix = prefix;
  }

  /** Bytes a key at each power of ten up to {@code most} and at {@code most} itself. */
  List<Map<String, Object>> of(LoadSubject subject, int most) throws InterruptedException {
    List<Map<String, Object>> points = new ArrayList<>();
    // A name that does not depend on the algorithm: its length is part of the cost.
    String own = prefix + ":cost";
    int highest = Math.max(LEAST, most);
    try (LoadSubject.Asked asked = subject.openLasting(target, own, highest)) {
      // The script is loaded, and the buffers of the connections have their size.
      for (int again = 0; again < 20; again++) {
        ask(asked, 0, 1);
      }
      long before = settled();
      int written = 1;
      for (int count : counts(highest)) {
        ask(asked, written, count);
        written = count;
        Map<String, Object> point = new LinkedHashMap<>();
        point.put("subject", subject.name());
        point.put("algorithm", subject.algorithm());
        point.put("mode", subject.mode().toString());
        point.put("keys", count);
        point.put("bytesPerKey", (settled() - before) / (double) (count - 1));
        points.add(point);
      }
    } finally {
      gauge.forget(own);
    }
    return points;
  }

  /** Tables that grow or shrink do so little by little: waits until nothing moves any more. */
  private long settled() throws InterruptedException {
    long last = gauge.memoryBytes();
    for (int i = 0; i < 20; i++) {
      TimeUnit.MILLISECONDS.sleep(100);
      long now = gauge.memoryBytes();
      if (Math.abs(now - last) < 1024) {
        return now;
      }
      last = now;
    }
    return last;
  }

  private static List<Integer> counts(int most) {
    List<Integer> counts = new ArrayList<>();
    for (long count = LEAST; count < most; count *= 10) {
      counts.add((int) count);
    }
    counts.add(most);
    return counts;
  }

  private static void ask(LoadSubject.Asked asked, int from, int to) throws InterruptedException {
    Semaphore free = new Semaphore(IN_FLIGHT);
    LongAdder refused = new LongAdder();
    for (int key = from; key < to; key++) {
      free.acquire();
      var unused =
          asked
              .check(key)
              .whenComplete(
                  (passed, problem) -> {
                    if (problem != null || !passed) {
                      refused.increment();
                    }
                    free.release();
                  });
    }
    if (!free.tryAcquire(IN_FLIGHT, 1, TimeUnit.MINUTES) || refused.sum() > 0) {
      throw new IllegalStateException("Redis did not admit the first check of every key");
    }
  }
}
