package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.tests.Eventually;
import io.bartizan.tests.OptionalTool;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * A program at the other end, with another TLS stack. Its {@code cert.pem}, {@code key.pem} and
 * {@code roots.pem} are in a folder.
 */
enum PeerRuntime {
  CURL {
    @Override
    Client client(int port, Path dir) {
      return () -> {
        PeerProgram.Result result =
            PeerProgram.run(
                Map.of(),
                "",
                "curl",
                "--silent",
                "--cacert",
                dir + "/roots.pem",
                "--cert",
                dir + "/cert.pem",
                "--key",
                dir + "/key.pem",
                "https://localhost:" + port + "/");
        return result.exit() == 0 ? "answer " + result.text().strip() : "refused " + result.exit();
      };
    }
  },
  /** Asks a daemon that is {@link PeerDaemon}. */
  DOCKER {
    @Override
    Client client(int port, Path dir) {
      return () -> {
        PeerProgram.Result result =
            PeerProgram.run(
                Map.of("DOCKER_CONFIG", dir.toString()),
                "",
                "docker",
                "--host",
                "tcp://127.0.0.1:" + port,
                "--tlsverify",
                "--tlscacert",
                dir + "/roots.pem",
                "--tlscert",
                dir + "/cert.pem",
                "--tlskey",
                dir + "/key.pem",
                "version",
                "--format",
                "{{.Server.Version}}");
        boolean served = result.exit() == 0 && result.text().contains(PeerDaemon.VERSION);
        return served ? "answer ok" : "refused " + result.text();
      };
    }
  },
  OPENSSL {
    @Override
    Client client(int port, Path dir) {
      return () -> {
        Path session = dir.resolve("session.pem");
        List<String> command = command(dir, "s_client", "-connect", "127.0.0.1:" + port);
        command.addAll(List.of("-servername", "localhost", "-verify_hostname", "localhost"));
        command.addAll(List.of("-verify_return_error", "-ign_eof", "-sess_out", "" + session));
        if (Files.exists(session)) {
          command.addAll(List.of("-sess_in", session.toString()));
        }
        String request = new String(PeerLoop.REQUEST, StandardCharsets.US_ASCII);
        String text =
            PeerProgram.run(Map.of(), request, command.toArray(String[]::new))
                .text()
                .replace("\r", "");
        return text.contains(" 200 OK\n") && text.contains("\n\nok") ? "answer ok" : "refused";
      };
    }

    @Override
    Served serve(Path dir) throws Exception {
      List<String> command = command(dir, "s_server", "-accept", "127.0.0.1:0", "-www");
      command.addAll(List.of("-Verify", "3", "-verify_return_error"));
      PeerProgram program = PeerProgram.start(Map.of(), command.toArray(String[]::new));
      String line = program.line("ACCEPT");
      return new Served(
          program, Integer.parseInt(line.substring(line.lastIndexOf(':') + 1).trim()));
    }

    private List<String> command(Path dir, String... first) {
      List<String> command = new ArrayList<>(List.of("openssl"));
      command.addAll(List.of(first));
      command.addAll(List.of("-cert", dir + "/cert.pem", "-cert_chain", dir + "/cert.pem"));
      command.addAll(List.of("-key", dir + "/key.pem", "-CAfile", dir + "/roots.pem"));
      return command;
    }
  },
  NODE {
    @Override
    Client client(int port, Path dir) throws Exception {
      return new Talking(
          PeerProgram.start(Map.of(), "node", "" + resource("client.js"), "" + port, "" + dir));
    }

    @Override
    Served serve(Path dir) throws Exception {
      return Served.of(PeerProgram.start(Map.of(), "node", "" + resource("server.js"), "" + dir));
    }
  },
  PYTHON {
    @Override
    Client client(int port, Path dir) throws Exception {
      return new Talking(
          PeerProgram.start(Map.of(), "python3", "" + resource("client.py"), "" + port, "" + dir));
    }

    @Override
    Served serve(Path dir) throws Exception {
      return Served.of(
          PeerProgram.start(Map.of(), "python3", "" + resource("server.py"), "" + dir));
    }
  },
  GO {
    @Override
    Client client(int port, Path dir) throws Exception {
      return new Talking(
          PeerProgram.start(Map.of(), "" + GoProgram.built(), "client", "" + port, "" + dir));
    }

    @Override
    Served serve(Path dir) throws Exception {
      return Served.of(PeerProgram.start(Map.of(), "" + GoProgram.built(), "server", "" + dir));
    }
  },
  /** As a client it is a proxy in front. */
  NGINX {
    @Override
    Client client(int port, Path dir) throws Exception {
      int own = freePort();
      PeerProgram program = nginx(dir, NGINX_CLIENT.formatted(dir, own, port), own);
      HttpClient http = HttpClient.newHttpClient();
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + own + "/")).build();
      return new Client() {
        @Override
        public String fetch() throws Exception {
          HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
          return answer.statusCode() == 200 ? "answer " + answer.body() : "refused";
        }

        @Override
        public void close() {
          program.close();
        }
      };
    }

    @Override
    Served serve(Path dir) throws Exception {
      int port = freePort();
      return new Served(nginx(dir, NGINX_SERVER.formatted(dir, port), port), port);
    }
  };

  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final String NGINX_SERVER =
      """
      listen 127.0.0.1:%2$d ssl; ssl_certificate %1$s/cert.pem; ssl_certificate_key %1$s/key.pem;
      ssl_client_certificate %1$s/roots.pem; ssl_verify_client on; location / { return 200 ok; }
      """;
  private static final String NGINX_CLIENT =
      """
      listen 127.0.0.1:%2$d; location / {
        proxy_pass https://127.0.0.1:%3$d; proxy_ssl_certificate %1$s/cert.pem;
        proxy_ssl_certificate_key %1$s/key.pem; proxy_ssl_trusted_certificate %1$s/roots.pem;
        proxy_ssl_verify on; proxy_ssl_name localhost; proxy_ssl_server_name on;
        proxy_ssl_protocols TLSv1.2 TLSv1.3;
      }
      """;

  /** A client that asks one server again and again, each time on a new connection. */
  @FunctionalInterface
  interface Client extends AutoCloseable {

    /** {@code answer ok}, or something that begins with {@code refused}. */
    String fetch() throws Exception;

    @Override
    default void close() {}
  }

  /** A client of this certificate. */
  abstract Client client(int port, Path dir) throws Exception;

  /** A server of this certificate, which requires one of its clients. */
  Served serve(Path dir) throws Exception {
    throw new UnsupportedOperationException("a client only");
  }

  /** Whether its client has a memory for sessions. */
  boolean resumes() {
    return this != CURL && this != DOCKER;
  }

  record Served(PeerProgram program, int port) implements AutoCloseable {

    static Served of(PeerProgram program) throws IOException {
      return new Served(program, Integer.parseInt(program.line("port ").substring(5)));
    }

    @Override
    public void close() {
      program.close();
    }
  }

  /** A client that makes one request for each line of its input, and keeps its sessions. */
  private record Talking(PeerProgram program) implements Client {

    @Override
    public String fetch() throws IOException {
      program.type("again\n");
      return program.line("= ").substring(2);
    }

    @Override
    public void close() {
      program.close();
    }
  }

  /** {@code peer.go}, compiled once; its standard library is kept in Go's own cache. */
  private static final class GoProgram {

    private static final long MINUTES = 5;
    private static Path program;

    private GoProgram() {}

    static Path built() throws Exception {
      if (program == null) {
        Path to = Path.of("target", "peer-go").toAbsolutePath();
        ProcessBuilder go =
            new ProcessBuilder(
                OptionalTool.program("go").toString(),
                "build",
                "-o",
                to.toString(),
                resource("peer.go").toString());
        go.environment()
            .putAll(
                Map.of(
                    "GOFLAGS", "-mod=mod",
                    "GOPROXY", "off",
                    "GOTOOLCHAIN", "local",
                    "CGO_ENABLED", "0"));
        Process process = go.redirectErrorStream(true).start();
        try {
          String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
          assertThat(process.waitFor(MINUTES, TimeUnit.MINUTES)).isTrue();
          assertThat(process.exitValue()).as(said).isZero();
        } finally {
          process.destroyForcibly();
        }
        program = to;
      }
      return program;
    }
  }

  private static Path resource(String name) throws URISyntaxException {
    return Path.of(
        Objects.requireNonNull(PeerRuntime.class.getResource("peers/" + name), name).toURI());
  }

  private static PeerProgram nginx(Path dir, String server, int port) throws Exception {
    String text = Files.readString(resource("nginx.conf"));
    Path config =
        Files.writeString(
            dir.resolve("nginx.conf"),
            text.replace("${dir}", dir.toString()).replace("${server}", server));
    PeerProgram program =
        PeerProgram.start(
            Map.of(),
            OptionalTool.program("nginx").toString(),
            "-e",
            dir + "/error.log",
            "-p",
            dir.toString(),
            "-c",
            config.toString());
    Eventually.within(
        LIMIT,
        () -> {
          try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            assertThat(socket.isConnected()).isTrue();
          } catch (IOException e) {
            throw new AssertionError("nginx does not listen yet", e);
          }
        });
    return program;
  }

  private static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    }
  }
}
