package io.bartizan.ratelimit.redis;

import io.bartizan.core.Health;
import io.bartizan.core.SecretBytes;
import io.bartizan.core.house.Require;
import io.bartizan.ratelimit.AsyncKeyedConcurrencyLimiter;
import io.bartizan.ratelimit.Decision.Source;
import io.bartizan.ratelimit.Key;
import io.bartizan.ratelimit.KeyedConcurrencyLimiter;
import io.bartizan.ratelimit.Permit;
import io.bartizan.ratelimit.RateLimitListener;
import io.bartizan.ratelimit.redis.link.Servers;
import io.lettuce.core.RedisClient;
import io.lettuce.core.cluster.RedisClusterClient;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets so many things happen at a time for each key, in all processes together: permits are leased
 * on Redis, held while the work runs, and free again when they are closed or their lease is over.
 *
 * <pre>{@code
 * RedisConcurrencyLimiter exports =
 *     RedisConcurrencyLimiter.of(redisClient, "exports", 20, Duration.ofSeconds(30));
 * try (Permit permit = exports.blocking().tryAcquire(Key.of("tenant", tenant))) {
 *   if (!permit.isGranted()) {
 *     return busy();
 *   }
 *   return export();
 * }
 * }</pre>
 *
 * <p><b>Leases.</b> A holder that dies gives its permits back by doing nothing: the lease ends by
 * the server's clock. Whoever works longer than a lease calls {@link Permit#renew()}, at a third of
 * the lease, so that two attempts may fail. Each call is one round trip of one script on one key, a
 * sorted set with one member for each permit; a refusal writes nothing.
 *
 * <p><b>Waiting.</b> Redis can't tell a waiting caller when a permit is free, so {@code acquire}
 * asks again: after 5 ms, then twice as long each time up to 200 ms, each shortened at random by up
 * to a half. It is not fair: whoever asks first after a permit is free gets it, and many who wait
 * for one key cost many calls.
 *
 * <p><b>Failure.</b> No call waits longer than the time-out, then the {@link FailurePolicy}
 * decides, and a breaker makes that cost microseconds until Redis answers again. Nothing is sent
 * twice. A call that timed out may hold its permits: if the answer comes later they are given back
 * at once, else when the lease is over. Errors that are mistakes surface, as in {@link
 * RedisRateLimiter}.
 *
 * <p><b>Bounds.</b> At most {@code most} permits of a key are held, and as many again for each
 * failover or restart that lost writes, and for a server clock that steps forward over the end of
 * leases that run. One that steps back lengthens no lease beyond its own length from then on.
 *
 * <p>Thread-safe. Stages complete on a thread of the Lettuce client.
 */
public final class RedisConcurrencyLimiter implements AsyncKeyedConcurrencyLimiter, AutoCloseable {

  private static final int MAX_LOCAL_KEYS = 100_000;
  private static final long FIRST_PAUSE = TimeUnit.MILLISECONDS.toNanos(5);
  private static final long LAST_PAUSE = TimeUnit.MILLISECONDS.toNanos(200);
  private static final Duration LONGEST_WAIT = Duration.ofDays(36_525);

  private final Leases leases;
  private final int most;
  private final FailurePolicy policy;
  private final String description;
  private final @Nullable KeyedConcurrencyLimiter local;
  private volatile boolean closed;

  private RedisConcurrencyLimiter(Builder settings) {
    ConnectionOptions options = settings.options;
    this.leases =
        new Leases(
            settings.source.open(options.hearer()),
            options,
            settings.name,
            settings.most,
            settings.lease,
            settings.clock);
    this.most = settings.most;
    this.policy = settings.options.failurePolicy;
    this.description = settings.toString();
    int processes = policy.instances();
    this.local =
        processes == 0
            ? null
            : KeyedConcurrencyLimiter.of((most + processes - 1) / processes, MAX_LOCAL_KEYS);
  }

  /**
   * A limiter on a standalone Redis, or on the master that Sentinel names, with every option at its
   * default; it connects as {@link Builder#build} says.
   *
   * @param client the application's client, made with the server's URI; it stays the application's
   * @param name what is limited, the same in all processes: 1 to 64 of {@code A-Za-z0-9._-}
   * @param most how many permits of one key may be held at a time; 1 to 10 000
   * @param lease how long permits are held that are neither closed nor renewed; 10 ms to 1 day
   * @return a limiter; close it to close its connection
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if an argument is outside its range, or the lease not longer
   *     than the time-out of 100 ms
   * @throws io.lettuce.core.RedisException if Redis refuses the client, as for a wrong password
   */
  public static RedisConcurrencyLimiter of(
      RedisClient client, String name, int most, Duration lease) {
    return builder(client, name, most, lease).build();
  }

  /**
   * A limiter on a standalone Redis, or on the master that Sentinel names, with options.
   *
   * @param client the application's client; it stays the application's
   * @param name what is limited, the same in all processes: 1 to 64 of {@code A-Za-z0-9._-}
   * @param most how many permits of one key may be held at a time; 1 to 10 000
   * @param lease how long permits are held that are neither closed nor renewed; 10 ms to 1 day
   * @return a builder with every option at its default
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if an argument is outside its range
   */
  public static Builder builder(RedisClient client, String name, int most, Duration lease) {
    Objects.requireNonNull(client, "client");
    return new Builder(name, most, lease, Servers.standalone(client));
  }

  /**
   * A limiter on a Redis Cluster, with every option at its default; it connects as {@link
   * Builder#build} says.
   *
   * @param client the application's client; it stays the application's
   * @param name what is limited, the same in all processes: 1 to 64 of {@code A-Za-z0-9._-}
   * @param most how many permits of one key may be held at a time; 1 to 10 000
   * @param lease how long permits are held that are neither closed nor renewed; 10 ms to 1 day
   * @return a limiter; close it to close its connection
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if an argument is outside its range, or the lease not longer
   *     than the time-out of 100 ms
   * @throws io.lettuce.core.RedisException if Redis refuses the client, as for a wrong password
   */
  public static RedisConcurrencyLimiter of(
      RedisClusterClient client, String name, int most, Duration lease) {
    return builder(client, name, most, lease).build();
  }

  /**
   * A limiter on a Redis Cluster, with options.
   *
   * @param client the application's client; it stays the application's
   * @param name what is limited, the same in all processes: 1 to 64 of {@code A-Za-z0-9._-}
   * @param most how many permits of one key may be held at a time; 1 to 10 000
   * @param lease how long permits are held that are neither closed nor renewed; 10 ms to 1 day
   * @return a builder with every option at its default
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if an argument is outside its range
   */
  public static Builder builder(RedisClusterClient client, String name, int most, Duration lease) {
    Objects.requireNonNull(client, "client");
    return new Builder(name, most, lease, Servers.cluster(client));
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalStateException if the limiter is closed
   */
  @Override
  public CompletionStage<Permit> tryAcquire(String key, int permits) {
    return ask(checked(key, permits), permits);
  }

  /**
   * {@inheritDoc}
   *
   * <p>It is not fair, and asks Redis again and again, as described above. Who gives up may cancel
   * the stage: it asks no more then, and permits that come all the same are given back.
   *
   * @throws IllegalStateException if the limiter is closed
   */
  @Override
  public CompletionStage<Permit> acquire(String key, int permits, Duration maxWait) {
    String known = checked(key, permits);
    if (maxWait.isNegative()) {
      throw new IllegalArgumentException("maxWait is " + maxWait + ", zero or more is accepted");
    }
    Duration bounded = maxWait.compareTo(LONGEST_WAIT) < 0 ? maxWait : LONGEST_WAIT;
    Wait wait = new Wait(known, permits, bounded.toNanos());
    wait.ask();
    return wait;
  }

  /**
   * The same limiter for callers that wait for Redis' answer, at most the time-out; {@code acquire}
   * waits as long as it is told.
   *
   * @return a view; don't use it on a thread of the Lettuce client
   */
  @Override
  public KeyedConcurrencyLimiter blocking() {
    return new Blocking(this);
  }

  /**
   * Whether Redis is reached.
   *
   * @return up; degraded while a failure policy that still limits or allows decides; down while
   *     everything is refused
   */
  @Override
  public Health health() {
    if (closed) {
      return Health.down("the limiter is closed");
    }
    long away = leases.away();
    if (away == 0) {
      return Health.up("Redis answers");
    }
    String detail = away + " Redis server(s) can't be reached: " + policy;
    boolean refuses = local == null && !policy.isOpen();
    return refuses ? Health.down(detail) : Health.degraded(detail);
  }

  /** Closes the limiter's own connection; leases that are held then end by their time. */
  @Override
  public void close() {
    closed = true;
    leases.close();
  }

  /** The limit and every option that matters for safety. */
  @Override
  public String toString() {
    return description;
  }

  private RedisConcurrencyLimiter connect() {
    leases.connect();
    return this;
  }

  private static String checked(String key, int permits) {
    int unused = Require.atLeast("permits", permits, 1);
    return Key.bounded(key);
  }

  private CompletableFuture<Permit> ask(String key, int permits) {
    if (closed) {
      throw new IllegalStateException("the limiter is closed");
    }
    return leases.acquire(key, permits, () -> without(key, permits));
  }

  /** What the failure policy says. */
  private Permit without(String key, int permits) {
    if (policy.isOpen()) {
      return Permit.granted(permits, 0, Source.FAILED_OPEN, uncounted -> {});
    }
    if (local == null) {
      return Permit.refused(permits, 0, Source.FAILED_CLOSED);
    }
    Permit permit = local.tryAcquire(key, permits);
    return permit.isGranted()
        ? Permit.granted(permits, 0, Source.LOCAL_SHARE, closed -> permit.close())
        : Permit.refused(permits, 0, Source.LOCAL_SHARE);
  }

  /** Someone who asks again until permits are free or the time is over. */
  private final class Wait extends CompletableFuture<Permit> {

    private final String key;
    private final int permits;
    private final long end;
    private long pause = FIRST_PAUSE;

    Wait(String key, int permits, long nanos) {
      this.key = key;
      this.permits = permits;
      this.end = System.nanoTime() + nanos;
    }

    void ask() {
      var unused = RedisConcurrencyLimiter.this.ask(key, permits).whenComplete(this::answered);
    }

    private void answered(@Nullable Permit permit, @Nullable Throwable failure) {
      if (failure != null || permit == null) {
        completeExceptionally(failure == null ? new IllegalStateException("no answer") : failure);
        return;
      }
      long left = end - System.nanoTime();
      if (permit.isGranted() || permits > most || left <= 0) {
        if (!complete(permit)) {
          permit.close();
        }
      } else if (!isDone()) {
        long shortened = ThreadLocalRandom.current().nextLong(pause / 2, pause + 1);
        pause = Math.min(2 * pause, LAST_PAUSE);
        askLater(permit, Math.min(shortened, left));
      }
    }

    private void askLater(Permit refusal, long nanos) {
      try {
        var unused = leases.timer().schedule(this::askAgain, nanos, TimeUnit.NANOSECONDS);
      } catch (RejectedExecutionException clientIsShutDown) {
        complete(refusal);
      }
    }

    private void askAgain() {
      if (isDone()) {
        return;
      }
      try {
        ask();
      } catch (RuntimeException closedMeanwhile) {
        completeExceptionally(closedMeanwhile);
      }
    }
  }

  /** The same limiter for callers that wait. */
  private record Blocking(RedisConcurrencyLimiter limiter) implements KeyedConcurrencyLimiter {

    @Override
    public Permit tryAcquire(String key, int permits) {
      return BlockingView.await(limiter.tryAcquire(key, permits));
    }

    @Override
    public Permit acquire(String key, int permits, Duration maxWait) throws InterruptedException {
      CompletableFuture<Permit> stage =
          limiter.acquire(key, permits, maxWait).toCompletableFuture();
      try {
        return stage.get();
      } catch (InterruptedException e) {
        if (!stage.cancel(false) && !stage.isCompletedExceptionally()) {
          stage.join().close();
        }
        throw e;
      } catch (ExecutionException e) {
        throw e.getCause() instanceof RuntimeException cause ? cause : new CompletionException(e);
      }
    }

    @Override
    public Health health() {
      return limiter.health();
    }

    @Override
    public String toString() {
      return limiter + ".blocking()";
    }
  }

  /** Options of a {@link RedisConcurrencyLimiter}. Not thread-safe. */
  public static final class Builder {

    private static final int MOST_PERMITS = 10_000;
    private static final Duration MIN_LEASE = Duration.ofMillis(10);
    private static final Duration MAX_LEASE = Duration.ofDays(1);

    final ConnectionOptions options = new ConnectionOptions();
    final String name;
    final int most;
    final Duration lease;
    @Nullable LongSupplier clock;

    private final Servers.Source source;

    Builder(String name, int most, Duration lease, Servers.Source source) {
      if (!name.matches("[A-Za-z0-9._-]{1,64}")) {
        throw new IllegalArgumentException("name must be 1 to 64 of A-Za-z0-9._-");
      }
      this.name = name;
      this.most = Require.within("most", most, 1, MOST_PERMITS);
      this.lease = Require.within("lease", lease, MIN_LEASE, MAX_LEASE);
      this.source = source;
    }

    /**
     * How long a call waits for Redis before the failure policy decides.
     *
     * @param timeout 1 ms to 10 s, less than the lease; 100 ms if not called
     * @return this builder
     * @throws NullPointerException if {@code timeout} is null
     * @throws IllegalArgumentException if it is outside its range
     */
    public Builder withTimeout(Duration timeout) {
      options.timeout(timeout);
      return this;
    }

    /**
     * What the names of this limiter's keys begin with, as in {@code prefix:name:H:{key}}.
     *
     * @param prefix 1 to 64 characters of {@code A-Za-z0-9._:-}; {@code bartizan} if not called
     * @return this builder
     * @throws NullPointerException if {@code prefix} is null
     * @throws IllegalArgumentException if it is outside its form
     */
    public Builder withKeyPrefix(String prefix) {
      options.prefix(prefix);
      return this;
    }

    /**
     * Hides keys from Redis: each is sent as its HMAC-SHA256, shortened to 128 bits.
     *
     * @param secret the same in all processes that count together; copied
     * @return this builder
     * @throws NullPointerException if {@code secret} is null
     */
    public Builder withHashedKeys(SecretBytes secret) {
      options.hashKey(secret);
      return this;
    }

    /**
     * What decides while Redis can't be reached. A local share is ⌈most / processes⌉ permits of
     * each key; leases that Redis granted before are not counted among them.
     *
     * @param policy {@link FailurePolicy#failClosed()} if not called
     * @return this builder
     * @throws NullPointerException if {@code policy} is null
     */
    public Builder withFailurePolicy(FailurePolicy policy) {
      options.failurePolicy(policy);
      return this;
    }

    /**
     * How many calls may wait for Redis at a time; the failure policy decides those that come
     * beyond, at once. Permits can always be given back.
     *
     * @param calls 1 to 10 million; 100 000 if not called
     * @return this builder
     * @throws IllegalArgumentException if it is outside its range
     */
    public Builder withMaxPending(int calls) {
      options.maxPending(calls);
      return this;
    }

    /**
     * Adds someone who hears of outages: {@code serverLost} and {@code serverFound}. Decisions
     * about permits held at a time are not told.
     *
     * @param listener told after those that were added before
     * @return this builder
     * @throws NullPointerException if {@code listener} is null
     */
    public Builder withListener(RateLimitListener listener) {
      options.listener(listener);
      return this;
    }

    /**
     * Opens the limiter's connection; if Redis can't be reached within two seconds, the limiter
     * begins with its failure policy and goes on trying.
     *
     * @return a limiter; close it to close the connection
     * @throws IllegalArgumentException if the lease is not longer than the time-out
     * @throws io.lettuce.core.RedisException if Redis refuses the client, as for a wrong password
     */
    public RedisConcurrencyLimiter build() {
      if (lease.compareTo(options.timeout) <= 0) {
        throw new IllegalArgumentException(
            "lease is "
                + lease
                + ", more than the time-out of "
                + options.timeout
                + " is accepted");
      }
      return new RedisConcurrencyLimiter(this).connect();
    }

    /** For tests: decides at the time in microseconds that the clock shows. */
    Builder withClock(LongSupplier micros) {
      this.clock = micros;
      return this;
    }

    /** Every option but secrets. */
    @Override
    public String toString() {
      return String.format(
          "RedisConcurrencyLimiter[%s: %d at a time, lease %s; %s]", name, most, lease, options);
    }
  }
}
