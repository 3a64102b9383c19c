package io.bartizan.adapters.grpc;

import io.bartizan.adapters.CallerKey;
import io.bartizan.adapters.answer.Answer;
import io.bartizan.adapters.answer.RateGate;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.util.Objects;

/**
 * A gRPC server interceptor that limits call rates: {@code RESOURCE_EXHAUSTED} with {@code
 * retry-after}, {@code ratelimit} and {@code RetryInfo} in the trailers, or {@code UNAVAILABLE} if
 * the limit cannot be counted.
 *
 * <pre>{@code
 * ServerInterceptor flood = RateLimitInterceptor.of(byAddress, CallerKey.address(ClientAddress.direct()));
 * ServerInterceptor token = BearerTokenInterceptor.of(verifier);
 * ServerInterceptor quota = RateLimitInterceptor.of(byTenant, CallerKey.claim("tenant"));
 * server.intercept(quota).intercept(token).intercept(flood);   // the last one is called first
 * }</pre>
 *
 * <p>A call whose caller is not known as the key asks is not served: {@code PERMISSION_DENIED}
 * without a client certificate or the claim, {@code INTERNAL} where the interceptor is called
 * before the authentication that it needs. A call takes one permit, however many messages it
 * streams. The limiter is asked on the server's executor, where a view of a shared server may wait
 * its time-out; on {@code directExecutor()}, which is the event loop, only limiters in memory are
 * fit. Thread-safe.
 */
public final class RateLimitInterceptor implements ServerInterceptor {

  private static final Context.Key<Object> TOLD = Context.key(RateGate.TOLD);

  private final KeyedRateLimiter limiter;
  private final RateGate gate;

  private RateLimitInterceptor(KeyedRateLimiter limiter, RateGate gate) {
    this.limiter = limiter;
    this.gate = gate;
  }

  /**
   * An interceptor for one limit.
   *
   * @param limiter counts; {@code redis.blocking()} for one on Redis
   * @param caller by what it counts
   * @return an interceptor, thread-safe
   * @throws NullPointerException if an argument is null
   */
  public static RateLimitInterceptor of(KeyedRateLimiter limiter, CallerKey caller) {
    return new RateLimitInterceptor(
        Objects.requireNonNull(limiter, "limiter"), new RateGate(caller));
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    Answer answer = gate.ask(limiter, new CallIncoming(call.getAttributes(), headers), TOLD.get());
    Object told = answer.told();
    if (!answer.isServed() || told == null) {
      return Closing.close(call, answer);
    }
    return Contexts.interceptCall(Context.current().withValue(TOLD, told), call, headers, next);
  }

  /** By what it counts. */
  @Override
  public String toString() {
    return "RateLimitInterceptor[" + gate + "]";
  }
}
