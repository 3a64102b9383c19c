package io.bartizan.adapters.okhttp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.Rate;
import io.bartizan.ratelimit.RateLimiter;
import io.bartizan.tests.Eventually;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PacingInterceptorIT {

  private final ConcurrentLinkedQueue<Long> arrivals = new ConcurrentLinkedQueue<>();
  private OkHttpClient client;
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          arrivals.add(System.nanoTime());
          if (exchange.getRequestURI().getPath().equals("/old")) {
            exchange.getResponseHeaders().set("Location", "/new");
            exchange.sendResponseHeaders(302, -1);
          } else {
            exchange.sendResponseHeaders(204, -1);
          }
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    client.dispatcher().executorService().shutdownNow();
    client.connectionPool().evictAll();
    server.stop(0);
  }

  private Call call(RateLimiter pace, Duration maxWait, String path) {
    if (client == null) {
      client =
          new OkHttpClient.Builder().addInterceptor(PacingInterceptor.of(pace, maxWait)).build();
    }
    return client.newCall(
        new Request.Builder()
            .url("http://127.0.0.1:" + server.getAddress().getPort() + path)
            .build());
  }

  private static RateLimiter hourly() {
    return RateLimiter.of(Limit.paced(Rate.per(1, ChronoUnit.HOURS)));
  }

  private static void served(Call call) throws IOException {
    try (Response response = call.execute()) {
      assertThat(response.code()).isEqualTo(204);
    }
  }

  @Test
  void calls_waitForTheirTurn() throws Exception {
    RateLimiter pace = RateLimiter.of(Limit.paced(Rate.per(1, Duration.ofMillis(200))));
    long start = System.nanoTime();
    for (int i = 0; i < 3; i++) {
      served(call(pace, Duration.ofSeconds(20), "/"));
    }
    assertThat(new ArrayList<>(arrivals).get(2) - start)
        .isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(400));
  }

  @Test
  void redirect_takesNoTurnOfItsOwn_andALateTurnFailsAtOnce() throws Exception {
    RateLimiter pace = hourly();
    served(call(pace, Duration.ofSeconds(1), "/old"));
    assertThat(arrivals).hasSize(2);
    assertThatThrownBy(() -> call(pace, Duration.ofSeconds(1), "/").execute())
        .isInstanceOf(InterruptedIOException.class)
        .hasMessageStartingWith("not sent: its turn comes in ");
    assertThat(arrivals).hasSize(2);
  }

  @Test
  void call_cancelledWhileItWaits_isNotSentAndGivesItsTurnBack() throws Exception {
    RateLimiter pace = RateLimiter.of(Limit.tokenBucket(1, Rate.per(1, Duration.ofSeconds(2))));
    served(call(pace, Duration.ofSeconds(20), "/"));
    CompletableFuture<IOException> failed = new CompletableFuture<>();
    Call second = call(pace, Duration.ofSeconds(20), "/");
    second.enqueue(
        new Callback() {
          @Override
          public void onFailure(Call call, IOException problem) {
            failed.complete(problem);
          }

          @Override
          public void onResponse(Call call, Response response) {
            response.close();
            failed.complete(new IOException("was sent"));
          }
        });
    Eventually.within(Duration.ofSeconds(20), () -> assertThat(pace.peek().isAllowed()).isFalse());
    second.cancel();
    assertThat(failed.get(30, TimeUnit.SECONDS)).hasMessage("Canceled");
    assertThat(pace.peek().isAllowed()).as("the turn is back").isTrue();
    assertThat(arrivals).hasSize(1);
  }

  @Test
  void thread_interruptedWhileItWaits_staysInterruptedAndSendsNothing() throws Exception {
    RateLimiter pace = hourly();
    served(call(pace, Duration.ofHours(2), "/"));
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> call(pace, Duration.ofHours(2), "/").execute())
        .isInstanceOf(InterruptedIOException.class)
        .hasMessageContaining("interrupted");
    assertThat(Thread.interrupted()).isTrue();
    assertThat(pace.reserve(1, Duration.ofHours(1)).isGranted()).as("the turn is back").isTrue();
    assertThat(arrivals).hasSize(1);
  }

  @Test
  void maxWait_negative_isRefused() {
    assertThatThrownBy(() -> call(hourly(), Duration.ofSeconds(-1), "/"))
        .hasMessage("maxWait is -1 seconds, zero or more is accepted");
    client = new OkHttpClient();
    assertThat(PacingInterceptor.of(hourly(), Duration.ZERO))
        .hasToString("PacingInterceptor[waits at most 0]");
  }
}
