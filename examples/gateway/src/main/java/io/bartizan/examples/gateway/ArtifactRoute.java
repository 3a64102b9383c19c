package io.bartizan.examples.gateway;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import io.bartizan.integrity.artifact.Artifacts;
import io.bartizan.integrity.artifact.Expected;
import io.bartizan.integrity.artifact.VerifiedFile;
import java.io.IOException;

/** Serves an artifact after its SHA-256 was checked, from the very file that was checked. */
final class ArtifactRoute implements HttpHandler {

  private final ArtifactStore store;

  ArtifactRoute(ArtifactStore store) {
    this.store = store;
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    String name = exchange.getRequestURI().getPath().substring("/artifacts/".length());
    Expected expected = store.expected().get().get(name);
    if (expected == null) {
      Problem.send(exchange, 404, GatewayReason.NO_SUCH_ROUTE);
      return;
    }
    try (VerifiedFile file = Artifacts.verify(store.folder().resolve(name), expected)) {
      exchange.getResponseHeaders().set("Content-Type", "application/octet-stream");
      try (var out = Problem.begin(exchange, 200, file.size());
          var in = file.newInputStream()) {
        if (!Problem.isHead(exchange)) {
          in.transferTo(out);
        }
      }
    }
  }
}
