package io.bartizan.ratelimit.redis;

import io.bartizan.core.Health;
import io.bartizan.core.Ticker;
import io.bartizan.core.house.Require;
import io.bartizan.core.house.Span;
import io.bartizan.ratelimit.AsyncKeyedRateLimiter;
import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.Key;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.ratelimit.Plan;
import io.bartizan.ratelimit.Reservation;
import io.bartizan.ratelimit.SharedServers;
import io.bartizan.ratelimit.count.Count;
import io.bartizan.ratelimit.count.Micros;
import io.bartizan.ratelimit.redis.link.Availability;
import io.lettuce.core.RedisClient;
import io.lettuce.core.cluster.RedisClusterClient;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A distributed rate limiter on Redis or Valkey (standalone, Sentinel, Cluster) through Lettuce,
 * with timeout and failure policy.
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
 * <p><b>One connection.</b> All limiters of a process on one client share its connection, and their
 * checks travel together; each is closed by itself.
 *
 * <p>Thread-safe. Stages complete on a thread of the Lettuce client, unless {@link
 * Builder#withCompletionExecutor} says where: whoever does long work there, or waits there, holds
 * up the answers of others until their time-outs, which end all the same. A stage may be cancelled:
 * what it had taken is given back, and Redis is not blamed.
 */
public final class RedisRateLimiter implements AsyncKeyedRateLimiter, SharedServers, AutoCloseable {

  final Scripts scripts;
  final ServerQueues queues;
  final Answers answers;
  private final Ticker ticker = Ticker.system();
  private final long timeoutNanos;
  final String prefix;
  private final Duration connectTimeout;
  private final Availability hearer;
  private final Fallback fallback;
  private final String description;
  private final KeyedRateLimiter blocking;
  private final Set<Acquiring> acquiring = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean closing = new AtomicBoolean();
  private volatile boolean closed;

  private RedisRateLimiter(Builder settings, ServerQueues shared) {
    ConnectionOptions options = settings.options;
    this.queues = shared;
    try {
      this.timeoutNanos = options.timeout.toNanos();
      this.connectTimeout = options.connectTimeout;
      String head = options.prefix; // as it is now: the builder may go on
      @Nullable LongSupplier clock = settings.clock;
      this.prefix = head;
      this.scripts =
          new Scripts(
              settings.plan, options.hasOwnPrefix, limits -> shared.script(limits, head, clock));
      this.fallback = new Fallback(options.failurePolicy, settings.plan);
      long denyNanos = settings.denyCacheAge.toNanos();
      this.answers =
          new Answers(shared, options, fallback, denyNanos, settings.coalescing, this::takeBack);
    } catch (RuntimeException refused) {
      shared.release();
      throw refused;
    }
    this.hearer = options.hearer();
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
    return new Builder(plan, ServerQueues.Source.of(client));
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
    return new Builder(plan, ServerQueues.Source.of(client));
  }

  @Override
  public CompletionStage<Decision> tryAcquire(String key, long permits) {
    return tryAcquire(key, permits, false);
  }

  CompletableFuture<Decision> tryAcquire(String given, long permits, boolean waits) {
    String key = Key.bounded(given);
    LimitScript script = checked(key, permits);
    long now = ticker.nanos();
    Decision denial = answers.denied(script, key, permits, now);
    if (denial != null) {
      answers.tell(Request.Kind.ACQUIRE, denial);
      return CompletableFuture.completedFuture(denial);
    }
    return submit(script, key, Request.Kind.ACQUIRE, permits, "", waits, now);
  }

  @Override
  public CompletionStage<Decision> peek(String key, long permits) {
    return submit(key, Request.Kind.PEEK, permits, "", false);
  }

  /**
   * {@inheritDoc}
   *
   * <p>Where Redis can't be reached the charge is lost, unless a local share counts it.
   */
  @Override
  public CompletionStage<Decision> charge(String key, long permits) {
    return charge(key, permits, false);
  }

  Request charge(String key, long permits, boolean waits) {
    return submit(key, Request.Kind.CHARGE, Math.min(permits, Count.MOST_OWED), "", waits);
  }

  /**
   * {@inheritDoc}
   *
   * <p>Where Redis can't be reached the refund is lost: too little passes then, never too much.
   */
  @Override
  public CompletionStage<Void> refund(String key, long permits) {
    return submit(key, Request.Kind.REFUND, permits, "", false).thenApply(given -> null);
  }

  @Override
  public CompletionStage<Reservation> reserve(String key, long permits, Duration maxWait) {
    return reserve(key, permits, maxWait, false);
  }

  CompletableFuture<Reservation> reserve(
      String given, long permits, Duration maxWait, boolean waits) {
    Duration unused = Require.notNegative("maxWait", maxWait);
    String key = Key.bounded(given);
    LimitScript script = checked(key, permits);
    if (!script.definitions().promisesTimes()) {
      throw new UnsupportedOperationException(
          script.limits() + " can't promise a time; reserve and acquire need token buckets");
    }
    Duration most = Duration.ofDays(36_525);
    String micros = Long.toString(Micros.of(maxWait.compareTo(most) > 0 ? most : maxWait));
    Request request =
        submit(script, key, Request.Kind.RESERVE, permits, micros, waits, ticker.nanos());
    return Reserving.by(request, decision -> reservation(request, decision));
  }

  /**
   * {@inheritDoc}
   *
   * <p>Whoever gives up may cancel the stage: permits that were promised are given back.
   */
  @Override
  public CompletionStage<Decision> acquire(String key, long permits, Duration maxWait) {
    CompletableFuture<Reservation> promise = reserve(key, permits, maxWait, false);
    Acquiring waiting = Acquiring.of(promise, queues.servers().timer(), answers::completeElsewhere);
    acquiring.add(waiting);
    var unused = waiting.whenComplete((decision, failure) -> acquiring.remove(waiting));
    if (closed) {
      waiting.giveUp();
    }
    return waiting;
  }

  /**
   * {@inheritDoc}
   *
   * <p>It waits for Redis, so it throws {@link IllegalStateException} on a thread that brings the
   * answers of Redis: compose the stages there.
   */
  @Override
  public KeyedRateLimiter blocking() {
    return blocking;
  }

  /**
   * Tells when Redis was reached for the first time, as for a readiness probe or a start that waits
   * longer than {@link Builder#withConnectTimeout} says.
   *
   * @return a stage that completes then, at once if it was before; it never fails
   */
  public CompletionStage<Void> ready() {
    return queues.servers().ready();
  }

  /**
   * Whether the servers that own keys now decide them, as far as they were heard of lately; one
   * that was silent for some seconds is asked, which shows at the next call. It needs no traffic.
   *
   * @return up; degraded while a failure policy that still limits or allows decides; down while
   *     every check is refused; the detail names each server that is away and why
   */
  @Override
  public Health health() {
    if (closed) {
      return Health.down("the limiter is closed");
    }
    String away = queues.servers().away();
    if (away.isEmpty()) {
      String heard = "last heard of " + queues.servers().lastAnswer().toSeconds() + " s ago; ";
      String pending = queues.servers().pending() + " checks are pending, ";
      String detail = "Redis answers, " + heard + pending + fallback.decided();
      return answers.rights.of(Health.up(detail + " were decided without it"));
    }
    String detail = "Redis can't be reached: " + away + ": " + fallback.policy();
    return fallback.refuses() ? Health.down(detail) : Health.degraded(detail);
  }

  @Override
  public int serversAway() {
    return queues.servers().awayCount();
  }

  @Override
  public long pendingCalls() {
    return queues.servers().pending();
  }

  /**
   * Closes this limiter, and with the last one of its client the connection; the client stays the
   * application's. Who waits gets a decision of the failure policy.
   */
  @Override
  public void close() {
    if (closing.compareAndSet(false, true)) {
      acquiring.forEach(Acquiring::giveUp);
      closed = true;
      acquiring.forEach(Acquiring::giveUp);
      queues.leave(answers);
      queues.servers().unhear(hearer);
      queues.release();
    }
  }

  /** The limits and every option that matters for safety. */
  @Override
  public String toString() {
    return description;
  }

  /** Connects, or begins with the failure policy if that takes too long. */
  private RedisRateLimiter connect() {
    try {
      queues.servers().hear(hearer);
      long end = ticker.nanos() + connectTimeout.toNanos();
      if (queues.connect(connectTimeout, RedisRateLimiter.class)) {
        answers.warmUp(scripts.any(), Math.max(timeoutNanos, end - ticker.nanos()));
      }
      return this;
    } catch (RuntimeException refused) {
      close();
      throw refused;
    }
  }

  Request submit(String given, Request.Kind kind, long permits, String detail, boolean waits) {
    return submitKnown(Key.bounded(given), kind, permits, detail, waits);
  }

  private Request submitKnown(
      String key, Request.Kind kind, long permits, String detail, boolean waits) {
    LimitScript script = checked(key, permits);
    if (kind.givesBack()) {
      Answers.forgetDenial(script, key);
    }
    return submit(script, key, kind, permits, detail, waits, ticker.nanos());
  }

  private Request submit(
      LimitScript script,
      String key,
      Request.Kind kind,
      long permits,
      String detail,
      boolean waits,
      long now) {
    if (closed) {
      throw new IllegalStateException("the limiter is closed");
    }
    Request request =
        new Request(answers, script, key, kind, permits, detail, waits, now, now + timeoutNanos);
    queues.of(request).submit(request);
    return request;
  }

  /**
   * Refuses to wait where that would be in vain.
   *
   * @throws IllegalStateException on a thread that brings answers
   */
  void checkMayWait() {
    queues.servers().checkMayWait();
  }

  private Reservation reservation(Request request, Decision decision) {
    if (!decision.isAllowed() || decision.source() != Decision.Source.REMOTE) {
      return Reservation.of(decision, decision.retryAfter(), () -> {});
    }
    return Reservation.of(
        decision, Duration.of(request.waitMicros, ChronoUnit.MICROS), () -> cancel(request));
  }

  /** Sent and not awaited; where the limiter is closed, nothing is given back. */
  private void cancel(Request request) {
    if (!closed) {
      var unused =
          submitKnown(request.key, Request.Kind.CANCEL, request.permits, request.marks, false);
    }
  }

  /** Gives back what was granted to a caller who had left. */
  private void takeBack(Request request) {
    if (request.kind == Request.Kind.RESERVE) {
      cancel(request);
    } else if (request.kind == Request.Kind.ACQUIRE && !closed) {
      var unused = submitKnown(request.key, Request.Kind.REFUND, request.permits, "", false);
    }
  }

  private LimitScript checked(String key, long permits) {
    long unused = Require.atLeast("permits", permits, 1);
    return scripts.of(key);
  }

  /** Options of a {@link RedisRateLimiter}. Not thread-safe. */
  public static final class Builder extends RedisOptions<Builder> {

    final Plan plan;
    boolean coalescing = true;
    Duration denyCacheAge = Duration.ofSeconds(1);
    @Nullable LongSupplier clock;

    Builder(Plan plan, ServerQueues.Source source) {
      super(source);
      this.plan = Objects.requireNonNull(plan, "plan");
    }

    @Override
    Builder self() {
      return this;
    }

    /**
     * Whether checks that come while a call is under way travel together in the next. A check waits
     * for that at most a twentieth of its time-out.
     *
     * @param on true if not called
     * @return this builder
     */
    public Builder withCoalescing(boolean on) {
      this.coalescing = on;
      return this;
    }

    /**
     * How long a refusal may be repeated here without asking Redis: until its retry time, but no
     * longer than this.
     *
     * <p>It answers checks of the same weight. It never allows anything; a refund or a reset by
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
     * Connects, unless another limiter of this process did with the same client; waits as long as
     * {@link #withConnectTimeout} says. If Redis can't be reached, the limiter begins with its
     * failure policy and goes on trying.
     *
     * @return a limiter; close it to close the connection, which the last one of a client does
     * @throws IllegalArgumentException if a limit has no name and the limiter no prefix of its own;
     *     a plan that chooses by key is told so by the check
     * @throws IllegalStateException if the client can never connect, as without a URI or after its
     *     shutdown
     * @throws io.lettuce.core.RedisException if Redis refuses the client, as for a wrong password
     */
    public RedisRateLimiter build() {
      return new RedisRateLimiter(this, ServerQueues.retain(source)).connect();
    }

    /** For tests: decides at the time in microseconds that the clock shows. */
    Builder withClock(LongSupplier micros) {
      this.clock = micros;
      return this;
    }

    /** Every option but secrets. */
    @Override
    public String toString() {
      return ("RedisRateLimiter[" + plan + "; " + options)
          + (", deny cache " + Span.exact(denyCacheAge))
          + (", coalescing " + (coalescing ? "on" : "off") + "]");
    }
  }
}
