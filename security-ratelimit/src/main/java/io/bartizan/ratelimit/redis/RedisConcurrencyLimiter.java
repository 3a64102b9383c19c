package io.bartizan.ratelimit.redis;

import io.bartizan.core.Health;
import io.bartizan.core.house.Require;
import io.bartizan.core.house.Span;
import io.bartizan.ratelimit.AsyncKeyedConcurrencyLimiter;
import io.bartizan.ratelimit.Decision.Source;
import io.bartizan.ratelimit.Key;
import io.bartizan.ratelimit.KeyedConcurrencyLimiter;
import io.bartizan.ratelimit.Permit;
import io.bartizan.ratelimit.SharedServers;
import io.bartizan.ratelimit.redis.link.Availability;
import io.lettuce.core.RedisClient;
import io.lettuce.core.cluster.RedisClusterClient;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A distributed concurrency limiter (semaphore, bulkhead) on Redis with permits per key. They are
 * leased, held while the work runs, and free again when they are closed or their lease ends.
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
public final class RedisConcurrencyLimiter
    implements AsyncKeyedConcurrencyLimiter, SharedServers, AutoCloseable {

  private static final int MAX_LOCAL_KEYS = 100_000;
  private static final long FIRST_PAUSE = TimeUnit.MILLISECONDS.toNanos(5);
  private static final long LAST_PAUSE = TimeUnit.MILLISECONDS.toNanos(200);
  private static final Duration LONGEST_WAIT = Duration.ofDays(36_525);

  private final Leases leases;
  private final int most;
  private final FailurePolicy policy;
  private final String description;
  private final @Nullable KeyedConcurrencyLimiter local;
  private final Duration connectTimeout;
  private final Availability hearer;
  private final Set<Wait> waits = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean closing = new AtomicBoolean();
  private volatile boolean closed;

  private RedisConcurrencyLimiter(Builder settings, ServerQueues shared) {
    ConnectionOptions options = settings.options;
    this.connectTimeout = options.connectTimeout;
    this.hearer = options.hearer();
    this.leases =
        new Leases(shared, options, settings.name, settings.most, settings.lease, settings.clock);
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
    return new Builder(name, most, lease, ServerQueues.Source.of(client));
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
    return new Builder(name, most, lease, ServerQueues.Source.of(client));
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
    Duration asked = Require.notNegative("maxWait", maxWait);
    Duration bounded = asked.compareTo(LONGEST_WAIT) < 0 ? asked : LONGEST_WAIT;
    Wait wait = new Wait(known, permits, bounded.toNanos());
    waits.add(wait);
    var unused = wait.whenComplete((permit, failure) -> waits.remove(wait));
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
   * Tells when Redis was reached for the first time, as for a readiness probe.
   *
   * @return a stage that completes then, at once if it was before; it never fails
   */
  public CompletionStage<Void> ready() {
    return leases.servers().ready();
  }

  /**
   * Whether the servers that own keys now serve them, as far as they were heard of lately; one that
   * was silent for some seconds is asked, which shows at the next call. It needs no traffic.
   *
   * @return up; degraded while a failure policy that still limits or allows decides; down while
   *     everything is refused; the detail names each server that is away and why
   */
  @Override
  public Health health() {
    if (closed) {
      return Health.down("the limiter is closed");
    }
    String away = leases.servers().away();
    if (away.isEmpty()) {
      long heard = leases.servers().lastAnswer().toSeconds();
      return leases.rights.of(Health.up("Redis answers, last heard of " + heard + " s ago"));
    }
    String detail = "Redis can't be reached: " + away + ": " + policy;
    boolean refuses = local == null && !policy.isOpen();
    return refuses ? Health.down(detail) : Health.degraded(detail);
  }

  @Override
  public int serversAway() {
    return leases.servers().awayCount();
  }

  @Override
  public long pendingCalls() {
    return leases.servers().pending();
  }

  /**
   * Closes this limiter, and with the last one of its client the connection; leases that are held
   * then end by their time, and who waits gets a decision of the failure policy or a refusal.
   */
  @Override
  public void close() {
    if (closing.compareAndSet(false, true)) {
      closed = true;
      waits.forEach(Wait::giveUp);
      leases.close();
      leases.servers().unhear(hearer);
      leases.queues().release();
    }
  }

  /** The limit and every option that matters for safety. */
  @Override
  public String toString() {
    return description;
  }

  private RedisConcurrencyLimiter connect() {
    try {
      leases.servers().hear(hearer);
      long end = System.nanoTime() + connectTimeout.toNanos();
      if (leases.queues().connect(connectTimeout, RedisConcurrencyLimiter.class)) {
        leases.warmUp(end - System.nanoTime());
      }
      return this;
    } catch (RuntimeException refused) {
      close();
      throw refused;
    }
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
    private volatile @Nullable Permit refusal;

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
        refusal = permit;
        askLater(permit, Math.min(shortened, left));
        if (closed) {
          giveUp(); // the timer may have ended with what it was to do
        }
      }
    }

    private void askLater(Permit refused, long nanos) {
      Runnable again = () -> leases.elsewhere(this::askAgain);
      try {
        var unused = leases.servers().timer().schedule(again, nanos, TimeUnit.NANOSECONDS);
      } catch (RejectedExecutionException closedMeanwhile) {
        complete(refused);
      }
    }

    /** Ends a wait between two questions, for nobody asks again. */
    void giveUp() {
      Permit last = refusal;
      if (last != null) {
        leases.elsewhere(
            () -> {
              boolean unused = complete(last);
            });
      }
    }

    private void askAgain() {
      if (isDone()) {
        return;
      }
      try {
        ask();
      } catch (RuntimeException closedMeanwhile) {
        Permit last = refusal;
        boolean unused = last == null ? completeExceptionally(closedMeanwhile) : complete(last);
      }
    }
  }

  /** The same limiter for callers that wait. */
  private record Blocking(RedisConcurrencyLimiter limiter) implements KeyedConcurrencyLimiter {

    @Override
    public Permit tryAcquire(String key, int permits) {
      limiter.leases.servers().checkMayWait();
      return BlockingView.await(limiter.tryAcquire(key, permits));
    }

    @Override
    public Permit acquire(String key, int permits, Duration maxWait) throws InterruptedException {
      limiter.leases.servers().checkMayWait();
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
  public static final class Builder extends RedisOptions<Builder> {

    private static final int MOST_PERMITS = 10_000;
    private static final Duration MIN_LEASE = Duration.ofMillis(10);
    private static final Duration MAX_LEASE = Duration.ofDays(1);

    final String name;
    final int most;
    final Duration lease;
    @Nullable LongSupplier clock;

    Builder(String name, int most, Duration lease, ServerQueues.Source source) {
      super(source);
      if (!name.matches("[A-Za-z0-9._-]{1,64}")) {
        throw new IllegalArgumentException("name must be 1 to 64 of A-Za-z0-9._-");
      }
      this.name = name;
      this.most = Require.within("most", most, 1, MOST_PERMITS);
      this.lease = Require.within("lease", lease, MIN_LEASE, MAX_LEASE);
    }

    @Override
    Builder self() {
      return this;
    }

    /**
     * Connects, unless another limiter of this process did with the same client; waits as long as
     * {@link #withConnectTimeout} says. If Redis can't be reached, the limiter begins with its
     * failure policy and goes on trying.
     *
     * @return a limiter; close it to close the connection, which the last one of a client does
     * @throws IllegalArgumentException if the lease is not longer than the time-out
     * @throws IllegalStateException if the client can never connect, as without a URI or after its
     *     shutdown
     * @throws io.lettuce.core.RedisException if Redis refuses the client, as for a wrong password
     */
    public RedisConcurrencyLimiter build() {
      if (lease.compareTo(options.timeout) <= 0) {
        throw new IllegalArgumentException(
            "lease is "
                + Span.exact(lease)
                + ", more than the time-out of "
                + Span.exact(options.timeout)
                + " is accepted");
      }
      return new RedisConcurrencyLimiter(this, ServerQueues.retain(source)).connect();
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
          Locale.ROOT,
          "RedisConcurrencyLimiter[%s: %d at a time, lease %s; %s]",
          name,
          most,
          Span.exact(lease),
          options);
    }
  }
}
