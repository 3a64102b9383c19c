package io.bartizan.examples.gateway;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import io.bartizan.integrity.jwt.VerifiedJwt;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Known callers only get in with the scope: authenticated is not authorised. */
final class AdminRoute implements HttpHandler {

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    VerifiedJwt token = TokenGuard.verified(exchange);
    if (!token.scopes().contains("admin")) {
      Problem.send(exchange, 403, GatewayReason.SCOPE_MISSING);
      return;
    }
    Problem.send(exchange, 200, "welcome, admin\n".getBytes(StandardCharsets.UTF_8));
  }
}
