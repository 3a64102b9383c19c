package io.bartizan.adapters.temporal;

import io.bartizan.core.house.Span;
import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.temporal.activity.ActivityExecutionContext;
import io.temporal.common.interceptors.ActivityInboundCallsInterceptor;
import io.temporal.common.interceptors.ActivityInboundCallsInterceptorBase;
import io.temporal.common.interceptors.WorkerInterceptorBase;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A Temporal worker interceptor that limits how often activities run. One that comes too early is
 * not run, and Temporal tries it again after the time that the limit says ({@code nextRetryDelay}).
 *
 * <pre>{@code
 * WorkerInterceptor rate = RateLimitInterceptor.of(perType, ActivityKey.type());
 * WorkerFactoryOptions options =
 *     WorkerFactoryOptions.newBuilder().setWorkerInterceptors(rate).build();
 * }</pre>
 *
 * <p>A refused attempt ends with an {@code ApplicationFailure} of the type {@link
 * TemporalReason#failureType()}, and no thread of the worker waits. It counts as an attempt: limit
 * activities by {@code scheduleToCloseTimeout} and not by {@code maximumAttempts}. If the limit can
 * never hold the permit, the failure is not retryable. Where Redis is away, the limiter's failure
 * policy decides. Each attempt takes one permit, local activities too. Thread-safe.
 */
public final class RateLimitInterceptor extends WorkerInterceptorBase {

  private final KeyedRateLimiter limiter;
  private final ActivityKey key;
  private final Duration maxRetryDelay;

  private RateLimitInterceptor(Builder settings) {
    this.limiter = settings.limiter;
    this.key = settings.key;
    this.maxRetryDelay = settings.maxRetryDelay;
  }

  /**
   * An interceptor for one limit, whose refused activities come again after an hour at the latest.
   *
   * @param limiter counts; {@code redis.blocking()} for one on Redis
   * @param key by what it counts
   * @return an interceptor, thread-safe
   * @throws NullPointerException if an argument is null
   */
  public static RateLimitInterceptor of(KeyedRateLimiter limiter, ActivityKey key) {
    return builder(limiter, key).build();
  }

  /**
   * Starts an interceptor with options.
   *
   * @param limiter counts; {@code redis.blocking()} for one on Redis
   * @param key by what it counts
   * @return a builder
   * @throws NullPointerException if an argument is null
   */
  public static Builder builder(KeyedRateLimiter limiter, ActivityKey key) {
    return new Builder(limiter, key);
  }

  @Override
  public ActivityInboundCallsInterceptor interceptActivity(ActivityInboundCallsInterceptor next) {
    return new Attempt(next);
  }

  /** By what it counts, and the longest delay. */
  @Override
  public String toString() {
    return "RateLimitInterceptor["
        + key
        + ", tried again within "
        + Span.exact(maxRetryDelay)
        + "]";
  }

  private final class Attempt extends ActivityInboundCallsInterceptorBase {

    private @Nullable ActivityExecutionContext context;

    Attempt(ActivityInboundCallsInterceptor next) {
      super(next);
    }

    @Override
    public void init(ActivityExecutionContext its) {
      context = its;
      super.init(its);
    }

    @Override
    public ActivityOutput execute(ActivityInput input) {
      ActivityExecutionContext its = Objects.requireNonNull(context, "init comes before execute");
      Decision decision = limiter.tryAcquire(key.key(its.getInfo()));
      if (!decision.isAllowed()) {
        throw ActivityRefusal.of(decision, maxRetryDelay);
      }
      return super.execute(input);
    }
  }

  /** Options of an interceptor. */
  public static final class Builder {

    private final KeyedRateLimiter limiter;
    private final ActivityKey key;
    private Duration maxRetryDelay = Duration.ofHours(1);

    private Builder(KeyedRateLimiter limiter, ActivityKey key) {
      this.limiter = Objects.requireNonNull(limiter, "limiter");
      this.key = Objects.requireNonNull(key, "key");
    }

    /**
     * Bounds the delay after which a refused activity is tried again; one hour if nothing is said.
     * An activity whose limit says more is tried again and refused once more meanwhile.
     *
     * @param delay the longest delay; 1 millisecond to 365 days
     * @return this builder
     * @throws NullPointerException if {@code delay} is null
     * @throws IllegalArgumentException if it is outside its range
     */
    public Builder withMaxRetryDelay(Duration delay) {
      maxRetryDelay = ActivityRefusal.requireDelay("maxRetryDelay", delay);
      return this;
    }

    /**
     * Makes the interceptor.
     *
     * @return an interceptor, thread-safe
     */
    public RateLimitInterceptor build() {
      return new RateLimitInterceptor(this);
    }
  }
}
