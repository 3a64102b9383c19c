package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.mtls.x509.Certificates;
import io.bartizan.testkit.DevCertificate;
import io.bartizan.tests.Eventually;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is pushed has bounds on its size and on how long the pusher waits. */
@Timeout(120)
class PushedBoundsTest {

  private final TestPki pki = TestPki.SHARED;
  private final List<TlsMaterialException> faults = Collections.synchronizedList(new ArrayList<>());
  private final TlsListener recorder =
      new TlsListener() {
        @Override
        public void reloadFailed(TlsMaterialException fault) {
          faults.add(fault);
        }
      };
  private final PushedMaterial pushed =
      PushedMaterial.of(TestPki.identity(pki.server), TestPki.anchors(pki.ca));

  private ServerTls server(PeerPolicy policy) {
    return ServerTls.builder(pushed.identity(), pushed.anchors(), policy)
        .withListener(recorder)
        .build();
  }

  @Test
  void push_whileAReloadHangs_isRefusedInTimeAndTakenAtItsEnd() throws Exception {
    CountDownLatch hanging = new CountDownLatch(1);
    CountDownLatch letGo = new CountDownLatch(1);
    AtomicBoolean slow = new AtomicBoolean();
    try (ServerTls server = server(hangingOnce(slow, hanging, letGo));
        ServerTls other = server(PeerPolicy.spiffeId(TestPki.CLIENT_ID))) {
      slow.set(true);
      Thread thread = new Thread(server::reload);
      thread.start();
      assertThat(hanging.await(30, TimeUnit.SECONDS)).isTrue();
      DevCertificate renewed = TestPki.server(pki.ca);

      assertThat(
              pushed.push(
                  TestPki.identity(renewed), TestPki.anchors(pki.ca), Duration.ofMillis(50)))
          .isFalse();
      assertThat(faults)
          .extracting(TlsMaterialException::reason)
          .containsExactly(MaterialReason.RELOAD_BUSY);
      assertThat(other.generation()).isEqualTo(2);
      assertThat(server.generation()).isEqualTo(1);

      letGo.countDown();
      thread.join(30_000);
      Eventually.within(
          Duration.ofSeconds(30),
          "the push is taken",
          () ->
              server.validUntil().equals(renewed.certificate().getNotAfter().toInstant())
                  && server.generation() == 2);
    }
  }

  /** As Kotlin and other languages do, which know no checked exceptions. */
  @SuppressWarnings("unchecked")
  private static <X extends Throwable> RuntimeException undeclared(Throwable thrown) throws X {
    throw (X) thrown;
  }

  static List<Throwable> thrown() {
    return List.of(new NoClassDefFoundError("x"), new IOException("x"));
  }

  @ParameterizedTest
  @MethodSource("thrown")
  void push_thatEndsInWhatOneContextThrows_reachesAllOthers(Throwable thrown) {
    AtomicBoolean broken = new AtomicBoolean();
    List<ServerTls> servers = new ArrayList<>();
    try (ServerTls bad =
        server(
            PeerPolicy.text(
                () -> {
                  if (broken.get()) {
                    throw PushedBoundsTest.<RuntimeException>undeclared(thrown);
                  }
                  return PeerPolicy.spiffeId(TestPki.CLIENT_ID).toString();
                }))) {
      for (int i = 0; i < 20; i++) {
        servers.add(server(PeerPolicy.spiffeId(TestPki.CLIENT_ID)));
      }
      broken.set(true);
      Identity renewed = TestPki.identity(TestPki.server(pki.ca));
      assertThat(pushed.push(renewed, TestPki.anchors(pki.ca))).isFalse();
      assertThat(servers).allMatch(server -> server.generation() == 2);
      assertThat(bad.generation()).isEqualTo(1);
      assertThat(bad.health().detail()).contains(thrown.getClass().getSimpleName());
      broken.set(false);
      assertThat(pushed.push(renewed, TestPki.anchors(pki.ca))).isTrue();
      assertThat(bad.generation()).isEqualTo(2);
    } finally {
      servers.forEach(ServerTls::close);
    }
  }

  @Test
  void push_ofAnInterruptedThread_isTakenAndTheThreadStaysInterrupted() {
    try (ServerTls server = server(PeerPolicy.spiffeId(TestPki.CLIENT_ID))) {
      DevCertificate renewed = TestPki.server(pki.ca);
      Thread.currentThread().interrupt();
      try {
        assertThat(pushed.push(TestPki.identity(renewed), TestPki.anchors(pki.ca))).isTrue();
        try (ServerTls built = server(PeerPolicy.spiffeId(TestPki.CLIENT_ID))) {
          assertThat(built.generation()).isEqualTo(1);
        }
      } finally {
        assertThat(Thread.interrupted()).isTrue();
      }
      assertThat(server.generation()).isEqualTo(2);
      assertThat(faults).isEmpty();
      assertThat(pushed.push(TestPki.identity(pki.server), TestPki.anchors(pki.ca))).isTrue();
      assertThat(server.generation()).isEqualTo(3);
    }
  }

  @Test
  void push_ofAnInterruptedThreadWhileAReloadHangs_isRefusedAtOnceAndTakenAtItsEnd()
      throws Exception {
    CountDownLatch hanging = new CountDownLatch(1);
    CountDownLatch letGo = new CountDownLatch(1);
    AtomicBoolean slow = new AtomicBoolean();
    try (ServerTls server = server(hangingOnce(slow, hanging, letGo))) {
      slow.set(true);
      Thread thread = new Thread(server::reload);
      thread.start();
      assertThat(hanging.await(30, TimeUnit.SECONDS)).isTrue();
      Thread.currentThread().interrupt();
      assertThat(pushed.push(TestPki.identity(TestPki.server(pki.ca)), TestPki.anchors(pki.ca)))
          .isFalse();
      assertThat(Thread.interrupted()).isTrue();
      letGo.countDown();
      thread.join(30_000);
      Eventually.within(
          Duration.ofSeconds(30), "the push is taken", () -> server.generation() == 2);
    }
  }

  private static PeerPolicy hangingOnce(
      AtomicBoolean slow, CountDownLatch hanging, CountDownLatch letGo) {
    return PeerPolicy.text(
        () -> {
          if (slow.getAndSet(false)) {
            hanging.countDown();
            awaitQuietly(letGo);
          }
          return PeerPolicy.spiffeId(TestPki.CLIENT_ID).toString();
        });
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void push_ofMoreThanFourMebibytes_isRefusedAndTheLastGoodServes() {
    TrustAnchors anchors = TestPki.anchors(pki.ca);
    try (ServerTls server = server(PeerPolicy.spiffeId(TestPki.CLIENT_ID))) {
      int length = Certificates.encoded(pki.ca.certificate()).length;
      assertThat(pushed.push(identityOf(MaterialReader.MAX_BYTES / length + 1), anchors)).isFalse();
      assertThat(pushed.push(identityOf(MaterialReader.MAX_BYTES / length / 2), anchors)).isFalse();
      assertThat(faults)
          .extracting(TlsMaterialException::reason)
          .startsWith(MaterialReason.FILE_TOO_LARGE)
          .last()
          .isNotEqualTo(MaterialReason.FILE_TOO_LARGE);
      assertThat(faults.get(0)).hasMessageContaining("pushed material has more than 4194304 bytes");
      assertThat(server.generation()).isEqualTo(1);

      assertThat(pushed.push(TestPki.identity(TestPki.server(pki.ca)), anchors)).isTrue();
      assertThat(server.generation()).isEqualTo(2);
    }
  }

  /** A chain with so many certificates after its leaf. */
  private Identity identityOf(int more) {
    List<X509Certificate> chain = new ArrayList<>(pki.server.chain());
    chain.addAll(Collections.nCopies(more, pki.ca.certificate()));
    return Identity.of(pki.server.privateKey(), chain);
  }

  @Test
  void supplier_ofMoreThanFourMebibytes_isRefused() {
    AtomicBoolean much = new AtomicBoolean();
    try (ServerTls server =
        server(
            PeerPolicy.text(
                () ->
                    PeerPolicy.spiffeId(TestPki.CLIENT_ID)
                        + (much.get() ? " ".repeat(MaterialReader.MAX_BYTES) : "")))) {
      much.set(true);
      assertThat(pushed.push(TestPki.identity(pki.server), TestPki.anchors(pki.ca))).isFalse();
      assertThat(faults)
          .singleElement()
          .satisfies(fault -> assertThat(fault.reason()).isEqualTo(MaterialReason.FILE_TOO_LARGE));
      assertThat(server.generation()).isEqualTo(1);
    }
  }
}
