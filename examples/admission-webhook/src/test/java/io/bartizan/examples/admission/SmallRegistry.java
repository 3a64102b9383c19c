package io.bartizan.examples.admission;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.bartizan.core.Pem;
import io.bartizan.integrity.artifact.Digest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** A registry on this machine with images of which some are signed as cosign 2 signs them. */
final class SmallRegistry implements AutoCloseable {

  private static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final KeyPair keys;
  private final Map<String, byte[]> content = new ConcurrentHashMap<>();
  final AtomicInteger asked = new AtomicInteger();
  volatile int trouble;
  volatile boolean stalls;

  SmallRegistry() throws Exception {
    keys = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  String host() {
    return "127.0.0.1:" + server.getAddress().getPort();
  }

  String key() {
    return Pem.encode("PUBLIC KEY", keys.getPublic().getEncoded());
  }

  /** An image, also under a tag; gives its reference by digest. */
  String image(String tag) {
    String config = blob("application/vnd.oci.image.config.v1+json", "{}", "");
    byte[] manifest = manifest(config, "", ",\"annotations\":{\"n\":\"" + tag + "\"}");
    Digest digest = Digest.sha256Of(manifest);
    content.put("manifests/" + digest, manifest);
    content.put("manifests/" + tag, manifest);
    return host() + "/team/app@" + digest;
  }

  void sign(String image) throws Exception {
    Digest digest = Digest.parseOci(image.substring(image.indexOf('@') + 1));
    String payload =
        "{\"critical\":{\"identity\":{},\"image\":{\"docker-manifest-digest\":\""
            + digest
            + "\"},\"type\":\"cosign container image signature\"}}";
    Signature signer = Signature.getInstance("Ed25519");
    signer.initSign(keys.getPrivate());
    signer.update(payload.getBytes(UTF_8));
    String layer =
        blob(
            "application/vnd.dev.cosign.simplesigning.v1+json",
            payload,
            ",\"annotations\":{\"dev.cosignproject.cosign/signature\":\""
                + Base64.getEncoder().encodeToString(signer.sign())
                + "\"}");
    byte[] manifest = manifest(blob("application/vnd.oci.empty.v1+json", "{}", ""), layer, "");
    content.put("manifests/sha256-" + digest.hex() + ".sig", manifest);
    content.put("manifests/" + Digest.sha256Of(manifest), manifest);
  }

  private String blob(String type, String text, String more) {
    byte[] bytes = text.getBytes(UTF_8);
    Digest digest = Digest.sha256Of(bytes);
    content.put("blobs/" + digest, bytes);
    return "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%d%s}"
        .formatted(type, digest, bytes.length, more);
  }

  private static byte[] manifest(String config, String layers, String more) {
    return "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"config\":%s,\"layers\":[%s]%s}"
        .formatted(MANIFEST, config, layers, more)
        .getBytes(UTF_8);
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      asked.incrementAndGet();
      if (stalls) {
        Thread.sleep(60_000);
      }
      String path = exchange.getRequestURI().getPath().replaceFirst("^/v2/team/app/", "");
      byte[] body = content.get(path);
      exchange.getResponseHeaders().set("Connection", "close");
      exchange.getResponseHeaders().set("Content-Type", MANIFEST);
      if (trouble != 0 || body == null) {
        exchange.sendResponseHeaders(trouble != 0 ? trouble : 404, -1);
      } else {
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
