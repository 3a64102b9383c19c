package io.bartizan.integrity.jwt;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.bartizan.core.Ticker;
import io.bartizan.testkit.DevCa;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A real HTTPS server of keys that rotates, stalls, lies and dies as a test tells it. */
final class JwksServer implements AutoCloseable {

  /** What the server does with a request. */
  interface Answer {
    void to(HttpExchange exchange) throws IOException;
  }

  private static final char[] PASSWORD = "test".toCharArray();

  private final HttpsServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final AtomicInteger requests = new AtomicInteger();
  private final Semaphore arrived = new Semaphore(0);
  private final CountDownLatch goOn = new CountDownLatch(1);
  private final HttpClient client;
  private volatile Answer answer = exchange -> send(exchange, 404, new byte[0]);

  JwksServer() throws IOException, GeneralSecurityException {
    DevCa ca = DevCa.of("jwks");
    KeyStore identity =
        ca.leaf("jwks").dns("localhost").ip("127.0.0.1").forServer().issue().keyStore(PASSWORD);
    KeyManagerFactory key = KeyManagerFactory.getInstance("PKIX");
    key.init(identity, PASSWORD);
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(key.getKeyManagers(), null, null);
    server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(tls));
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(ca.trustStore());
    SSLContext clientTls = SSLContext.getInstance("TLS");
    clientTls.init(null, trust.getTrustManagers(), null);
    client = HttpClient.newBuilder().sslContext(clientTls).build();
  }

  private void handle(HttpExchange exchange) throws IOException {
    requests.incrementAndGet();
    arrived.release();
    try (exchange) {
      answer.to(exchange);
    }
  }

  URI uri() {
    return URI.create("https://localhost:" + server.getAddress().getPort() + "/jwks");
  }

  HttpClient client() {
    return client;
  }

  RemoteJwks.Builder keys(Ticker ticker) {
    return RemoteJwks.builder(client, uri()).withTicker(ticker).withTimeout(Duration.ofSeconds(20));
  }

  int requests() {
    return requests.get();
  }

  void publish(String... jwks) {
    say("{\"keys\":[" + String.join(",", jwks) + "]}");
  }

  void say(String body) {
    answer = exchange -> send(exchange, 200, body.getBytes(UTF_8));
  }

  void fail(int status) {
    answer = exchange -> send(exchange, status, "sorry".getBytes(UTF_8));
  }

  void answer(Answer other) {
    answer = other;
  }

  /** Holds every later request until {@link #goOn}, then answers as before. */
  void stall() {
    Answer before = answer;
    answer =
        exchange -> {
          try {
            boolean unused = goOn.await(30, TimeUnit.SECONDS);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          before.to(exchange);
        };
  }

  void goOn() {
    goOn.countDown();
  }

  /** Until so many requests came in all. */
  void awaitRequests(int total) throws InterruptedException {
    while (requests.get() < total) {
      if (!arrived.tryAcquire(20, TimeUnit.SECONDS)) {
        throw new AssertionError("only " + requests + " requests came, " + total + " expected");
      }
    }
  }

  /** Until the fetch that is on its way has had its effect. */
  static void awaitIdle(RemoteJwks keys) {
    if (!keys.awaitFetch(Duration.ofSeconds(20))) {
      throw new AssertionError("the fetch did not end");
    }
  }

  static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    if (body.length > 0) {
      exchange.getResponseBody().write(body);
    }
  }

  @Override
  public void close() {
    goOn.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
