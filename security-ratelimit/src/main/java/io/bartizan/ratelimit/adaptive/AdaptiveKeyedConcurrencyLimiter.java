package io.bartizan.ratelimit.adaptive;

import io.bartizan.core.Health;
import io.bartizan.core.Ticker;
import io.bartizan.core.house.Require;
import io.bartizan.ratelimit.AsyncKeyedConcurrencyLimiter;
import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.Key;
import io.bartizan.ratelimit.KeyedConcurrencyLimiter;
import io.bartizan.ratelimit.Permit;
import io.bartizan.ratelimit.RateLimitListener;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Limits how many operations run at once for each key in this JVM, such as calls of each server. It
 * finds each key's limit as {@link AdaptiveConcurrencyLimiter} does.
 *
 * <pre>{@code
 * AdaptiveKeyedConcurrencyLimiter servers = AdaptiveKeyedConcurrencyLimiter.of(200, 1000);
 * try (Permit permit = servers.tryAcquire(Key.of("server", server))) {
 *   if (!permit.isGranted()) {
 *     return busy();
 *   }
 *   return call();
 * }
 * }</pre>
 *
 * <p>A key keeps its limit after its last permit came back. While {@code maxKeys} are kept, another
 * key takes the place of one of which nothing is held or waited for, found among sixteen, which
 * begins anew when it comes back; if there is none, the other key is refused with {@link
 * Decision.Source#OVERFLOW}. A key costs some 0.9 KB (JDK 17, without the key itself).
 *
 * <p>Thread-safe. Owns no thread; nothing blocks but {@code acquire}.
 */
public final class AdaptiveKeyedConcurrencyLimiter implements KeyedConcurrencyLimiter {

  private final Settings settings;
  private final Slots slots;

  private AdaptiveKeyedConcurrencyLimiter(Settings settings, int maxKeys) {
    this.settings = settings;
    this.slots = new Slots(settings, maxKeys);
  }

  /**
   * A limiter with every option at its default.
   *
   * @param most what the limit of a key never exceeds; 1 to 1 million
   * @param maxKeys how many keys are kept; 1 to 1 million
   * @return a limiter of which nothing is held
   * @throws IllegalArgumentException if an argument is outside its range
   */
  public static AdaptiveKeyedConcurrencyLimiter of(int most, int maxKeys) {
    return builder(most, maxKeys).build();
  }

  /**
   * A limiter with options.
   *
   * @param most what the limit of a key never exceeds; 1 to 1 million
   * @param maxKeys how many keys are kept; 1 to 1 million
   * @return a builder with every option at its default
   * @throws IllegalArgumentException if an argument is outside its range
   */
  public static Builder builder(int most, int maxKeys) {
    return new Builder(most, maxKeys);
  }

  @Override
  public Permit tryAcquire(String key, int permits) {
    return tryAcquire(Priority.NORMAL, key, permits);
  }

  /**
   * Takes permits if they fit into the priority's share and nobody as important waits.
   *
   * @param priority how important the work is
   * @param key any text
   * @param permits how many; at least 1
   * @return one handle for all of them, granted or not; close it
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if {@code permits} is less than 1
   */
  public Permit tryAcquire(Priority priority, String key, int permits) {
    Objects.requireNonNull(priority, "priority");
    int wanted = Require.atLeast("permits", permits, 1);
    Admission slot = slots.enter(Key.bounded(key));
    return slot == null ? overflow(wanted) : slot.tryAcquire(priority, wanted);
  }

  @Override
  public Permit acquire(String key, int permits, Duration maxWait) throws InterruptedException {
    return acquire(Priority.NORMAL, key, permits, maxWait);
  }

  /**
   * Waits for permits; more than the priority's share of the highest limit is refused at once.
   *
   * @param priority how important the work is
   * @param key any text
   * @param permits how many; at least 1
   * @param maxWait the longest wait; zero or more
   * @return one handle for all of them, not granted if they did not become free in time or the line
   *     was full; close it
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if {@code permits} is less than 1 or {@code maxWait} negative
   * @throws InterruptedException if the thread is interrupted; nothing is held then
   */
  public Permit acquire(Priority priority, String key, int permits, Duration maxWait)
      throws InterruptedException {
    Objects.requireNonNull(priority, "priority");
    int wanted = Require.atLeast("permits", permits, 1);
    long nanos = Admission.nanos(maxWait);
    Admission slot = slots.enter(Key.bounded(key));
    return slot == null ? overflow(wanted) : slot.acquire(priority, wanted, nanos);
  }

  /**
   * The same limiter for callers that hold no thread while they wait.
   *
   * @return a view that never blocks; its stages are completed by whoever gives permits back, or by
   *     the JDK's timer, and cancelling one gives up the place
   */
  public AsyncKeyedConcurrencyLimiter async() {
    return new Async(this);
  }

  /**
   * The limit of a key that holds now.
   *
   * @param key any text
   * @return the minimum to the most; the initial limit of a key that is not kept
   * @throws NullPointerException if {@code key} is null
   */
  public int limit(String key) {
    Admission slot = slots.get(Key.bounded(key));
    return slot == null ? settings.initial : slot.limit();
  }

  private static Permit overflow(int permits) {
    return Permit.refused(permits, 0, Decision.Source.OVERFLOW);
  }

  @Override
  public Health health() {
    return slots.health();
  }

  @Override
  public String toString() {
    return "AdaptiveKeyedConcurrencyLimiter[" + health().detail() + ", limit " + settings + "]";
  }

  /** The view without waiting threads. */
  private record Async(AdaptiveKeyedConcurrencyLimiter limiter)
      implements AsyncKeyedConcurrencyLimiter {

    @Override
    public CompletionStage<Permit> tryAcquire(String key, int permits) {
      return CompletableFuture.completedFuture(limiter.tryAcquire(key, permits));
    }

    @Override
    public CompletionStage<Permit> acquire(String key, int permits, Duration maxWait) {
      int wanted = Require.atLeast("permits", permits, 1);
      long nanos = Admission.nanos(maxWait);
      @Nullable Admission slot = limiter.slots.enter(Key.bounded(key));
      return slot == null
          ? CompletableFuture.completedFuture(overflow(wanted))
          : slot.acquireAsync(Priority.NORMAL, wanted, nanos);
    }

    @Override
    public KeyedConcurrencyLimiter blocking() {
      return limiter;
    }

    @Override
    public Health health() {
      return limiter.health();
    }

    @Override
    public String toString() {
      return limiter + ".async()";
    }
  }

  /** Options of an {@link AdaptiveKeyedConcurrencyLimiter}. Not thread-safe. */
  public static final class Builder {

    private final Settings settings;
    private final int maxKeys;

    private Builder(int most, int maxKeys) {
      this.settings = new Settings(most);
      this.maxKeys = Require.within("maxKeys", maxKeys, 1, Settings.MOST);
    }

    /**
     * What the limit of a key never falls below.
     *
     * @param minimum 1 to the most; 1 if not called. Raises a smaller initial limit
     * @return this builder
     * @throws IllegalArgumentException if it is outside its range
     */
    public Builder withMinimum(int minimum) {
      settings.minimum(minimum);
      return this;
    }

    /**
     * The limit of a key of which nothing was measured.
     *
     * @param initial the minimum to the most; the smaller of 20 and the most if not called
     * @return this builder
     * @throws IllegalArgumentException if it is less than 1 or more than the most
     */
    public Builder withInitial(int initial) {
      settings.initial(initial);
      return this;
    }

    /**
     * How many may wait for a key at a time.
     *
     * @param waiters 0, with which {@code acquire} never waits, to 1 million; the smaller of 1000
     *     and the most if not called
     * @return this builder
     * @throws IllegalArgumentException if it is outside its range
     */
    public Builder withQueue(int waiters) {
      settings.queue(waiters);
      return this;
    }

    /**
     * Which part of a key's limit work of a priority may use.
     *
     * @param priority which
     * @param percent 1 to 100, no more than that of the next higher priority; see {@link
     *     Priority#defaultShare()}
     * @return this builder
     * @throws NullPointerException if {@code priority} is null
     * @throws IllegalArgumentException if {@code percent} is outside 1 to 100
     */
    public Builder withShare(Priority priority, int percent) {
      settings.share(priority, percent);
      return this;
    }

    /**
     * Measures time with another clock than {@link Ticker#system()}; how long callers wait is
     * measured by the JVM's own.
     *
     * @param ticker the clock
     * @return this builder
     * @throws NullPointerException if {@code ticker} is null
     */
    public Builder withTicker(Ticker ticker) {
      settings.ticker = Objects.requireNonNull(ticker, "ticker");
      return this;
    }

    /**
     * Adds a listener that hears of other limits of keys, without their keys; it may be called
     * several times.
     *
     * @param listener hears {@link RateLimitListener#limitChanged}, once a second for each key at
     *     most, and no decisions
     * @return this builder
     * @throws NullPointerException if {@code listener} is null
     */
    public Builder withListener(RateLimitListener listener) {
      settings.listeners = settings.listeners.and(listener);
      return this;
    }

    /**
     * Makes the limiter.
     *
     * @return a limiter of which nothing is held
     * @throws IllegalArgumentException if the initial limit is below the minimum, or the share of a
     *     priority above that of the next higher one
     */
    public AdaptiveKeyedConcurrencyLimiter build() {
      return new AdaptiveKeyedConcurrencyLimiter(settings.checked(), maxKeys);
    }
  }
}
