package io.bartizan.adapters.vertx;

import io.bartizan.adapters.CallerKey;
import io.bartizan.adapters.answer.Answer;
import io.bartizan.adapters.answer.AsyncRateGate;
import io.bartizan.adapters.answer.CountedMark;
import io.bartizan.adapters.answer.RateGate;
import io.bartizan.ratelimit.AsyncKeyedRateLimiter;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;

/**
 * A Vert.x Web handler that limits request rates: 429 Too Many Requests with {@code RateLimit},
 * {@code Retry-After} and a problem body. It answers 503 if the limit cannot be counted.
 *
 * <pre>{@code
 * router.route().handler(RateLimitHandler.inMemory(byAddress, CallerKey.address(ClientAddress.direct())));
 * router.route().handler(BearerTokenHandler.of(verifier));
 * router.route().handler(RateLimitHandler.of(redis, CallerKey.claim("tenant")));   // in this order
 * }</pre>
 *
 * <p>A request whose caller is not known as the key asks is not served: 403 without a client
 * certificate or the claim, 500 where the handler stands in front of the authentication that it
 * needs. One request takes one permit, however often it is rerouted. Several of these handlers tell
 * their limits in one {@code RateLimit} field, the tighter one first. A request goes on on its own
 * Vert.x context. Thread-safe.
 */
public final class RateLimitHandler implements Handler<RoutingContext> {

  private final AsyncRateGate gate;

  /** This handler's own mark on requests that it has counted. */
  private final String counted = CountedMark.next();

  private RateLimitHandler(AsyncRateGate gate) {
    this.gate = gate;
  }

  /**
   * A handler for a limit on a shared server, such as Redis.
   *
   * @param limiter counts
   * @param caller by what it counts
   * @return a handler, thread-safe
   * @throws NullPointerException if an argument is null
   */
  public static RateLimitHandler of(AsyncKeyedRateLimiter limiter, CallerKey caller) {
    return new RateLimitHandler(AsyncRateGate.of(limiter, caller));
  }

  /**
   * A handler for a limit in memory.
   *
   * @param limiter counts, and never waits as a view of a shared server would: it is asked on the
   *     event loop
   * @param caller by what it counts
   * @return a handler, thread-safe
   * @throws NullPointerException if an argument is null
   */
  public static RateLimitHandler inMemory(KeyedRateLimiter limiter, CallerKey caller) {
    return new RateLimitHandler(AsyncRateGate.inMemory(limiter, caller));
  }

  @Override
  public void handle(RoutingContext context) {
    Object known = context.get(counted);
    if (known instanceof Answer before) {
      serve(context, before);
      return;
    }
    Responses.await(
        context,
        gate.ask(new RoutingIncoming(context), context.get(RateGate.TOLD)),
        answer -> {
          if (answer.isServed()) {
            context.put(counted, answer);
            context.put(RateGate.TOLD, answer.told());
            serve(context, answer);
          } else {
            Responses.send(context, answer);
          }
        });
  }

  /** Each time, since a reroute clears the response's fields. */
  private static void serve(RoutingContext context, Answer answer) {
    answer.fields(context.response()::putHeader);
    context.next();
  }

  /** By what it counts. */
  @Override
  public String toString() {
    return "RateLimitHandler[" + gate + "]";
  }
}
