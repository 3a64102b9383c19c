package io.bartizan.examples.gateway;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Waits for what another thread or process brings about; the bound is one on hanging. */
final class Eventually {

  private static final Duration LONGEST = Duration.ofSeconds(30);

  private Eventually() {}

  static void within(String what, Callable<Boolean> condition) throws Exception {
    long started = System.nanoTime();
    while (!condition.call()) {
      if (System.nanoTime() - started > LONGEST.toNanos()) {
        throw new AssertionError("not within " + LONGEST + ": " + what);
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
  }
}
