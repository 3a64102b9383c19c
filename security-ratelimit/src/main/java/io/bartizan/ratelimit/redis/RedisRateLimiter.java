package io.bartizan.ratelimit.redis;

import io.bartizan.core.Health;
import io.bartizan.core.Ticker;
import io.bartizan.ratelimit.AsyncKeyedRateLimiter;
import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.Key;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.ratelimit.Plan;
import io.bartizan.ratelimit.Reservation;
import io.lettuce.core.RedisClient;
import io.lettuce.core.cluster.RedisClusterClient;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Limits that many processes keep together on Redis: standalone, Sentinel or Cluster.
 *
 * <pre>{@code
 * Limit burst = Limit.tokenBucket(100, Rate.per(50, ChronoUnit.SECONDS)).named("burst");
 * try (RedisRateLimiter limiter = RedisRateLimiter.of(redisClient, burst)
 *     .withTimeout(Duration.ofMillis(100))
 *     .withFailurePolicy(FailurePolicy.localShare(4))
 *     .build()) {
 *   Decision decision = limiter.blocking().tryAcquire(Key.of("tenant", tenant));
 * }
 * }</pre>
 *
 * <p><b>One round trip.</b> A script decides on the server's clock; a refusal writes nothing (but
 * where a bucket starts with less than it holds, and after the server's clock was stepped back).
 * Checks that come while a call is under way travel together in the next, in the order of their
 * arrival, each decided as if alone.
 *
 * <p><b>Time-out and failure.</b> No check waits longer than the time-out. Where Redis can't be
 * reached the {@link FailurePolicy} decides, the decision's source says so, and after three failed
 * calls a breaker makes that cost microseconds until Redis answers again. A check that timed out
 * after it was sent may have been charged: its own permits, once, never more, for nothing is ever
 * sent twice. While Redis stalls, at most so many checks wait for it as {@link
 * RedisRateLimiterBuilder#withMaxPending} says; the policy decides the others at once.
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
 * stays.
 *
 * <p>Thread-safe. Stages complete on a thread of the Lettuce client: whoever does long work there,
 * or waits there for another check, holds up all of its connections.
 */
public final class RedisRateLimiter implements AsyncKeyedRateLimiter, AutoCloseable {

  private final Scripts scripts;
  private final Lanes lanes;
  private final Deadlines deadlines;
  private final Ticker ticker;
  private final ScheduledExecutorService timer;
  private final @Nullable DenyCache denials;
  private final Fallback fallback;
  private final String description;
  private final KeyedRateLimiter blocking;
  private volatile boolean closed;

  RedisRateLimiter(RedisRateLimiterBuilder settings, Links.Source source) {
    this.ticker = Ticker.system();
    this.timer = source.timer();
    ConnectionOptions options = settings.options;
    this.scripts = new Scripts(settings);
    this.denials = settings.denyCacheAge.isZero() ? null : new DenyCache(settings.denyCacheAge);
    this.fallback = new Fallback(options.failurePolicy, settings.plan);
    this.deadlines = new Deadlines(timer, ticker, options.timeout.toNanos(), this::expire);
    RedisKeys keys = options.keys();
    this.lanes =
        new Lanes(
            source.open().apply(keys),
            new LaneSettings(
                keys,
                fallback,
                deadlines,
                ticker,
                options.listener,
                settings.coalescing,
                options.maxPending));
    this.description = settings.toString();
    this.blocking = new BlockingView(this);
  }

  /**
   * A limiter on a standalone Redis, or on the master that Sentinel names.
   *
   * @param client the application's client, made with the server's URI; it stays the application's
   * @param plan what each key may take: a limit, several limits, or a choice of them by key
   * @return a builder with every option at its default
   * @throws NullPointerException if an argument is null
   */
  public static RedisRateLimiterBuilder of(RedisClient client, Plan plan) {
    Objects.requireNonNull(client, "client");
    return new RedisRateLimiterBuilder(plan, Links.standalone(client));
  }

  /**
   * A limiter on a Redis Cluster.
   *
   * @param client the application's client; it stays the application's
   * @param plan what each key may take: a limit, several limits, or a choice of them by key
   * @return a builder with every option at its default
   * @throws NullPointerException if an argument is null
   */
  public static RedisRateLimiterBuilder of(RedisClusterClient client, Plan plan) {
    Objects.requireNonNull(client, "client");
    return new RedisRateLimiterBuilder(plan, Links.cluster(client));
  }

  @Override
  public CompletionStage<Decision> tryAcquire(String key, long permits) {
    return acquireNow(key, permits);
  }

  CompletableFuture<Decision> acquireNow(String key, long permits) {
    LimitScript script = checked(key, permits);
    long now = ticker.nanos();
    if (denials == null) {
      return submit(new Check(script, key, Check.Kind.ACQUIRE, permits, "", deadlines.after(now)));
    }
    Decision denial = denials.answer(script, key, permits, now);
    if (denial != null) {
      return CompletableFuture.completedFuture(denial);
    }
    Check check = new Check(script, key, Check.Kind.ACQUIRE, permits, "", deadlines.after(now));
    check.remember(denials, now);
    return submit(check);
  }

  @Override
  public CompletionStage<Decision> peek(String key, long permits) {
    return submit(key, Check.Kind.PEEK, permits, "");
  }

  /**
   * {@inheritDoc}
   *
   * <p>Where Redis can't be reached the refund is lost: too little passes then, never too much.
   */
  @Override
  public CompletionStage<Void> refund(String key, long permits) {
    return submit(key, Check.Kind.REFUND, permits, "").thenApply(given -> null);
  }

  @Override
  public CompletionStage<Reservation> reserve(String key, long permits, Duration maxWait) {
    Check check = submitReservation(key, permits, maxWait);
    return check.thenApply(decision -> reservation(check, decision));
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
      var unused = timer.schedule(complete, nanos, TimeUnit.NANOSECONDS);
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
    long away = lanes.serversAway();
    if (closed) {
      return Health.down("the limiter is closed");
    }
    if (away == 0) {
      return Health.up(
          String.format(
              "Redis answers; %d checks are pending, %d were decided without it",
              lanes.pending(), fallback.decided()));
    }
    String detail = away + " Redis server(s) can't be reached: " + fallback.policy();
    return fallback.refuses() ? Health.down(detail) : Health.degraded(detail);
  }

  /** Closes the limiter's own connection; the client stays the application's. */
  @Override
  public void close() {
    closed = true;
    lanes.close();
  }

  /** The limits and every option that matters for safety. */
  @Override
  public String toString() {
    return description;
  }

  /** Connects, or begins with the failure policy if that takes too long. */
  RedisRateLimiter connect() {
    lanes.connect();
    return this;
  }

  Check submit(String key, Check.Kind kind, long permits, String detail) {
    LimitScript script = checked(key, permits);
    if (kind.givesBack() && denials != null) {
      denials.forget(key);
    }
    long deadline = deadlines.after(ticker.nanos());
    return submit(new Check(script, key, kind, permits, detail, deadline));
  }

  private Check submit(Check check) {
    if (closed) {
      throw new IllegalStateException("the limiter is closed");
    }
    lanes.of(check).submit(check);
    return check;
  }

  Check submitReservation(String key, long permits, Duration maxWait) {
    if (maxWait.isNegative()) {
      throw new IllegalArgumentException("maxWait is " + maxWait + ", zero or more is accepted");
    }
    LimitScript script = checked(key, permits);
    if (!script.promisesTimes()) {
      throw new UnsupportedOperationException(
          script.limits() + " can't promise a time; reserve and acquire need token buckets");
    }
    Duration most = Duration.ofDays(36_525);
    long micros = SharedWindow.micros(maxWait.compareTo(most) > 0 ? most : maxWait);
    return submit(key, Check.Kind.RESERVE, permits, Long.toString(micros));
  }

  Reservation reservation(Check check, Decision decision) {
    if (!decision.isAllowed() || decision.source() != Decision.Source.REMOTE) {
      return Reservation.of(decision, decision.retryAfter(), () -> {});
    }
    return Reservation.of(
        decision,
        Duration.of(check.waitMicros, ChronoUnit.MICROS),
        () -> {
          var unused = submit(check.key, Check.Kind.CANCEL, check.permits, check.marks);
        });
  }

  private LimitScript checked(String key, long permits) {
    if (permits < 1) {
      throw new IllegalArgumentException("permits is " + permits + ", at least 1 is accepted");
    }
    return scripts.of(Key.check(key));
  }

  private @Nullable Long expire(long now) {
    Long earliest = null;
    for (Lane lane : lanes.all()) {
      Long next = lane.expire(now);
      if (next != null && (earliest == null || next - earliest < 0)) {
        earliest = next;
      }
    }
    return earliest;
  }
}
