package io.bartizan.examples.gateway;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Waits for what another thread or process brings about; the bound is one on hanging. */
final class Eventually {

  private static final Duration LONGEST = Duration.ofSeconds(30);
  private static final Duration SHORTEST_PAUSE = Duration.ofMillis(1);
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(25);

  private Eventually() {}

  static void within(String what, Callable<Boolean> condition) throws Exception {
    long started = System.nanoTime();
    while (!condition.call()) {
      long waited = System.nanoTime() - started;
      if (waited > LONGEST.toNanos()) {
        throw new AssertionError("not within " + LONGEST + ": " + what);
      }
      LockSupport.parkNanos(
          Math.min(LONGEST_PAUSE.toNanos(), Math.max(SHORTEST_PAUSE.toNanos(), waited / 16)));
    }
  }
}
