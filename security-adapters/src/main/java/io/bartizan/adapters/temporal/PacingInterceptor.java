package io.bartizan.adapters.temporal;

import io.bartizan.adapters.answer.Pace;
import io.bartizan.core.house.Span;
import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.RateLimiter;
import io.temporal.common.interceptors.WorkflowClientCallsInterceptor;
import io.temporal.common.interceptors.WorkflowClientCallsInterceptorBase;
import io.temporal.common.interceptors.WorkflowClientInterceptorBase;
import java.time.Duration;

/**
 * A Temporal client interceptor that starts workflows no faster than a rate limit, each in its
 * turn. One whose turn would come too late fails at once and is not started.
 *
 * <pre>{@code
 * RateLimiter pace = RateLimiter.of(Limit.paced(Rate.per(20, ChronoUnit.SECONDS)));
 * WorkflowClientOptions options =
 *     WorkflowClientOptions.newBuilder()
 *         .setInterceptors(PacingInterceptor.of(pace, Duration.ofSeconds(5)))
 *         .build();
 * }</pre>
 *
 * <p>A start waits on the thread that calls it. Signals and updates that start a workflow take a
 * turn too, whether or not it runs already; other calls take none. What other clients, schedules,
 * and workflows by their own children start is not paced. Thread-safe.
 */
public final class PacingInterceptor extends WorkflowClientInterceptorBase {

  private final Pace pace;

  private PacingInterceptor(Pace pace) {
    this.pace = pace;
  }

  /**
   * An interceptor that keeps the pace.
   *
   * @param pace says when; of token buckets or paced limits alone, since others can't promise a
   *     time
   * @param maxWait the longest wait for a turn; zero starts at once or not at all
   * @return an interceptor, thread-safe
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if {@code maxWait} is negative
   */
  public static PacingInterceptor of(RateLimiter pace, Duration maxWait) {
    return new PacingInterceptor(new Pace(pace, maxWait));
  }

  @Override
  public WorkflowClientCallsInterceptor workflowClientCallsInterceptor(
      WorkflowClientCallsInterceptor next) {
    return new Starts(next);
  }

  /** The pace's longest wait. */
  @Override
  public String toString() {
    return "PacingInterceptor[" + pace + "]";
  }

  private void awaitTurn() {
    Decision decision;
    try {
      decision = pace.acquire();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StartRefusedException(
          TemporalReason.INTERRUPTED, "not started: interrupted before its turn", Duration.ZERO);
    }
    if (!decision.isAllowed()) {
      Duration retryAfter = decision.retryAfter();
      throw new StartRefusedException(
          ActivityRefusal.reason(decision),
          "not started: its turn comes in " + Span.exact(retryAfter),
          retryAfter);
    }
  }

  private final class Starts extends WorkflowClientCallsInterceptorBase {

    Starts(WorkflowClientCallsInterceptor next) {
      super(next);
    }

    @Override
    public WorkflowStartOutput start(WorkflowStartInput input) {
      awaitTurn();
      return super.start(input);
    }

    @Override
    public WorkflowSignalWithStartOutput signalWithStart(WorkflowSignalWithStartInput input) {
      awaitTurn();
      return super.signalWithStart(input);
    }

    @Override
    public <R> WorkflowUpdateWithStartOutput<R> updateWithStart(
        WorkflowUpdateWithStartInput<R> input) {
      awaitTurn();
      return super.updateWithStart(input);
    }
  }
}
