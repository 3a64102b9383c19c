package io.bartizan.examples.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.bartizan.core.SecretBytes;
import io.bartizan.integrity.jwt.JwsAlgorithm;
import io.bartizan.integrity.jwt.JwtClaims;
import io.bartizan.integrity.jwt.JwtKeys;
import io.bartizan.integrity.jwt.JwtSigner;
import io.bartizan.integrity.jwt.JwtVerifier;
import io.bartizan.integrity.jwt.SigningKey;
import io.bartizan.integrity.jwt.TrustedIssuer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TokenGuardIT {

  private static final String ISSUER = "https://issuer.example";

  private final CyclicBarrier meeting = new CyclicBarrier(4);

  /** All are in the handler at once, so that whatever they share holds the last one's token. */
  @Test
  void concurrent_requests_haveTheirOwnTokens() throws Exception {
    SecretBytes secret = SecretBytes.random(32);
    JwtVerifier verifier =
        JwtVerifier.of(
            TrustedIssuer.of(
                ISSUER, JwtKeys.secret(JwsAlgorithm.HS256, secret), JwsAlgorithm.HS256),
            "api");
    JwtSigner signer =
        JwtSigner.of(ISSUER, Duration.ofMinutes(5), SigningKey.secret(JwsAlgorithm.HS256, secret));
    ExecutorService threads = Executors.newCachedThreadPool();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::handle).getFilters().add(new TokenGuard(() -> verifier));
    server.start();
    try {
      URI uri = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
      List<CompletableFuture<HttpResponse<String>>> all = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        String token = signer.sign(JwtClaims.forAudience("api").withSubject("user" + i));
        HttpRequest request =
            HttpRequest.newBuilder(uri).header("Authorization", "Bearer " + token).build();
        all.add(HttpClient.newHttpClient().sendAsync(request, BodyHandlers.ofString()));
      }
      for (int i = 0; i < 4; i++) {
        assertThat(all.get(i).get(30, TimeUnit.SECONDS).body()).isEqualTo("user" + i);
      }
    } finally {
      server.stop(0);
      threads.shutdownNow();
    }
  }

  private void handle(HttpExchange exchange) throws IOException {
    try {
      meeting.await(30, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new IOException(e);
    }
    byte[] body =
        TokenGuard.verified(exchange).subject().orElse("?").getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(200, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }
}
