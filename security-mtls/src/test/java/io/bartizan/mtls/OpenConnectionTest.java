package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.core.Reason;
import io.bartizan.core.Refusal;
import io.bartizan.mtls.x509.SubjectNames;
import io.bartizan.tests.Eventually;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a new generation means to connections that are open, or nearly so. */
@Timeout(60)
class OpenConnectionTest {

  private final TestPki pki = TestPki.SHARED;
  private final List<Reason> told = Collections.synchronizedList(new ArrayList<>());
  @TempDir Path folder;

  private final TlsListener listener =
      new TlsListener() {
        @Override
        public void noLongerAccepted(SSLSession session, Refusal why) {
          told.add(why.reason());
        }
      };

  /** A client and a server socket that shook hands. */
  private record Pair(SSLSocket client, SSLSocket server) implements AutoCloseable {
    @Override
    public void close() throws IOException {
      client.close();
      server.close();
    }
  }

  private Pair connect(ClientTls client, ServerTls server) throws Exception {
    ExecutorService threads = Executors.newSingleThreadExecutor();
    try (SSLServerSocket accepting =
        (SSLServerSocket)
            server
                .sslContext()
                .getServerSocketFactory()
                .createServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Future<SSLSocket> accepted =
          threads.submit(
              () -> {
                SSLSocket socket = (SSLSocket) accepting.accept();
                socket.startHandshake();
                return socket;
              });
      SSLSocket socket =
          (SSLSocket)
              client
                  .sslContext()
                  .getSocketFactory()
                  .createSocket("localhost", accepting.getLocalPort());
      socket.startHandshake();
      return new Pair(socket, accepted.get(30, TimeUnit.SECONDS));
    } finally {
      threads.shutdown();
    }
  }

  @Test
  void clientSocketToTheRequestedHost_isStillAcceptedByTheNextGeneration() throws Exception {
    Path denied = Files.createFile(folder.resolve("denied.txt"));
    ClientTls client =
        pki.clientTls()
            .withRevocation(Revocation.none().withDenyList(denied))
            .withListener(listener)
            .build();
    try (Pair pair = connect(client, pki.serverTls().build())) {
      Files.writeString(denied, "serial 77\n");
      assertThat(client.reload()).isTrue();
      assertThat(told).isEmpty();
      pair.server().getOutputStream().write(7);
      assertThat(pair.client().getInputStream().read()).isEqualTo(7);

      Files.writeString(
          denied, "serial " + pki.server.certificate().getSerialNumber().toString(16));
      assertThat(client.reload()).isTrue();
      assertThat(told).containsExactly(PeerReason.REVOKED);
      assertThatThrownBy(() -> pair.client().getInputStream().read())
          .isInstanceOf(SSLException.class);
    }
  }

  /** Revocation lists of megabytes, one for each reload that a connection outlives. */
  @Test
  void openConnection_holdsNoRevocationDataOfItsGeneration() throws Exception {
    Path denied = Files.createFile(folder.resolve("denied.txt"));
    ServerTls server =
        pki.serverTls().withRevocation(Revocation.none().withDenyList(denied)).build();
    WeakReference<LoadedRevocation> first =
        new WeakReference<>(server.generations().newest().revocation());
    try (Pair pair = connect(pki.clientTls().build(), server)) {
      Files.writeString(denied, "serial 77\n");
      assertThat(server.reload()).isTrue();
      Eventually.within(
          Duration.ofSeconds(30),
          "the revocation data of the first generation is collected",
          () -> {
            System.gc();
            return first.get() == null;
          });
      pair.server().getOutputStream().write(7);
      assertThat(pair.client().getInputStream().read()).isEqualTo(7);
    }
    assertThat(server.generations().newest().revocation()).isNotNull();
  }

  /** Whatever fails: whether it may be revoked, or the decision. */
  @Test
  void reviewThatFailsForOneConnection_goesOnWithTheOthers() throws Exception {
    Path denied = Files.createFile(folder.resolve("denied.txt"));
    ServerTls server =
        pki.serverTls()
            .withRevocation(Revocation.none().withDenyList(denied))
            .withListener(listener)
            .build();
    Generations generations = server.generations();
    List<Guard> failing = new ArrayList<>();
    try (Pair pair = connect(pki.clientTls().build(), server)) {
      SSLSession session = pair.server().getSession();
      for (int i = 0; i < 20; i++) {
        AtomicInteger left = new AtomicInteger(i % 2);
        Guard guard =
            new Guard(
                generations.current(),
                generations.newest().number(),
                new Object(),
                null,
                () -> {
                  if (left.getAndDecrement() <= 0) {
                    throw new IllegalStateException("no session");
                  }
                  return session;
                });
        failing.add(guard);
        generations.current().connections().opened(guard);
      }
      Files.writeString(denied, SubjectNames.spkiPin(pki.client.certificate()));
      assertThat(server.reload()).isTrue();
      assertThat(told).containsExactly(PeerReason.REVOKED);
      assertThatThrownBy(() -> pair.server().getInputStream().read())
          .isInstanceOf(SSLException.class);
    }
    assertThat(failing).hasSize(20); // held until here, for they are known weakly
  }

  @Test
  void readThatWaitedWhileThePeerWasRevoked_givesNoByte() throws Exception {
    Path denied = Files.createFile(folder.resolve("denied.txt"));
    ServerTls server =
        pki.serverTls()
            .withRevocation(Revocation.none().withDenyList(denied))
            .withListener(listener)
            .build();
    ExecutorService threads = Executors.newSingleThreadExecutor();
    try (Pair pair = connect(pki.clientTls().build(), server)) {
      CountDownLatch reading = new CountDownLatch(1);
      Future<Integer> read =
          threads.submit(
              () -> {
                var in = pair.server().getInputStream();
                reading.countDown();
                return in.read();
              });
      assertThat(reading.await(30, TimeUnit.SECONDS)).isTrue();
      Files.writeString(denied, SubjectNames.spkiPin(pki.client.certificate()));
      assertThat(server.reload()).isTrue();
      assertThat(told).containsExactly(PeerReason.REVOKED);
      pair.client().getOutputStream().write(7);
      assertThatThrownBy(() -> read.get(30, TimeUnit.SECONDS))
          .hasCauseInstanceOf(SSLException.class);
      for (int i = 0; i < 2; i++) { // the second time the socket is closed already
        assertThatThrownBy(() -> pair.server().getOutputStream().write(7))
            .isInstanceOf(SSLException.class);
        assertThatThrownBy(() -> pair.server().getInputStream().read())
            .isInstanceOf(SSLException.class);
      }
    } finally {
      threads.shutdown();
    }
  }

  /** The listener is told of the decision just before the connection counts as open. */
  @Test
  void peerRevokedBetweenDecisionAndOpening_isRefusedStill() throws Exception {
    Path denied = Files.createFile(folder.resolve("denied.txt"));
    AtomicReference<ServerTls> own = new AtomicReference<>();
    TlsListener reloading =
        new TlsListener() {
          @Override
          public void decided(HandshakeEvent event) {
            if (own.get().generation() == 1) {
              try {
                Files.writeString(denied, SubjectNames.spkiPin(pki.client.certificate()));
              } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
              }
              assertThat(own.get().reload()).isTrue();
            }
          }
        };
    ServerTls server =
        pki.serverTls()
            .withRevocation(Revocation.none().withDenyList(denied))
            .withListener(listener)
            .withListener(reloading)
            .build();
    own.set(server);
    Engines engines = Engines.between(pki.clientTls().build().sslContext(), server.sslContext());
    assertThatThrownBy(engines::run).isInstanceOf(SSLException.class);
    assertThat(told).containsExactly(PeerReason.REVOKED);
  }

  @Test
  void engineMadeBeforeAReload_isDecidedByTheNewestGeneration() throws Exception {
    AtomicReference<String> anchors = new AtomicReference<>(pki.ca.certificatePem());
    ServerTls server =
        ServerTls.builder(
                TestPki.identity(pki.server),
                TrustAnchors.pemText(anchors::get),
                PeerPolicy.anyTrustedPeer())
            .build();
    ClientTls client = pki.clientTls().build();
    Engines.between(client.sslContext(), server.sslContext()).run();
    Engines early = Engines.between(client.sslContext(), server.sslContext());
    anchors.set(io.bartizan.testkit.DevCa.of("Next").certificatePem());
    assertThat(server.reload()).isTrue();

    assertThatThrownBy(early::run)
        .as("resumed within its own generation, and refused by the next")
        .rootCause()
        .isInstanceOf(PeerRejectedException.class);
  }

  @Test
  void keysOfFactories_areGivenWhileAReloadWaitsForItsSource() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch answer = new CountDownLatch(1);
    AtomicReference<CountDownLatch> hold = new AtomicReference<>(new CountDownLatch(0));
    ServerTls server =
        ServerTls.builder(
                TestPki.identity(pki.server),
                TrustAnchors.pemText(
                    () -> {
                      CountDownLatch held = hold.get();
                      if (held.getCount() > 0) {
                        asked.countDown();
                      }
                      try {
                        held.await();
                      } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                      }
                      return pki.ca.certificatePem();
                    }),
                PeerPolicy.anyTrustedPeer())
            .build();
    hold.set(answer);
    Thread reload = new Thread(server::reload);
    reload.start();
    assertThat(asked.await(30, TimeUnit.SECONDS)).isTrue();
    String alias = server.keyManager().chooseEngineServerAlias("EC", null, null);
    ExecutorService threads = Executors.newSingleThreadExecutor();
    try {
      assertThat(
              threads
                  .submit(() -> server.keyManager().getPrivateKey(alias))
                  .get(30, TimeUnit.SECONDS))
          .isEqualTo(pki.server.privateKey());
    } finally {
      answer.countDown();
      threads.shutdown();
      reload.join();
    }
  }

  /** In TLS 1.3 each direction is closed by itself, and the other goes on. */
  @Test
  void engineWhosePeerHalfClosed_writesNothingOnceItIsRevoked() throws Exception {
    Path denied = Files.createFile(folder.resolve("denied.txt"));
    ServerTls server =
        pki.serverTls()
            .withRevocation(Revocation.none().withDenyList(denied))
            .withListener(listener)
            .build();
    ClientTls client = pki.clientTls().build();
    Engines half = Engines.between(client.sslContext(), server.sslContext(), "TLSv1.3").run();
    Engines ended = Engines.between(client.sslContext(), server.sslContext(), "TLSv1.3").run();
    carry(half.client, half.server);
    carry(ended.server, ended.client);
    assertThat(half.server.wrap(text(), pipe()).bytesConsumed()).isEqualTo(4);

    Files.writeString(denied, SubjectNames.spkiPin(pki.client.certificate()));
    assertThat(server.reload()).isTrue();
    assertThat(half.server.wrap(text(), pipe()).bytesConsumed()).isZero();
    assertThat(told).as("nothing of the one that this side ended").hasSize(1);
  }

  private static ByteBuffer text() {
    return ByteBuffer.wrap(new byte[4]);
  }

  private static ByteBuffer pipe() {
    return ByteBuffer.allocate(1 << 15);
  }

  /** The end of one direction. */
  private static void carry(SSLEngine from, SSLEngine to) throws SSLException {
    from.closeOutbound();
    ByteBuffer end = pipe();
    assertThat(from.wrap(ByteBuffer.allocate(0), end).getStatus())
        .isEqualTo(SSLEngineResult.Status.CLOSED);
    assertThat(to.unwrap(end.flip(), pipe()).getStatus()).isEqualTo(SSLEngineResult.Status.CLOSED);
  }
}
