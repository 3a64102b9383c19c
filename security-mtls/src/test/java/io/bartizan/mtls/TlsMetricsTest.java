package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.mtls.x509.SubjectNames;
import io.bartizan.testkit.DevCertificate;
import io.bartizan.testkit.ManualInstantSource;
import io.bartizan.tests.Eventually;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsMetricsTest {

  private final TestPki pki = TestPki.SHARED;
  private final MeterRegistry registry = new SimpleMeterRegistry();
  private final TlsMetrics metrics = TlsMetrics.of(registry, "api");
  @TempDir Path folder;

  private Map<String, Double> handshakes() {
    Map<String, Double> counts = new TreeMap<>();
    registry
        .find("bartizan.mtls.handshakes")
        .counters()
        .forEach(
            counter ->
                counts.put(
                    counter.getId().getTag("side")
                        + " "
                        + counter.getId().getTag("resumed")
                        + " "
                        + counter.getId().getTag("reason"),
                    counter.count()));
    return counts;
  }

  @Test
  void handshakes_areCountedByReasonAndWithoutAnyName() throws Exception {
    AtomicInteger alsoTold = new AtomicInteger();
    ServerTls server =
        pki.serverTls()
            .withDryRun(PeerPolicy.dns("other.example"))
            .withListener(metrics)
            .withListener(
                new TlsListener() {
                  @Override
                  public void decided(HandshakeEvent event) {
                    alsoTold.incrementAndGet();
                  }
                })
            .build();
    ClientTls client = pki.clientTls().withListener(metrics).build();
    Engines.between(client.sslContext(), server.sslContext()).run();
    Engines.between(client.sslContext(), server.sslContext()).run();
    DevCertificate other = pki.ca.leaf("x").uri("spiffe://test.example/secret").issue();
    ClientTls stranger =
        ClientTls.builder(
                TestPki.identity(other), TestPki.anchors(pki.ca), PeerPolicy.requestedHost())
            .build();
    assertThatThrownBy(() -> Engines.between(stranger.sslContext(), server.sslContext()).run())
        .isInstanceOf(SSLException.class);

    assertThat(handshakes())
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "client false accepted", 1.0,
                "client true accepted", 1.0,
                "server false accepted", 1.0,
                "server true accepted", 1.0,
                "server false policy-mismatch", 1.0));
    assertThat(registry.get("bartizan.mtls.dry.run.refusals").counter().count()).isEqualTo(2);
    assertThat(alsoTold).hasValue(3);
    for (Meter meter : registry.getMeters()) {
      for (Tag tag : meter.getId().getTags()) {
        assertThat(tag.getValue()).matches("api|server|client|true|false|accepted|[a-z-]+");
        assertThat(tag.getValue()).doesNotContain("secret", "localhost", "spiffe");
      }
    }
  }

  @Test
  void gauges_followClockGenerationAndFailures() throws Exception {
    ManualInstantSource clock =
        new ManualInstantSource(Instant.now().truncatedTo(ChronoUnit.SECONDS));
    pki.server.writeTo(folder);
    TlsLayout files = TlsLayout.docker(folder);
    ServerTls server =
        ServerTls.builder(files.identity(), files.anchors(), PeerPolicy.anyTrustedPeer())
            .withClock(clock)
            .build();
    metrics.watch(server);
    double expiry = registry.get("bartizan.mtls.certificate.expiry").timeGauge().value();
    assertThat(expiry).isBetween(86_000.0, 86_400.0);
    assertThat(registry.get("bartizan.mtls.certificate.life").timeGauge().value())
        .isEqualTo(86_400);
    assertThat(registry.get("bartizan.mtls.generation.age").timeGauge().value()).isZero();

    clock.advance(Duration.ofHours(25));
    assertThat(registry.get("bartizan.mtls.certificate.expiry").timeGauge().value())
        .isEqualTo(expiry - 90_000);
    assertThat(registry.get("bartizan.mtls.certificate.life").timeGauge().value())
        .isEqualTo(86_400);
    assertThat(registry.get("bartizan.mtls.generation.age").timeGauge().value()).isEqualTo(90_000);
    assertThat(server.health().detail()).contains("of age 25 h");

    Files.writeString(folder.resolve("ca.pem"), "");
    assertThatThrownBy(server::reload).isInstanceOf(TlsMaterialException.class);
    assertThat(registry.get("bartizan.mtls.reload.failures").functionCounter().count())
        .isEqualTo(1);
  }

  @Test
  void openConnectionsOfRefusedPeers_areCounted() throws Exception {
    Path denied = Files.createFile(folder.resolve("denied.txt"));
    ServerTls server =
        pki.serverTls()
            .withRevocation(Revocation.none().withDenyList(denied))
            .withListener(metrics)
            .build();
    Engines open = Engines.between(pki.clientTls().build().sslContext(), server.sslContext()).run();
    Files.writeString(denied, SubjectNames.spkiPin(pki.client.certificate()));
    assertThat(server.reload()).isTrue();
    assertThat(
            registry
                .get("bartizan.mtls.no.longer.accepted")
                .tag("reason", "revoked")
                .counter()
                .count())
        .isEqualTo(1);
    assertThatThrownBy(open::run).isInstanceOf(SSLException.class);
  }

  @Test
  void name_outsideItsForm_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TlsMetrics.of(registry, "a b"))
        .withMessageContaining("1 to 64 characters");
    assertThat(metrics).hasToString("TlsMetrics[api]");
  }

  /** Or an alert before the end of the certificate falls silent with the next collection. */
  @Test
  void meters_goOnWhereOnlyTheSslContextIsHeld() {
    SSLContext context = watched();
    WeakReference<Object> mark = new WeakReference<>(new Object());
    Eventually.within(
        Duration.ofSeconds(60),
        "what nobody holds is collected",
        () -> {
          System.gc();
          return mark.get() == null;
        });
    assertThat(registry.get("bartizan.mtls.certificate.expiry").timeGauge().value()).isNotNaN();
    assertThat(context.getProtocol()).as("held until here").isNotNull();
  }

  private SSLContext watched() {
    ServerTls server = pki.serverTls().build();
    metrics.watch(server);
    return server.sslContext();
  }
}
