package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.testkit.DevCa;
import io.bartizan.testkit.DevCertificate;
import io.bartizan.tests.Eventually;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rotation and revocation while 200 clients reconnect, most of the time by resumption. */
@Tag("deep")
@Timeout(180)
class RotationIT {

  private static final int CLIENTS = 200;
  private static final int ROUNDS = 12;

  @TempDir Path folder;

  /** By {@code reload()}, or by the watched files alone, whose interval is far too long to help. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void rotation_underReconnectingClients_noGoodOneFailsAndNoRevokedOneEnters(boolean watched)
      throws Exception {
    DevCa ca = DevCa.of("Root");
    TestPki.server(ca).writeTo(folder);
    Path denied = Files.createFile(folder.resolve("denied.txt"));
    TlsLayout files = TlsLayout.docker(folder);
    AtomicInteger resumed = new AtomicInteger();
    MutualTls.Builder<ServerTls> builder =
        ServerTls.builder(files.identity(), files.anchors(), PeerPolicy.spiffeId(TestPki.CLIENT_ID))
            .withRevocation(Revocation.none().withDenyList(denied))
            .withListener(
                new TlsListener() {
                  @Override
                  public void decided(HandshakeEvent event) {
                    if (event.resumed()) {
                      resumed.incrementAndGet();
                    }
                  }
                });
    ServerTls server =
        watched ? builder.withReload(Duration.ofMinutes(30)).build() : builder.build();
    List<DevCertificate> certificates = new ArrayList<>();
    List<ClientTls> clients = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      certificates.add(TestPki.client(ca));
      clients.add(
          ClientTls.builder(
                  TestPki.identity(certificates.get(i)),
                  TestPki.anchors(ca),
                  PeerPolicy.requestedHost())
              .build());
    }
    long expected = 1;
    AtomicLong deniedSince = new AtomicLong(Long.MAX_VALUE);
    Queue<String> faults = new ConcurrentLinkedQueue<>();
    AtomicInteger refused = new AtomicInteger();
    AtomicInteger served = new AtomicInteger();
    ExecutorService pool = Executors.newFixedThreadPool(4);
    for (int round = 0; round < ROUNDS; round++) {
      for (int i = 0; i < CLIENTS; i++) {
        int client = i;
        pool.execute(
            () -> {
              boolean bad = client % 2 == 1;
              boolean mustFail = bad && System.nanoTime() > deniedSince.get();
              boolean mayFail = bad && deniedSince.get() != Long.MAX_VALUE;
              try {
                Engines.between(clients.get(client).sslContext(), server.sslContext()).run();
                served.incrementAndGet();
                if (mustFail) {
                  faults.add("revoked client " + client + " was served");
                }
              } catch (SSLException e) {
                refused.incrementAndGet();
                if (!mayFail && !bad) {
                  faults.add("good client " + client + " failed: " + e);
                }
              }
            });
      }
      if (round % 3 == 2) {
        DevCertificate next = TestPki.server(ca);
        Files.writeString(folder.resolve("cert.pem"), next.chainPem());
        Files.writeString(folder.resolve("key.pem"), next.privateKeyPem());
        published(server, watched, ++expected);
      }
      if (round == ROUNDS / 2) {
        StringBuilder text = new StringBuilder();
        for (int i = 1; i < CLIENTS; i += 2) {
          text.append("serial ")
              .append(certificates.get(i).certificate().getSerialNumber().toString(16))
              .append('\n');
        }
        Path whole = Files.writeString(folder.resolve("denied.new"), text);
        Files.move(whole, denied, StandardCopyOption.ATOMIC_MOVE);
        published(server, watched, ++expected);
        deniedSince.set(System.nanoTime());
      }
    }
    pool.shutdown();
    assertThat(pool.awaitTermination(170, TimeUnit.SECONDS)).isTrue();

    assertThat(faults).isEmpty();
    assertThat(served.get() + refused.get()).isEqualTo(CLIENTS * ROUNDS);
    assertThat(refused.get()).isPositive();
    assertThat(resumed.get()).isPositive();
    assertThat(server.generation()).isEqualTo(6);
    server.close();
  }

  private void published(ServerTls server, boolean watched, long expected)
      throws InterruptedException {
    if (!watched) {
      assertThat(server.reload()).isTrue();
      return;
    }
    long changed = System.nanoTime();
    Eventually.within(
        Duration.ofSeconds(60),
        "generation " + expected + " is published",
        () -> server.generation() >= expected);
    System.out.printf("published after %d ms%n", (System.nanoTime() - changed) / 1_000_000);
    assertThat(server.generation()).isEqualTo(expected);
  }
}
