package io.bartizan.examples.gateway;

import io.bartizan.examples.gateway.demonstration.Demonstration;
import io.bartizan.examples.gateway.demonstration.Material;
import io.bartizan.testkit.DevCa;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The service in this process, on free ports, with the material of the demonstration as files. */
final class Running implements AutoCloseable {

  /** What a probe was answered. */
  record Answer(int status, String body) {}

  /** And shorter than the service waits for a silent client. */
  private static final Duration LONGER_THAN_ANY_PROBE = Duration.ofSeconds(5);

  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  final DevCa ca;
  final Material material;
  private @Nullable Service service;

  Running(Path folder) throws Exception {
    ca = DevCa.of("Root of a test");
    material = Material.make(folder, ca);
  }

  Running start() throws Exception {
    return start(null);
  }

  Running start(Settings.@Nullable Redis redis) throws Exception {
    InetSocketAddress free = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    service =
        Service.start(
            new Settings(
                free,
                free,
                new Settings.Files(
                    material.tls(),
                    material.peers(),
                    material.tokenKeys(),
                    material.cartKeys(),
                    material.apiKeys(),
                    material.artifacts()),
                Material.ISSUER,
                Material.AUDIENCE,
                redis,
                new Settings.Drain(Duration.ZERO, Duration.ofSeconds(20)),
                Duration.ofMillis(100)));
    return this;
  }

  Service service() {
    if (service == null) {
      throw new IllegalStateException("not started");
    }
    return service;
  }

  int port() {
    return service().port();
  }

  Answer probe(String path) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + service().probePort() + path);
    HttpRequest request = HttpRequest.newBuilder(uri).timeout(LONGER_THAN_ANY_PROBE).build();
    var answer = CLIENT.send(request, BodyHandlers.ofString());
    return new Answer(answer.statusCode(), answer.body());
  }

  void awaitReady() throws Exception {
    Eventually.within("ready", () -> probe("/readyz").status() == 200);
  }

  /** Until the service says that it is not ready, and says this. */
  void awaitUnready(String sentence) throws Exception {
    Eventually.within(
        "not ready because of: " + sentence,
        () -> {
          Answer answer = probe("/readyz");
          return answer.status() == 503 && answer.body().contains(sentence);
        });
  }

  /** The demonstration's table; empty if every answer is the expected one. */
  String differences() throws Exception {
    StringWriter out = new StringWriter();
    int exit =
        Demonstration.drive(
            material, URI.create("https://localhost:" + port()), new PrintWriter(out));
    return exit == 0 ? "" : out.toString();
  }

  /** As editors and the kubelet do it: whoever reads sees the old text or the new. */
  static void replace(Path file, String text) throws Exception {
    Path beside = file.resolveSibling("." + file.getFileName() + ".new");
    Files.writeString(beside, text);
    Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public void close() {
    if (service != null) {
      service.close();
    }
  }
}
