package io.bartizan.examples.filters;

import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import io.bartizan.ratelimit.ClientAddress;
import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.Key;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.ratelimit.RateLimitFields;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Limits the clients of a JDK {@code HttpServer} by their address. */
final class HttpServerFilter extends Filter {

  private final KeyedRateLimiter limiter;
  private final ClientAddress clients;

  HttpServerFilter(KeyedRateLimiter limiter, ClientAddress clients) {
    this.limiter = limiter;
    this.clients = clients;
  }

  @Override
  public void doFilter(HttpExchange exchange, Chain chain) throws IOException {
    Headers request = exchange.getRequestHeaders();
    List<String> forwarded = request.getOrDefault("X-Forwarded-For", List.of());
    String client = clients.xForwardedFor(exchange.getRemoteAddress().getAddress(), forwarded);
    Decision decision = limiter.tryAcquire(Key.of("address", client));
    RateLimitFields fields = RateLimitFields.of(decision);
    fields.forEach(exchange.getResponseHeaders()::set);
    if (decision.isAllowed()) {
      chain.doFilter(exchange);
      return;
    }
    byte[] body = fields.problem().getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", RateLimitFields.PROBLEM_MEDIA_TYPE);
    try (exchange) {
      exchange.sendResponseHeaders(fields.refusalStatus(), body.length);
      exchange.getResponseBody().write(body);
    }
  }

  @Override
  public String description() {
    return "rate limit by client address";
  }
}
