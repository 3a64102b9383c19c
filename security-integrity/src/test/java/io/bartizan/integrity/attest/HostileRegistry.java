package io.bartizan.integrity.attest;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.attest.oci.Descriptor;
import io.bartizan.integrity.attest.oci.ImageReference;
import io.bartizan.integrity.attest.oci.OciRegistry;
import io.bartizan.integrity.json.Json;
import io.bartizan.integrity.json.JsonLimits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A registry on this machine that serves what lies in a layout folder, by the distribution API,
 * unless a test has something worse for a path.
 */
final class HostileRegistry implements AutoCloseable {

  static final String REPOSITORY = "team/app";

  /** One request: its path with query, and what was sent to log in, or "". */
  record Asked(String path, String authorization) {}

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Path folder;
  private final Map<String, HttpHandler> worse = new ConcurrentHashMap<>();
  final List<Asked> asked = new CopyOnWriteArrayList<>();
  volatile boolean hasReferrersApi = true;

  /** Who may ask for the repository. */
  interface Gate {
    boolean lets(HttpExchange exchange) throws IOException;
  }

  volatile Gate gate = exchange -> true;

  HostileRegistry(Path folder) throws IOException {
    this.folder = folder;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  int port() {
    return server.getAddress().getPort();
  }

  String host() {
    return "127.0.0.1:" + port();
  }

  /** The image of that digest as it lies here. */
  ImageReference image(Digest digest) {
    return ImageReference.parse(host() + "/" + REPOSITORY + "@" + digest);
  }

  OciRegistry.Builder source() {
    return OciRegistry.builder(
            HttpClient.newHttpClient(), ImageReference.parse(host() + "/" + REPOSITORY))
        .plainHttpOnLoopback()
        .withRetryPauses(Duration.ofMillis(1), Duration.ofSeconds(2));
  }

  /** From now on this is what the path of the repository gives. */
  void answers(String path, HttpHandler handler) {
    worse.put("/v2/" + REPOSITORY + "/" + path, handler);
  }

  /** The same of any path. */
  void answersAt(String path, HttpHandler handler) {
    worse.put(path, handler);
  }

  List<String> paths() {
    return asked.stream().map(Asked::path).toList();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      exchange.getResponseHeaders().set("Connection", "close"); // else Nagle waits 40 ms each time
      String path = exchange.getRequestURI().getPath();
      String sent = exchange.getRequestHeaders().getFirst("Authorization");
      asked.add(new Asked(exchange.getRequestURI().toString(), sent == null ? "" : sent));
      if (path.startsWith("/v2/") && !gate.lets(exchange)) {
        return;
      }
      worse.getOrDefault(path, this::honest).handle(exchange);
    }
  }

  void honest(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    String own = "/v2/" + REPOSITORY + "/";
    if (!path.startsWith(own)) {
      send(exchange, 404, "text/plain", new byte[0]);
      return;
    }
    String[] parts = path.substring(own.length()).split("/", 2);
    if (parts[0].equals("referrers") && hasReferrersApi) {
      send(exchange, 200, Descriptor.INDEX, referrers(parts[1]));
      return;
    }
    String digest = parts[0].equals("manifests") ? digestOf(parts[1]) : parts[1];
    Path blob = folder.resolve("blobs").resolve(digest.replace(':', '/'));
    if (parts[0].equals("referrers") || !Files.isRegularFile(blob)) {
      send(exchange, 404, "text/plain", new byte[0]);
      return;
    }
    byte[] content = Files.readAllBytes(blob);
    String type = "application/octet-stream";
    if (parts[0].equals("manifests")) {
      String text = new String(content, UTF_8);
      type = text.contains("\"manifests\"") ? Descriptor.INDEX : Descriptor.MANIFEST;
      exchange.getResponseHeaders().set("Docker-Content-Digest", digest);
    }
    send(exchange, 200, type, content);
  }

  static void send(HttpExchange exchange, int status, String type, byte[] body) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    if (body.length > 0) {
      exchange.getResponseBody().write(body);
    }
  }

  static HttpHandler answer(int status, String type, byte[] body) {
    return exchange -> send(exchange, status, type, body);
  }

  static HttpHandler redirect(String location) {
    return exchange -> {
      exchange.getResponseHeaders().set("Location", location);
      exchange.sendResponseHeaders(307, -1);
    };
  }

  private String digestOf(String reference) {
    for (Map<String, Object> each : listed()) {
      Object annotations = each.get("annotations");
      if (annotations instanceof Map<?, ?> map
          && reference.equals(map.get("org.opencontainers.image.ref.name"))) {
        return (String) each.get("digest");
      }
    }
    return reference;
  }

  private byte[] referrers(String image) throws IOException {
    List<Object> found = new ArrayList<>();
    for (Map<String, Object> each : listed()) {
      Path blob = folder.resolve("blobs").resolve(((String) each.get("digest")).replace(':', '/'));
      if (Files.readString(blob).contains("\"subject\"")
          && Files.readString(blob).contains(image)) {
        found.add(each);
      }
    }
    return index(found);
  }

  static byte[] index(List<?> manifests) {
    Map<String, Object> index = new LinkedHashMap<>();
    index.put("schemaVersion", 2);
    index.put("mediaType", Descriptor.INDEX);
    index.put("manifests", manifests);
    return Signer.json(index);
  }

  @SuppressWarnings("unchecked") // what LayoutFolder wrote
  private List<Map<String, Object>> listed() {
    try {
      byte[] json = Files.readAllBytes(folder.resolve("index.json"));
      return (List<Map<String, Object>>)
          (List<?>)
              Json.parseObject(json, new JsonLimits(1 << 24, 16, 100_000, 32))
                  .toJava()
                  .get("manifests");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (io.bartizan.integrity.json.JsonException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
