package io.bartizan.integrity.tuf;

import static io.bartizan.integrity.tuf.TufRefusals.accepted;
import static io.bartizan.integrity.tuf.TufRefusals.refused;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.bartizan.testkit.ManualInstantSource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A repository by HTTP: U09, and what is asked for. */
class HttpTufSourceIT {

  /** Answers one request in another way than with the file. */
  private interface Answer {
    void to(HttpExchange exchange) throws Exception;
  }

  @TempDir Path folder;
  private final Map<String, Answer> answers = new ConcurrentHashMap<>();
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final CountDownLatch end = new CountDownLatch(1);
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private HttpServer server;
  private HttpClient client;
  private TestRepository repository;

  @BeforeEach
  void start() throws Exception {
    repository = new TestRepository(folder.resolve("repository")).publish();
    client = HttpClient.newHttpClient();
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
    server.setExecutor(threads);
    server.createContext("/", this::serve);
    server.start();
  }

  @AfterEach
  void stop() {
    end.countDown();
    server.stop(0);
    threads.shutdownNow();
  }

  private void serve(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getRawPath();
    asked.add(path);
    try (exchange) {
      Answer answer = answers.get(path);
      Path file = folder.resolve("repository" + exchange.getRequestURI().getPath()).normalize();
      if (answer != null) {
        answer.to(exchange);
      } else if (file.startsWith(folder) && Files.isRegularFile(file)) {
        byte[] bytes = Files.readAllBytes(file);
        exchange.sendResponseHeaders(200, bytes.length);
        exchange.getResponseBody().write(bytes);
      } else {
        exchange.sendResponseHeaders(404, -1);
      }
    } catch (IOException e) {
      throw e; // the client went away, as it should
    } catch (Exception e) {
      throw new IOException(e);
    }
  }

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
  }

  private TufClient client(String store) throws Exception {
    return client(store, Duration.ofSeconds(20));
  }

  private TufClient client(String store, Duration timeout) throws Exception {
    return TufClient.builder(
            repository.rootBytes(),
            TufSource.plainHttp(client, uri("/metadata"), uri("/targets/")),
            folder.resolve(store))
        .withClock(new ManualInstantSource(TestRepository.NOW))
        .withFetchTimeout(timeout)
        .build();
  }

  @Test
  void files_are_asked_for_by_their_consistent_names() throws Exception {
    repository.targets.targets.put("a b/\u00e9+.txt", "x".getBytes(UTF_8));
    repository.publishContent();
    TufClient tuf = client("trust");
    accepted(tuf);
    assertThat(tuf.verifyTarget("a b/\u00e9+.txt").text()).isEqualTo("x");
    assertThat(asked)
        .containsExactly(
            "/metadata/2.root.json",
            "/metadata/timestamp.json",
            "/metadata/1.snapshot.json",
            "/metadata/1.targets.json",
            "/targets/" + RoleSigner.hex256("hello") + ".file.txt",
            "/targets/a%20b/" + RoleSigner.hex256("x") + ".%C3%A9%2B.txt");
    asked.clear();
    accepted(tuf);
    assertThat(asked).containsExactly("/metadata/2.root.json", "/metadata/timestamp.json");
  }

  @Test
  void roots_end_at_a_file_that_is_missing_and_at_nothing_else() throws Exception {
    for (int status : List.of(403, 404, 410)) {
      answers.put("/metadata/2.root.json", exchange -> exchange.sendResponseHeaders(status, -1));
      accepted(client("trust" + status));
    }
    for (int status : List.of(500, 503, 204, 401, 206)) {
      answers.put("/metadata/2.root.json", exchange -> exchange.sendResponseHeaders(status, -1));
      refused(TufReason.FETCH_FAILED, client("trust" + status)::refresh);
    }
  }

  @Test
  void U09_endlessAnswer_isCutAtItsBound() throws Exception {
    for (String path :
        List.of(
            "/metadata/2.root.json",
            "/metadata/timestamp.json",
            "/metadata/1.snapshot.json",
            "/metadata/1.targets.json")) {
      answers.put(path, HttpTufSourceIT::endless);
      refused(TufReason.TOO_LARGE, client(path.replace('/', '-'))::refresh);
      answers.clear();
      accepted(client(path.replace('/', '-')));
    }
    TufClient tuf = client("trust");
    tuf.refresh();
    answers.put(target(), HttpTufSourceIT::endless);
    refused(TufReason.TOO_LARGE, () -> tuf.verifyTarget("file.txt"));
    answers.clear();
    accepted(tuf);
  }

  private static String target() {
    return "/targets/" + RoleSigner.hex256("hello") + ".file.txt";
  }

  private static void endless(HttpExchange exchange) throws IOException {
    exchange.sendResponseHeaders(200, 0);
    byte[] blanks = "        ".repeat(1_000).getBytes(UTF_8);
    OutputStream out = exchange.getResponseBody();
    while (true) {
      out.write(blanks); // until the client goes away
    }
  }

  @Test
  void U09_slowAnswer_endsInTime() throws Exception {
    byte[] good = Files.readAllBytes(repository.metadata.resolve("timestamp.json"));
    answers.put("/metadata/timestamp.json", exchange -> waitForEnd());
    refused(TufReason.FETCH_TIMED_OUT, client("a", Duration.ofMillis(300))::refresh);
    answers.put(
        "/metadata/timestamp.json",
        exchange -> {
          exchange.sendResponseHeaders(200, good.length);
          exchange.getResponseBody().write(good, 0, good.length - 1);
          exchange.getResponseBody().flush();
          waitForEnd(); // the last byte never comes
        });
    refused(TufReason.FETCH_TIMED_OUT, client("a", Duration.ofMillis(300))::refresh);
    answers.clear();
    accepted(client("a"));
  }

  private void waitForEnd() throws InterruptedException {
    assertThat(end.await(60, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void U09_redirect_isNotFollowed() throws Exception {
    byte[] good = Files.readAllBytes(repository.metadata.resolve("timestamp.json"));
    answers.put(
        "/metadata/timestamp.json",
        exchange -> {
          exchange.getResponseHeaders().add("Location", uri("/elsewhere").toString());
          exchange.sendResponseHeaders(302, -1);
        });
    answers.put(
        "/elsewhere",
        exchange -> {
          exchange.sendResponseHeaders(200, good.length);
          exchange.getResponseBody().write(good);
        });
    refused(TufReason.FETCH_FAILED, client("trust")::refresh);
    assertThat(asked).doesNotContain("/elsewhere");
  }

  @Test
  void U09_encodedAnswer_isRefused() throws Exception {
    byte[] good = Files.readAllBytes(repository.metadata.resolve("timestamp.json"));
    ByteArrayOutputStream zipped = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(zipped)) {
      out.write(good);
    }
    answers.put(
        "/metadata/timestamp.json", exchange -> say(exchange, "gzip", zipped.toByteArray()));
    refused(TufReason.FETCH_FAILED, client("trust")::refresh);
    answers.put("/metadata/timestamp.json", exchange -> say(exchange, "identity", good));
    accepted(client("trust"));
  }

  private static void say(HttpExchange exchange, String encoding, byte[] body) throws IOException {
    exchange.getResponseHeaders().add("Content-Encoding", encoding);
    exchange.sendResponseHeaders(200, body.length);
    exchange.getResponseBody().write(body);
  }

  @Test
  void server_that_is_gone_is_a_typed_refusal() throws Exception {
    TufClient tuf = client("trust");
    server.stop(0);
    refused(TufReason.FETCH_FAILED, tuf::refresh);
    assertThat(tuf.health().detail()).contains("2.root.json").hasSizeLessThan(1_000);
  }

  @Test
  void only_https_and_clients_that_follow_nothing_are_accepted() {
    URI good = URI.create("https://tuf.example.com/repo");
    assertThat(TufSource.of(client, good, good).toString()).contains("repo/");
    for (String bad :
        List.of(
            "http://tuf.example.com/",
            "https://user@tuf.example.com/",
            "https://tuf.example.com/?a",
            "https://tuf.example.com/#a",
            "file:///tmp",
            "/relative")) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> TufSource.of(client, URI.create(bad), good))
          .withMessageContaining("metadata is");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> TufSource.of(client, good, URI.create(bad)))
          .withMessageContaining("targets is");
    }
    HttpClient following =
        HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NORMAL).build();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TufSource.of(following, good, good))
        .withMessageContaining("NEVER");
    assertThat(TufSource.plainHttp(client, URI.create("http://a/"), URI.create("HTTP://b/")))
        .isNotNull();
  }
}
