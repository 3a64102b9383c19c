package io.bartizan.ratelimit.prepaid;

import io.bartizan.core.Health;
import io.bartizan.core.Ticker;
import io.bartizan.core.house.Following;
import io.bartizan.core.house.Listeners;
import io.bartizan.core.house.Require;
import io.bartizan.core.house.Span;
import io.bartizan.ratelimit.AsyncKeyedRateLimiter;
import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.Key;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.ratelimit.RateLimitListener;
import io.bartizan.ratelimit.RateLimitListener.Verb;
import io.bartizan.ratelimit.Reservation;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Takes permits of hot keys from a shared limiter by the lot, before they are asked for, and
 * decides in memory.
 *
 * <pre>{@code
 * try (PrepaidRateLimiter limiter = PrepaidRateLimiter.of(redisRateLimiter)) {
 *   Decision decision = limiter.blocking().tryAcquire(Key.of("tenant", tenant));
 * }
 * }</pre>
 *
 * <p><b>What is admitted.</b> A check is allowed here only with a permit that the shared limiter
 * gave no longer ago than the hold time, so in the long run no more passes than the limit. Within
 * any stretch of time t, and over all processes together, at most this passes:
 *
 * <ul>
 *   <li>bucket refilled evenly: capacity + rate × (t + hold time), and no more than capacity + rate
 *       × t + the permits held at its beginning;
 *   <li>fixed window, calendar day or month, sliding window counter, bucket refilled in steps: what
 *       the limit says, and nothing more, since no lot is carried over an edge;
 *   <li>exact sliding window: what the limit says, since it is never held ahead;
 *   <li>several limits together: each within its own bound.
 * </ul>
 *
 * <p><b>What lies unused.</b> A lot is what this process draws of the key in half the hold time; at
 * most a sixteenth of the capacity and a fourth of what then remains, at most two lots a key. So a
 * limit of fewer than 128 permits stays plain, as does a key that is asked for fewer than some 16
 * times in the hold time, and one that is counted by its digest ({@link Key#bounded}). What was not
 * drawn from for a quarter to half of the hold time, and all on {@link #close}, is given back; of a
 * bucket refilled evenly less what it refilled meanwhile (and in 100 ms more), and nothing to a
 * window that ends within a second. A process that dies loses its lots: they count as admitted.
 *
 * <p><b>The verbs.</b> {@code tryAcquire} and {@code peek} look at the lots first and go to the
 * shared limiter when these don't suffice. {@code charge}, {@code refund}, {@code reserve} and
 * {@code acquire} always go there: they promise order and times. A refusal is remembered until its
 * retry time, one second at most, and answers checks of the same weight; a refund here ends it.
 *
 * <p><b>The decision.</b> {@link Decision.Source#PREPAID} from a lot, {@link
 * Decision.Source#DENY_CACHE} from a remembered refusal, else the shared limiter's own. The amounts
 * of a decision from a lot are those of the moment when the lot was taken, with what is left of it.
 *
 * <p><b>Outages.</b> Lots that are held go on being used until they end; then each check is asked
 * plain and the shared limiter's failure policy answers. What a policy allows is never held.
 *
 * <p>Thread-safe. Owns no thread; the JDK's timer wakes it four times in the hold time while there
 * are hot keys. The shared limiter stays the application's: close it after this.
 */
public final class PrepaidRateLimiter implements AsyncKeyedRateLimiter, AutoCloseable {

  /** How often a key is asked for within the hold time before it gets lots. */
  static final int HOT = 16;

  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private final AsyncKeyedRateLimiter shared;
  private final Supply supply;
  private final Ticker ticker;
  private final Heat heat;
  private final int maxKeys;
  private final boolean isTimed;
  private final Listeners<RateLimitListener> listeners;
  private final ConcurrentHashMap<String, KeyLots> hot = new ConcurrentHashMap<>();
  private final AtomicBoolean armed = new AtomicBoolean();
  private final PrepaidView blocking;

  private PrepaidRateLimiter(Builder settings) {
    this.shared = settings.shared;
    this.ticker = settings.ticker;
    this.supply = new Supply(shared, ticker, settings.hold.toNanos());
    this.heat = new Heat(settings.hold.toNanos());
    this.maxKeys = settings.maxKeys;
    this.isTimed = settings.timed;
    this.listeners = settings.listeners;
    this.blocking = new PrepaidView(this, shared.blocking());
  }

  /**
   * A limiter over a shared one, with every option at its default.
   *
   * @param shared a limiter on Redis, on a Bucket4j grid, or the application's own; it stays the
   *     application's. Its decisions must name their limits and come from {@link
   *     Decision.Source#REMOTE}
   * @return a limiter; close it to give back what it holds
   * @throws NullPointerException if {@code shared} is null
   */
  public static PrepaidRateLimiter of(AsyncKeyedRateLimiter shared) {
    return builder(shared).build();
  }

  /**
   * A limiter over a shared one, with options.
   *
   * @param shared a limiter on Redis, on a Bucket4j grid, or the application's own; it stays the
   *     application's
   * @return a builder with every option at its default
   * @throws NullPointerException if {@code shared} is null
   */
  public static Builder builder(AsyncKeyedRateLimiter shared) {
    return new Builder(shared);
  }

  @Override
  public CompletionStage<Decision> tryAcquire(String key, long permits) {
    long now = ticker.nanos();
    KeyLots lots = lots(key, permits);
    Decision here = here(lots, permits, now);
    if (here != null) {
      return CompletableFuture.completedFuture(here);
    }
    KeyLots known = asksPlain(lots, key, now);
    CompletionStage<Decision> answer = shared.tryAcquire(key, permits);
    return known == null && listeners.isEmpty()
        ? answer
        : Following.of(answer, told -> answered(known, told, now));
  }

  @Override
  public CompletionStage<Decision> peek(String key, long permits) {
    Decision here = peekHere(key, permits);
    return here == null ? shared.peek(key, permits) : CompletableFuture.completedFuture(here);
  }

  /**
   * {@inheritDoc}
   *
   * <p>The shared limiter is charged and answers; what lots hold may be used until they end.
   */
  @Override
  public CompletionStage<Decision> charge(String key, long permits) {
    requireOpen();
    return Following.of(shared.charge(key, permits), this::charged);
  }

  /**
   * {@inheritDoc}
   *
   * <p>They go to the shared limiter, not to a lot: a lot would keep them longer than its hold
   * time.
   */
  @Override
  public CompletionStage<Void> refund(String key, long permits) {
    forgetRefusal(key, permits);
    return shared.refund(key, permits);
  }

  @Override
  public CompletionStage<Reservation> reserve(String key, long permits, Duration maxWait) {
    requireOpen();
    return Following.of(
        shared.reserve(key, permits, maxWait), reservation -> reserved(key, reservation));
  }

  @Override
  public CompletionStage<Decision> acquire(String key, long permits, Duration maxWait) {
    requireOpen();
    return Following.of(
        shared.acquire(key, permits, maxWait),
        decision -> {
          tell(Verb.RESERVE, decision);
          return decision;
        });
  }

  @Override
  public KeyedRateLimiter blocking() {
    return blocking;
  }

  /**
   * Whether the shared limiter decides.
   *
   * @return what it says of itself; down if this one is closed
   */
  @Override
  public Health health() {
    return supply.isClosed() ? Health.down("the limiter is closed") : shared.health();
  }

  /**
   * What lots have saved and cost since this limiter was made.
   *
   * @return counts that were read one after the other; exact while nobody asks
   */
  public PrepaidCounts counts() {
    long held = 0;
    long drawn = 0;
    long draws = 0;
    for (KeyLots lots : hot.values()) {
      held += lots.held();
      drawn += lots.drawn();
      draws += lots.draws();
    }
    return new PrepaidCounts(
        supply.lots.sum(),
        supply.taken.sum(),
        supply.used.sum() + drawn,
        supply.returned.sum(),
        supply.lapsed.sum(),
        held,
        supply.draws.sum() + draws,
        supply.remembered.sum(),
        supply.calls.sum());
  }

  /**
   * Gives back what is held, also a lot that is on its way, and waits for that, one second at most;
   * later calls do nothing. The shared limiter stays open.
   */
  @Override
  public void close() {
    var unused =
        giveBack()
            .completeOnTimeout(null, PATIENCE.toNanos(), TimeUnit.NANOSECONDS)
            .exceptionally(lost -> null)
            .join();
  }

  /** Closes; the stage completes when all has gone back. */
  CompletableFuture<Void> giveBack() {
    supply.close();
    long now = ticker.nanos();
    List<CompletableFuture<Void>> returns = new ArrayList<>();
    hot.values().forEach(lots -> returns.add(lots.close(now)));
    hot.clear();
    return CompletableFuture.allOf(returns.toArray(CompletableFuture[]::new));
  }

  /** The options, and the shared limiter. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "PrepaidRateLimiter[hold %s, at most %d hot keys, over %s]",
        Span.exact(Duration.ofNanos(supply.holdNanos)),
        maxKeys,
        shared);
  }

  long now() {
    return ticker.nanos();
  }

  /** The lots of a key, if it is hot; checks the arguments. */
  @Nullable KeyLots lots(String key, long permits) {
    long unused = Require.atLeast("permits", permits, 1);
    return hot.get(key);
  }

  /** What is decided without a call. */
  @Nullable Decision here(@Nullable KeyLots lots, long permits, long now) {
    Decision here = lots == null ? null : lots.decide(permits, now);
    if (here != null) {
      if (!here.isAllowed()) {
        supply.remembered.increment();
      }
      tell(Verb.TRY_ACQUIRE, here);
    }
    return here;
  }

  /** Somebody asks plain; the key's lots if it is hot by now. */
  @Nullable KeyLots asksPlain(@Nullable KeyLots lots, String key, long now) {
    requireOpen();
    if (lots != null) {
      return lots;
    }
    int checks = heat.add(key, now);
    if (checks < HOT || hot.size() >= maxKeys || !Key.bounded(key).equals(key)) {
      return null; // a long key would be held in full, and it has another name where it is counted
    }
    KeyLots mine = hot.computeIfAbsent(key, its -> new KeyLots(key, supply, checks, now));
    arm();
    return mine;
  }

  Decision answered(@Nullable KeyLots lots, Decision told, long sentNanos) {
    if (lots != null) {
      lots.answered(told, sentNanos, ticker.nanos());
    }
    tell(Verb.TRY_ACQUIRE, told);
    return told;
  }

  @Nullable Decision peekHere(String key, long permits) {
    requireOpen();
    KeyLots lots = lots(key, permits);
    return lots == null ? null : lots.peek(permits, ticker.nanos());
  }

  void forgetRefusal(String key, long permits) {
    requireOpen();
    KeyLots lots = lots(key, permits);
    if (lots != null) {
      lots.forgetRefusal();
    }
  }

  /** A reservation of the shared limiter; what it gives back may end a refusal here. */
  Reservation reserved(String key, Reservation its) {
    tell(Verb.RESERVE, its.decision());
    return Reservation.of(
        its.decision(),
        its.delay(),
        () -> {
          its.cancel();
          KeyLots lots = hot.get(key);
          if (lots != null) {
            lots.forgetRefusal();
          }
        });
  }

  Decision charged(Decision told) {
    tell(Verb.CHARGE, told);
    return told;
  }

  void tell(Verb verb, Decision decision) {
    if (!listeners.isEmpty()) {
      listeners.tell(listener -> listener.decided(verb, decision));
    }
  }

  void requireOpen() {
    if (supply.isClosed()) {
      throw new IllegalStateException("the limiter is closed");
    }
  }

  /** Ends what is over or idle and forgets keys that have cooled down. */
  void sweep() {
    long now = ticker.nanos();
    hot.forEach(
        (key, lots) -> {
          if (lots.sweep(now)) {
            boolean unused = hot.remove(key, lots);
          }
        });
  }

  private void arm() {
    if (isTimed && armed.compareAndSet(false, true)) {
      later(new WeakReference<>(this), supply.holdNanos / 4);
    }
  }

  private static void later(WeakReference<PrepaidRateLimiter> limiter, long nanos) {
    Executor later = CompletableFuture.delayedExecutor(nanos, TimeUnit.NANOSECONDS);
    later.execute(
        () -> {
          PrepaidRateLimiter alive = limiter.get();
          if (alive != null) {
            alive.swept(limiter, nanos);
          }
        });
  }

  private void swept(WeakReference<PrepaidRateLimiter> self, long nanos) {
    sweep();
    if (!hot.isEmpty()) {
      later(self, nanos);
      return;
    }
    armed.set(false);
    if (!hot.isEmpty()) {
      arm();
    }
  }

  /** Options of a {@link PrepaidRateLimiter}. Not thread-safe. */
  public static final class Builder {

    private static final Duration LEAST_HOLD = Duration.ofMillis(10);
    private static final Duration LONGEST_HOLD = Duration.ofSeconds(10);
    private static final int MOST_KEYS = 1_000_000;

    private final AsyncKeyedRateLimiter shared;
    private Duration hold = Duration.ofMillis(500);
    private int maxKeys = 10_000;
    private Ticker ticker = Ticker.system();
    private boolean timed = true;
    private Listeners<RateLimitListener> listeners = Listeners.none(RateLimitListener.class);

    private Builder(AsyncKeyedRateLimiter shared) {
      this.shared = Objects.requireNonNull(shared, "shared");
    }

    /**
     * How long a permit may be held before it is used. A longer time saves more calls and lets more
     * than the plain bound through: a bucket's rate × this time.
     *
     * @param newHold 10 ms to 10 s; 500 ms if not called
     * @return this builder
     * @throws NullPointerException if {@code newHold} is null
     * @throws IllegalArgumentException if it is outside its range
     */
    public Builder withHold(Duration newHold) {
      hold = Require.within("hold", newHold, LEAST_HOLD, LONGEST_HOLD);
      return this;
    }

    /**
     * How many keys may have lots at a time; the others stay plain. Each costs some 400 bytes.
     *
     * @param keys 1 to 1 million; 10 000 if not called
     * @return this builder
     * @throws IllegalArgumentException if it is outside its range
     */
    public Builder withMaxKeys(int keys) {
      maxKeys = Require.within("maxKeys", keys, 1, MOST_KEYS);
      return this;
    }

    /**
     * Measures time with another clock than {@link Ticker#system()}.
     *
     * @param newTicker the clock
     * @return this builder
     * @throws NullPointerException if {@code newTicker} is null
     */
    public Builder withTicker(Ticker newTicker) {
      ticker = Objects.requireNonNull(newTicker, "newTicker");
      return this;
    }

    /**
     * Adds a listener that hears every decision, wherever it was made; it may be called several
     * times. Lots and outages are told to listeners of the shared limiter.
     *
     * @param listener hears
     * @return this builder
     * @throws NullPointerException if {@code listener} is null
     */
    public Builder withListener(RateLimitListener listener) {
      listeners = listeners.and(listener);
      return this;
    }

    /** For tests: nothing is swept but by {@link PrepaidRateLimiter#sweep}. */
    Builder withoutTimer() {
      timed = false;
      return this;
    }

    /**
     * Makes the limiter.
     *
     * @return a limiter that holds nothing; close it to give back what it holds
     */
    public PrepaidRateLimiter build() {
      return new PrepaidRateLimiter(this);
    }
  }
}
