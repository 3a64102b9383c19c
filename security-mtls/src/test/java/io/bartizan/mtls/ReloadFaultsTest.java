package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.core.Health;
import io.bartizan.core.Reason;
import io.bartizan.core.Refusal;
import io.bartizan.core.SecretBytes;
import io.bartizan.testkit.DevCertificate;
import io.bartizan.testkit.ManualTicker;
import io.bartizan.tests.Eventually;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.ProviderException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What sources, devices, file systems and writers do to a reload. */
@Timeout(120)
class ReloadFaultsTest {

  private final TestPki pki = TestPki.SHARED;
  private final List<TlsMaterialException> faults = Collections.synchronizedList(new ArrayList<>());
  private final CountDownLatch published = new CountDownLatch(1);
  @TempDir Path folder;

  private final TlsListener recorder =
      new TlsListener() {
        @Override
        public void reloadFailed(TlsMaterialException fault) {
          faults.add(fault);
        }

        @Override
        public void published(long generation, Instant validUntil) {
          published.countDown();
        }
      };

  private MutualTls.Builder<ServerTls> server(Identity identity, TrustAnchors anchors) {
    return ServerTls.builder(identity, anchors, PeerPolicy.spiffeId(TestPki.CLIENT_ID))
        .withListener(recorder);
  }

  private MutualTls.Builder<ServerTls> server(Identity identity) {
    return server(identity, TestPki.anchors(pki.ca));
  }

  private static Reason reason(ServerTls server, DevCertificate client) {
    return server.explain(client.chain(), null).fold(a -> null, r -> r.reason());
  }

  @Test
  void source_throwsWhatItMay_isReportedAndHealthTells() throws Exception {
    Path file = folder.resolve("id.p12");
    try (OutputStream out = Files.newOutputStream(file)) {
      pki.server.keyStore("right".toCharArray()).store(out, "right".toCharArray());
    }
    AtomicBoolean broken = new AtomicBoolean();
    ServerTls server =
        server(
                Identity.pkcs12(
                    file,
                    () -> {
                      if (broken.get()) {
                        throw new ProviderException("token removed, its pin is 1234");
                      }
                      return SecretBytes.copyOf("right".getBytes(StandardCharsets.UTF_8));
                    }))
            .build();
    broken.set(true);

    assertThatThrownBy(server::reload)
        .isInstanceOf(TlsMaterialException.class)
        .hasMessageContaining("id.p12 can't be used: ProviderException")
        .hasMessageNotContaining("1234");
    assertThat(faults).hasSize(1);
    assertThat(server.failedReloads()).isEqualTo(1);
    assertThat(server.health().status()).isEqualTo(Health.Status.DEGRADED);
    Engines.between(pki.clientTls().build().sslContext(), server.sslContext()).run();
  }

  @Test
  void fileSystem_thatCannotBeWatched_isReloadedAtTheInterval() throws Exception {
    java.net.URI zip = java.net.URI.create("jar:" + folder.resolve("tls.zip").toUri());
    try (FileSystem files = FileSystems.newFileSystem(zip, Map.of("create", "true"))) {
      Path chain = files.getPath("/tls.crt");
      Path key = files.getPath("/tls.key");
      write(pki.server, chain, key);
      Path anchors = Files.writeString(folder.resolve("ca.pem"), pki.ca.certificatePem());
      try (ServerTls server =
          server(Identity.pem(chain, key), TrustAnchors.pem(anchors))
              .withReload(Duration.ofMillis(100))
              .build()) {
        write(TestPki.server(pki.ca), chain, key);
        assertThat(published.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(server.generation()).isEqualTo(2);
        files.close();
        for (int i = 0; i < 6000 && faults.isEmpty(); i++) {
          TimeUnit.MILLISECONDS.sleep(10);
        }
        assertThat(faults)
            .first()
            .asInstanceOf(InstanceOfAssertFactories.THROWABLE)
            .hasMessageContaining("/tls.key can't be used: ClosedFileSystemException");
        assertThat(server.health().status()).isEqualTo(Health.Status.DEGRADED);
      }
    }
  }

  private static void write(DevCertificate certificate, Path chain, Path key) throws IOException {
    Files.writeString(key, certificate.privateKeyPem());
    Files.writeString(chain, certificate.chainPem());
  }

  @Test
  void file_thatChangesWhileItIsRead_isNotPublished() throws Exception {
    Path chain = folder.resolve("cert.pem");
    Path key = folder.resolve("key.pem");
    write(pki.server, chain, key);
    AtomicInteger readings = new AtomicInteger();
    AtomicBoolean busy = new AtomicBoolean();
    ServerTls server =
        server(
                Identity.pem(chain, key),
                TrustAnchors.pemText(
                    () -> {
                      if (busy.get()) {
                        append(chain, "# " + readings.incrementAndGet() + "\n");
                      }
                      return pki.ca.certificatePem();
                    }))
            .build();
    busy.set(true);
    assertThatThrownBy(server::reload)
        .hasMessageContaining("cert.pem keeps changing while it is read");
    assertThat(readings.get()).isEqualTo(10);
    assertThat(server.generation()).isEqualTo(1);
    assertThat(server.health().status()).isEqualTo(Health.Status.DEGRADED);

    busy.set(false);
    assertThat(server.reload()).isTrue();
    assertThat(server.health().status()).isEqualTo(Health.Status.UP);
  }

  private static void append(Path file, String line) {
    try {
      Files.writeString(file, line, java.nio.file.StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void denyList_halfWritten_isNeverPublished() throws Exception {
    String entry = "serial " + pki.client.certificate().getSerialNumber().toString(16) + "\n";
    Path denied = Files.writeString(folder.resolve("denied.txt"), entry);
    AtomicBoolean writing = new AtomicBoolean(true);
    List<Reason> seen = Collections.synchronizedList(new ArrayList<>());
    ServerTls server =
        pki.serverTls().withRevocation(Revocation.none().withDenyList(denied)).build();
    assertThat(reason(server, pki.client)).isEqualTo(PeerReason.REVOKED);

    Files.writeString(denied, ""); // what a writer's truncation leaves for a moment
    assertThat(
            server
                .generations()
                .reload(
                    () -> {
                      seen.add(reason(server, pki.client));
                      if (writing.getAndSet(false)) {
                        append(denied, entry + "serial 1234\n");
                      }
                    }))
        .isTrue();
    seen.add(reason(server, pki.client));
    assertThat(seen).isNotEmpty().containsOnly(PeerReason.REVOKED);
    assertThat(server.generation()).isEqualTo(2);
  }

  @Test
  void revocation_listenerThatThrowsAnything_endsEveryConnection() throws Exception {
    Path denied = Files.createFile(folder.resolve("denied.txt"));
    List<Integer> endedAtFirstCall = Collections.synchronizedList(new ArrayList<>());
    List<Engines> open = new ArrayList<>();
    ServerTls server =
        pki.serverTls()
            .withRevocation(Revocation.none().withDenyList(denied))
            .withListener(
                new TlsListener() {
                  @Override
                  public void published(long generation, Instant validUntil) {
                    throw new NoClassDefFoundError("a metrics library of another version");
                  }

                  @Override
                  public void noLongerAccepted(javax.net.ssl.SSLSession session, Refusal decision) {
                    endedAtFirstCall.add(ended(open));
                    throw new AssertionError("listeners have bugs too");
                  }
                })
            .build();
    for (int i = 0; i < 4; i++) {
      open.add(Engines.between(pki.clientTls().build().sslContext(), server.sslContext()).run());
    }
    Files.writeString(denied, "serial " + pki.client.certificate().getSerialNumber().toString(16));
    assertThat(server.reload()).isTrue();

    assertThat(endedAtFirstCall).containsExactly(4, 4, 4, 4);
  }

  private static int ended(List<Engines> open) {
    return (int)
        open.stream()
            .filter(engines -> engines.server.getSession().getProtocol().equals("NONE"))
            .count();
  }

  @Test
  void folder_ofTooMuch_isRefusedBeforeItFillsTheMemory() throws Exception {
    byte[] large = new byte[MaterialReader.MAX_BYTES];
    java.util.Arrays.fill(large, (byte) '#');
    Revocation data = Revocation.none();
    for (int i = 0; i < 17; i++) {
      data = data.withDenyList(Files.write(folder.resolve("denied" + i), large));
    }
    Revocation tooMuch = data;
    assertThatThrownBy(() -> pki.serverTls().withRevocation(tooMuch).build())
        .isInstanceOfSatisfying(
            TlsMaterialException.class,
            e -> assertThat(e.reason()).isEqualTo(MaterialReason.FILE_TOO_LARGE))
        .hasMessageContaining("denied16 and the files before it have more than 67108864 bytes");
  }

  @Test
  void source_thatHangs_isSeenByHealth() throws Exception {
    CountDownLatch hanging = new CountDownLatch(1);
    CountDownLatch letGo = new CountDownLatch(1);
    AtomicBoolean slow = new AtomicBoolean();
    ServerTls server =
        server(
                Identity.pemText(
                    () -> {
                      if (slow.get()) {
                        hanging.countDown();
                        Eventually.awaitUninterruptibly(letGo);
                      }
                      return pki.server.chainPem() + pki.server.privateKeyPem();
                    }))
            .build();
    slow.set(true);
    ManualTicker ticker = new ManualTicker();
    try (ReloadLoop loop = new ReloadLoop(server.generations(), Duration.ofMillis(100), ticker)) {
      assertThat(hanging.await(60, TimeUnit.SECONDS)).isTrue();
      assertThat(loop.isOverdue()).isFalse();
      ticker.advance(Duration.ofSeconds(31));
      assertThat(loop.isOverdue()).isTrue();
      letGo.countDown();
    }
  }

  @Test
  void close_duringAReading_publishesAndReportsNothing() throws Exception {
    CountDownLatch reading = new CountDownLatch(1);
    CountDownLatch closed = new CountDownLatch(1);
    CountDownLatch read = new CountDownLatch(1);
    AtomicBoolean changed = new AtomicBoolean();
    DevCertificate renewed = TestPki.server(pki.ca);
    Set<Thread> others = reloadThreads();
    ServerTls server =
        server(
                Identity.pemText(
                    () -> {
                      if (!changed.get()) {
                        return pki.server.chainPem() + pki.server.privateKeyPem();
                      }
                      reading.countDown();
                      Eventually.awaitUninterruptibly(closed);
                      return renewed.chainPem() + renewed.privateKeyPem();
                    }),
                TrustAnchors.pemText(
                    () -> {
                      if (changed.get()) {
                        read.countDown();
                      }
                      return pki.ca.certificatePem();
                    }))
            .withReload(Duration.ofMillis(100))
            .build();
    changed.set(true);
    assertThat(reading.await(60, TimeUnit.SECONDS)).isTrue();
    server.close();
    closed.countDown();
    assertThat(read.await(60, TimeUnit.SECONDS)).isTrue();

    for (Thread thread : reloadThreads()) {
      if (!others.contains(thread)) {
        thread.join(60_000);
      }
    }
    assertThat(server.generation()).isEqualTo(1);
    assertThat(faults).isEmpty();
    assertThatThrownBy(server::reload).isInstanceOf(IllegalStateException.class);
  }

  private static Set<Thread> reloadThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("bartizan-mtls-reload"))
        .collect(Collectors.toSet());
  }
}
