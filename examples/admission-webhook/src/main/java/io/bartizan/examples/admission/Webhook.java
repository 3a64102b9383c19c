package io.bartizan.examples.admission;

import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.HttpContext;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.bartizan.adapters.CallerKey;
import io.bartizan.adapters.httpserver.PeerIdentityFilter;
import io.bartizan.adapters.httpserver.RateLimitFilter;
import io.bartizan.mtls.ServerTls;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.ratelimit.Limit;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The HTTPS server: only the API server, known by its certificate, is heard, at a bounded rate. */
final class Webhook implements AutoCloseable {

  private static final int CONNECTIONS = 128;

  static {
    // System properties are an application's to set; what the command line says stays.
    setUnlessSet("jdk.httpserver.maxConnections", CONNECTIONS);
    setUnlessSet("sun.net.httpserver.maxReqTime", 10);
    setUnlessSet("sun.net.httpserver.maxRspTime", 30);
  }

  private final HttpsServer server;
  private final ThreadPoolExecutor threads =
      new ThreadPoolExecutor(
          CONNECTIONS, CONNECTIONS, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(CONNECTIONS));

  private volatile boolean ending;

  private Webhook(HttpsServer server) {
    this.server = server;
    threads.allowCoreThreadTimeOut(true);
    server.setExecutor(threads);
  }

  static Webhook start(InetSocketAddress address, ServerTls tls, Limit limit, ImageGate gate)
      throws IOException {
    HttpsServer server = HttpsServer.create(address, 0);
    server.setHttpsConfigurator(new HttpsConfigurator(tls.sslContext()));
    Webhook webhook = new Webhook(server);
    HttpContext reviews = server.createContext("/review", new ReviewHandler(gate));
    reviews.getFilters().add(Filter.beforeHandler("ends connections", webhook::beforeReview));
    reviews.getFilters().add(PeerIdentityFilter.of());
    reviews.getFilters().add(RateLimitFilter.of(KeyedRateLimiter.of(limit, 100), CallerKey.peer()));
    server.start();
    return webhook;
  }

  /** The API server keeps connections, also to a pod that no Service names any more. */
  private void beforeReview(HttpExchange exchange) {
    if (ending) {
      exchange.getResponseHeaders().set("Connection", "close");
    }
  }

  /** Takes no more connections, and waits at most so long for the reviews that are open. */
  void drain(Duration most) throws InterruptedException {
    ending = true;
    int seconds = (int) most.toSeconds() + 1;
    Thread stopping = new Thread(() -> server.stop(seconds), "webhook-stop");
    stopping.setDaemon(true);
    stopping.start();
    long end = System.nanoTime() + most.toNanos();
    while ((threads.getActiveCount() > 0 || !threads.getQueue().isEmpty())
        && System.nanoTime() - end < 0) {
      TimeUnit.MILLISECONDS.sleep(10);
    }
  }

  private static void setUnlessSet(String property, int value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, Integer.toString(value));
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
