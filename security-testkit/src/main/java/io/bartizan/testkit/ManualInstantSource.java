package io.bartizan.testkit;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;

/** A wall clock that stands still until a test moves it, forward or back. Thread-safe. */
public final class ManualInstantSource implements InstantSource {

  private volatile Instant now;

  /**
   * A clock that stands still.
   *
   * @param start what it shows first
   * @throws NullPointerException if {@code start} is null
   */
  public ManualInstantSource(Instant start) {
    now = Objects.requireNonNull(start, "start");
  }

  @Override
  public Instant instant() {
    return now;
  }

  /**
   * Moves the clock, as an operator or NTP would.
   *
   * @param duration how far; negative moves it back
   */
  public synchronized void advance(Duration duration) {
    now = now.plus(duration);
  }

  /**
   * Sets the clock.
   *
   * @param instant what it shows from now on
   * @throws NullPointerException if {@code instant} is null
   */
  public synchronized void set(Instant instant) {
    now = Objects.requireNonNull(instant, "instant");
  }

  @Override
  public String toString() {
    return "ManualInstantSource[" + now + "]";
  }
}
