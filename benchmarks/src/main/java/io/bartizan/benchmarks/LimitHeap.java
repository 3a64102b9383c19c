package io.bartizan.benchmarks;

import io.bartizan.core.Ticker;
import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.ratelimit.Limits;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What a key costs a limiter in memory by the kind of its limit: heap in use after a full
 * collection, with the limiter less without it, the strings of the keys left out.
 */
public final class LimitHeap {
  private static final int KEYS = 200_000;
  private static final MemoryMXBean MEMORY = ManagementFactory.getMemoryMXBean();
  private static final List<String> LIMITS =
      List.of(
          "100 burst, 100/h",
          "100 burst, 100/h, in steps",
          "100/h fixed",
          "100/h from first request",
          "100/day in UTC",
          "100/h sliding counter",
          "100/h sliding",
          "a: 100 burst, 100/h; b: 1000/day in UTC");

  private LimitHeap() {}

  /**
   * Prints a table.
   *
   * @param arguments none
   */
  public static void main(String[] arguments) {
    String[] keys = new String[KEYS];
    for (int i = 0; i < KEYS; i++) {
      keys[i] = "api-key-" + i;
    }
    System.out.println("| limit | bytes a key after 1 check | after 10 checks |\n|---|---|---|");
    for (String text : LIMITS) {
      Limits limits = Limits.parse(text);
      long warm = bytes(limits, keys, 1);
      System.out.printf(
          "| `%s` | %d | %d |%n",
          text, Math.min(warm, bytes(limits, keys, 1)), bytes(limits, keys, 10));
    }
  }

  /** The checks of a key come one after another, with some time between. */
  private static long bytes(Limits limits, String[] keys, int checks) {
    AtomicLong nanos = new AtomicLong();
    Ticker ticker = nanos::get;
    long before = used();
    KeyedRateLimiter limiter =
        KeyedRateLimiter.builder(limits, 2 * KEYS).withTicker(ticker).build();
    for (int i = 0; i < checks; i++) {
      for (String key : keys) {
        Decision decision = limiter.tryAcquire(key);
        if (!decision.isAllowed()) {
          throw new IllegalStateException("refused: " + decision);
        }
        nanos.addAndGet(1000);
      }
    }
    long after = used();
    if (!limiter.health().detail().startsWith(KEYS + " of")) {
      throw new IllegalStateException(limiter.health().toString());
    }
    return Math.round((after - before) / (double) KEYS);
  }

  private static long used() {
    for (int i = 0; i < 3; i++) {
      MEMORY.gc();
    }
    return MEMORY.getHeapMemoryUsage().getUsed();
  }
}
