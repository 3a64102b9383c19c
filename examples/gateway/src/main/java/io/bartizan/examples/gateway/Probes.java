package io.bartizan.examples.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.function.Supplier;

/**
 * What the platform asks, in plain HTTP on a port and threads of their own: an answer does not wait
 * for a busy service. To be reached from the node and from Prometheus alone.
 */
final class Probes implements AutoCloseable {

  private static final String TEXT = "text/plain; charset=utf-8";
  private static final String METRICS = "text/plain; version=0.0.4; charset=utf-8";

  static {
    ServerLimits.apply();
  }

  private final HttpServer server;
  private final ExecutorService threads = ServerLimits.workers();

  private Probes(HttpServer server) {
    this.server = server;
  }

  /**
   * Starts to listen.
   *
   * @param readiness what is in the way; ready if nothing is
   * @param notes what is worth telling while it is ready
   * @param metrics the meters' text
   */
  static Probes start(
      InetSocketAddress address,
      Supplier<List<String>> readiness,
      Supplier<List<String>> notes,
      Supplier<String> metrics)
      throws IOException {
    Probes probes = new Probes(HttpServer.create(address, 0));
    probes.server.setExecutor(probes.threads);
    probes.answer("/livez", exchange -> send(exchange, 200, TEXT, "alive\n"));
    probes.answer(
        "/readyz",
        exchange -> {
          List<String> causes = readiness.get();
          if (causes.isEmpty()) {
            send(exchange, 200, TEXT, "ready\n" + lines(notes.get()));
          } else {
            send(exchange, 503, TEXT, lines(causes));
          }
        });
    probes.answer("/metrics", exchange -> send(exchange, 200, METRICS, metrics.get()));
    probes.server.start();
    return probes;
  }

  private interface Answer {
    void to(HttpExchange exchange) throws IOException;
  }

  private void answer(String path, Answer answer) {
    server.createContext(
        path,
        exchange -> {
          if (!exchange.getRequestURI().getPath().equals(path)) {
            send(exchange, 404, TEXT, "");
          } else if (!Set.of("GET", "HEAD").contains(exchange.getRequestMethod())) {
            send(exchange, 405, TEXT, "");
          } else {
            answer.to(exchange);
          }
        });
  }

  private static String lines(List<String> lines) {
    return String.join("", lines.stream().map(line -> line + "\n").toList());
  }

  private static void send(HttpExchange exchange, int status, String type, String text)
      throws IOException {
    byte[] body = text.getBytes(UTF_8);
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.getResponseHeaders().set("Cache-Control", "no-store");
    boolean withBody = body.length > 0 && !exchange.getRequestMethod().equals("HEAD");
    exchange.sendResponseHeaders(status, withBody ? body.length : -1);
    try (var out = exchange.getResponseBody()) {
      if (withBody) {
        out.write(body);
      }
    }
  }

  int port() {
    return server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
