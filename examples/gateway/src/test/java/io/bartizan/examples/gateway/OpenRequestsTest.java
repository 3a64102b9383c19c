package io.bartizan.examples.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class OpenRequestsTest {

  private final OpenRequests open = new OpenRequests();

  @Test
  void server_withNothingToDo_isNotWaitedFor() throws Exception {
    assertThat(open.awaitNone(Duration.ofDays(1))).isTrue();
  }

  @Test
  void request_thatIsOpen_isWaitedForAndNoLonger() throws Exception {
    CountDownLatch goOn = new CountDownLatch(1);
    ExecutorService threads = Executors.newCachedThreadPool();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server
        .createContext(
            "/",
            exchange -> {
              await(goOn);
              exchange.sendResponseHeaders(204, -1);
              exchange.close();
            })
        .getFilters()
        .add(open);
    server.start();
    try {
      URI uri = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
      var answer =
          HttpClient.newHttpClient()
              .sendAsync(HttpRequest.newBuilder(uri).build(), BodyHandlers.discarding());
      Eventually.within("open", () -> open.count() == 1);
      assertThat(open.awaitNone(Duration.ofMillis(10))).isFalse();
      goOn.countDown();
      assertThat(open.awaitNone(Duration.ofDays(1))).isTrue();
      assertThat(answer.get(30, TimeUnit.SECONDS).statusCode()).isEqualTo(204);
    } finally {
      server.stop(0);
      threads.shutdownNow();
    }
  }

  private static void await(CountDownLatch latch) throws IOException {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }
}
