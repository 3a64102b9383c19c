package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.testkit.DevCa;
import io.bartizan.testkit.DevCertificate;
import io.bartizan.tests.Eventually;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.cert.X509CRL;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Other TLS stacks as peers, each as client of our server and as server of our client, through a
 * change of authority, a deny-list, and a revocation list whose file is replaced.
 */
@Tag("deep")
class PeerRuntimesIT {

  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final Duration LOOK = Duration.ofMillis(100);

  private final DevCa before = DevCa.of("Before");
  private final DevCa after = DevCa.of("After");

  /** Whether each accepted handshake resumed a session. */
  private final Queue<Boolean> resumed = new ConcurrentLinkedQueue<>();

  private final TlsListener listener =
      new TlsListener() {
        @Override
        public void decided(HandshakeEvent event) {
          if (event.outcome().isAccepted()) {
            resumed.add(event.resumed());
          }
        }
      };

  @TempDir Path folder;

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

  private Path put(X509CRL list) throws IOException {
    Path next = Files.writeString(folder.resolve("list.next"), DevCa.pem(list));
    return Files.move(next, folder.resolve("list.crl"), StandardCopyOption.ATOMIC_MOVE);
  }

  @ParameterizedTest
  @EnumSource(PeerRuntime.class)
  void client_throughRotationAndRevocation_isServedWhileItIsTrusted(PeerRuntime peer)
      throws Exception {
    DevCertificate old = clientOf(before);
    Path own = dir("own", serverOf(before));
    Path roots = Files.writeString(folder.resolve("ca.pem"), before.certificatePem());
    Path denied = Files.createFile(folder.resolve("denied.txt"));
    try (ServerTls tls =
            ServerTls.builder(
                    identity(own), TrustAnchors.pem(roots), PeerPolicy.spiffeId(PeerCast.SPIFFE))
                .withRevocation(Revocation.none().withDenyList(denied))
                .build();
        PeerHttps service = new PeerHttps(tls, PeerDaemon::answer);
        PeerRuntime.Client oldClient = peer.client(service.port(), dir("old", old));
        PeerRuntime.Client newClient = peer.client(service.port(), dir("new", clientOf(after)))) {
      assertThat(oldClient.fetch()).startsWith("answer ok");
      assertThat(newClient.fetch()).startsWith("refused");

      serverOf(after).writeTo(own);
      Files.writeString(roots, before.certificatePem() + after.certificatePem());
      assertThat(tls.reload()).isTrue();
      assertThat(oldClient.fetch()).startsWith("answer ok");
      assertThat(newClient.fetch()).startsWith("answer ok");

      revoke(denied, old);
      assertThat(tls.reload()).isTrue();
      assertThat(oldClient.fetch()).startsWith("refused");
      assertThat(newClient.fetch()).startsWith("answer ok");
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = PeerRuntime.class,
      mode = EnumSource.Mode.EXCLUDE,
      names = {"CURL", "DOCKER"})
  void server_throughRotationAndRevocation_isCalledWhileItIsTrusted(PeerRuntime peer)
      throws Exception {
    DevCertificate old = serverOf(before);
    Path own = dir("own", clientOf(before));
    Path roots = Files.writeString(folder.resolve("ca.pem"), before.certificatePem());
    Path denied = Files.createFile(folder.resolve("denied.txt"));
    try (ClientTls tls =
            ClientTls.builder(identity(own), TrustAnchors.pem(roots), PeerPolicy.requestedHost())
                .withRevocation(Revocation.none().withDenyList(denied))
                .build();
        PeerRuntime.Served oldServer = peer.serve(dir("old", old));
        PeerRuntime.Served newServer = peer.serve(dir("new", serverOf(after)))) {
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

  @ParameterizedTest
  @EnumSource(PeerRuntime.class)
  void client_whomAReplacedListNames_isRefusedAlsoWhenItResumes(PeerRuntime peer) throws Exception {
    DevCertificate named = clientOf(before);
    Path list = put(before.crl());
    try (ServerTls tls =
            ServerTls.builder(
                    identity(dir("own", serverOf(before))),
                    TrustAnchors.of(List.of(before.certificate())),
                    PeerPolicy.spiffeId(PeerCast.SPIFFE))
                .withRevocation(Revocation.crls(list))
                .withReload(LOOK)
                .withListener(listener)
                .build();
        PeerHttps service = new PeerHttps(tls, PeerDaemon::answer);
        PeerRuntime.Client revoked = peer.client(service.port(), dir("named", named));
        PeerRuntime.Client other = peer.client(service.port(), dir("other", clientOf(before)))) {
      for (PeerRuntime.Client each : List.of(revoked, other)) {
        resumed.clear();
        assertThat(List.of(each.fetch(), each.fetch())).allMatch(said -> said.equals("answer ok"));
        assertThat(resumed.contains(true)).isEqualTo(peer.resumes());
      }

      long generation = tls.generation();
      Path replaced = put(before.crl(named.certificate()));
      Eventually.within(LIMIT, replaced + " serves", () -> tls.generation() > generation);
      assertThat(List.of(revoked.fetch(), revoked.fetch()))
          .allMatch(said -> said.startsWith("refused"));
      assertThat(other.fetch()).isEqualTo("answer ok");
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = PeerRuntime.class,
      mode = EnumSource.Mode.EXCLUDE,
      names = {"CURL", "DOCKER"})
  void server_whomAReplacedListNames_isRefusedAlsoWhenItResumes(PeerRuntime peer) throws Exception {
    DevCertificate named = serverOf(before);
    Path list = put(before.crl());
    try (ClientTls tls =
            ClientTls.builder(
                    identity(dir("own", clientOf(before))),
                    TrustAnchors.of(List.of(before.certificate())),
                    PeerPolicy.requestedHost())
                .withRevocation(Revocation.crls(list))
                .withReload(LOOK)
                .withListener(listener)
                .build();
        PeerRuntime.Served revoked = peer.serve(dir("named", named));
        PeerRuntime.Served other = peer.serve(dir("other", serverOf(before)))) {
      for (PeerRuntime.Served each : List.of(revoked, other)) {
        resumed.clear();
        assertThat(List.of(get(tls, each.port()), get(tls, each.port())))
            .containsExactly("ok", "ok");
        assertThat(resumed).containsExactly(false, true);
      }

      long generation = tls.generation();
      Path replaced = put(before.crl(named.certificate()));
      Eventually.within(LIMIT, replaced + " serves", () -> tls.generation() > generation);
      assertThat(List.of(get(tls, revoked.port()), get(tls, revoked.port())))
          .allMatch(said -> said.startsWith("refused"));
      assertThat(get(tls, other.port())).isEqualTo("ok");
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
