package io.bartizan.ratelimit;

import io.bartizan.core.Ticker;
import io.bartizan.core.house.Listeners;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;

/**
 * An in-memory rate limiter with one counter for all callers: token bucket, sliding or fixed
 * window.
 *
 * <pre>{@code
 * RateLimiter limiter = RateLimiter.of(Limit.tokenBucket(100, Rate.per(50, ChronoUnit.SECONDS)));
 * Decision decision = limiter.tryAcquire();
 * if (decision.isAllowed()) {
 *   serve();
 * }
 * }</pre>
 *
 * <p>Three verbs for three intents: {@code tryAcquire} never waits, {@code reserve} says when,
 * {@code acquire} waits. Thread-safe, lock-free; {@code tryAcquire} allocates nothing but the
 * decision, which the compiler removes where it does not outlive the caller's method.
 */
public interface RateLimiter {

  /**
   * A limiter on the monotonic clock of the JVM.
   *
   * @param limit what may pass
   * @return a new limiter with nothing consumed
   * @throws NullPointerException if {@code limit} is null
   */
  static RateLimiter of(Limit limit) {
    return builder(limit).build();
  }

  /**
   * A limiter of several limits at once, on the monotonic clock of the JVM.
   *
   * @param limits what may pass
   * @return a new limiter with nothing consumed
   * @throws NullPointerException if {@code limits} is null
   */
  static RateLimiter of(Limits limits) {
    return builder(limits).build();
  }

  /**
   * Starts a limiter with options.
   *
   * @param limit what may pass
   * @return a builder
   * @throws NullPointerException if {@code limit} is null
   */
  static Builder builder(Limit limit) {
    return new Builder(limit.alone());
  }

  /**
   * Starts a limiter of several limits at once with options.
   *
   * @param limits what may pass
   * @return a builder
   * @throws NullPointerException if {@code limits} is null
   */
  static Builder builder(Limits limits) {
    return new Builder(limits);
  }

  /**
   * Takes one permit if it can be had now.
   *
   * @return the decision
   */
  default Decision tryAcquire() {
    return tryAcquire(1);
  }

  /**
   * Takes some permits if all of them can be had now, else none.
   *
   * @param permits how many; at least 1
   * @return the decision
   * @throws IllegalArgumentException if {@code permits} is less than 1
   */
  Decision tryAcquire(long permits);

  /**
   * What {@link #tryAcquire()} would say; takes nothing.
   *
   * @return the decision
   */
  default Decision peek() {
    return peek(1);
  }

  /**
   * What {@link #tryAcquire(long)} would say; takes nothing.
   *
   * @param permits how many; at least 1
   * @return the decision
   * @throws IllegalArgumentException if {@code permits} is less than 1
   */
  Decision peek(long permits);

  /**
   * Charges permits that were used already, in full and below zero if need be: what a request
   * turned out to cost, such as bytes, rows or the tokens of a model. It is never refused.
   *
   * <p>A token bucket pays a debt back by its refill; a window counts what was charged in it like
   * what was taken, and forgets it when it forgets that. At most 4 × 10<sup>12</sup> permits count
   * at a time; a bucket's debt lasts at most 36 525 days, 203 where its interval needs more than
   * 256 parts of a microsecond.
   *
   * @param permits how many; at least 1
   * @return what {@link #peek()} then says: refused if not even one more can be had now
   * @throws IllegalArgumentException if {@code permits} is less than 1
   */
  Decision charge(long permits);

  /**
   * Gives permits back that were taken and not used; never above what the limit holds.
   *
   * @param permits how many; at least 1
   * @throws IllegalArgumentException if {@code permits} is less than 1
   */
  void refund(long permits);

  /**
   * Takes permits now for use later, if the wait is short enough.
   *
   * @param permits how many; at least 1
   * @param maxWait the longest wait that is still of use; zero or more
   * @return the reservation, granted or not
   * @throws NullPointerException if {@code maxWait} is null
   * @throws IllegalArgumentException if {@code permits} is less than 1 or {@code maxWait} negative
   * @throws UnsupportedOperationException if a limit can't promise a time; token buckets can
   */
  Reservation reserve(long permits, Duration maxWait);

  /**
   * Takes one permit and waits until it may be used; refuses at once when that would be too late.
   *
   * @param maxWait the longest wait; zero or more
   * @return the decision; if refused, nothing was taken and nothing waited for
   * @throws NullPointerException if {@code maxWait} is null
   * @throws IllegalArgumentException if {@code maxWait} is negative
   * @throws UnsupportedOperationException if a limit can't promise a time; token buckets can
   * @throws InterruptedException if the thread is interrupted; the permit was given back
   */
  default Decision acquire(Duration maxWait) throws InterruptedException {
    return acquire(1, maxWait);
  }

  /**
   * Takes permits and waits until they may be used; refuses at once when that would be too late.
   *
   * <p>Callers are served in the order in which they came. The thread is parked once, without a
   * lock, so a virtual thread frees its carrier.
   *
   * @param permits how many; at least 1
   * @param maxWait the longest wait; zero or more
   * @return the decision; if refused, nothing was taken and nothing waited for
   * @throws NullPointerException if {@code maxWait} is null
   * @throws IllegalArgumentException if {@code permits} is less than 1 or {@code maxWait} negative
   * @throws UnsupportedOperationException if a limit can't promise a time; token buckets can
   * @throws InterruptedException if the thread is interrupted; the permits were given back
   */
  Decision acquire(long permits, Duration maxWait) throws InterruptedException;

  /**
   * Holds the subject to another limit from now on, as {@link #change(Limits)} does.
   *
   * @param limit what may pass from now on
   * @throws NullPointerException if {@code limit} is null
   */
  default void change(Limit limit) {
    change(limit.alone());
  }

  /**
   * Holds the subject to other limits from now on. What was consumed of a limit stays consumed from
   * the limit of the same name, and reservations keep their times.
   *
   * <p>A window keeps its whole count, so that lowering a limit and raising it again gives nothing
   * back. Of a token bucket at most its whole capacity stays consumed: a bucket that became smaller
   * is empty at worst; what was reserved ahead or is owed keeps its time.
   *
   * @param limits what may pass from now on
   * @throws NullPointerException if {@code limits} is null
   */
  void change(Limits limits);

  /** Options of a limiter in memory for one subject. Not thread-safe. */
  final class Builder {

    private final Limits limits;
    private Ticker ticker = Ticker.system();
    private InstantSource wall = InstantSource.system();
    private Listeners<RateLimitListener> listeners = Listeners.none(RateLimitListener.class);

    Builder(Limits limits) {
      this.limits = Objects.requireNonNull(limits, "limits");
    }

    /**
     * Measures time with another clock than {@link Ticker#system()}.
     *
     * @param newTicker the clock
     * @return this
     * @throws NullPointerException if {@code newTicker} is null
     */
    public Builder withTicker(Ticker newTicker) {
      ticker = Objects.requireNonNull(newTicker, "newTicker");
      return this;
    }

    /**
     * Takes the wall time from elsewhere. It is read once, by {@link #build()}, for where fixed
     * windows and steps begin; later changes of the wall clock have no effect.
     *
     * @param newWall the wall clock
     * @return this
     * @throws NullPointerException if {@code newWall} is null
     */
    public Builder withClock(InstantSource newWall) {
      wall = Objects.requireNonNull(newWall, "newWall");
      return this;
    }

    /**
     * Adds a listener that hears every decision; it may be called several times.
     *
     * @param listener hears
     * @return this
     * @throws NullPointerException if {@code listener} is null
     */
    public Builder withListener(RateLimitListener listener) {
      listeners = listeners.and(listener);
      return this;
    }

    /**
     * Makes the limiter.
     *
     * @return a new limiter with nothing consumed
     */
    public RateLimiter build() {
      MicroClock clock = new MicroClock(ticker, wall);
      RateLimiter limiter =
          limits.bucket() == null
              ? new MemoryRateLimiter(limits, clock)
              : new BucketRateLimiter(limits, clock);
      return listeners.isEmpty() ? limiter : new Observed.Single(limiter, listeners);
    }
  }
}
