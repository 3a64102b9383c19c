package io.bartizan.examples.gateway;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import io.bartizan.integrity.mac.SignedValue;
import io.bartizan.integrity.mac.SignedValues;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * POST signs a cart that travels through the client; GET takes it back, if it is the one we issued.
 */
final class CartRoute implements HttpHandler {

  private static final int MAX_BODY = 1024;

  private final SignedValues carts;

  CartRoute(SignedValues carts) {
    this.carts = carts;
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    String customer = exchange.getRequestHeaders().getFirst("X-Api-Key");
    switch (exchange.getRequestMethod()) {
      case "POST" -> sign(exchange, customer);
      case "GET" -> show(exchange, customer);
      default -> Problem.send(exchange, 405, GatewayReason.METHOD_NOT_ALLOWED);
    }
  }

  private void sign(HttpExchange exchange, String customer) throws IOException {
    byte[] body = exchange.getRequestBody().readNBytes(MAX_BODY + 1);
    if (body.length > MAX_BODY) {
      Problem.send(exchange, 413, GatewayReason.BODY_TOO_LARGE);
      return;
    }
    String cart = carts.sign(body, "customer", customer);
    Problem.send(exchange, 200, cart.getBytes(StandardCharsets.US_ASCII));
  }

  private void show(HttpExchange exchange, String customer) throws IOException {
    String cart = exchange.getRequestHeaders().getFirst("X-Cart");
    if (cart == null) {
      Problem.send(exchange, 400, GatewayReason.CART_MISSING);
      return;
    }
    SignedValue verified = carts.verify(cart, "customer", customer);
    Problem.send(exchange, 200, verified.payload());
  }
}
