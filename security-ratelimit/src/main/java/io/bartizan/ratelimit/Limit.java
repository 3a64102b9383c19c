package io.bartizan.ratelimit;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What may pass in which time: the definition alone, without any count.
 *
 * <p>Each permitted subclass is one algorithm; a limiter applies it, in memory or on Redis. Limits
 * are immutable, compare by value and may be shared.
 *
 * <pre>{@code
 * Limit burst = Limit.tokenBucket(100, Rate.per(50, ChronoUnit.SECONDS)).named("burst");
 * }</pre>
 */
public abstract sealed class Limit implements Plan permits TokenBucket {

  /** The name of a limit that was given none. */
  public static final String DEFAULT_NAME = "default";

  private final String name;
  private final long capacity;
  private @Nullable Limits alone;

  Limit(String name, long capacity) {
    this.name = Names.check(name);
    this.capacity = capacity;
    if (capacity < 1 || capacity > Rate.MAX_PERMITS) {
      throw new IllegalArgumentException("capacity is " + capacity + ", 1 to 10^12 is accepted");
    }
  }

  /**
   * A bucket that holds at most {@code capacity} permits, starts full and is refilled evenly at
   * {@code refill}: in any time t at most capacity + refill × t permits pass.
   *
   * @param capacity the largest burst; 1 to 10<sup>12</sup>
   * @param refill how fast permits come back
   * @return the limit
   * @throws NullPointerException if {@code refill} is null
   * @throws IllegalArgumentException if {@code capacity} is outside its range or filling the empty
   *     bucket takes longer than 36 525 days
   */
  public static TokenBucket tokenBucket(long capacity, Rate refill) {
    return new TokenBucket(DEFAULT_NAME, capacity, refill, false, capacity);
  }

  /**
   * The name that decisions, HTTP fields and metrics show.
   *
   * @return 1 to 64 characters of {@code A-Za-z0-9._-}
   */
  public final String name() {
    return name;
  }

  /**
   * The same limit under another name.
   *
   * @param newName 1 to 64 characters of {@code A-Za-z0-9._-}; never a secret, clients see it
   * @return a limit that differs in its name only
   * @throws NullPointerException if {@code newName} is null
   * @throws IllegalArgumentException if {@code newName} is outside its form
   */
  public abstract Limit named(String newName);

  /**
   * The most permits that can ever be admitted at once.
   *
   * @return at least 1
   */
  public final long capacity() {
    return capacity;
  }

  /**
   * The time after which nothing that was admitted counts any more.
   *
   * @return for a token bucket the time in which an empty one fills, rounded up to a microsecond
   */
  public abstract Duration window();

  /**
   * This limit alone, for every key.
   *
   * @param key not looked at
   * @return a list of one
   */
  @Override
  public final Limits limitsOf(String key) {
    return alone();
  }

  /** A list of this limit; made once, and a race makes an equal one. */
  final Limits alone() {
    Limits known = alone;
    if (known == null) {
      known = Limits.allOf(this);
      alone = known;
    }
    return known;
  }

  /** A count of this limit that has nothing in it at {@code now} (microseconds since the epoch). */
  abstract Gauge gauge(long now);

  /** All but the name, in words. */
  abstract String text();

  @Override
  public final boolean equals(@Nullable Object other) {
    return this == other
        || (other instanceof Limit that
            && getClass() == that.getClass()
            && name.equals(that.name)
            && text().equals(that.text()));
  }

  @Override
  public final int hashCode() {
    return Objects.hash(name, text());
  }

  /**
   * The limit in words, such as {@code 100 burst, 50/s}.
   *
   * @return the text, without the name
   */
  @Override
  public final String toString() {
    return text();
  }
}
