package io.bartizan.ratelimit.prepaid;

import io.bartizan.core.Ticker;
import java.util.Comparator;
import java.util.PriorityQueue;

/** A clock and what is due at which time; one thread, nothing waits. */
final class VirtualTime implements Ticker {

  static final long MILLI = 1_000_000;
  static final long SECOND = 1_000_000_000;

  private final PriorityQueue<Due> queue =
      new PriorityQueue<>(Comparator.comparingLong(Due::at).thenComparingLong(Due::number));
  private long now;
  private long numbers;

  private record Due(long at, long number, Runnable what) {}

  @Override
  public long nanos() {
    return now;
  }

  /** Runs it so much later; at once if that is zero. */
  void in(long nanos, Runnable what) {
    if (nanos == 0) {
      what.run();
    } else {
      queue.add(new Due(now + nanos, numbers++, what));
    }
  }

  /** Runs all that is due until then. */
  void passTo(long nanos) {
    while (!queue.isEmpty() && queue.peek().at() <= nanos) {
      Due due = queue.poll();
      now = due.at();
      due.what().run();
    }
    now = nanos;
  }

  void pass(long nanos) {
    passTo(now + nanos);
  }
}
