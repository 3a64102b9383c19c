package io.bartizan.examples.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.examples.gateway.demonstration.Material;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The process itself; what is for production has no test kit on its class path. */
@Timeout(120)
class ServeProcessIT {

  @TempDir Path folder;

  private Material material;
  private int port;
  private int probePort;
  private Process process;

  @BeforeEach
  void make() throws Exception {
    material = Material.make(folder);
    try (ServerSocket one = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        ServerSocket two = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = one.getLocalPort();
      probePort = two.getLocalPort();
    }
  }

  @AfterEach
  void stop() {
    process.destroyForcibly();
  }

  @Test
  void sigterm_withARequestOpen_isNotReadyAtOnceFinishesItAndExitsWithZero() throws Exception {
    start("--drain-delay=1s", "--drain-time=20s");
    Eventually.within("ready", () -> readiness().startsWith("200"));
    try (Caller caller = new Caller(folder, "client");
        SSLSocket slow = caller.connect(port)) {
      beginSlowRequest(slow);
      Eventually.within("open", () -> probe("/metrics").contains("gateway_requests_open 1.0"));
      process.destroy();
      Eventually.within("not ready", () -> readiness().equals("503 ends: SIGTERM was received\n"));
      assertThat(lastOfItsConnection(caller))
          .as("served within the delay")
          .startsWith("HTTP/1.1 404");
      Eventually.within("no more connections", () -> !isListening());
      assertThat(process.isAlive()).isTrue();
      slow.getOutputStream().write("ples".getBytes(US_ASCII));
      String answer = new String(slow.getInputStream().readAllBytes(), ISO_8859_1);
      assertThat(answer).startsWith("HTTP/1.1 200");
    }
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
    assertThat(log()).contains("ends: every request was answered").doesNotContain("ERROR");
  }

  @Test
  void sigterm_whileItsMaterialIsMissing_exitsWithZeroAtOnce() throws Exception {
    Files.delete(material.tls().resolve("tls.key"));
    start("--drain-delay=10m");
    Eventually.within("told", () -> readiness().contains("tls.key"));
    Eventually.within("logged", () -> log().contains("not ready: tls: "));
    assertThat(log()).containsOnlyOnce("ERROR");
    process.destroy();
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
  }

  /** README's command: the folder that it made is gone, and nothing waits for something else. */
  @Test
  void demonstration_onSigterm_endsInOrder() throws Exception {
    Path made = Files.createDirectory(folder.resolve("made"));
    run(true, "-Djava.io.tmpdir=" + made, "io.bartizan.examples.gateway.Main", "--serve");
    Eventually.within("it serves", () -> log().contains("Stop it with Ctrl-C."));
    assertThat(made).isNotEmptyDirectory();
    process.destroy();
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).as("it ends").isTrue();
    assertThat(made).isEmptyDirectory();
  }

  @Test
  void probePort_taken_exitsWithASentence() throws Exception {
    try (ServerSocket taken = new ServerSocket(probePort, 1, InetAddress.getLoopbackAddress())) {
      start();
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isEqualTo(1);
      assertThat(log()).contains("the probes can't listen on", "" + taken.getLocalPort());
    }
  }

  /** Its handler waits for the rest of the body. */
  private static void beginSlowRequest(SSLSocket socket) throws IOException {
    String head = "POST /cart HTTP/1.1\r\nHost: localhost\r\nX-Api-Key: key-shop\r\n";
    String request = head + "Content-Length: 8\r\n\r\n3 ap";
    socket.getOutputStream().write(request.getBytes(US_ASCII));
  }

  /** It ends only because the server closes, for this client would stay. */
  private String lastOfItsConnection(Caller caller) throws IOException {
    try (SSLSocket socket = caller.connect(port)) {
      String request = "GET /nothing HTTP/1.1\r\nHost: localhost\r\nX-Api-Key: key-shop\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
    }
  }

  private boolean isListening() {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException refused) {
      return false;
    }
  }

  private String readiness() throws InterruptedException {
    return probe("/readyz");
  }

  private String probe(String path) throws InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + probePort + path);
    try {
      var answer =
          HttpClient.newHttpClient()
              .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
      return answer.statusCode() + " " + answer.body();
    } catch (IOException notYet) {
      return notYet.toString();
    }
  }

  private String log() throws IOException {
    return Files.readString(folder.resolve("log"));
  }

  private void start(String... more) throws IOException {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "io.bartizan.examples.gateway.Main",
                "serve",
                "--port=" + port,
                "--probe-port=" + probePort,
                "--tls=" + material.tls(),
                "--peers=" + material.peers(),
                "--issuer=" + Material.ISSUER,
                "--audience=" + Material.AUDIENCE,
                "--token-keys=" + material.tokenKeys(),
                "--cart-keys=" + material.cartKeys(),
                "--api-keys=" + material.apiKeys(),
                "--artifacts=" + material.artifacts()));
    arguments.addAll(List.of(more));
    run(false, arguments.toArray(String[]::new));
  }

  private void run(boolean withTestkit, String... arguments) throws IOException {
    String classPath =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
            .filter(entry -> withTestkit || !entry.contains("testkit"))
            .filter(entry -> !entry.contains("test-classes"))
            .collect(Collectors.joining(File.pathSeparator));
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                classPath));
    command.addAll(List.of(arguments));
    process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("log").toFile())
            .start();
  }
}
