package io.bartizan.examples.gateway;

import com.sun.net.httpserver.HttpExchange;
import io.bartizan.core.Reason;
import io.bartizan.integrity.jwt.JwtReason;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Answers of the gateway: JSON that worked, and RFC 9457 problems with a stable reason and nothing
 * secret.
 */
final class Problem {

  private Problem() {}

  /** Sends a refusal; the reason is a constant of the library or of this gateway, never input. */
  static void send(HttpExchange exchange, int status, Reason reason) throws IOException {
    if (status == 401) {
      String asked = TokenGuard.SCHEME.challenge();
      String challenge =
          reason instanceof JwtReason ? TokenGuard.SCHEME.challenge(reason).orElse(asked) : asked;
      exchange.getResponseHeaders().set("WWW-Authenticate", challenge);
    }
    exchange.getResponseHeaders().set("Content-Type", "application/problem+json");
    String body = json(status, reason);
    send(exchange, status, body.getBytes(StandardCharsets.UTF_8));
  }

  static String json(int status, Reason reason) {
    return "{\"type\":\"about:blank\",\"status\":%s,\"title\":\"%s\",\"reason\":\"%s\"}%n"
        .formatted(status, title(status), reason.code());
  }

  static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
    try (OutputStream out = begin(exchange, status, body.length)) {
      if (!isHead(exchange)) {
        out.write(body);
      }
    }
  }

  /** Sends the head of an answer; a body of that length follows, except to HEAD. */
  static OutputStream begin(HttpExchange exchange, int status, long length) throws IOException {
    if (isHead(exchange)) {
      exchange.getResponseHeaders().set("Content-Length", Long.toString(length));
    }
    exchange.sendResponseHeaders(status, length == 0 || isHead(exchange) ? -1 : length);
    return exchange.getResponseBody();
  }

  static boolean isHead(HttpExchange exchange) {
    return exchange.getRequestMethod().equals("HEAD");
  }

  private static String title(int status) {
    return switch (status) {
      case 400 -> "Bad Request";
      case 401 -> "Unauthorized";
      case 403 -> "Forbidden";
      case 404 -> "Not Found";
      case 405 -> "Method Not Allowed";
      case 413 -> "Content Too Large";
      case 429 -> "Too Many Requests";
      case 502 -> "Bad Gateway";
      case 503 -> "Service Unavailable";
      default -> "Internal Server Error";
    };
  }
}
