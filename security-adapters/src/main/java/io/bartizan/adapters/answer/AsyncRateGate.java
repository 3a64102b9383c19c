package io.bartizan.adapters.answer;

import io.bartizan.adapters.CallerKey;
import io.bartizan.adapters.IncomingRequest;
import io.bartizan.ratelimit.AsyncKeyedRateLimiter;
import io.bartizan.ratelimit.KeyedRateLimiter;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * A {@link RateGate} with its limiter, for event loops: whatever counts, a request is asked about
 * in one way, and nothing waits.
 */
public final class AsyncRateGate {

  private final RateGate gate;
  private final BiFunction<IncomingRequest, @Nullable Object, CompletionStage<Answer>> asking;

  private AsyncRateGate(
      RateGate gate,
      BiFunction<IncomingRequest, @Nullable Object, CompletionStage<Answer>> asking) {
    this.gate = gate;
    this.asking = asking;
  }

  /**
   * A gate for a limit on a shared server.
   *
   * @param limiter counts
   * @param caller by what it counts
   * @return a gate
   * @throws NullPointerException if an argument is null
   */
  public static AsyncRateGate of(AsyncKeyedRateLimiter limiter, CallerKey caller) {
    Objects.requireNonNull(limiter, "limiter");
    RateGate gate = new RateGate(caller);
    return new AsyncRateGate(gate, (request, before) -> gate.ask(limiter, request, before));
  }

  /**
   * A gate for a limit in memory.
   *
   * @param limiter counts, and never waits: it is asked on the event loop
   * @param caller by what it counts
   * @return a gate
   * @throws NullPointerException if an argument is null
   */
  public static AsyncRateGate inMemory(KeyedRateLimiter limiter, CallerKey caller) {
    Objects.requireNonNull(limiter, "limiter");
    RateGate gate = new RateGate(caller);
    return new AsyncRateGate(
        gate,
        (request, before) -> CompletableFuture.completedStage(gate.ask(limiter, request, before)));
  }

  /**
   * Takes one permit and never waits.
   *
   * @param request is counted
   * @param before {@link Answer#told} of the request's limit before this one, kept as {@link
   *     RateGate#TOLD}; null if none
   * @return what to answer
   */
  public CompletionStage<Answer> ask(IncomingRequest request, @Nullable Object before) {
    return asking.apply(request, before);
  }

  /** By what is counted. */
  @Override
  public String toString() {
    return gate.toString();
  }
}
