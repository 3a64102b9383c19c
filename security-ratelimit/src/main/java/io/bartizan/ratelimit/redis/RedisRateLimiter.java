package io.bartizan.ratelimit.redis;

import io.bartizan.core.Health;
import io.bartizan.core.SecretBytes;
import io.bartizan.core.Ticker;
import io.bartizan.core.house.Listeners;
import io.bartizan.core.house.Require;
import io.bartizan.ratelimit.AsyncKeyedRateLimiter;
import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.Key;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.ratelimit.Plan;
import io.bartizan.ratelimit.RateLimitListener;
import io.bartizan.ratelimit.Reservation;
import io.bartizan.ratelimit.count.Micros;
import io.bartizan.ratelimit.redis.link.RedisKeys;
import io.bartizan.ratelimit.redis.link.Servers;
import io.lettuce.core.RedisClient;
import io.lettuce.core.cluster.RedisClusterClient;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A distributed rate limiter on Redis or Valkey (standalone, Sentinel, Cluster) through Lettuce,
 * with time-out and failure policy.
 *
 * <pre>{@code
 * Limit burst = Limit.tokenBucket(100, Rate.per(50, ChronoUnit.SECONDS)).named("burst");
 * try (RedisRateLimiter limiter = RedisRateLimiter.builder(redisClient, burst)
 *     .withTimeout(Duration.ofMillis(100))
 *     .withFailurePolicy(FailurePolicy.localShare(4))
 *     .build()) {
 *   Decision decision = limiter.blocking().tryAcquire(Key.of("tenant", tenant));
 * }
 * }</pre>
 *
 * <p><b>One round trip.</b> A script decides on the server's clock; a refusal writes nothing (but
 * where a bucket starts with less than it holds, after the server's clock was stepped back, and
 * where another definition of the limit counted last). Checks that come while a call is under way
 * travel together in the next, in the order of their arrival, each decided as if alone.
 *
 * <p><b>Time-out and failure.</b> No check waits longer than the time-out. Where Redis can't be
 * reached the {@link FailurePolicy} decides, the decision's source says so, and after three failed
 * calls a breaker makes that cost microseconds until Redis answers again. A check that timed out
 * after it was sent may have been charged: its own permits, once, never more, for nothing is ever
 * sent twice. While Redis stalls, at most so many checks wait for it as {@link
 * Builder#withMaxPending} says; the policy decides the others at once.
 *
 * <p><b>Bounds.</b> When a failover or restart loses writes, at most capacity + rate × outage more
 * than the limit passes, once for each. A server clock that steps back neither gives nor takes
 * permits; one that steps forward gives at most one burst. Redis evicting a key, or {@code
 * FLUSHALL}, forgets what it consumed: use {@code noeviction} or {@code volatile-ttl}.
 *
 * <p><b>Names.</b> A key on Redis is {@code prefix:limit-names:algorithms:{key}}. Limiters whose
 * limits have the same names and algorithms count together, which is what the processes of one
 * service want: give limits of different meaning different names. A limit without a name is refused
 * unless the limiter has a prefix of its own. When a limit's numbers change, what was consumed
 * stays; while processes with the old numbers and with the new ask for one key, they are admitted
 * together no more than those with the larger limit would be alone.
 *
 * <p>Thread-safe. Stages complete on a thread of the Lettuce client: whoever does long work there,
 * or waits there for another check, holds up all of its connections.
 */
public final class RedisRateLimiter implements AsyncKeyedRateLimiter, AutoCloseable {

  private final Scripts scripts;
  private final Servers servers;
  private final ServerQueues queues;
  private final Answers answers;
  private final Ticker ticker;
  private final long timeoutNanos;
  private final @Nullable DenyCache denials;
  private final Fallback fallback;
  private final String description;
  private final KeyedRateLimiter blocking;
  private volatile boolean closed;

  private RedisRateLimiter(Builder settings) {
    ConnectionOptions options = settings.options;
    this.ticker = Ticker.system();
    this.timeoutNanos = options.timeout.toNanos();
    this.scripts = new Scripts(settings.plan, options.prefix, options.hasOwnPrefix, settings.clock);
    this.denials = settings.denyCacheAge.isZero() ? null : new DenyCache(settings.denyCacheAge);
    this.fallback = new Fallback(options.failurePolicy, settings.plan);
    this.answers =
        new Answers(
            options.keys(),
            denials,
            fallback,
            options.listeners,
            settings.coalescing,
            options.maxPending);
    this.servers = settings.source.open(options.hearer());
    this.queues = new ServerQueues(servers);
    this.description = settings.toString();
    this.blocking = new BlockingView(this);
  }

  /**
   * A limiter on a standalone Redis, or on the master that Sentinel names, with every option at its
   * default; it connects as {@link Builder#build} says.
   *
   * @param client the application's client, made with the server's URI; it stays the application's
   * @param plan what each key may take: a limit, several limits, or a choice of them by key
   * @return a limiter; close it to close its connection
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if a limit has no name; a plan that chooses by key is told so
   *     by the check
   * @throws io.lettuce.core.RedisException if Redis refuses the client, as for a wrong password
   */
  public static RedisRateLimiter of(RedisClient client, Plan plan) {
    return builder(client, plan).build();
  }

  /**
   * A limiter on a standalone Redis, or on the master that Sentinel names, with options.
   *
   * @param client the application's client, made with the server's URI; it stays the application's
   * @param plan what each key may take: a limit, several limits, or a choice of them by key
   * @return a builder with every option at its default
   * @throws NullPointerException if an argument is null
   */
  public static Builder builder(RedisClient client, Plan plan) {
    Objects.requireNonNull(client, "client");
    return new Builder(plan, Servers.standalone(client));
  }

  /**
   * A limiter on a Redis Cluster, with every option at its default; it connects as {@link
   * Builder#build} says.
   *
   * @param client the application's client; it stays the application's
   * @param plan what each key may take: a limit, several limits, or a choice of them by key
   * @return a limiter; close it to close its connection
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if a limit has no name; a plan that chooses by key is told so
   *     by the check
   * @throws io.lettuce.core.RedisException if Redis refuses the client, as for a wrong password
   */
  public static RedisRateLimiter of(RedisClusterClient client, Plan plan) {
    return builder(client, plan).build();
  }

  /**
   * A limiter on a Redis Cluster, with options.
   *
   * @param client the application's client; it stays the application's
   * @param plan what each key may take: a limit, several limits, or a choice of them by key
   * @return a builder with every option at its default
   * @throws NullPointerException if an argument is null
   */
  public static Builder builder(RedisClusterClient client, Plan plan) {
    Objects.requireNonNull(client, "client");
    return new Builder(plan, Servers.cluster(client));
  }

  @Override
  public CompletionStage<Decision> tryAcquire(String given, long permits) {
    String key = Key.bounded(given);
    LimitScript script = checked(key, permits);
    long now = ticker.nanos();
    Decision denial = denials == null ? null : denials.answer(script, key, permits, now);
    if (denial != null) {
      answers.tell(Request.Kind.ACQUIRE, denial);
      return CompletableFuture.completedFuture(denial);
    }
    return submit(script, key, Request.Kind.ACQUIRE, permits, "", now);
  }

  @Override
  public CompletionStage<Decision> peek(String key, long permits) {
    return submit(Key.bounded(key), Request.Kind.PEEK, permits, "");
  }

  /**
   * {@inheritDoc}
   *
   * <p>Where Redis can't be reached the refund is lost: too little passes then, never too much.
   */
  @Override
  public CompletionStage<Void> refund(String key, long permits) {
    return submit(Key.bounded(key), Request.Kind.REFUND, permits, "").thenApply(given -> null);
  }

  @Override
  public CompletionStage<Reservation> reserve(String given, long permits, Duration maxWait) {
    if (maxWait.isNegative()) {
      throw new IllegalArgumentException("maxWait is " + maxWait + ", zero or more is accepted");
    }
    String key = Key.bounded(given);
    LimitScript script = checked(key, permits);
    if (!script.promisesTimes()) {
      throw new UnsupportedOperationException(
          script.limits() + " can't promise a time; reserve and acquire need token buckets");
    }
    Duration most = Duration.ofDays(36_525);
    long micros = Micros.of(maxWait.compareTo(most) > 0 ? most : maxWait);
    Request request =
        submit(script, key, Request.Kind.RESERVE, permits, Long.toString(micros), ticker.nanos());
    return request.thenApply(decision -> reservation(request, decision));
  }

  @Override
  public CompletionStage<Decision> acquire(String key, long permits, Duration maxWait) {
    return reserve(key, permits, maxWait).thenCompose(this::whenReady);
  }

  private CompletionStage<Decision> whenReady(Reservation reservation) {
    CompletableFuture<Decision> ready = new CompletableFuture<>();
    long nanos = reservation.isGranted() ? reservation.delay().toNanos() : 0;
    if (nanos == 0) {
      ready.complete(reservation.decision());
    } else {
      Runnable complete = () -> ready.complete(reservation.decision());
      var unused = servers.timer().schedule(complete, nanos, TimeUnit.NANOSECONDS);
    }
    return ready;
  }

  @Override
  public KeyedRateLimiter blocking() {
    return blocking;
  }

  /**
   * Whether Redis is reached.
   *
   * @return up; degraded while a failure policy that still limits or allows decides; down while
   *     every check is refused
   */
  @Override
  public Health health() {
    long away = servers.away();
    if (closed) {
      return Health.down("the limiter is closed");
    }
    if (away == 0) {
      return Health.up(
          String.format(
              "Redis answers; %d checks are pending, %d were decided without it",
              servers.pending(), fallback.decided()));
    }
    String detail = away + " Redis server(s) can't be reached: " + fallback.policy();
    return fallback.refuses() ? Health.down(detail) : Health.degraded(detail);
  }

  /** Closes the limiter's own connection; the client stays the application's. */
  @Override
  public void close() {
    closed = true;
    queues.close();
  }

  /** The limits and every option that matters for safety. */
  @Override
  public String toString() {
    return description;
  }

  /** Connects, or begins with the failure policy if that takes too long. */
  private RedisRateLimiter connect() {
    queues.connect();
    return this;
  }

  private Request submit(String key, Request.Kind kind, long permits, String detail) {
    LimitScript script = checked(key, permits);
    if (kind.givesBack() && denials != null) {
      denials.forget(key);
    }
    return submit(script, key, kind, permits, detail, ticker.nanos());
  }

  private Request submit(
      LimitScript script, String key, Request.Kind kind, long permits, String detail, long now) {
    if (closed) {
      throw new IllegalStateException("the limiter is closed");
    }
    Request request =
        new Request(answers, script, key, kind, permits, detail, now, now + timeoutNanos);
    queues.of(request).submit(request);
    return request;
  }

  private Reservation reservation(Request request, Decision decision) {
    if (!decision.isAllowed() || decision.source() != Decision.Source.REMOTE) {
      return Reservation.of(decision, decision.retryAfter(), () -> {});
    }
    return Reservation.of(
        decision,
        Duration.of(request.waitMicros, ChronoUnit.MICROS),
        () -> {
          var unused = submit(request.key, Request.Kind.CANCEL, request.permits, request.marks);
        });
  }

  private LimitScript checked(String key, long permits) {
    long unused = Require.atLeast("permits", permits, 1);
    return scripts.of(key);
  }

  /** What stands behind this limiter's requests: its options, its policy and its memory. */
  private record Answers(
      RedisKeys keys,
      @Nullable DenyCache denials,
      Fallback fallback,
      Listeners<RateLimitListener> listeners,
      boolean coalesces,
      int mostPending)
      implements Request.Asker {

    @Override
    public void answered(Request request, Decision decision) {
      if (denials != null && request.kind == Request.Kind.ACQUIRE && !decision.isAllowed()) {
        denials.refused(request, decision);
      }
      if (request.complete(decision)) {
        tell(request.kind, decision);
      }
    }

    @Override
    public void unanswered(Request request) {
      Decision decision = fallback.decide(request);
      if (decision != null) {
        tell(request.kind, decision);
      }
    }

    void tell(Request.Kind kind, Decision decision) {
      if (!listeners.isEmpty() && (kind == Request.Kind.ACQUIRE || kind == Request.Kind.RESERVE)) {
        RateLimitListener.Verb verb =
            kind == Request.Kind.ACQUIRE
                ? RateLimitListener.Verb.TRY_ACQUIRE
                : RateLimitListener.Verb.RESERVE;
        listeners.tell(listener -> listener.decided(verb, decision));
      }
    }
  }

  /** Options of a {@link RedisRateLimiter}. Not thread-safe. */
  public static final class Builder {

    final Plan plan;
    final ConnectionOptions options = new ConnectionOptions();
    boolean coalescing = true;
    Duration denyCacheAge = Duration.ofSeconds(1);
    @Nullable LongSupplier clock;

    private final Servers.Source source;

    Builder(Plan plan, Servers.Source source) {
      this.plan = Objects.requireNonNull(plan, "plan");
      this.source = source;
    }

    /**
     * How long a check waits for Redis before the failure policy decides.
     *
     * @param timeout 1 ms to 10 s; 100 ms if not called
     * @return this builder
     * @throws NullPointerException if {@code timeout} is null
     * @throws IllegalArgumentException if it is outside its range
     */
    public Builder withTimeout(Duration timeout) {
      options.timeout(timeout);
      return this;
    }

    /**
     * What the names of this limiter's keys begin with, as in {@code prefix:limit:{key}}.
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
     * Whether checks that come while a call is under way travel together in the next.
     *
     * @param on true if not called
     * @return this builder
     */
    public Builder withCoalescing(boolean on) {
      this.coalescing = on;
      return this;
    }

    /**
     * What decides while Redis can't be reached.
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
     * How many checks may wait for the answer of one server at a time; the failure policy decides
     * those that come beyond, at once. It bounds the memory that a stalled Redis costs: each
     * waiting check holds a few hundred bytes and its key.
     *
     * @param checks 1 to 10 million; 100 000 if not called
     * @return this builder
     * @throws IllegalArgumentException if it is outside its range
     */
    public Builder withMaxPending(int checks) {
      options.maxPending(checks);
      return this;
    }

    /**
     * How long a refusal may be repeated here without asking Redis: until its retry time, but no
     * longer than this.
     *
     * <p>It answers checks of the same or a larger weight. It never allows anything; a refund by
     * another process, or a limit that was raised, shows after this age at the latest.
     *
     * @param maxAge zero, which turns it off, to one minute; 1 s if not called
     * @return this builder
     * @throws NullPointerException if {@code maxAge} is null
     * @throws IllegalArgumentException if it is outside its range
     */
    public Builder withDenyCache(Duration maxAge) {
      this.denyCacheAge = Require.within("maxAge", maxAge, Duration.ZERO, Duration.ofMinutes(1));
      return this;
    }

    /**
     * Adds someone who hears every decision and of outages: {@code decided}, {@code serverLost} and
     * {@code serverFound}.
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
     * @throws IllegalArgumentException if a limit has no name and the limiter no prefix of its own;
     *     a plan that chooses by key is told so by the check
     * @throws io.lettuce.core.RedisException if Redis refuses the client, as for a wrong password
     */
    public RedisRateLimiter build() {
      return new RedisRateLimiter(this).connect();
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
          "RedisRateLimiter[%s; %s, deny cache %s, coalescing %s]",
          plan, options, denyCacheAge, coalescing ? "on" : "off");
    }
  }
}
