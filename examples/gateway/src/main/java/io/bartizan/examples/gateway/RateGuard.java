package io.bartizan.examples.gateway;

import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.HttpExchange;
import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.Key;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.ratelimit.RateLimitFields;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Supplier;

/** Asks how often this API key may call, before anything expensive is done for it. */
final class RateGuard extends Filter {

  private final KeyedRateLimiter limiter;
  private final Supplier<ApiKeys> apiKeys;

  RateGuard(KeyedRateLimiter limiter, Supplier<ApiKeys> apiKeys) {
    this.limiter = limiter;
    this.apiKeys = apiKeys;
  }

  @Override
  public void doFilter(HttpExchange exchange, Chain chain) throws IOException {
    String apiKey = exchange.getRequestHeaders().getFirst("X-Api-Key");
    if (apiKey == null) {
      Problem.send(exchange, 401, GatewayReason.API_KEY_MISSING);
      return;
    }
    Optional<String> caller = apiKeys.get().caller(apiKey);
    if (caller.isEmpty()) {
      Problem.send(exchange, 401, GatewayReason.API_KEY_UNKNOWN);
      return;
    }
    Decision decision = limiter.tryAcquire(Key.of("api-key", caller.get()));
    RateLimitFields fields = RateLimitFields.of(decision);
    fields.forEach(exchange.getResponseHeaders()::set);
    if (decision.isAllowed()) {
      chain.doFilter(exchange);
    } else {
      exchange.getResponseHeaders().set("Content-Type", "application/problem+json");
      Problem.send(
          exchange, fields.refusalStatus(), fields.problem().getBytes(StandardCharsets.UTF_8));
    }
  }

  @Override
  public String description() {
    return "a rate limit per API key";
  }
}
