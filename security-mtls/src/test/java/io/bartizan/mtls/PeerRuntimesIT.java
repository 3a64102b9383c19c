package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.testkit.DevCa;
import io.bartizan.testkit.DevCertificate;
import io.bartizan.tests.Eventually;
import io.bartizan.tests.OptionalTool;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Other TLS stacks as peers, each as client of our server and as server of our client, through a
 * change of authority and a revocation.
 */
@Tag("deep")
class PeerRuntimesIT {

  private static final Duration LIMIT = Duration.ofSeconds(20);

  private static final String NODE_CLIENT =
      """
      const https = require('https'), fs = require('fs'), [port, dir] = process.argv.slice(1);
      const read = name => fs.readFileSync(dir + '/' + name);
      https.get({host: 'localhost', port, ca: read('roots.pem'), cert: read('cert.pem'),
          key: read('key.pem'), lookup: (h, o, done) => o.all
              ? done(null, [{address: '127.0.0.1', family: 4}]) : done(null, '127.0.0.1', 4)}, answer => {
        let body = '';
        answer.on('data', some => body += some);
        answer.on('end', () => console.log('answer ' + body));
      }).on('error', e => console.log('refused ' + e.code));
      """;
  private static final String NODE_SERVER =
      """
      const https = require('https'), fs = require('fs'), [dir] = process.argv.slice(1);
      const read = name => fs.readFileSync(dir + '/' + name);
      https.createServer({key: read('key.pem'), cert: read('cert.pem'), ca: read('roots.pem'),
          requestCert: true, rejectUnauthorized: true}, (request, answer) => answer.end('ok'))
        .listen(0, '127.0.0.1', function() { console.log('port ' + this.address().port); });
      """;
  private static final String PYTHON_CLIENT =
      """
      import http.client, ssl, sys
      port, dir = int(sys.argv[1]), sys.argv[2]
      context = ssl.create_default_context(cafile=dir + '/roots.pem')
      context.load_cert_chain(dir + '/cert.pem', dir + '/key.pem')
      try:
          connection = http.client.HTTPSConnection('localhost', port, context=context, timeout=10)
          connection.request('GET', '/')
          print('answer', connection.getresponse().read().decode())
      except (OSError, http.client.HTTPException) as e:
          print('refused', type(e).__name__)
      """;
  private static final String PYTHON_SERVER =
      """
      import http.server, ssl, sys
      dir = sys.argv[1]
      class Ok(http.server.BaseHTTPRequestHandler):
          def do_GET(self):
              self.send_response(200)
              self.send_header('Content-Length', '2')
              self.end_headers()
              self.wfile.write(b'ok')
      context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
      context.load_cert_chain(dir + '/cert.pem', dir + '/key.pem')
      context.load_verify_locations(dir + '/roots.pem')
      context.verify_mode = ssl.CERT_REQUIRED
      server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Ok)
      server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
      print('port', server.server_address[1], flush=True)
      server.serve_forever()
      """;
  private static final String NGINX =
      """
      daemon off; master_process off; pid %1$s/nginx.pid; error_log %1$s/error.log;
      events {}
      http {
        access_log off;
        client_body_temp_path %1$s/a; proxy_temp_path %1$s/b; fastcgi_temp_path %1$s/c;
        uwsgi_temp_path %1$s/d; scgi_temp_path %1$s/e;
        server {
          %2$s
        }
      }
      """;
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
        proxy_ssl_protocols TLSv1.2 TLSv1.3; proxy_ssl_session_reuse off;
      }
      """;

  private final DevCa before = DevCa.of("Before");
  private final DevCa after = DevCa.of("After");
  @TempDir Path folder;

  /** A program at the other end; its certificate, key and roots are in a folder. */
  enum Peer {
    CURL {
      @Override
      String fetch(int port, Path dir) throws Exception {
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
        return result.exit() == 0 ? "answer " + result.text() : "refused " + result.exit();
      }
    },
    NODE {
      @Override
      String fetch(int port, Path dir) throws Exception {
        return PeerProgram.run(Map.of(), "", "node", "-e", NODE_CLIENT, "" + port, "" + dir).text();
      }

      @Override
      Served serve(Path dir) throws Exception {
        return Served.of(PeerProgram.start(Map.of(), "node", "-e", NODE_SERVER, "" + dir));
      }
    },
    PYTHON {
      @Override
      String fetch(int port, Path dir) throws Exception {
        return PeerProgram.run(Map.of(), "", "python3", "-c", PYTHON_CLIENT, "" + port, "" + dir)
            .text();
      }

      @Override
      Served serve(Path dir) throws Exception {
        return Served.of(PeerProgram.start(Map.of(), "python3", "-c", PYTHON_SERVER, "" + dir));
      }
    },
    NGINX_PROXY {
      @Override
      String fetch(int port, Path dir) throws Exception {
        int own = freePort();
        try (PeerProgram unused = nginx(dir, NGINX_CLIENT.formatted(dir, own, port), own)) {
          HttpResponse<String> answer =
              HttpClient.newHttpClient()
                  .send(
                      HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + own + "/")).build(),
                      HttpResponse.BodyHandlers.ofString());
          return answer.statusCode() == 200 ? "answer " + answer.body() : "refused";
        }
      }

      @Override
      Served serve(Path dir) throws Exception {
        int port = freePort();
        return new Served(nginx(dir, NGINX_SERVER.formatted(dir, port), port), port);
      }
    };

    abstract String fetch(int port, Path dir) throws Exception;

    Served serve(Path dir) throws Exception {
      throw new UnsupportedOperationException("a client only");
    }
  }

  private record Served(PeerProgram program, int port) implements AutoCloseable {

    static Served of(PeerProgram program) throws IOException {
      return new Served(program, Integer.parseInt(program.line("port ").substring(5)));
    }

    @Override
    public void close() {
      program.close();
    }
  }

  private static PeerProgram nginx(Path dir, String server, int port) throws Exception {
    Path config = Files.writeString(dir.resolve("nginx.conf"), NGINX.formatted(dir, server));
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

  private Path dir(String name, DevCertificate certificate) throws IOException {
    Path dir = Files.createDirectories(folder.resolve(name));
    certificate.writeTo(dir);
    Files.writeString(dir.resolve("roots.pem"), before.certificatePem() + after.certificatePem());
    return dir;
  }

  private static DevCertificate serverOf(DevCa ca) {
    return ca.leaf("server").dns("localhost").ip("127.0.0.1").forServer().issue();
  }

  private static DevCertificate clientOf(DevCa ca) {
    return ca.leaf("client").uri(PeerCast.SPIFFE).forClient().issue();
  }

  private static Identity identity(Path dir) {
    return Identity.pem(dir.resolve("cert.pem"), dir.resolve("key.pem"));
  }

  /** Serials alone would name both: each authority of the testkit counts from one. */
  private static void revoke(Path denied, DevCertificate certificate) throws IOException {
    String pin = PeerIdentity.withoutVerification(certificate.certificate()).spkiPin();
    Files.writeString(denied, pin + "\n", StandardOpenOption.APPEND);
  }

  @ParameterizedTest
  @EnumSource(Peer.class)
  void client_throughRotationAndRevocation_isServedWhileItIsTrusted(Peer peer) throws Exception {
    DevCertificate old = clientOf(before);
    Path oldClient = dir("old", old);
    Path newClient = dir("new", clientOf(after));
    Path own = dir("own", serverOf(before));
    Path roots = Files.writeString(folder.resolve("ca.pem"), before.certificatePem());
    Path denied = Files.createFile(folder.resolve("denied.txt"));
    try (ServerTls tls =
            ServerTls.builder(
                    identity(own), TrustAnchors.pem(roots), PeerPolicy.spiffeId(PeerCast.SPIFFE))
                .withRevocation(Revocation.none().withDenyList(denied))
                .build();
        PeerHttps service = PeerHttps.ok(tls)) {
      assertThat(peer.fetch(service.port(), oldClient)).startsWith("answer ok");
      assertThat(peer.fetch(service.port(), newClient)).startsWith("refused");

      serverOf(after).writeTo(own);
      Files.writeString(roots, before.certificatePem() + after.certificatePem());
      assertThat(tls.reload()).isTrue();
      assertThat(peer.fetch(service.port(), oldClient)).startsWith("answer ok");
      assertThat(peer.fetch(service.port(), newClient)).startsWith("answer ok");

      revoke(denied, old);
      assertThat(tls.reload()).isTrue();
      assertThat(peer.fetch(service.port(), oldClient)).startsWith("refused");
      assertThat(peer.fetch(service.port(), newClient)).startsWith("answer ok");
    }
  }

  @ParameterizedTest
  @EnumSource(value = Peer.class, mode = EnumSource.Mode.EXCLUDE, names = "CURL")
  void server_throughRotationAndRevocation_isCalledWhileItIsTrusted(Peer peer) throws Exception {
    DevCertificate old = serverOf(before);
    Path own = dir("own", clientOf(before));
    Path roots = Files.writeString(folder.resolve("ca.pem"), before.certificatePem());
    Path denied = Files.createFile(folder.resolve("denied.txt"));
    try (ClientTls tls =
            ClientTls.builder(identity(own), TrustAnchors.pem(roots), PeerPolicy.requestedHost())
                .withRevocation(Revocation.none().withDenyList(denied))
                .build();
        Served oldServer = peer.serve(dir("old", old));
        Served newServer = peer.serve(dir("new", serverOf(after)))) {
      assertThat(get(tls, oldServer.port())).isEqualTo("ok");
      assertThat(get(tls, newServer.port())).startsWith("refused");

      clientOf(after).writeTo(own);
      Files.writeString(roots, before.certificatePem() + after.certificatePem());
      assertThat(tls.reload()).isTrue();
      assertThat(List.of(get(tls, oldServer.port()), get(tls, newServer.port())))
          .containsExactly("ok", "ok");

      revoke(denied, old);
      assertThat(tls.reload()).isTrue();
      assertThat(get(tls, oldServer.port())).startsWith("refused");
      assertThat(get(tls, newServer.port())).isEqualTo("ok");
    }
  }

  private static String get(ClientTls tls, int port) throws Exception {
    javax.net.ssl.SSLSocketFactory sockets = tls.sslContext().getSocketFactory();
    try (Socket plain = PeerLoop.connect(port);
        Socket socket = sockets.createSocket(plain, "localhost", port, true)) {
      socket.getOutputStream().write(PeerLoop.REQUEST);
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      return answer.contains(" 200 ") && answer.contains("ok") ? "ok" : answer;
    } catch (IOException e) {
      return "refused " + e;
    }
  }
}
