package io.bartizan.adapters.webflux;

import io.bartizan.adapters.CallerKey;
import io.bartizan.adapters.answer.Answer;
import io.bartizan.adapters.answer.AsyncRateGate;
import io.bartizan.adapters.answer.CountedMark;
import io.bartizan.adapters.answer.RateGate;
import io.bartizan.ratelimit.AsyncKeyedRateLimiter;
import io.bartizan.ratelimit.KeyedRateLimiter;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * A Spring WebFlux filter that limits request rates: 429 Too Many Requests with {@code RateLimit},
 * {@code Retry-After} and a problem body. It answers 503 if the limit cannot be counted.
 *
 * <pre>{@code
 * WebFilter flood = RateLimitFilter.inMemory(byAddress, CallerKey.address(ClientAddress.direct()));
 * WebFilter token = BearerTokenFilter.of(verifier);
 * WebFilter quota = RateLimitFilter.of(redis, CallerKey.claim("tenant"));   // in this order
 * }</pre>
 *
 * <p>A request whose caller is not known as the key asks is not served: 403 without a client
 * certificate or the claim, 500 where the filter stands in front of the authentication that it
 * needs. One request takes one permit, however often it passes this filter. Several of these
 * filters tell their limits in one {@code RateLimit} field, the tighter one first. Where a decision
 * comes later, the request goes on on a thread of Reactor's parallel scheduler. Thread-safe.
 */
public final class RateLimitFilter implements WebFilter {

  private final AsyncRateGate gate;

  /** This filter's own mark on requests that it has counted. */
  private final String counted = CountedMark.next();

  private RateLimitFilter(AsyncRateGate gate) {
    this.gate = gate;
  }

  /**
   * A filter for a limit on a shared server, such as Redis.
   *
   * @param limiter counts
   * @param caller by what it counts
   * @return a filter, thread-safe
   * @throws NullPointerException if an argument is null
   */
  public static RateLimitFilter of(AsyncKeyedRateLimiter limiter, CallerKey caller) {
    return new RateLimitFilter(AsyncRateGate.of(limiter, caller));
  }

  /**
   * A filter for a limit in memory.
   *
   * @param limiter counts, and never waits as a view of a shared server would: it is asked on the
   *     event loop
   * @param caller by what it counts
   * @return a filter, thread-safe
   * @throws NullPointerException if an argument is null
   */
  public static RateLimitFilter inMemory(KeyedRateLimiter limiter, CallerKey caller) {
    return new RateLimitFilter(AsyncRateGate.inMemory(limiter, caller));
  }

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
    return Mono.defer(
        () ->
            exchange.getAttributes().putIfAbsent(counted, this) != null
                ? chain.filter(exchange)
                : ExchangeIncoming.of(exchange)
                    .flatMap(
                        incoming ->
                            Reactive.of(gate.ask(incoming, exchange.getAttribute(RateGate.TOLD))))
                    .flatMap(answer -> goOn(exchange, chain, answer)));
  }

  private static Mono<Void> goOn(ServerWebExchange exchange, WebFilterChain chain, Answer answer) {
    if (!answer.isServed()) {
      return Reactive.send(exchange, answer);
    }
    Object told = answer.told();
    if (told != null) {
      exchange.getAttributes().put(RateGate.TOLD, told);
    }
    answer.fields(exchange.getResponse().getHeaders()::set);
    return chain.filter(exchange);
  }

  /** By what it counts. */
  @Override
  public String toString() {
    return "RateLimitFilter[" + gate + "]";
  }
}
