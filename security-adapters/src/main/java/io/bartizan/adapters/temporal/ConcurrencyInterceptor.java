package io.bartizan.adapters.temporal;

import io.bartizan.core.Ticker;
import io.bartizan.core.house.Span;
import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.KeyedConcurrencyLimiter;
import io.bartizan.ratelimit.Permit;
import io.temporal.activity.ActivityExecutionContext;
import io.temporal.client.ActivityCompletionException;
import io.temporal.common.interceptors.ActivityInboundCallsInterceptor;
import io.temporal.common.interceptors.ActivityInboundCallsInterceptorBase;
import io.temporal.common.interceptors.WorkerInterceptorBase;
import io.temporal.failure.ApplicationFailure;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A Temporal worker interceptor that limits how many activities run at a time, over all workers
 * that share the limiter. One too many is not run, and Temporal tries it again after a delay.
 *
 * <pre>{@code
 * WorkerInterceptor atATime =
 *     ConcurrencyInterceptor.of(exports, ActivityKey.type(), Duration.ofSeconds(5));
 * WorkerFactoryOptions options =
 *     WorkerFactoryOptions.newBuilder().setWorkerInterceptors(rate, atATime).build();
 * }</pre>
 *
 * <p>Temporal calls the interceptor that is set last first; set this one after a rate limit, so
 * that what may not run takes nothing of the rate. A permit is held as long as the activity's code
 * runs, and is back when it returns, throws or heeds a cancellation; code that runs on after
 * Temporal has timed it out still holds its permit. Each heartbeat renews the permit's lease on
 * Redis, at most once a second; let the lease be several times the pause between heartbeats, or,
 * without heartbeats, longer than {@code startToCloseTimeout}. An activity that completes
 * asynchronously holds its permit until its method returns. Thread-safe.
 */
public final class ConcurrencyInterceptor extends WorkerInterceptorBase {

  private final KeyedConcurrencyLimiter limiter;
  private final ActivityKey key;
  private final Duration retryDelay;

  private ConcurrencyInterceptor(
      KeyedConcurrencyLimiter limiter, ActivityKey key, Duration retryDelay) {
    this.limiter = Objects.requireNonNull(limiter, "limiter");
    this.key = Objects.requireNonNull(key, "key");
    this.retryDelay = ActivityRefusal.requireDelay("retryDelay", retryDelay);
  }

  /**
   * An interceptor for one limit.
   *
   * @param limiter hands permits out; {@code redis.blocking()} for one on Redis
   * @param key by what it counts
   * @param retryDelay after which time a refused activity is tried again; 1 millisecond to 365 days
   * @return an interceptor, thread-safe
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if {@code retryDelay} is outside its range
   */
  public static ConcurrencyInterceptor of(
      KeyedConcurrencyLimiter limiter, ActivityKey key, Duration retryDelay) {
    return new ConcurrencyInterceptor(limiter, key, retryDelay);
  }

  @Override
  public ActivityInboundCallsInterceptor interceptActivity(ActivityInboundCallsInterceptor next) {
    return new Attempt(next);
  }

  /** By what it counts, and the delay. */
  @Override
  public String toString() {
    return "ConcurrencyInterceptor[" + key + ", tried again after " + Span.exact(retryDelay) + "]";
  }

  private final class Attempt extends ActivityInboundCallsInterceptorBase {

    private @Nullable HeldContext context;

    Attempt(ActivityInboundCallsInterceptor next) {
      super(next);
    }

    @Override
    public void init(ActivityExecutionContext its) {
      HeldContext held = new HeldContext(its, Ticker.system());
      context = held;
      super.init(held);
    }

    @Override
    public ActivityOutput execute(ActivityInput input) {
      HeldContext its = Objects.requireNonNull(context, "init comes before execute");
      try (Permit permit = limiter.tryAcquire(key.key(its.getInfo()))) {
        if (!permit.isGranted()) {
          throw ActivityRefusal.retryable(reason(permit), "the concurrency limit", retryDelay);
        }
        its.hold(permit);
        try {
          return super.execute(input);
        } catch (ActivityCompletionException e) {
          permit.close(Permit.Outcome.IGNORED);
          throw e;
        } catch (ApplicationFailure e) {
          if (ActivityRefusal.is(e)) {
            permit.close(Permit.Outcome.IGNORED);
          }
          throw e;
        }
      }
    }
  }

  private static TemporalReason reason(Permit refused) {
    return refused.source() == Decision.Source.FAILED_CLOSED
        ? TemporalReason.LIMITER_UNAVAILABLE
        : TemporalReason.CONCURRENCY_LIMITED;
  }
}
