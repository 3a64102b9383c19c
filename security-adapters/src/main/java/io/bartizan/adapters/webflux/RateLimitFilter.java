package io.bartizan.adapters.webflux;

import io.bartizan.adapters.CallerKey;
import io.bartizan.adapters.IncomingRequest;
import io.bartizan.adapters.answer.Answer;
import io.bartizan.adapters.answer.RateGate;
import io.bartizan.ratelimit.AsyncKeyedRateLimiter;
import io.bartizan.ratelimit.KeyedRateLimiter;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * A Spring WebFlux filter that limits request rates: 429 Too Many Requests with {@code RateLimit},
 * {@code Retry-After} and a problem body, or 503 where nobody could count.
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

  private final RateGate gate;
  private final BiFunction<IncomingRequest, @Nullable Object, CompletionStage<Answer>> asking;

  /** This filter's own mark on requests that it has counted. */
  private final String counted = "io.bartizan.counted." + UUID.randomUUID();

  private RateLimitFilter(
      RateGate gate,
      BiFunction<IncomingRequest, @Nullable Object, CompletionStage<Answer>> asking) {
    this.gate = gate;
    this.asking = asking;
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
    Objects.requireNonNull(limiter, "limiter");
    RateGate gate = new RateGate(caller);
    return new RateLimitFilter(gate, (request, before) -> gate.ask(limiter, request, before));
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
    Objects.requireNonNull(limiter, "limiter");
    RateGate gate = new RateGate(caller);
    return new RateLimitFilter(
        gate,
        (request, before) -> CompletableFuture.completedStage(gate.ask(limiter, request, before)));
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
                            Reactive.of(
                                asking.apply(incoming, exchange.getAttribute(RateGate.TOLD))))
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
