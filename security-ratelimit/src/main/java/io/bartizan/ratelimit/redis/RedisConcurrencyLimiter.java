package io.bartizan.ratelimit.redis;

import io.bartizan.core.Health;
import io.bartizan.core.SecretBytes;
import io.bartizan.core.house.Require;
import io.bartizan.ratelimit.Decision.Source;
import io.bartizan.ratelimit.Key;
import io.bartizan.ratelimit.KeyedConcurrencyLimiter;
import io.bartizan.ratelimit.Permit;
import io.bartizan.ratelimit.redis.link.Servers;
import io.lettuce.core.RedisClient;
import io.lettuce.core.cluster.RedisClusterClient;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets so many things happen at a time for each key, in all processes together: permits are leased
 * on Redis, held while the work runs, and free again when they are closed or their lease is over.
 *
 * <pre>{@code
 * RedisConcurrencyLimiter exports =
 *     RedisConcurrencyLimiter.of(redisClient, "exports", 20, Duration.ofSeconds(30));
 * try (Lease lease = exports.blocking().tryAcquire(Key.of("tenant", tenant))) {
 *   if (!lease.isGranted()) {
 *     return busy();
 *   }
 *   return export();
 * }
 * }</pre>
 *
 * <p><b>Leases.</b> A holder that dies gives its permits back by doing nothing: the lease ends by
 * the server's clock. Whoever works longer than a lease calls {@link Lease#renew()}. Each call is
 * one round trip of one script on one key, a sorted set with one member for each permit; a refusal
 * writes nothing. Redis can't tell a waiting caller when a permit is free, so there is no {@code
 * acquire} that waits.
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
public final class RedisConcurrencyLimiter implements AutoCloseable {

  private static final int MAX_LOCAL_KEYS = 100_000;

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
   * Takes one permit of the key if one is free.
   *
   * @param key any text of 1 to {@value Key#MAX_CHARS} characters
   * @return the lease, granted or not; close it
   * @throws NullPointerException if {@code key} is null
   * @throws IllegalArgumentException if {@code key} is outside its range
   * @throws IllegalStateException if the limiter is closed
   */
  public CompletionStage<Lease> tryAcquire(String key) {
    return acquire(key, 1);
  }

  /**
   * Takes the permits of a heavier piece of work if they are free.
   *
   * @param key any text of 1 to {@value Key#MAX_CHARS} characters
   * @param permits how many; at least 1; more than there are is refused
   * @return one lease for all of them, granted or not; close it
   * @throws NullPointerException if {@code key} is null
   * @throws IllegalArgumentException if {@code key} or {@code permits} is outside its range
   * @throws IllegalStateException if the limiter is closed
   */
  public CompletionStage<Lease> tryAcquire(String key, int permits) {
    return acquire(key, permits);
  }

  /**
   * The same limiter for callers that wait for Redis' answer, at most the time-out.
   *
   * @return a view; don't use it on a thread of the Lettuce client
   */
  public Blocking blocking() {
    return new Blocking(this);
  }

  /**
   * Whether Redis is reached.
   *
   * @return up; degraded while a failure policy that still limits or allows decides; down while
   *     everything is refused
   */
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

  private CompletableFuture<Lease> acquire(String key, int permits) {
    int unused = Require.atLeast("permits", permits, 1);
    String checked = Key.check(key);
    if (closed) {
      throw new IllegalStateException("the limiter is closed");
    }
    return leases.acquire(checked, permits, () -> without(checked, permits));
  }

  /** What the failure policy says. */
  private Lease without(String key, int permits) {
    if (policy.isOpen()) {
      return Lease.granted(Lease.Nothing.HELD, permits, 0, Source.FAILED_OPEN);
    }
    if (local == null) {
      return Lease.refused(permits, 0, Source.FAILED_CLOSED);
    }
    Permit permit = local.tryAcquire(key, permits);
    return permit.isGranted()
        ? Lease.granted(new LocalHold(permit), permits, 0, Source.LOCAL_SHARE)
        : Lease.refused(permits, 0, Source.LOCAL_SHARE);
  }

  /** The same limiter for callers that wait; made by {@link RedisConcurrencyLimiter#blocking}. */
  public static final class Blocking {

    private final RedisConcurrencyLimiter limiter;

    private Blocking(RedisConcurrencyLimiter limiter) {
      this.limiter = limiter;
    }

    /**
     * Takes one permit of the key if one is free.
     *
     * @param key any text of 1 to {@value Key#MAX_CHARS} characters
     * @return the lease, granted or not; close it
     * @throws NullPointerException if {@code key} is null
     * @throws IllegalArgumentException if {@code key} is outside its range
     * @throws IllegalStateException if the limiter is closed
     */
    public Lease tryAcquire(String key) {
      return tryAcquire(key, 1);
    }

    /**
     * Takes the permits of a heavier piece of work if they are free.
     *
     * @param key any text of 1 to {@value Key#MAX_CHARS} characters
     * @param permits how many; at least 1; more than there are is refused
     * @return one lease for all of them, granted or not; close it
     * @throws NullPointerException if {@code key} is null
     * @throws IllegalArgumentException if {@code key} or {@code permits} is outside its range
     * @throws IllegalStateException if the limiter is closed
     */
    public Lease tryAcquire(String key, int permits) {
      return BlockingView.await(limiter.acquire(key, permits));
    }

    @Override
    public String toString() {
      return limiter + ".blocking()";
    }
  }

  /** Permits of this process' share. */
  private record LocalHold(Permit permit) implements Lease.Hold {

    @Override
    public CompletableFuture<Boolean> renew(Lease lease) {
      return CompletableFuture.completedFuture(true);
    }

    @Override
    public void release() {
      permit.close();
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
     * Who hears of outages.
     *
     * @param listener nobody if not called
     * @return this builder
     * @throws NullPointerException if {@code listener} is null
     */
    public Builder withListener(RedisLimiterListener listener) {
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
