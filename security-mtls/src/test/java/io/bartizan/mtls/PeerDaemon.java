package io.bartizan.mtls;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Answers what the docker client asks of its daemon at first, and {@code ok} to all else. */
final class PeerDaemon {

  static final String VERSION = "99.0-bartizan";

  private static final String ANSWER =
      "{\"Version\":\""
          + VERSION
          + "\",\"ApiVersion\":\"1.44\",\"MinAPIVersion\":\"1.24\","
          + "\"Os\":\"linux\",\"Arch\":\"amd64\",\"GitCommit\":\"none\",\"GoVersion\":\"none\"}";

  private PeerDaemon() {}

  static void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    String text = path.endsWith("/version") ? ANSWER : path.endsWith("/_ping") ? "OK" : "ok";
    byte[] body = text.getBytes(StandardCharsets.US_ASCII);
    exchange.getResponseHeaders().set("Api-Version", "1.44");
    exchange.getResponseHeaders().set("Ostype", "linux");
    if (path.endsWith("/version")) {
      exchange.getResponseHeaders().set("Content-Type", "application/json");
    }
    boolean head = exchange.getRequestMethod().equals("HEAD");
    exchange.sendResponseHeaders(200, head ? -1 : body.length);
    if (!head) {
      exchange.getResponseBody().write(body);
    }
    exchange.close();
  }
}
