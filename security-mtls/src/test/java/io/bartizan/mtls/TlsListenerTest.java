package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.core.Health;
import io.bartizan.core.Refusal;
import io.bartizan.testkit.DevCertificate;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsListenerTest {

  private final TestPki pki = TestPki.SHARED;
  private final List<String> first = Collections.synchronizedList(new ArrayList<>());
  private final List<String> last = Collections.synchronizedList(new ArrayList<>());
  @TempDir Path folder;

  /** Keeps what it is told. */
  private record Recorder(List<String> told) implements TlsListener {
    @Override
    public void decided(HandshakeEvent event) {
      told.add(event.outcome().fold(peer -> peer.rule(), refusal -> refusal.reason().code()));
    }

    @Override
    public void published(long generation, Instant validUntil) {
      told.add("published " + generation);
    }

    @Override
    public void reloadFailed(TlsMaterialException fault) {
      told.add(fault.reason().code());
    }

    @Override
    public void noLongerAccepted(SSLSession session, Refusal refusal) {
      told.add("no longer: " + refusal.reason().code());
    }
  }

  /** Throws whatever a method can throw. */
  private static final class Thrower implements TlsListener {
    @Override
    public void decided(HandshakeEvent event) {
      throw new StackOverflowError("thrown on purpose");
    }

    @Override
    public void published(long generation, Instant validUntil) {
      throw new IllegalStateException("thrown on purpose");
    }

    @Override
    public void reloadFailed(TlsMaterialException fault) {
      throw new NoClassDefFoundError("thrown on purpose");
    }

    @Override
    public void noLongerAccepted(SSLSession session, Refusal refusal) {
      throw new AssertionError("thrown on purpose");
    }
  }

  @Test
  void thrower_betweenTwoGoodListeners_changesNothing() throws Exception {
    Path denied = Files.createFile(folder.resolve("denied.txt"));
    ServerTls server =
        pki.serverTls()
            .withRevocation(Revocation.none().withDenyList(denied))
            .withListener(new Recorder(first))
            .withListener(new Thrower())
            .withListener(new Recorder(last))
            .build();
    ClientTls client = pki.clientTls().build();
    DevCertificate other = pki.ca.leaf("x").uri("spiffe://test.example/x").forClient().issue();
    ClientTls stranger =
        ClientTls.of(TestPki.identity(other), TestPki.anchors(pki.ca), PeerPolicy.requestedHost());

    Engines open = Engines.between(client.sslContext(), server.sslContext()).run();
    assertThatThrownBy(() -> Engines.between(stranger.sslContext(), server.sslContext()).run())
        .isInstanceOf(SSLException.class)
        .hasRootCauseInstanceOf(PeerRejectedException.class);
    Files.writeString(denied, "no entry");
    assertThatThrownBy(server::reload).isInstanceOf(TlsMaterialException.class);
    Files.writeString(denied, "serial " + pki.client.certificate().getSerialNumber().toString(16));
    assertThat(server.reload()).isTrue();

    assertThat(first)
        .containsExactly(
            "spiffeId(" + TestPki.CLIENT_ID + ")",
            "policy-mismatch",
            "file-malformed",
            "published 2",
            "no longer: revoked");
    assertThat(last).isEqualTo(first);
    assertThat(server.health().status()).isEqualTo(Health.Status.UP);
    assertThat(server.check(open.server.getSession()).isAccepted()).isFalse();
  }
}
