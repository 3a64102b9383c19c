package io.bartizan.examples.deploy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import io.bartizan.mtls.ClientTls;
import java.io.IOException;
import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLSocket;

/**
 * Four clients that together send at most 100 requests a second, each on a connection of its own.
 */
final class Load implements AutoCloseable {

  static final int API_KEYS = 400;
  static final int CARTS = 20;
  private static final int CLIENTS = 4;
  private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(40);

  /** How long the gateway waits for Redis before it answers 503. */
  private static final long REDIS_TIMEOUT = TimeUnit.MILLISECONDS.toNanos(500);

  /** What callers hold now. */
  record Held(ClientTls tls, String token, List<String> carts, String apiKeyPrefix) {}

  /** What happened to the requests that began in a step. */
  static final class Step {
    final String name;
    private final boolean isRedisAway;
    private final boolean mayNotConnect;
    final AtomicInteger sent = new AtomicInteger();
    final AtomicInteger refused = new AtomicInteger();
    final AtomicInteger unconnected = new AtomicInteger();
    final Queue<Long> answered = new ConcurrentLinkedQueue<>();
    final Queue<String> failures = new ConcurrentLinkedQueue<>();
    String seen = "";
    String recovered = "";

    Step(String name, boolean isRedisAway, boolean mayNotConnect) {
      this.name = name;
      this.isRedisAway = isRedisAway;
      this.mayNotConnect = mayNotConnect;
    }

    /** Redis is away, or this machine was slower than the gateway waits for it. */
    boolean expects(String answer, long nanos) {
      return answer.startsWith("HTTP/1.1 503") && (isRedisAway || nanos >= REDIS_TIMEOUT);
    }

    String row() {
      List<Long> sorted = answered.stream().sorted().toList();
      return "| %s | %d | %d | %d | %d | %d | %s | %s | %s | %s |"
          .formatted(
              name,
              sent.get(),
              sorted.size(),
              refused.get(),
              unconnected.get(),
              failures.size(),
              millis(sorted, 50),
              millis(sorted, 99),
              seen,
              recovered);
    }

    private static String millis(List<Long> sorted, int percent) {
      return sorted.isEmpty()
          ? ""
          : Long.toString(sorted.get((sorted.size() - 1) * percent / 100) / 1_000_000);
    }
  }

  static final String HEAD =
      """
      | step | sent | 2xx | 503 | not connected | failed | p50, ms | p99, ms | in use after, s | recovered after, s |
      |---|---|---|---|---|---|---|---|---|---|\
      """;

  private final int port;
  private final List<Thread> clients = new ArrayList<>();
  private volatile boolean ends;
  private volatile Step step;
  private volatile Held held;

  Load(int port, Held held, Step step) {
    this.port = port;
    this.held = held;
    this.step = step;
    for (int i = 0; i < CLIENTS; i++) {
      int client = i;
      Thread thread = new Thread(() -> run(client), "client " + i);
      clients.add(thread);
      thread.start();
    }
  }

  void hold(Held next) {
    held = next;
  }

  void begin(Step next) {
    step = next;
  }

  private void run(int client) {
    long next = System.nanoTime();
    for (int i = client; !ends; i += CLIENTS) {
      once(step, held, i);
      next = Math.max(next + PAUSE, System.nanoTime() - PAUSE);
      LockSupport.parkNanos(next - System.nanoTime());
    }
  }

  private void once(Step now, Held with, int i) {
    now.sent.incrementAndGet();
    long start = System.nanoTime();
    SSLSocket socket;
    try {
      socket = connect(port, with.tls());
    } catch (IOException e) {
      if (now.mayNotConnect) {
        now.unconnected.incrementAndGet();
      } else {
        now.failures.add("no connection: " + e);
      }
      return;
    }
    String key = "X-Api-Key: " + with.apiKeyPrefix() + "-";
    try {
      String answer =
          i / CLIENTS % 4 == 0
              ? exchange(
                  socket, "GET /cart", key + i % CARTS, "X-Cart: " + with.carts().get(i % CARTS))
              : exchange(
                  socket,
                  "GET /account",
                  key + i % API_KEYS,
                  "Authorization: Bearer " + with.token());
      long nanos = System.nanoTime() - start;
      if (answer.startsWith("HTTP/1.1 2")) {
        now.answered.add(nanos);
      } else if (now.expects(answer, nanos)) {
        now.refused.incrementAndGet();
      } else {
        now.failures.add(answer.isEmpty() ? "no answer" : answer);
      }
    } catch (IOException e) {
      now.failures.add("cut: " + e);
    }
  }

  private static SSLSocket connect(int port, ClientTls tls) throws IOException {
    SSLSocket socket =
        (SSLSocket) tls.sslContext().getSocketFactory().createSocket("localhost", port);
    try {
      socket.setSoTimeout(20_000);
      socket.startHandshake();
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  private static String exchange(SSLSocket opened, String line, String... headers)
      throws IOException {
    try (SSLSocket socket = opened) {
      String head = " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
      String request = line + head + String.join("\r\n", headers) + "\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
    }
  }

  static String send(int port, ClientTls tls, String line, String... headers) throws IOException {
    return exchange(connect(port, tls), line, headers);
  }

  static BigInteger serial(int port, ClientTls tls) throws IOException {
    try (SSLSocket socket = connect(port, tls)) {
      return ((X509Certificate) socket.getSession().getPeerCertificates()[0]).getSerialNumber();
    }
  }

  static String seconds(long since) {
    return String.format(Locale.ROOT, "%.1f", (System.nanoTime() - since) / 1e9);
  }

  @Override
  public void close() throws InterruptedException {
    ends = true;
    for (Thread client : clients) {
      client.join();
    }
  }
}
