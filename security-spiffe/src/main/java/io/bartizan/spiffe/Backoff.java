package io.bartizan.spiffe;

import java.time.Duration;
import java.util.function.DoubleSupplier;

/**
 * The pauses between attempts: each twice the one before up to a bound, and each between its half
 * and its whole by chance, so that many processes of one machine don't come back at once. Used by
 * one thread.
 */
final class Backoff {

  static final Duration FIRST = Duration.ofMillis(200);
  static final Duration LONGEST = Duration.ofSeconds(30);

  private final Duration longest;
  private final DoubleSupplier chance;
  private Duration next;

  /** {@code chance} gives numbers from 0 to below 1. */
  Backoff(Duration longest, DoubleSupplier chance) {
    this.longest = longest;
    this.chance = chance;
    next = shorter(FIRST, longest);
  }

  Duration next() {
    Duration whole = next;
    next = shorter(whole.multipliedBy(2), longest);
    long half = whole.toNanos() / 2;
    return Duration.ofNanos(half + (long) (half * chance.getAsDouble()));
  }

  void reset() {
    next = shorter(FIRST, longest);
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }
}
