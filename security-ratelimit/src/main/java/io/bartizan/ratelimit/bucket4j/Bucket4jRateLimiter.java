package io.bartizan.ratelimit.bucket4j;

import io.bartizan.core.Health;
import io.bartizan.core.house.Listeners;
import io.bartizan.core.house.Require;
import io.bartizan.core.house.Span;
import io.bartizan.core.house.TimeLimit;
import io.bartizan.ratelimit.AsyncKeyedRateLimiter;
import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.Key;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.RateLimitListener;
import io.bartizan.ratelimit.Reservation;
import io.bartizan.ratelimit.TokenBucket;
import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.BandwidthBuilder.BandwidthBuilderRefillStage;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.EstimationProbe;
import io.github.bucket4j.distributed.proxy.ProxyManager;
import java.math.BigInteger;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A distributed token-bucket rate limiter on any Bucket4j grid (Hazelcast, Infinispan, JDBC and
 * others).
 *
 * <pre>{@code
 * AsyncKeyedRateLimiter limiter =
 *     Bucket4jRateLimiter.of(hazelcastProxyManager, bucket, Duration.ofMillis(100));
 * }</pre>
 *
 * <p>Bucket4j decides, on the clock of its own configuration, and its retries and failures are its
 * own: a stage fails with Bucket4j's exception, or with {@link
 * java.util.concurrent.TimeoutException} after the time-out, when the check may have been charged.
 * Stages that time out complete on a thread of the common pool.
 *
 * <p>A bucket's key on the grid is {@code limit-name:key}, so that limits of different names count
 * apart. Bucket4j keeps the configuration with which a key was first seen until the grid forgets
 * it: give the proxy manager an expiration, and a changed limit another name if it must hold at
 * once. It can't reserve under a bound, so {@code reserve} and {@code acquire} are not supported.
 * On Redis, {@code io.bartizan.ratelimit.redis} needs one round trip where Bucket4j needs two.
 *
 * <p>Thread-safe.
 */
public final class Bucket4jRateLimiter implements AsyncKeyedRateLimiter {

  private static final long MOST_CHARGED = 4_000_000_000_000L;
  private static final Duration LONGEST_DEBT = Duration.ofDays(36_525);

  private final TokenBucket limit;
  private final long mostCharged;
  private final Grid grid;
  private final long timeoutNanos;
  private final Listeners<RateLimitListener> listeners;
  private volatile String lastFailure = "";

  Bucket4jRateLimiter(
      TokenBucket limit, Grid grid, Duration timeout, Listeners<RateLimitListener> listeners) {
    this.limit = limit;
    this.mostCharged = mostCharged(limit);
    this.grid = grid;
    this.timeoutNanos = timeout.toNanos();
    this.listeners = listeners;
  }

  /**
   * A limiter on a grid that answers asynchronously.
   *
   * @param manager the grid; {@code withMapper} gives it String keys
   * @param limit what each key may take; refilled evenly, with a name
   * @param timeout how long a check waits; 1 ms to 10 s
   * @return a limiter
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if the grid is not asynchronous, the limit has no name or is
   *     refilled in steps, or {@code timeout} is outside its range
   * @throws IllegalStateException if Bucket4j is older than 8.12.0
   */
  public static Bucket4jRateLimiter of(
      ProxyManager<String> manager, TokenBucket limit, Duration timeout) {
    return builder(manager, limit, timeout).build();
  }

  /**
   * Starts a limiter with options; one on a grid whose calls block, such as JDBC, needs {@link
   * Builder#withExecutor}.
   *
   * @param manager the grid; {@code withMapper} gives it String keys
   * @param limit what each key may take; refilled evenly, with a name
   * @param timeout how long a check waits; 1 ms to 10 s
   * @return a builder
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if the limit has no name or is refilled in steps, or {@code
   *     timeout} is outside its range
   */
  public static Builder builder(ProxyManager<String> manager, TokenBucket limit, Duration timeout) {
    return new Builder(manager, limit, timeout);
  }

  private static BucketConfiguration configuration(TokenBucket limit) {
    if (limit.name().equals(Limit.DEFAULT_NAME)) {
      throw new IllegalArgumentException(
          "limit \""
              + limit
              + "\" has no name and would count together with all others of this grid that have"
              + " none; say named(\"...\")");
    }
    if (limit.isStepped()) {
      throw new IllegalArgumentException(limit + " is refilled in steps; evenly is accepted");
    }
    BandwidthBuilderRefillStage capacity = Bandwidth.builder().capacity(limit.capacity());
    return BucketConfiguration.builder()
        .addLimit(
            capacity
                .refillGreedy(limit.refill().permits(), limit.refill().period())
                .initialTokens(limit.initialPermits())
                .id(limit.name())
                .build())
        .build();
  }

  @Override
  public CompletionStage<Decision> tryAcquire(String key, long permits) {
    String name = check(key, permits);
    return watched(() -> grid.consume(name, permits))
        .thenApply(
            probe ->
                told(
                    RateLimitListener.Verb.TRY_ACQUIRE,
                    decision(
                        probe.isConsumed(),
                        permits,
                        probe.getRemainingTokens(),
                        probe.getNanosToWaitForRefill(),
                        probe.getNanosToWaitForReset())));
  }

  private Decision told(RateLimitListener.Verb verb, Decision decision) {
    listeners.tell(one -> one.decided(verb, decision));
    return decision;
  }

  @Override
  public CompletionStage<Decision> peek(String key, long permits) {
    String name = check(key, permits);
    return watched(() -> grid.estimate(name, permits)).thenApply(probe -> decision(probe, permits));
  }

  /** An estimate hides a debt, but for the time until so many permits are there. */
  private Decision decision(EstimationProbe probe, long permits) {
    boolean allowed = probe.canBeConsumed();
    long retry = allowed ? 0 : probe.getNanosToWaitForRefill();
    boolean known = !allowed && permits <= limit.capacity();
    long reset = known ? fullAfter(permits) + retry : fullAfter(probe.getRemainingTokens());
    return decision(
        allowed, permits, probe.getRemainingTokens(), retry, reset < 0 ? Long.MAX_VALUE : reset);
  }

  /**
   * {@inheritDoc}
   *
   * <p>Bucket4j takes the permits ({@code consumeIgnoringRateLimits}) and is then asked for one
   * more: two calls, between which others may come. One charge makes a debt of at most 36 525 days,
   * several together one of some 292 years; beyond it Bucket4j takes part of them or nothing.
   */
  @Override
  public CompletionStage<Decision> charge(String key, long permits) {
    String name = check(key, permits);
    long counted = Math.min(permits, mostCharged);
    return watched(() -> grid.charge(name, counted))
        .thenApply(probe -> told(RateLimitListener.Verb.CHARGE, decision(probe, 1)));
  }

  /** What brings a full bucket as far into debt as it may last. */
  private static long mostCharged(TokenBucket limit) {
    BigInteger paidBack =
        BigInteger.valueOf(limit.refill().permits())
            .multiply(BigInteger.valueOf(LONGEST_DEBT.toMillis()))
            .multiply(BigInteger.valueOf(1_000_000))
            .divide(BigInteger.valueOf(limit.refill().period().toNanos()));
    return paidBack
        .add(BigInteger.valueOf(limit.capacity()))
        .min(BigInteger.valueOf(MOST_CHARGED))
        .longValueExact();
  }

  @Override
  public CompletionStage<Void> refund(String key, long permits) {
    String name = check(key, permits);
    return watched(() -> grid.add(name, permits));
  }

  /**
   * Not supported.
   *
   * @throws UnsupportedOperationException always
   */
  @Override
  public CompletionStage<Reservation> reserve(String key, long permits, Duration maxWait) {
    throw new UnsupportedOperationException("a Bucket4j grid can't reserve under a bound");
  }

  /**
   * Not supported.
   *
   * @throws UnsupportedOperationException always
   */
  @Override
  public CompletionStage<Decision> acquire(String key, long permits, Duration maxWait) {
    throw new UnsupportedOperationException("a Bucket4j grid can't reserve under a bound");
  }

  @Override
  public KeyedRateLimiter blocking() {
    return new BlockingGrid(this);
  }

  /**
   * Whether the grid answers.
   *
   * @return degraded if the last call that ended failed or took longer than the time-out
   */
  @Override
  public Health health() {
    String failure = lastFailure;
    return failure.isEmpty()
        ? Health.up("the grid answers")
        : Health.degraded("the last call failed: " + failure);
  }

  /** What the grid throws instead of answering is a failed stage too. */
  private <T> CompletableFuture<T> watched(Supplier<CompletableFuture<T>> call) {
    CompletableFuture<T> answer;
    try {
      answer = call.get();
    } catch (RuntimeException e) {
      answer = CompletableFuture.failedFuture(e);
    }
    return TimeLimit.failing(answer, timeoutNanos)
        .whenComplete(
            (its, failure) -> {
              Throwable cause =
                  failure instanceof CompletionException && failure.getCause() != null
                      ? failure.getCause()
                      : failure;
              lastFailure = cause == null ? "" : cause.getClass().getSimpleName();
            });
  }

  /** The limit and the time-out. */
  @Override
  public String toString() {
    return "Bucket4jRateLimiter["
        + limit.name()
        + ": "
        + limit
        + ", time-out "
        + Span.exact(Duration.ofNanos(timeoutNanos))
        + "]";
  }

  private Decision decision(
      boolean allowed, long permits, long remaining, long retryNanos, long resetNanos) {
    Decision decision =
        allowed
            ? Decision.allowed(limit, permits, Decision.Source.REMOTE)
            : Decision.refused(limit, permits, time(retryNanos), Decision.Source.REMOTE);
    return decision.leaving(Math.min(limit.capacity(), Math.max(0, remaining)), time(resetNanos));
  }

  private static Duration time(long nanos) {
    return Duration.ofNanos(Math.max(0, nanos));
  }

  /** An estimate does not say it, so the bound that follows from the whole permits. */
  private long fullAfter(long remaining) {
    long missing = Math.max(0, limit.capacity() - remaining);
    long permits = limit.refill().permits();
    BigInteger[] parts =
        BigInteger.valueOf(missing)
            .multiply(BigInteger.valueOf(limit.refill().period().toNanos()))
            .divideAndRemainder(BigInteger.valueOf(permits));
    BigInteger nanos = parts[1].signum() == 0 ? parts[0] : parts[0].add(BigInteger.ONE);
    return nanos.bitLength() < Long.SIZE ? nanos.longValue() : Long.MAX_VALUE;
  }

  /** The key's name on the grid. */
  private String check(String key, long permits) {
    String name = limit.name() + ":" + Key.bounded(key);
    long unused = Require.atLeast("permits", permits, 1);
    return name;
  }

  /** Options of a limiter on a Bucket4j grid. Not thread-safe. */
  public static final class Builder {

    private static final Duration MIN_TIMEOUT = Duration.ofMillis(1);
    private static final Duration MAX_TIMEOUT = Duration.ofSeconds(10);

    private final ProxyManager<String> manager;
    private final TokenBucket limit;
    private final BucketConfiguration configuration;
    private final Duration timeout;
    private @Nullable Executor executor;
    private Listeners<RateLimitListener> listeners = Listeners.none(RateLimitListener.class);

    private Builder(ProxyManager<String> manager, TokenBucket limit, Duration timeout) {
      this.manager = Objects.requireNonNull(manager, "manager");
      this.limit = Objects.requireNonNull(limit, "limit");
      this.configuration = configuration(limit);
      this.timeout = Require.within("timeout", timeout, MIN_TIMEOUT, MAX_TIMEOUT);
    }

    /**
     * Asks the grid by blocking calls on these threads; for grids without an asynchronous mode,
     * such as JDBC.
     *
     * @param newExecutor runs the blocking calls; the caller's to bound and to shut down. What has
     *     timed out before its turn is not asked any more
     * @return this
     * @throws NullPointerException if {@code newExecutor} is null
     */
    public Builder withExecutor(Executor newExecutor) {
      executor = Objects.requireNonNull(newExecutor, "newExecutor");
      return this;
    }

    /**
     * Adds a listener that hears every decision of {@code tryAcquire} and {@code charge}; it may be
     * called several times.
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
     * @return a new limiter
     * @throws IllegalArgumentException if the grid is not asynchronous and there is no executor
     * @throws IllegalStateException if Bucket4j is older than 8.12.0
     */
    public Bucket4jRateLimiter build() {
      if (executor == null && !manager.isAsyncModeSupported()) {
        throw new IllegalArgumentException(
            "manager has no asynchronous mode; an executor for its blocking calls is needed");
      }
      Grid grid;
      String anyKey = limit.name() + ":";
      try {
        grid =
            executor == null
                ? Grid.async(manager.asAsync(), configuration, anyKey)
                : Grid.blocking(manager, configuration, anyKey, executor);
      } catch (LinkageError e) {
        throw new IllegalStateException(
            "Bucket4j is older than 8.12.0 of bucket4j_jdk17-core, which is the oldest that is"
                + " supported",
            e);
      }
      return new Bucket4jRateLimiter(limit, grid, timeout, listeners);
    }
  }
}
