package io.bartizan.adapters.grpc;

import io.bartizan.adapters.answer.Pace;
import io.bartizan.ratelimit.RateLimiter;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.Deadline;
import io.grpc.MethodDescriptor;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A gRPC client interceptor that starts calls no faster than a rate limit, each in its turn. One
 * whose turn would come too late fails at once as {@code RESOURCE_EXHAUSTED} and is not sent.
 *
 * <pre>{@code
 * RateLimiter pace = RateLimiter.of(Limit.paced(Rate.per(20, ChronoUnit.SECONDS)));
 * Channel paced = ClientInterceptors.intercept(channel, PacingInterceptor.of(pace, Duration.ofSeconds(5)));
 * }</pre>
 *
 * <p>No thread waits: what the caller sends is kept until the call's turn, and {@code isReady()} is
 * false so long. A call whose deadline comes before its turn fails at once too. To cancel a call
 * before its turn gives the turn back. Retries and hedges that gRPC itself makes take no turn of
 * their own. Thread-safe.
 */
public final class PacingInterceptor implements ClientInterceptor {

  private final Pace pace;

  private PacingInterceptor(Pace pace) {
    this.pace = pace;
  }

  /**
   * An interceptor that keeps the pace.
   *
   * @param pace says when; of token buckets or paced limits alone, since others can't promise a
   *     time
   * @param maxWait the longest wait for a turn; zero sends at once or not at all
   * @return an interceptor, thread-safe
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if {@code maxWait} is negative
   */
  public static PacingInterceptor of(RateLimiter pace, Duration maxWait) {
    return new PacingInterceptor(new Pace(pace, maxWait));
  }

  @Override
  public <Q, A> ClientCall<Q, A> interceptCall(
      MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
    return new PacedCall<>(
        next.newCall(method, options), pace.limiter(), longest(options.getDeadline()));
  }

  /** A turn after the deadline is of no use. */
  private Duration longest(@Nullable Deadline deadline) {
    if (deadline == null) {
      return pace.maxWait();
    }
    long left = Math.max(0, deadline.timeRemaining(TimeUnit.NANOSECONDS));
    Duration until = Duration.ofNanos(left);
    return until.compareTo(pace.maxWait()) < 0 ? until : pace.maxWait();
  }

  /** The pace's longest wait. */
  @Override
  public String toString() {
    return "PacingInterceptor[" + pace + "]";
  }
}
