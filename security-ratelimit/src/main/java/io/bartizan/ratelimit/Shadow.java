package io.bartizan.ratelimit;

import io.bartizan.core.Health;
import io.bartizan.core.house.Following;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * Runs a rate limiter in shadow mode (dry run), which tries a limit before it is enforced.
 * Everything is counted and decided as before, and the caller is always admitted. The limiter
 * itself is not changed, and its listeners receive the true decisions.
 *
 * <pre>{@code
 * KeyedRateLimiter tried =
 *     Shadow.of(KeyedRateLimiter.builder(burst, 1_000_000).withListener(metrics).build());
 * }</pre>
 */
public final class Shadow {

  private Shadow() {}

  /**
   * The same limiter, refusing nobody.
   *
   * @param limiter decides
   * @return a limiter in shadow mode
   * @throws NullPointerException if {@code limiter} is null
   */
  public static RateLimiter of(RateLimiter limiter) {
    return new Single(Objects.requireNonNull(limiter, "limiter"));
  }

  /**
   * The same limiter, refusing nobody. What the shared place of a blocking view fails with still
   * fails.
   *
   * @param limiter decides
   * @return a limiter in shadow mode
   * @throws NullPointerException if {@code limiter} is null
   */
  public static KeyedRateLimiter of(KeyedRateLimiter limiter) {
    return new Keyed(Objects.requireNonNull(limiter, "limiter"));
  }

  /**
   * The same limiter, refusing nobody. What the shared place fails with still fails.
   *
   * @param limiter decides
   * @return a limiter in shadow mode
   * @throws NullPointerException if {@code limiter} is null
   */
  public static AsyncKeyedRateLimiter of(AsyncKeyedRateLimiter limiter) {
    return new Async(Objects.requireNonNull(limiter, "limiter"));
  }

  /**
   * The same limiter, refusing nobody, which writes what {@code benchmarks/backtest} replays to
   * choose limits by: for each call that takes permits ({@code tryAcquire}, {@code charge}, {@code
   * reserve}, {@code acquire}) one line of JSON, without the line's end, such as
   *
   * <pre>{@code
   * {"time":"2026-11-29T01:40:00.25Z","key":"tenant-7","permits":1,"allowed":false,"limit":"burst"}
   * }</pre>
   *
   * <p>The time is the wall clock's when the call was made, in UTC and at most microseconds; what
   * is not printable ASCII is escaped, so a key never ends or forges a line. The true decision is
   * written, and of several limits the one that decided; that of a charge says whether one more
   * permit could be had then. The key stands in it as it is: the lines are as confidential as the
   * keys.
   *
   * @param limiter decides
   * @param lines takes each line, on the thread that asked; must be quick and thread-safe, such as
   *     an asynchronous appender. Whatever it throws changes no decision and is logged once a
   *     minute at most
   * @return a limiter in shadow mode
   * @throws NullPointerException if an argument is null
   */
  public static KeyedRateLimiter of(KeyedRateLimiter limiter, Consumer<String> lines) {
    return of(limiter, lines, InstantSource.system());
  }

  static KeyedRateLimiter of(
      KeyedRateLimiter limiter, Consumer<String> lines, InstantSource clock) {
    Objects.requireNonNull(limiter, "limiter");
    Objects.requireNonNull(lines, "lines");
    return new Keyed(new DryRun.Keyed(limiter, new DryRun(lines, clock)));
  }

  /**
   * The same limiter, refusing nobody, which writes what {@code benchmarks/backtest} replays: the
   * lines of {@link #of(KeyedRateLimiter, Consumer)}, each with the time of the call.
   *
   * @param limiter decides
   * @param lines takes each line, on the thread that completes the answer; must be quick and
   *     thread-safe. Whatever it throws changes no decision and is logged once a minute at most
   * @return a limiter in shadow mode
   * @throws NullPointerException if an argument is null
   */
  public static AsyncKeyedRateLimiter of(AsyncKeyedRateLimiter limiter, Consumer<String> lines) {
    Objects.requireNonNull(limiter, "limiter");
    Objects.requireNonNull(lines, "lines");
    return new Async(new DryRun.Async(limiter, new DryRun(lines, InstantSource.system())));
  }

  private static Reservation shadowed(Reservation slot) {
    return slot.isGranted()
        ? slot
        : Reservation.of(slot.decision().inShadow(), Duration.ZERO, () -> {});
  }

  private static String text(Object limiter) {
    return "Shadow[" + limiter + "]";
  }

  private record Single(RateLimiter limiter) implements RateLimiter {

    @Override
    public Decision tryAcquire(long permits) {
      return limiter.tryAcquire(permits).inShadow();
    }

    @Override
    public Decision peek(long permits) {
      return limiter.peek(permits).inShadow();
    }

    @Override
    public Decision charge(long permits) {
      return limiter.charge(permits).inShadow();
    }

    @Override
    public void refund(long permits) {
      limiter.refund(permits);
    }

    @Override
    public Reservation reserve(long permits, Duration maxWait) {
      return shadowed(limiter.reserve(permits, maxWait));
    }

    @Override
    public Decision acquire(long permits, Duration maxWait) throws InterruptedException {
      return limiter.acquire(permits, maxWait).inShadow();
    }

    @Override
    public void change(Limits limits) {
      limiter.change(limits);
    }

    @Override
    public String toString() {
      return text(limiter);
    }
  }

  private record Keyed(KeyedRateLimiter limiter) implements KeyedRateLimiter {

    @Override
    public Decision tryAcquire(String key, long permits) {
      return limiter.tryAcquire(key, permits).inShadow();
    }

    @Override
    public Decision peek(String key, long permits) {
      return limiter.peek(key, permits).inShadow();
    }

    @Override
    public Decision charge(String key, long permits) {
      return limiter.charge(key, permits).inShadow();
    }

    @Override
    public void refund(String key, long permits) {
      limiter.refund(key, permits);
    }

    @Override
    public Reservation reserve(String key, long permits, Duration maxWait) {
      return shadowed(limiter.reserve(key, permits, maxWait));
    }

    @Override
    public Decision acquire(String key, long permits, Duration maxWait)
        throws InterruptedException {
      return limiter.acquire(key, permits, maxWait).inShadow();
    }

    @Override
    public Health health() {
      return limiter.health();
    }

    @Override
    public String toString() {
      return text(limiter);
    }
  }

  private record Async(AsyncKeyedRateLimiter limiter) implements AsyncKeyedRateLimiter {

    @Override
    public CompletionStage<Decision> tryAcquire(String key, long permits) {
      return Following.of(limiter.tryAcquire(key, permits), Decision::inShadow);
    }

    @Override
    public CompletionStage<Decision> peek(String key, long permits) {
      return Following.of(limiter.peek(key, permits), Decision::inShadow);
    }

    @Override
    public CompletionStage<Decision> charge(String key, long permits) {
      return Following.of(limiter.charge(key, permits), Decision::inShadow);
    }

    @Override
    public CompletionStage<Void> refund(String key, long permits) {
      return limiter.refund(key, permits);
    }

    @Override
    public CompletionStage<Reservation> reserve(String key, long permits, Duration maxWait) {
      return Following.of(limiter.reserve(key, permits, maxWait), Shadow::shadowed);
    }

    @Override
    public CompletionStage<Decision> acquire(String key, long permits, Duration maxWait) {
      return Following.of(limiter.acquire(key, permits, maxWait), Decision::inShadow);
    }

    @Override
    public KeyedRateLimiter blocking() {
      return new Keyed(limiter.blocking());
    }

    @Override
    public Health health() {
      return limiter.health();
    }

    @Override
    public String toString() {
      return text(limiter);
    }
  }
}
