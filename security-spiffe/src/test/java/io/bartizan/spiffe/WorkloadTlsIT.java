package io.bartizan.spiffe;

import static io.bartizan.spiffe.AgentMessages.der;
import static io.bartizan.spiffe.AgentMessages.svid;
import static io.bartizan.spiffe.AgentMessages.svids;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.core.Refusal;
import io.bartizan.mtls.ClientTls;
import io.bartizan.mtls.HandshakeEvent;
import io.bartizan.mtls.Identity;
import io.bartizan.mtls.PeerIdentity;
import io.bartizan.mtls.PeerPolicy;
import io.bartizan.mtls.PeerReason;
import io.bartizan.mtls.ServerTls;
import io.bartizan.mtls.TlsListener;
import io.bartizan.mtls.TrustAnchors;
import io.bartizan.spiffe.AgentMessages.Svid;
import io.bartizan.testkit.DevCa;
import io.bartizan.testkit.DevCertificate;
import io.bartizan.tests.Eventually;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole mutual TLS handshakes between processes that an agent feeds. */
class WorkloadTlsIT {

  private static final Duration BOUND = Duration.ofSeconds(20);
  private static final PeerPolicy ALL =
      PeerPolicy.anyOf(PeerPolicy.trustDomain("a.example"), PeerPolicy.trustDomain("b.example"));

  private final DevCa a = DevCa.of("Root A");
  private final DevCa b = DevCa.of("Root B");
  private final List<HandshakeEvent> events = new CopyOnWriteArrayList<>();

  @TempDir Path folder;

  /** One connection that carries a byte each way; the names that the server and client met. */
  private static List<String> meet(SSLContext client, SSLContext server, String protocol)
      throws Exception {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    try (SSLServerSocket listener =
        (SSLServerSocket) server.getServerSocketFactory().createServerSocket(0, 1, loopback)) {
      CompletableFuture<String> served =
          CompletableFuture.supplyAsync(
              () -> {
                try (SSLSocket socket = (SSLSocket) listener.accept()) {
                  socket.setSoTimeout(20_000);
                  int read = socket.getInputStream().read();
                  socket.getOutputStream().write(read + 1);
                  socket.getOutputStream().flush();
                  return PeerIdentity.of(socket.getSession()).spiffeId().orElse("");
                } catch (IOException e) {
                  return "refused: " + e;
                }
              });
      String met;
      try (SSLSocket socket =
          (SSLSocket) client.getSocketFactory().createSocket(loopback, listener.getLocalPort())) {
        socket.setSoTimeout(20_000);
        socket.setEnabledProtocols(new String[] {protocol});
        socket.getOutputStream().write(41);
        socket.getOutputStream().flush();
        if (socket.getInputStream().read() != 42) {
          throw new IOException("the server ended the connection");
        }
        met = PeerIdentity.of(socket.getSession()).spiffeId().orElse("");
      }
      return List.of(met, served.get(20, TimeUnit.SECONDS));
    }
  }

  private ServerTls server(WorkloadApi api) {
    return ServerTls.builder(api.identity(), api.anchors(), ALL)
        .withListener(
            new TlsListener() {
              @Override
              public void decided(HandshakeEvent event) {
                events.add(event);
              }
            })
        .build();
  }

  private byte[] state(DevCa root, String id, DevCa... own) {
    return svids(List.of(Svid.of(svid(root, id), own)), Map.of("spiffe://b.example", der(b)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void serverAndClient_fedByAgents_meetThroughARotationOfIdAndRoot(String protocol)
      throws Exception {
    try (TestAgent here = TestAgent.at(folder.resolve("here.sock"));
        TestAgent there = TestAgent.at(folder.resolve("there.sock"))) {
      here.send(svids(Svid.of(svid(a, "spiffe://a.example/server"), a)));
      there.send(svids(Svid.of(svid(a, "spiffe://a.example/client"), a)));
      try (WorkloadApi serving = WorkloadApi.of(here.address());
          WorkloadApi calling = WorkloadApi.of(there.address());
          ServerTls server = server(serving);
          ClientTls client = ClientTls.of(calling.identity(), calling.anchors(), ALL)) {
        SSLContext up = client.sslContext();
        SSLContext down = server.sslContext();
        assertThat(meet(up, down, protocol))
            .containsExactly("spiffe://a.example/server", "spiffe://a.example/client");

        // As SPIRE changes a root: both in the bundle, then new leaves, then the old root goes.
        DevCa next = DevCa.of("Root A");
        here.send(svids(Svid.of(svid(a, "spiffe://a.example/server"), a, next)));
        there.send(svids(Svid.of(svid(a, "spiffe://a.example/client"), a, next)));
        Eventually.within(
            BOUND, "two generations", () -> server.generation() == 2 && client.generation() == 2);
        here.send(svids(Svid.of(svid(next, "spiffe://a.example/server-2"), a, next)));
        Eventually.within(BOUND, "a third", () -> server.generation() == 3);
        assertThat(meet(up, down, protocol))
            .containsExactly("spiffe://a.example/server-2", "spiffe://a.example/client");
        there.send(svids(Svid.of(svid(next, "spiffe://a.example/client-2"), next)));
        here.send(svids(Svid.of(svid(next, "spiffe://a.example/server-2"), next)));
        Eventually.within(
            BOUND,
            "the old root is gone",
            () -> server.generation() == 4 && client.generation() == 3);
        assertThat(meet(up, down, protocol))
            .containsExactly("spiffe://a.example/server-2", "spiffe://a.example/client-2");
        assertThat(server.explain(svid(a, "spiffe://a.example/old").chain(), null).isAccepted())
            .isFalse();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void partner_whoseFederationEnded_isRefusedOnResumptionToo(String protocol) throws Exception {
    try (TestAgent agent = TestAgent.at(folder.resolve("agent.sock"))) {
      agent.send(state(a, "spiffe://a.example/server", a));
      try (WorkloadApi api = WorkloadApi.of(agent.address());
          ServerTls server = server(api)) {
        DevCertificate shown = svid(b, "spiffe://b.example/partner");
        SSLContext partner =
            ClientTls.of(
                    Identity.of(shown.privateKey(), shown.chain()),
                    TrustAnchors.of(List.of(a.certificate())),
                    ALL)
                .sslContext();
        SSLContext down = server.sslContext();
        try (Listening listening = new Listening(down)) {
          assertThat(listening.call(partner, protocol)).isEqualTo("served");
          assertThat(listening.call(partner, protocol)).isEqualTo("served");
          assertThat(events).extracting(HandshakeEvent::resumed).containsExactly(false, true);

          agent.send(svids(Svid.of(svid(a, "spiffe://a.example/server"), a)));
          Eventually.within(BOUND, "a new generation", () -> server.generation() == 2);
          assertThatThrownBy(() -> listening.call(partner, protocol))
              .isInstanceOf(IOException.class);
          Eventually.within(
              BOUND, "an event, after the client's failure", () -> events.size() == 3);
          assertThat(events.get(2).outcome().fold(x -> null, Refusal::reason))
              .isIn(PeerReason.CHAIN_UNTRUSTED, PeerReason.TRUST_DOMAIN_MISMATCH);
        }
      }
    }
  }

  @Test
  void partner_whoseFederationEnded_isToldOfOnItsOpenConnection_whichStays() throws Exception {
    List<Refusal> told = new CopyOnWriteArrayList<>();
    try (TestAgent agent = TestAgent.at(folder.resolve("agent.sock"))) {
      agent.send(state(a, "spiffe://a.example/server", a));
      try (WorkloadApi api = WorkloadApi.of(agent.address());
          ServerTls server =
              ServerTls.builder(api.identity(), api.anchors(), ALL)
                  .withListener(
                      new TlsListener() {
                        @Override
                        public void noLongerAccepted(SSLSession session, Refusal why) {
                          told.add(why);
                        }
                      })
                  .build();
          SSLServerSocket listener =
              (SSLServerSocket)
                  server
                      .sslContext()
                      .getServerSocketFactory()
                      .createServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        DevCertificate shown = svid(b, "spiffe://b.example/partner");
        ClientTls partner =
            ClientTls.of(
                Identity.of(shown.privateKey(), shown.chain()),
                TrustAnchors.of(List.of(a.certificate())),
                ALL);
        try (SSLSocket up =
                (SSLSocket)
                    partner
                        .sslContext()
                        .getSocketFactory()
                        .createSocket(listener.getInetAddress(), listener.getLocalPort());
            SSLSocket down = (SSLSocket) listener.accept()) {
          up.setSoTimeout(20_000);
          down.setSoTimeout(20_000);
          CompletableFuture<Void> begun =
              CompletableFuture.runAsync(
                  () -> {
                    try {
                      up.startHandshake();
                    } catch (IOException e) {
                      throw new UncheckedIOException(e);
                    }
                  });
          down.startHandshake();
          begun.get(20, TimeUnit.SECONDS);
          assertThat(server.check(down.getSession()).isAccepted()).isTrue();

          agent.send(svids(Svid.of(svid(a, "spiffe://a.example/server"), a)));
          Eventually.within(BOUND, "the listener is told", () -> told.size() == 1);
          assertThat(server.check(down.getSession()).isAccepted()).isFalse();
          up.getOutputStream().write(41);
          up.getOutputStream().flush();
          assertThat(down.getInputStream().read()).isEqualTo(41);
        }
      }
    }
  }

  @Test
  void partner_thatPosesAsTheOwnDomain_isRefused() throws Exception {
    try (TestAgent agent = TestAgent.at(folder.resolve("agent.sock"))) {
      agent.send(state(a, "spiffe://a.example/server", a));
      try (WorkloadApi api = WorkloadApi.of(agent.address());
          ServerTls server = server(api);
          Listening listening = new Listening(server.sslContext())) {
        DevCertificate posing = svid(b, "spiffe://a.example/admin");
        SSLContext client =
            ClientTls.of(
                    Identity.of(posing.privateKey(), posing.chain()),
                    TrustAnchors.of(List.of(a.certificate())),
                    ALL)
                .sslContext();
        assertThatThrownBy(() -> listening.call(client, "TLSv1.3")).isInstanceOf(IOException.class);
        Eventually.within(BOUND, "an event, after the client's failure", () -> events.size() == 1);
        assertThat(events.get(0).outcome().fold(x -> null, Refusal::reason))
            .isEqualTo(PeerReason.TRUST_DOMAIN_MISMATCH);
      }
    }
  }

  /** One port for several connections, so that a client may resume. */
  private static final class Listening implements AutoCloseable {

    private final SSLServerSocket listener;
    private final Thread acceptor;

    Listening(SSLContext context) throws IOException {
      listener =
          (SSLServerSocket)
              context
                  .getServerSocketFactory()
                  .createServerSocket(0, 5, InetAddress.getLoopbackAddress());
      acceptor = new Thread(this::serve, "test-listening");
      acceptor.setDaemon(true);
      acceptor.start();
    }

    private void serve() {
      while (!listener.isClosed()) {
        try (SSLSocket socket = (SSLSocket) listener.accept()) {
          socket.setSoTimeout(20_000);
          socket.getOutputStream().write(socket.getInputStream().read() + 1);
          socket.getOutputStream().flush();
        } catch (IOException refused) {
          // The client's side tells.
        }
      }
    }

    String call(SSLContext client, String protocol) throws IOException {
      try (SSLSocket socket =
          (SSLSocket)
              client
                  .getSocketFactory()
                  .createSocket(InetAddress.getLoopbackAddress(), listener.getLocalPort())) {
        socket.setSoTimeout(20_000);
        socket.setEnabledProtocols(new String[] {protocol});
        socket.getOutputStream().write(41);
        socket.getOutputStream().flush();
        if (socket.getInputStream().read() != 42) {
          throw new IOException("the server ended the connection");
        }
        return "served";
      }
    }

    @Override
    public void close() throws Exception {
      listener.close();
      acceptor.join(20_000);
    }
  }
}
