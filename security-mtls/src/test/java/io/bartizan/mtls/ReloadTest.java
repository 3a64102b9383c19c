package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.core.Health;
import io.bartizan.testkit.DevCa;
import io.bartizan.testkit.DevCertificate;
import io.bartizan.testkit.ManualInstantSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReloadTest {

  private final TestPki pki = TestPki.SHARED;
  @TempDir Path folder;

  private MutualTls.Builder<ServerTls> fromFolder(Path from) {
    TlsLayout files = TlsLayout.docker(from);
    return ServerTls.builder(
        files.identity(), files.anchors(), PeerPolicy.spiffeId(TestPki.CLIENT_ID));
  }

  private static X509Certificate shown(SSLSession session) throws Exception {
    return (X509Certificate) session.getPeerCertificates()[0];
  }

  @Test
  void reload_newCertificate_servesNewAndKeepsOpenConnections() throws Exception {
    pki.server.writeTo(folder);
    ServerTls server = fromFolder(folder).build();
    ClientTls client = pki.clientTls().build();
    Engines open = Engines.between(client.sslContext(), server.sslContext()).run();
    assertThat(server.reload()).isFalse();

    DevCertificate renewed = TestPki.server(pki.ca);
    renewed.writeTo(folder);
    assertThat(server.reload()).isTrue();

    assertThat(server.generation()).isEqualTo(2);
    open.run();
    Engines fresh = Engines.between(client.sslContext(), server.sslContext()).run();
    assertThat(shown(fresh.client.getSession())).isEqualTo(renewed.certificate());
    assertThat(shown(open.client.getSession())).isEqualTo(pki.server.certificate());
  }

  @Test
  void reload_keyWithoutItsCertificate_keepsTheLastGoodOne() throws Exception {
    pki.server.writeTo(folder);
    List<TlsMaterialException> faults = Collections.synchronizedList(new ArrayList<>());
    ServerTls server =
        fromFolder(folder)
            .withListener(
                new TlsListener() {
                  @Override
                  public void reloadFailed(TlsMaterialException fault) {
                    faults.add(fault);
                  }
                })
            .build();
    DevCertificate renewed = TestPki.server(pki.ca);
    Files.writeString(folder.resolve("key.pem"), renewed.privateKeyPem());

    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(server::reload)
          .isInstanceOfSatisfying(
              TlsMaterialException.class,
              e -> assertThat(e.reason()).isEqualTo(MaterialReason.KEY_MISMATCH));
    }
    assertThat(faults).hasSize(1);
    assertThat(server.failedReloads()).isEqualTo(2);
    assertThat(server.health().status()).isEqualTo(Health.Status.DEGRADED);
    assertThat(server.generation()).isEqualTo(1);
    Engines.between(pki.clientTls().build().sslContext(), server.sslContext()).run();

    Files.writeString(folder.resolve("cert.pem"), renewed.chainPem());
    assertThat(server.reload()).isTrue();
    assertThat(server.health().status()).isEqualTo(Health.Status.UP);
  }

  @Test
  void reload_oldAndNewRoots_overlapAndThenOnlyTheNew() throws Exception {
    pki.server.writeTo(folder);
    ServerTls server = fromFolder(folder).build();
    DevCa next = DevCa.of("Next Root");
    ClientTls old = pki.clientTls().build();
    ClientTls renewed =
        ClientTls.builder(
                TestPki.identity(TestPki.client(next)),
                TestPki.anchors(pki.ca),
                PeerPolicy.requestedHost())
            .build();

    Files.writeString(folder.resolve("ca.pem"), pki.ca.certificatePem() + next.certificatePem());
    assertThat(server.reload()).isTrue();
    Engines.between(old.sslContext(), server.sslContext()).run();
    Engines.between(renewed.sslContext(), server.sslContext()).run();

    Files.writeString(folder.resolve("ca.pem"), next.certificatePem());
    assertThat(server.reload()).isTrue();
    assertThatThrownBy(() -> Engines.between(old.sslContext(), server.sslContext()).run())
        .isInstanceOf(SSLException.class);
    Engines.between(renewed.sslContext(), server.sslContext()).run();
  }

  @Test
  void watch_kubernetesSymlinkSwaps_areSeenAgainAndAgain() throws Exception {
    swap(pki.server, "..v1");
    for (String name : List.of("cert.pem", "key.pem", "ca.pem")) {
      Files.createSymbolicLink(folder.resolve(name), Path.of("..data", name));
    }
    List<CountDownLatch> seen = List.of(new CountDownLatch(1), new CountDownLatch(2));
    try (ServerTls server =
        fromFolder(folder)
            .withReload(Duration.ofMillis(500))
            .withListener(
                new TlsListener() {
                  @Override
                  public void published(long generation, Instant validUntil) {
                    seen.forEach(CountDownLatch::countDown);
                  }
                })
            .build()) {
      swap(TestPki.server(pki.ca), "..v2");
      assertThat(seen.get(0).await(30, TimeUnit.SECONDS)).isTrue();
      DevCertificate last = TestPki.server(pki.ca);
      swap(last, "..v3");
      assertThat(seen.get(1).await(30, TimeUnit.SECONDS)).isTrue();
      Engines done =
          Engines.between(pki.clientTls().build().sslContext(), server.sslContext()).run();
      assertThat(shown(done.client.getSession())).isEqualTo(last.certificate());
    }
  }

  private void swap(DevCertificate certificate, String version) throws IOException {
    Path data = Files.createDirectory(folder.resolve(version));
    certificate.writeTo(data);
    Path next = folder.resolve("..data_tmp");
    Files.createSymbolicLink(next, Path.of(version));
    Files.move(
        next,
        folder.resolve("..data"),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  @Test
  void keyManager_aliasOfTheOldGeneration_stillGivesItsOwnKeyAndChain() throws Exception {
    pki.server.writeTo(folder);
    ServerTls server = fromFolder(folder).build();
    var manager = server.keyManager();
    String before = manager.chooseEngineServerAlias("EC", null, null);
    DevCertificate renewed = TestPki.server(pki.ca);
    renewed.writeTo(folder);
    assertThat(server.reload()).isTrue();
    String after = manager.chooseEngineServerAlias("EC", null, null);

    assertThat(after).isNotEqualTo(before);
    assertThat(manager.getCertificateChain(before)[0]).isEqualTo(pki.server.certificate());
    assertThat(manager.getPrivateKey(before)).isEqualTo(pki.server.privateKey());
    assertThat(manager.getCertificateChain(after)[0]).isEqualTo(renewed.certificate());
    assertThat(manager.getPrivateKey("unknown")).isNull();
    assertThat(manager.chooseEngineServerAlias("RSA", null, null)).isNull();
  }

  @Test
  void resumed_expiredClient_isRefused() throws Exception {
    ManualInstantSource clock = new ManualInstantSource(Instant.now());
    List<HandshakeEvent> events = Collections.synchronizedList(new ArrayList<>());
    ServerTls server =
        pki.serverTls().withClock(clock).withListener(new MutualTlsTest.Recorder(events)).build();
    ClientTls client = pki.clientTls().build();
    Engines.between(client.sslContext(), server.sslContext()).run();
    clock.advance(Duration.ofDays(2));

    assertThatThrownBy(() -> Engines.between(client.sslContext(), server.sslContext()).run())
        .rootCause()
        .isInstanceOfSatisfying(
            PeerRejectedException.class, e -> assertThat(e.reason()).isEqualTo(PeerReason.EXPIRED));
    assertThat(events).extracting(HandshakeEvent::resumed).containsExactly(false, true);
    assertThat(server.health().status()).isEqualTo(Health.Status.DOWN);
  }

  @Test
  void health_intermediateThatEndsFirst_isTheEndOfTheWhole() throws Exception {
    DevCa issuing =
        DevCa.builder("Issuing").withIssuer(pki.ca).withLifetime(Duration.ofHours(12)).build();
    DevCertificate leaf =
        issuing
            .leaf("server")
            .dns("localhost")
            .forServer()
            .withLifetime(Duration.ofDays(5))
            .issue();
    ManualInstantSource clock = new ManualInstantSource(Instant.now());
    ServerTls server =
        ServerTls.builder(
                TestPki.identity(leaf), TestPki.anchors(pki.ca), PeerPolicy.anyTrustedPeer())
            .withClock(clock)
            .build();
    assertThat(server.validUntil())
        .isEqualTo(issuing.certificate().getNotAfter().toInstant())
        .isBefore(leaf.certificate().getNotAfter().toInstant());
    assertThat(server.health().status()).isEqualTo(Health.Status.UP);
    clock.advance(Duration.ofHours(13));
    assertThat(server.health().status()).isEqualTo(Health.Status.DOWN);
    assertThatThrownBy(server::reload)
        .hasMessageContaining("Issuing")
        .hasMessageEndingWith(" h ago)");
  }

  @Test
  void health_anchorsThatAllExpired_isDown() throws Exception {
    DevCa brief = DevCa.builder("Brief").withLifetime(Duration.ofHours(12)).build();
    DevCertificate lasting =
        pki.ca.leaf("client").uri(TestPki.CLIENT_ID).withLifetime(Duration.ofDays(5)).issue();
    ManualInstantSource clock = new ManualInstantSource(Instant.now());
    MutualTls.Builder<ClientTls> builder =
        ClientTls.builder(
            TestPki.identity(lasting), TestPki.anchors(brief), PeerPolicy.requestedHost());
    ClientTls all = builder.withClock(clock).build();
    ClientTls ofDomain =
        ClientTls.builder(
                TestPki.identity(lasting),
                TestPki.anchors(pki.ca)
                    .forTrustDomain("a.example")
                    .and(TestPki.anchors(brief).forTrustDomain("b.example")),
                PeerPolicy.anyTrustedPeer())
            .withClock(clock)
            .build();
    assertThat(all.health().status()).isEqualTo(Health.Status.UP);
    assertThat(ofDomain.health().status()).isEqualTo(Health.Status.UP);
    clock.advance(Duration.ofHours(13));
    assertThat(all.health().status()).isEqualTo(Health.Status.DOWN);
    assertThat(all.health().detail()).contains("every trust anchor expired");
    assertThat(ofDomain.health().status()).isEqualTo(Health.Status.DEGRADED);
    assertThat(ofDomain.health().detail()).contains("every trust anchor of [b.example] expired");
  }

  @Test
  void reload_expiredMaterial_isToldOnceHoweverLongAgo() throws Exception {
    ManualInstantSource clock = new ManualInstantSource(Instant.now());
    List<String> faults = new ArrayList<>();
    ServerTls server =
        pki.serverTls()
            .withClock(clock)
            .withListener(
                new TlsListener() {
                  @Override
                  public void reloadFailed(TlsMaterialException fault) {
                    faults.add(fault.getMessage());
                  }
                })
            .build();
    clock.advance(Duration.ofDays(2));
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(server::reload).isInstanceOf(TlsMaterialException.class);
      clock.advance(Duration.ofHours(5));
    }
    assertThat(faults).singleElement().asString().contains("expired at").endsWith("h ago)");
    assertThat(server.explain(pki.client.chain(), null).toString()).contains("expired at", " ago)");
  }

  /** SVIDs of an hour are the default of SPIRE and of csi-driver-spiffe. */
  @ParameterizedTest
  @CsvSource({"1, 44, 46", "24, 1198, 1202", "2160, 129358, 129362"})
  void health_warnsInTheLastQuarter_andFourHoursBeforeTheEndAtMost(
      int hours, int quiet, int warned) {
    ManualInstantSource clock = new ManualInstantSource(Instant.now());
    DevCa lasting = DevCa.builder("Lasting").withLifetime(Duration.ofDays(400)).build();
    DevCertificate leaf =
        lasting.leaf("server").dns("localhost").withLifetime(Duration.ofHours(hours)).issue();
    ServerTls server =
        ServerTls.builder(
                TestPki.identity(leaf), TestPki.anchors(lasting), PeerPolicy.anyTrustedPeer())
            .withClock(clock)
            .build();
    ServerTls told =
        ServerTls.builder(
                TestPki.identity(leaf), TestPki.anchors(lasting), PeerPolicy.anyTrustedPeer())
            .withClock(clock)
            .withExpiryWarning(Duration.ofMinutes(5))
            .build();
    clock.advance(Duration.ofMinutes(quiet));
    assertThat(server.health().status()).as(server.health().detail()).isEqualTo(Health.Status.UP);
    clock.advance(Duration.ofMinutes(warned - quiet));
    assertThat(server.health().status()).isEqualTo(Health.Status.DEGRADED);
    assertThat(told.health().status()).isEqualTo(Health.Status.UP);
  }

  @Test
  void health_warningOfAnyLength_isAnswered() throws Exception {
    Duration ever = Duration.ofSeconds(Long.MAX_VALUE);
    assertThat(pki.serverTls().withExpiryWarning(ever).build().health().status())
        .isEqualTo(Health.Status.DEGRADED);
  }

  @Test
  void health_afterClose_isDownAndSaysSo() throws Exception {
    ServerTls server = pki.serverTls().build();
    assertThat(server.health().status()).isEqualTo(Health.Status.UP);
    server.close();
    assertThat(server.health().status()).isEqualTo(Health.Status.DOWN);
    assertThat(server.health().detail()).startsWith("closed");
  }

  @Test
  void dryRun_reportsAndAccepts() throws Exception {
    List<HandshakeEvent> events = Collections.synchronizedList(new ArrayList<>());
    ServerTls server =
        pki.serverTls()
            .withDryRun(PeerPolicy.dns("someone.else"))
            .withListener(new MutualTlsTest.Recorder(events))
            .build();
    Engines.between(pki.clientTls().build().sslContext(), server.sslContext()).run();
    assertThat(events)
        .singleElement()
        .satisfies(
            event -> {
              assertThat(event.outcome().isAccepted()).isTrue();
              assertThat(event.dryRun()).contains("would not match dns(someone.else)");
            });
  }
}
