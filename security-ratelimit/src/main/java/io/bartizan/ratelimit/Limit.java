package io.bartizan.ratelimit;

import io.bartizan.core.house.Require;
import io.bartizan.ratelimit.count.Count;
import io.bartizan.ratelimit.count.Micros;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A rate limit definition: token bucket, sliding window, sliding-window counter, fixed window or
 * calendar quota.
 *
 * <p>Each permitted subclass is one algorithm; a limiter applies it, in memory or on Redis. Limits
 * are immutable, compare by value and may be shared.
 *
 * <pre>{@code
 * Limit burst = Limit.tokenBucket(100, Rate.per(50, ChronoUnit.SECONDS)).named("burst");
 * }</pre>
 */
public abstract sealed class Limit implements Plan
    permits TokenBucket, SlidingWindow, SlidingWindowCounter, FixedWindow {

  /** The name of a limit that was given none. */
  public static final String DEFAULT_NAME = "default";

  private static final int MOST_INSTANCES = 10_000;

  private final String name;
  private final long capacity;
  private @Nullable Limits alone;

  Limit(String name, long capacity) {
    this.name = Names.check(name);
    this.capacity = Require.within("capacity", capacity, 1, Rate.MAX_PERMITS);
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
   * A bucket of one permit: no two permits closer together than the rate's interval. For evenly
   * spaced {@code acquire}, as for starting jobs at 50 a second.
   *
   * @param rate how many permits a period brings
   * @return the limit
   * @throws NullPointerException if {@code rate} is null
   */
  public static TokenBucket paced(Rate rate) {
    return tokenBucket(1, rate);
  }

  /**
   * At most {@code rate.permits()} in any stretch of time as long as the period, exactly.
   *
   * @param rate permits, at most a million, and the length of the window
   * @return the limit
   * @throws NullPointerException if {@code rate} is null
   * @throws IllegalArgumentException if there are more than {@value SlidingWindow#MAX_CAPACITY}
   *     permits
   */
  public static SlidingWindow slidingWindow(Rate rate) {
    return new SlidingWindow(DEFAULT_NAME, rate);
  }

  /**
   * About {@code rate.permits()} in any stretch of time as long as the period, less than twice as
   * many in the worst case, in constant memory.
   *
   * @param rate permits and the length of the window
   * @return the limit
   * @throws NullPointerException if {@code rate} is null
   */
  public static SlidingWindowCounter slidingWindowCounter(Rate rate) {
    return new SlidingWindowCounter(DEFAULT_NAME, rate);
  }

  /**
   * At most {@code rate.permits()} in each window; windows are the multiples of the period since
   * the epoch, or {@linkplain FixedWindow#fromFirstRequest() begin with the first request}.
   *
   * @param rate permits and the length of the window
   * @return the limit
   * @throws NullPointerException if {@code rate} is null
   */
  public static FixedWindow fixedWindow(Rate rate) {
    return new FixedWindow(
        DEFAULT_NAME, rate.permits(), rate.period(), FixedWindow.Start.EPOCH, null);
  }

  /**
   * At most so many permits from midnight to midnight in a time zone.
   *
   * @param permits 1 to 10<sup>12</sup>
   * @param zone whose midnight
   * @return the limit
   * @throws NullPointerException if {@code zone} is null
   * @throws IllegalArgumentException if {@code permits} is outside its range
   */
  public static FixedWindow calendarDay(long permits, ZoneId zone) {
    Objects.requireNonNull(zone, "zone");
    Duration day = Duration.ofDays(1);
    return new FixedWindow(DEFAULT_NAME, permits, day, FixedWindow.Start.DAY, zone);
  }

  /**
   * At most so many permits in each month of a time zone.
   *
   * @param permits 1 to 10<sup>12</sup>
   * @param zone whose months
   * @return the limit
   * @throws NullPointerException if {@code zone} is null
   * @throws IllegalArgumentException if {@code permits} is outside its range
   */
  public static FixedWindow calendarMonth(long permits, ZoneId zone) {
    Objects.requireNonNull(zone, "zone");
    Duration month = Duration.ofDays(31);
    return new FixedWindow(DEFAULT_NAME, permits, month, FixedWindow.Start.MONTH, zone);
  }

  /**
   * Reads a limit from text, as from a configuration file: what {@link #toString()} prints, such as
   * {@code 100 burst, 50/s}, {@code 100/min sliding} or {@code 1000/day in Europe/Berlin}.
   *
   * @param text the limit in words, without a name
   * @return the limit, named {@value #DEFAULT_NAME}
   * @throws NullPointerException if {@code text} is null
   * @throws IllegalArgumentException if the text has none of the forms, which the message lists, or
   *     a number is outside its range
   */
  public static Limit parse(String text) {
    return LimitText.parse(text);
  }

  /**
   * The same as {@link #parse}, under the name that configuration frameworks look for.
   *
   * @param text the limit in words, without a name
   * @return the limit
   * @throws NullPointerException if {@code text} is null
   * @throws IllegalArgumentException as {@link #parse}
   */
  public static Limit valueOf(String text) {
    return parse(text);
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
   * The share of one of several instances that apply this limit each for itself: permits divided
   * and rounded up, so that together they admit at least what the limit does, and beyond it less
   * than one permit each. A token bucket's refill is divided exactly, or rounded up to whole
   * permits in 36 525 days where the period would be longer; what it begins with is rounded down.
   *
   * @param instances how many there are; 1 to 10 000
   * @return a limit of the same name and kind
   * @throws IllegalArgumentException if {@code instances} is outside its range
   */
  public abstract Limit dividedBy(int instances);

  /** A number of permits divided and rounded up. */
  static long part(long permits, int instances) {
    return Micros.ceilDiv(permits, Require.within("instances", instances, 1, MOST_INSTANCES));
  }

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
  abstract Count count(long now);

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
