package io.bartizan.ratelimit;

import io.bartizan.core.house.Span;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Permits that were taken ahead of time, for use once the delay has passed.
 *
 * <pre>{@code
 * Reservation slot = limiter.reserve(1, Duration.ofSeconds(2));
 * if (slot.isGranted()) {
 *   scheduler.schedule(job, slot.delay().toNanos(), TimeUnit.NANOSECONDS);
 * }
 * }</pre>
 *
 * <p>Thread-safe.
 */
public final class Reservation {

  private final Decision decision;
  private final Duration delay;
  private final Runnable giveBack;
  private final AtomicBoolean open;

  private Reservation(Decision decision, Duration delay, Runnable giveBack) {
    this.decision = Objects.requireNonNull(decision, "decision");
    this.delay = Objects.requireNonNull(delay, "delay");
    this.giveBack = Objects.requireNonNull(giveBack, "giveBack");
    this.open = new AtomicBoolean(decision.isAllowed());
  }

  /**
   * A reservation; for those who implement a limiter.
   *
   * @param decision whether the permits were taken
   * @param delay how long to wait before using them; zero or more
   * @param giveBack returns the permits; called at most once, and never if they were not taken
   * @return the reservation
   * @throws NullPointerException if an argument is null
   */
  public static Reservation of(Decision decision, Duration delay, Runnable giveBack) {
    return new Reservation(decision, delay, giveBack);
  }

  /**
   * Whether the permits were taken.
   *
   * @return false if the wait would have been longer than the caller was ready to wait
   */
  public boolean isGranted() {
    return decision.isAllowed();
  }

  /**
   * How long, from the moment of the reservation, the caller must wait before using the permits.
   *
   * @return zero or more; if not granted, how long the wait would have been
   */
  public Duration delay() {
    return delay;
  }

  /**
   * What the limiter said.
   *
   * @return the decision
   */
  public Decision decision() {
    return decision;
  }

  /**
   * Gives the permits back, once; later calls, and calls on what was not granted, do nothing.
   *
   * <p>Whoever reserved later keeps his time. On a shared place the return is sent, not awaited.
   */
  public void cancel() {
    if (open.compareAndSet(true, false)) {
      giveBack.run();
    }
  }

  @Override
  public String toString() {
    return "Reservation[" + decision + ", delay " + Span.exact(delay) + "]";
  }
}
