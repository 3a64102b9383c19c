package io.bartizan.adapters.httpclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.Rate;
import io.bartizan.ratelimit.RateLimiter;
import io.bartizan.tests.Eventually;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PacedHttpClientIT {

  private final ConcurrentLinkedQueue<Long> arrivals = new ConcurrentLinkedQueue<>();
  private final HttpClient client = HttpClient.newHttpClient();
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          arrivals.add(System.nanoTime());
          exchange.sendResponseHeaders(204, -1);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private HttpRequest request() {
    return HttpRequest.newBuilder(
            URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/"))
        .build();
  }

  private static RateLimiter every(int millis) {
    return RateLimiter.of(Limit.paced(Rate.per(1, Duration.ofMillis(millis))));
  }

  /** Whose next turn is never now, however long a busy machine takes to ask. */
  private static RateLimiter taken(int millis) {
    RateLimiter pace =
        RateLimiter.builder(Limit.paced(Rate.per(1, Duration.ofMillis(millis))))
            .withTicker(() -> 0)
            .build();
    assertThat(pace.tryAcquire().isAllowed()).isTrue();
    return pace;
  }

  @Test
  void send_waitsForItsTurn() throws Exception {
    HttpClient paced = PacedHttpClient.of(client, every(200), Duration.ofSeconds(20));
    long start = System.nanoTime();
    for (int i = 0; i < 3; i++) {
      assertThat(paced.send(request(), BodyHandlers.discarding()).statusCode()).isEqualTo(204);
    }
    assertThat(arrivals).hasSize(3);
    assertThat(new ArrayList<>(arrivals).get(2) - start)
        .isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(400));
  }

  @Test
  void sendAsync_keepsThePace() throws Exception {
    HttpClient paced = PacedHttpClient.of(client, every(200), Duration.ofSeconds(20));
    long start = System.nanoTime();
    List<CompletableFuture<HttpResponse<Void>>> all = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      all.add(paced.sendAsync(request(), BodyHandlers.discarding()));
    }
    for (CompletableFuture<HttpResponse<Void>> each : all) {
      assertThat(each.get(30, TimeUnit.SECONDS).statusCode()).isEqualTo(204);
    }
    assertThat(new ArrayList<>(arrivals).get(3) - start)
        .isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(600));
  }

  @Test
  void turn_thatWouldComeTooLate_failsAtOnceAndSendsNothing() throws Exception {
    RateLimiter hourly = RateLimiter.of(Limit.paced(Rate.per(1, ChronoUnit.HOURS)));
    HttpClient paced = PacedHttpClient.of(client, hourly, Duration.ofSeconds(1));
    paced.send(request(), BodyHandlers.discarding());
    assertThatThrownBy(() -> paced.send(request(), BodyHandlers.discarding()))
        .isInstanceOf(HttpTimeoutException.class)
        .hasMessageStartingWith("not sent");
    assertThatThrownBy(() -> paced.sendAsync(request(), BodyHandlers.discarding(), null).get())
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(HttpTimeoutException.class);
    assertThat(arrivals).hasSize(1);
  }

  @Test
  void future_cancelledBeforeItsTurn_givesTheTurnBackAndSendsNothing() throws Exception {
    RateLimiter hourly = RateLimiter.of(Limit.paced(Rate.per(1, ChronoUnit.HOURS)));
    HttpClient paced = PacedHttpClient.of(client, hourly, Duration.ofHours(1));
    paced.send(request(), BodyHandlers.discarding());
    CompletableFuture<HttpResponse<Void>> second =
        paced.sendAsync(request(), BodyHandlers.discarding());
    assertThat(hourly.reserve(1, Duration.ofHours(1)).isGranted()).isFalse();
    assertThat(second.cancel(true)).isTrue();
    assertThat(hourly.reserve(1, Duration.ofHours(1)).isGranted()).isTrue();
    assertThat(arrivals).hasSize(1);
  }

  /** The client ends the exchange of a future that is cancelled; so it does behind a wait. */
  @Test
  void future_cancelledAfterItsTurn_endsTheRequest() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      RateLimiter pace = taken(20);
      HttpClient paced = PacedHttpClient.of(client, pace, Duration.ofSeconds(20));
      CompletableFuture<HttpResponse<Void>> sent =
          paced.sendAsync(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + silent.getLocalPort() + "/"))
                  .build(),
              BodyHandlers.discarding());
      try (Socket asked = silent.accept()) {
        asked.setSoTimeout(10_000);
        assertThat(asked.getInputStream().read()).isEqualTo('G');
        assertThat(sent.cancel(true)).isTrue();
        assertThat(asked.getInputStream().readAllBytes()).isNotEmpty(); // until the client hangs up
      }
    }
  }

  @Test
  void everythingElse_isTheClientsOwn() {
    PacedHttpClient paced = PacedHttpClient.of(client, every(1), Duration.ZERO);
    assertThat(paced.version()).isEqualTo(client.version());
    assertThat(paced.followRedirects()).isEqualTo(client.followRedirects());
    assertThat(paced.sslContext()).isSameAs(client.sslContext());
    assertThat(paced).hasToString("PacedHttpClient[waits at most 0]");
    assertThatThrownBy(() -> PacedHttpClient.of(client, every(1), Duration.ofSeconds(-1)))
        .hasMessage("maxWait is -1 seconds, zero or more is accepted");
  }

  @Test
  void future_ofARequestThatNoThreadSends_failsInItsTurn() throws Exception {
    HttpClient without =
        HttpClient.newBuilder()
            .executor(
                task -> {
                  throw new OutOfMemoryError("unable to create native thread");
                })
            .build();
    RateLimiter pace = taken(200);
    CompletableFuture<HttpResponse<Void>> sent =
        PacedHttpClient.of(without, pace, Duration.ofSeconds(20))
            .sendAsync(request(), BodyHandlers.discarding());
    assertThatThrownBy(() -> sent.get(10, TimeUnit.SECONDS))
        .hasRootCauseInstanceOf(OutOfMemoryError.class);
    assertThat(arrivals).isEmpty();
  }

  @Test
  void futures_cancelledBeforeTheirTurn_leaveNothingInMemory() throws Exception {
    RateLimiter hourly = RateLimiter.of(Limit.paced(Rate.per(1, ChronoUnit.HOURS)));
    HttpClient paced = PacedHttpClient.of(client, hourly, Duration.ofHours(1));
    assertThat(hourly.tryAcquire().isAllowed()).isTrue();
    HttpRequest request = request();
    WeakReference<HttpRequest> kept = new WeakReference<>(request);
    assertThat(paced.sendAsync(request, BodyHandlers.discarding()).cancel(false)).isTrue();
    request = null;
    Eventually.within(
        Duration.ofSeconds(20),
        "the request is forgotten",
        () -> {
          System.gc();
          return kept.get() == null;
        });
  }
}
