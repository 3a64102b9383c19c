package io.bartizan.ratelimit;

import io.bartizan.core.Health;
import io.bartizan.core.HealthSource;
import io.bartizan.core.Ticker;
import io.bartizan.core.house.Listeners;
import io.bartizan.core.house.Require;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;

/**
 * A rate limiter that counts per key, such as user, tenant, API key or IP address.
 *
 * <pre>{@code
 * KeyedRateLimiter limiter = KeyedRateLimiter.of(burst, 1_000_000);
 * Decision decision = limiter.tryAcquire(Key.of("tenant", tenant));
 * }</pre>
 *
 * <p>A key is any text, whatever a request holds: {@link Key#of(String, String)} joins parts
 * safely, and what is empty or long is counted as {@link Key#bounded} says. Thread-safe.
 * Implementations in memory never block in {@code tryAcquire}; the blocking view of a shared
 * limiter waits for the shared place's answer, at most its time-out; only {@code acquire} then
 * waits on for its permits.
 */
public interface KeyedRateLimiter extends HealthSource {

  /**
   * A limiter in memory, on the monotonic clock of the JVM. Keys beyond {@code maxKeys} share
   * buckets, {@link Overflow#SHARE}.
   *
   * @param plan what may pass: a {@link Limit}, {@link Limits}, or a function of the key
   * @param maxKeys how many keys may have a count of their own at a time; 1 to 100 million, of one
   *     even bucket 21 to 51 bytes each, else 65 and more besides the key
   * @return a new limiter with nothing consumed
   * @throws NullPointerException if {@code plan} is null
   * @throws IllegalArgumentException if {@code maxKeys} is outside its range
   */
  static KeyedRateLimiter of(Plan plan, int maxKeys) {
    return builder(plan, maxKeys).build();
  }

  /**
   * Starts a limiter in memory with options.
   *
   * @param plan what may pass: a {@link Limit}, {@link Limits}, or a function of the key
   * @param maxKeys how many keys may have a count of their own at a time; 1 to 100 million
   * @return a builder
   * @throws NullPointerException if {@code plan} is null
   * @throws IllegalArgumentException if {@code maxKeys} is outside its range
   */
  static Builder builder(Plan plan, int maxKeys) {
    return new Builder(plan, maxKeys);
  }

  /**
   * Takes one permit of a key if it can be had now.
   *
   * @param key whose permits
   * @return the decision
   * @throws NullPointerException if {@code key} is null
   */
  default Decision tryAcquire(String key) {
    return tryAcquire(key, 1);
  }

  /**
   * Takes some permits of a key if all of them can be had now, else none.
   *
   * @param key whose permits
   * @param permits how many; at least 1
   * @return the decision
   * @throws NullPointerException if {@code key} is null
   * @throws IllegalArgumentException if {@code permits} is less than 1
   */
  Decision tryAcquire(String key, long permits);

  /**
   * What {@link #tryAcquire(String)} would say; takes nothing.
   *
   * @param key whose permits
   * @return the decision
   * @throws NullPointerException if {@code key} is null
   */
  default Decision peek(String key) {
    return peek(key, 1);
  }

  /**
   * What {@link #tryAcquire(String, long)} would say; takes nothing.
   *
   * @param key whose permits
   * @param permits how many; at least 1
   * @return the decision
   * @throws NullPointerException if {@code key} is null
   * @throws IllegalArgumentException if {@code permits} is less than 1
   */
  Decision peek(String key, long permits);

  /**
   * Charges permits that a key has used already, in full and below zero if need be: what a request
   * turned out to cost, such as bytes, rows or the tokens of a model. It is never refused.
   *
   * <p>A token bucket pays a debt back by its refill; a window counts what was charged in it like
   * what was taken, and forgets it when it forgets that. At most 4 × 10<sup>12</sup> permits count
   * at a time; a bucket's debt lasts at most 36 525 days, 203 where its interval needs more than
   * 256 parts of a microsecond. A key for which {@link Overflow#REFUSE} has no room is not charged.
   *
   * @param key whose permits
   * @param permits how many; at least 1
   * @return what {@link #peek(String)} then says: refused if not even one more can be had now
   * @throws NullPointerException if {@code key} is null
   * @throws IllegalArgumentException if {@code permits} is less than 1
   * @throws UnsupportedOperationException if a shared place has no such call
   */
  Decision charge(String key, long permits);

  /**
   * Gives permits back that were taken and not used; never above what the limit holds.
   *
   * @param key whose permits
   * @param permits how many; at least 1
   * @throws NullPointerException if {@code key} is null
   * @throws IllegalArgumentException if {@code permits} is less than 1
   */
  void refund(String key, long permits);

  /**
   * Takes permits of a key now for use later, if the wait is short enough.
   *
   * @param key whose permits
   * @param permits how many; at least 1
   * @param maxWait the longest wait that is still of use; zero or more
   * @return the reservation, granted or not
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if {@code permits} is less than 1 or {@code maxWait} negative
   * @throws UnsupportedOperationException if a limit can't promise a time; token buckets can
   */
  Reservation reserve(String key, long permits, Duration maxWait);

  /**
   * Takes one permit of a key and waits until it may be used; refuses at once when that would be
   * too late.
   *
   * @param key whose permit
   * @param maxWait the longest wait; zero or more
   * @return the decision; if refused, nothing was taken and nothing waited for
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if {@code maxWait} is negative
   * @throws UnsupportedOperationException if a limit can't promise a time; token buckets can
   * @throws InterruptedException if the thread is interrupted; the permit was given back
   */
  default Decision acquire(String key, Duration maxWait) throws InterruptedException {
    return acquire(key, 1, maxWait);
  }

  /**
   * Takes permits of a key and waits until they may be used; refuses at once when that would be too
   * late. Callers of one key are served in the order in which they came.
   *
   * @param key whose permits
   * @param permits how many; at least 1
   * @param maxWait the longest wait; zero or more
   * @return the decision; if refused, nothing was taken and nothing waited for
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if {@code permits} is less than 1 or {@code maxWait} negative
   * @throws UnsupportedOperationException if a limit can't promise a time; token buckets can
   * @throws InterruptedException if the thread is interrupted; the permits were given back
   */
  Decision acquire(String key, long permits, Duration maxWait) throws InterruptedException;

  /**
   * Whether this limiter decides as configured.
   *
   * @return degraded if keys share buckets, are refused for lack of room, or the shared place can't
   *     be reached
   */
  @Override
  Health health();

  /** Options of a limiter in memory for many keys. Not thread-safe. */
  final class Builder {

    private static final int MOST_KEYS = 100_000_000;

    private final Plan plan;
    private final int maxKeys;
    private Overflow overflow = Overflow.SHARE;
    private Ticker ticker = Ticker.system();
    private InstantSource wall = InstantSource.system();
    private Listeners<RateLimitListener> listeners = Listeners.none(RateLimitListener.class);

    Builder(Plan plan, int maxKeys) {
      this.plan = Objects.requireNonNull(plan, "plan");
      this.maxKeys = Require.within("maxKeys", maxKeys, 1, MOST_KEYS);
    }

    /**
     * Chooses what happens to new keys while there are {@code maxKeys}; {@link Overflow#SHARE} if
     * nothing is chosen.
     *
     * @param newOverflow what to do
     * @return this
     * @throws NullPointerException if {@code newOverflow} is null
     */
    public Builder withOverflow(Overflow newOverflow) {
      overflow = Objects.requireNonNull(newOverflow, "newOverflow");
      return this;
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
    public KeyedRateLimiter build() {
      MicroClock clock = new MicroClock(ticker, wall);
      Limits same =
          plan instanceof Limits limits
              ? limits
              : plan instanceof Limit limit ? limit.alone() : null;
      KeyedRateLimiter limiter =
          same == null || same.bucket() == null
              ? new MemoryKeyedRateLimiter(plan, maxKeys, overflow, clock, new MapKeys(maxKeys))
              : new BucketKeyedRateLimiter(
                  new BucketTable(same.bucket(), maxKeys), maxKeys, overflow, clock);
      return listeners.isEmpty() ? limiter : new Observed.Keyed(limiter, listeners);
    }
  }
}
