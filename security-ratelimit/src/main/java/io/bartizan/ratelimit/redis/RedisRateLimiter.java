package io.bartizan.ratelimit.redis;

import io.bartizan.core.Ticker;
import io.bartizan.ratelimit.AsyncKeyedRateLimiter;
import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.Key;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.Limits;
import io.bartizan.ratelimit.Reservation;
import io.bartizan.ratelimit.TokenBucket;
import io.lettuce.core.RedisClient;
import io.lettuce.core.codec.ByteArrayCodec;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Limits that many processes keep together on Redis.
 *
 * <pre>{@code
 * RedisRateLimiter limiter =
 *     RedisRateLimiter.of(redisClient, Limit.tokenBucket(100, Rate.per(50, ChronoUnit.SECONDS)).named("api"))
 *         .withTimeout(Duration.ofMillis(100))
 *         .build();
 * Decision decision = limiter.blocking().tryAcquire(Key.of("tenant", tenant));
 * }</pre>
 *
 * <p>A check is one round trip: a script decides on the server's clock, and a refusal writes
 * nothing. Checks that come while a call is under way travel together in the next. What one check
 * waits for is bounded by the time-out; where Redis can't be reached the failure policy decides and
 * the decision's source says so.
 *
 * <p>Limiters whose limits have the same names count together on the same Redis, which is what
 * several processes of one service want: give limits of different meaning different names.
 *
 * <p>Thread-safe. Stages complete on a thread of the Lettuce client; whoever does long work there
 * delays all of its connections. {@link #close()} closes the limiter's connection, not the client.
 */
public final class RedisRateLimiter implements AsyncKeyedRateLimiter, AutoCloseable {

  private final Limits limits;
  private final Duration timeout;
  private final Lane lane;
  private final Deadlines deadlines;
  private final ScheduledExecutorService timer;
  private final AutoCloseable connection;
  private final KeyedRateLimiter blocking;

  RedisRateLimiter(RedisRateLimiterBuilder settings, RedisClient client) {
    this.limits = settings.limits;
    this.timeout = settings.timeout;
    this.timer = client.getResources().eventExecutorGroup();
    var opened = client.connect(ByteArrayCodec.INSTANCE);
    this.connection = opened;
    this.deadlines =
        new Deadlines(timer, Ticker.system(), settings.timeout.toNanos(), this::expire);
    this.lane =
        new Lane(
            new StandaloneLink(opened),
            new LaneSettings(
                new LimitScript(limits, settings.clock),
                new RedisKeys(settings.prefix, limits, settings.hashKey),
                new Fallback(limits.list().get(0), settings.failOpen, settings.timeout),
                deadlines,
                settings.coalescing,
                true));
    this.blocking = new BlockingView(this);
  }

  /**
   * A limiter on a standalone Redis, or on the master that Sentinel names.
   *
   * @param client the application's client, made with the server's URI
   * @param limit what each key may take
   * @return a builder with every option at its default
   * @throws NullPointerException if an argument is null
   */
  public static RedisRateLimiterBuilder of(RedisClient client, Limit limit) {
    return of(client, Limits.allOf(limit));
  }

  /**
   * A limiter of several limits, decided together, on a standalone Redis, or on the master that
   * Sentinel names.
   *
   * @param client the application's client, made with the server's URI
   * @param limits what each key may take
   * @return a builder with every option at its default
   * @throws NullPointerException if an argument is null
   */
  public static RedisRateLimiterBuilder of(RedisClient client, Limits limits) {
    Objects.requireNonNull(client, "client");
    return new RedisRateLimiterBuilder(limits, settings -> new RedisRateLimiter(settings, client));
  }

  @Override
  public CompletionStage<Decision> tryAcquire(String key, long permits) {
    return submit(key, Check.Kind.ACQUIRE, permits, 0);
  }

  @Override
  public CompletionStage<Decision> peek(String key, long permits) {
    return submit(key, Check.Kind.PEEK, permits, 0);
  }

  /**
   * {@inheritDoc}
   *
   * <p>Where Redis can't be reached the refund is lost: too little passes then, never too much.
   */
  @Override
  public CompletionStage<Void> refund(String key, long permits) {
    return submit(key, Check.Kind.REFUND, permits, 0).thenApply(given -> null);
  }

  @Override
  public CompletionStage<Reservation> reserve(String key, long permits, Duration maxWait) {
    long micros = maxWaitMicros(maxWait);
    return submit(key, Check.Kind.RESERVE, permits, micros)
        .thenApply(decision -> reservation(key, permits, decision));
  }

  @Override
  public CompletionStage<Decision> acquire(String key, long permits, Duration maxWait) {
    return reserve(key, permits, maxWait)
        .thenCompose(
            reservation -> {
              CompletableFuture<Decision> ready = new CompletableFuture<>();
              long nanos = reservation.granted() ? reservation.delay().toNanos() : 0;
              if (nanos == 0) {
                ready.complete(reservation.decision());
              } else {
                Runnable complete = () -> ready.complete(reservation.decision());
                var unused = timer.schedule(complete, nanos, TimeUnit.NANOSECONDS);
              }
              return ready;
            });
  }

  @Override
  public KeyedRateLimiter blocking() {
    return blocking;
  }

  /** Closes the limiter's own connection; the client stays the application's. */
  @Override
  public void close() {
    try {
      connection.close();
    } catch (Exception e) {
      throw new IllegalStateException("the connection can't be closed", e);
    }
  }

  /** The limits and every option that matters for safety. */
  @Override
  public String toString() {
    return "RedisRateLimiter[" + limits + ", time-out " + timeout + "]";
  }

  Check submit(String key, Check.Kind kind, long permits, long waitMicros) {
    if (permits < 1) {
      throw new IllegalArgumentException("permits is " + permits + ", at least 1 is accepted");
    }
    Check check = new Check(Key.check(key), kind, permits, waitMicros, deadlines.next());
    lane.submit(check);
    return check;
  }

  Reservation reservation(String key, long permits, Decision decision) {
    if (!decision.allowed()) {
      return Reservation.of(decision, decision.retryAfter(), () -> {});
    }
    Duration delay = Duration.ZERO;
    for (Decision part : decision.parts()) {
      TokenBucket bucket = (TokenBucket) part.limit();
      long full = bucket.capacity() * bucket.unitsPerPermit() / bucket.unitsPerMicro();
      Duration wait = part.resetAfter().minus(full, ChronoUnit.MICROS);
      delay = wait.compareTo(delay) > 0 ? wait : delay;
    }
    return Reservation.of(decision, delay, () -> giveBack(key, permits));
  }

  private void giveBack(String key, long permits) {
    var unused = submit(key, Check.Kind.REFUND, permits, 0);
  }

  long maxWaitMicros(Duration maxWait) {
    if (maxWait.isNegative()) {
      throw new IllegalArgumentException("maxWait is " + maxWait + ", zero or more is accepted");
    }
    Duration most = Duration.ofDays(36_525);
    Duration bounded = maxWait.compareTo(most) > 0 ? most : maxWait;
    return TimeUnit.SECONDS.toMicros(bounded.getSeconds()) + bounded.getNano() / 1000;
  }

  private @org.jspecify.annotations.Nullable Long expire(long now) {
    return lane.expire(now);
  }
}
