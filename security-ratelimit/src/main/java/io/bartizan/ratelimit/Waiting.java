package io.bartizan.ratelimit;

import java.util.concurrent.locks.LockSupport;

/** Waits for a reservation: one park, no lock, interruptible. */
final class Waiting {

  private Waiting() {}

  /** Waits until the reserved permits may be used; gives them back if interrupted. */
  static Decision until(Reservation reservation) throws InterruptedException {
    if (!reservation.granted()) {
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
