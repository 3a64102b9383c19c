package io.bartizan.ratelimit;

import io.bartizan.core.house.Require;
import io.bartizan.ratelimit.count.Micros;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Waits for a reservation: one park, no lock, interruptible. */
final class Waiting {

  private Waiting() {}

  /** The one check of a number of permits. */
  static void check(long permits) {
    long unused = Require.atLeast("permits", permits, 1);
  }

  /** The longest wait in microseconds, rounded down. */
  static long micros(Duration maxWait) {
    Duration unused = Require.notNegative("maxWait", maxWait);
    return maxWait.compareTo(Rate.MAX_PERIOD) > 0 ? Micros.of(Rate.MAX_PERIOD) : Micros.of(maxWait);
  }

  /** Waits until the reserved permits may be used; gives them back if interrupted. */
  static Decision until(Reservation reservation) throws InterruptedException {
    if (!reservation.isGranted()) {
      return reservation.decision();
    }
    long start = System.nanoTime();
    long wait = reservation.delay().toNanos();
    while (true) {
      if (Thread.interrupted()) {
        reservation.cancel();
        throw new InterruptedException("interrupted while waiting for permits");
      }
      long left = wait - (System.nanoTime() - start);
      if (left <= 0) {
        return reservation.decision();
      }
      LockSupport.parkNanos(reservation, left);
    }
  }
}
