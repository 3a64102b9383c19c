package io.bartizan.examples.gateway;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpsExchange;
import io.bartizan.integrity.jwt.VerifiedJwt;
import io.bartizan.mtls.PeerIdentity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Says who called: the connection's peer, and the subject of the token. */
final class AccountRoute implements HttpHandler {

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    PeerIdentity peer = PeerIdentity.of(((HttpsExchange) exchange).getSSLSession());
    VerifiedJwt token = TokenGuard.verified(exchange);
    String body = "peer %s, subject %s%n".formatted(peer.uris(), token.subject().orElse("none"));
    exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
    Problem.send(exchange, 200, body.getBytes(StandardCharsets.UTF_8));
  }
}
