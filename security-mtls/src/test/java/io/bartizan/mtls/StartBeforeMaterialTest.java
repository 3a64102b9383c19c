package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.bartizan.core.Health;
import io.bartizan.core.Reason;
import io.bartizan.core.Refusal;
import io.bartizan.testkit.DevCertificate;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Provider;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.TrustManager;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.jsse.provider.BouncyCastleJsseProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Key, chain and anchors that are not there, or bad, when the service starts. */
@Timeout(60)
class StartBeforeMaterialTest {

  private final TestPki pki = TestPki.SHARED;
  private final List<String> heard = Collections.synchronizedList(new ArrayList<>());
  private final CountDownLatch published = new CountDownLatch(1);
  private final TlsListener listener =
      new TlsListener() {
        @Override
        public void decided(HandshakeEvent event) {
          heard.add(
              event.outcome().fold(peer -> "accepted", refusal -> refusal.reason().code())
                  + " by "
                  + event.generation());
        }

        @Override
        public void published(long generation, Instant validUntil) {
          heard.add("published " + generation);
          published.countDown();
        }

        @Override
        public void reloadFailed(TlsMaterialException fault) {
          heard.add("failed " + fault.reason());
        }
      };

  @TempDir Path folder;

  static Stream<List<Provider>> providers() {
    return Stream.of(List.of(), List.of(new BouncyCastleJsseProvider(new BouncyCastleProvider())));
  }

  private MutualTls.Builder<ServerTls> server() {
    TlsLayout files = TlsLayout.docker(folder);
    return ServerTls.builder(
            files.identity(), files.anchors(), PeerPolicy.spiffeId(TestPki.CLIENT_ID))
        .withListener(listener)
        .withStartBeforeMaterial();
  }

  private MutualTls.Builder<ClientTls> client() {
    TlsLayout files = TlsLayout.docker(folder);
    return ClientTls.builder(files.identity(), files.anchors(), PeerPolicy.requestedHost())
        .withListener(listener)
        .withStartBeforeMaterial();
  }

  private static <T extends MutualTls> T built(
      MutualTls.Builder<T> builder, List<Provider> provider) {
    MutualTls.Builder<T> complete = builder;
    for (Provider each : provider) {
      complete = complete.withProvider(each);
    }
    return complete.build();
  }

  @ParameterizedTest
  @MethodSource("providers")
  void serverEngine_beforeTheMaterial_refusesAndIsServedAfterIt(List<Provider> provider)
      throws Exception {
    try (ServerTls server = built(server(), provider);
        ClientTls client = pki.clientTls().build()) {
      Engines early = Engines.between(client.sslContext(), server.sslContext());
      assertRefused(catchThrowable(early::run));
      assertEnds(early.server);
      assertThat(heard).containsExactly("failed FILE_UNREADABLE", "material-unavailable by 0");

      pki.server.writeTo(folder);
      assertThat(server.reload()).isTrue();
      assertThat(server.generation()).isEqualTo(1);
      assertThat(server.health().status()).isEqualTo(Health.Status.UP);
      Engines.between(client.sslContext(), server.sslContext()).run();
      assertRefused(catchThrowable(() -> early.server.beginHandshake()));
      assertThat(heard)
          .containsExactly(
              "failed FILE_UNREADABLE",
              "material-unavailable by 0",
              "published 1",
              "accepted by 1");
    }
  }

  @ParameterizedTest
  @MethodSource("providers")
  void clientEngine_beforeTheMaterial_refusesWhateverAFrameworkCallsFirst(List<Provider> provider)
      throws Exception {
    try (ClientTls client = built(client(), provider);
        ServerTls server = pki.serverTls().build()) {
      SSLEngine begun = client.sslContext().createSSLEngine("localhost", 443);
      assertRefused(catchThrowable(begun::beginHandshake));
      assertEnds(begun);
      SSLEngine wrapped = client.sslContext().createSSLEngine("localhost", 443);
      ByteBuffer out = ByteBuffer.allocate(1 << 15);
      assertRefused(catchThrowable(() -> wrapped.wrap(ByteBuffer.allocate(0), out)));
      assertThat(out.position()).isZero();
      assertEnds(wrapped);
      SSLEngine read = client.sslContext().createSSLEngine("localhost", 443);
      assertRefused(
          catchThrowable(() -> read.unwrap(ByteBuffer.allocate(10), ByteBuffer.allocate(1 << 15))));
      assertEnds(read);
      assertThat(heard)
          .containsExactly(
              "failed FILE_UNREADABLE",
              "material-unavailable by 0",
              "material-unavailable by 0",
              "material-unavailable by 0");

      pki.client.writeTo(folder);
      assertThat(client.reload()).isTrue();
      Engines.between(client.sslContext(), server.sslContext()).run();
    }
  }

  @Test
  void material_badThenDeletedThenGood_isDownWithItsCauseUntilItIsGood() throws Exception {
    DevCertificate other = TestPki.server(pki.ca);
    pki.server.writeTo(folder);
    Files.writeString(folder.resolve("key.pem"), other.privateKeyPem());
    try (ServerTls server = server().build()) {
      assertDown(server, "key-mismatch");
      Files.delete(folder.resolve("key.pem"));
      assertThatThrownBy(server::reload).isInstanceOf(TlsMaterialException.class);
      assertDown(server, "file-unreadable");
      Files.writeString(folder.resolve("key.pem"), pki.server.privateKeyPem());
      assertThat(server.reload()).isTrue();
      assertThat(server.health().status()).isEqualTo(Health.Status.UP);
      assertThat(server.failedReloads()).isEqualTo(2);
      Files.delete(folder.resolve("key.pem"));
      assertThatThrownBy(server::reload).isInstanceOf(TlsMaterialException.class);
      assertThat(server.health().status()).isEqualTo(Health.Status.DEGRADED);
    }
    assertThat(heard)
        .containsExactly(
            "failed KEY_MISMATCH",
            "failed FILE_UNREADABLE",
            "published 1",
            "failed FILE_UNREADABLE");
  }

  @Test
  void reloadLoop_ofAnHour_findsMaterialThatAppears() throws Exception {
    try (ServerTls server = server().withReload(Duration.ofHours(1)).build()) {
      assertDown(server, "file-unreadable");
      pki.server.writeTo(folder);
      assertThat(published.await(40, TimeUnit.SECONDS)).isTrue();
      try (ClientTls client = pki.clientTls().build()) {
        Engines.between(client.sslContext(), server.sslContext()).run();
      }
    }
  }

  /** Written after the reading that failed, and before its folder is watched. */
  @Test
  void reloadLoop_ofAnHour_findsMaterialThatCameBeforeItsFolderWasWatched() throws Exception {
    TlsListener writing =
        new TlsListener() {
          @Override
          public void reloadFailed(TlsMaterialException fault) {
            try {
              pki.server.writeTo(folder);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          }
        };
    try (ServerTls server =
        server().withListener(writing).withReload(Duration.ofHours(1)).build()) {
      assertThat(published.await(20, TimeUnit.SECONDS)).isTrue();
      assertThat(server.health().status()).isEqualTo(Health.Status.UP);
    }
  }

  @Test
  void reloadLoop_afterErrorsOfASupplier_readsOnAndSaysNothingOfThem() throws Exception {
    AtomicBoolean there = new AtomicBoolean();
    Identity supplied =
        Identity.pemText(
            () -> {
              if (!there.get()) {
                throw new NoClassDefFoundError("s3cret of a vault's client");
              }
              return pki.server.chainPem() + pki.server.privateKeyPem();
            });
    try (ServerTls server =
        ServerTls.builder(supplied, TestPki.anchors(pki.ca), PeerPolicy.anyTrustedPeer())
            .withListener(listener)
            .withReload(Duration.ofMillis(100))
            .withStartBeforeMaterial()
            .build()) {
      assertDown(server, "NoClassDefFoundError");
      assertThat(server.health().detail() + server).doesNotContain("s3cret");
      there.set(true);
      assertThat(published.await(40, TimeUnit.SECONDS)).isTrue();
      assertThat(server.health().status()).isEqualTo(Health.Status.UP);
    }
  }

  @Test
  void close_beforeTheMaterial_staysDownAndRefuses() throws Exception {
    ServerTls server = server().withReload(Duration.ofMillis(100)).build();
    server.close();
    server.close();
    pki.server.writeTo(folder);
    assertThatThrownBy(server::reload).isInstanceOf(IllegalStateException.class);
    assertThat(server.health().status()).isEqualTo(Health.Status.DOWN);
    assertThat(server.health().detail()).contains("closed").contains("no material yet");
    try (ClientTls client = pki.clientTls().build()) {
      assertRefused(
          catchThrowable(() -> Engines.between(client.sslContext(), server.sslContext()).run()));
    }
  }

  @Test
  void close_whileTheFirstMaterialIsRead_publishesNothing() {
    List<ServerTls> closes = new ArrayList<>();
    Identity closing =
        Identity.pemText(
            () -> {
              if (closes.isEmpty()) {
                throw new IllegalStateException("not yet");
              }
              closes.get(0).close();
              return pki.server.chainPem() + pki.server.privateKeyPem();
            });
    ServerTls server =
        ServerTls.builder(closing, TestPki.anchors(pki.ca), PeerPolicy.anyTrustedPeer())
            .withStartBeforeMaterial()
            .build();
    closes.add(server);
    assertThat(server.reload()).isFalse();
    assertThat(server.generation()).isZero();
    assertThat(server.health().status()).isEqualTo(Health.Status.DOWN);
  }

  /** A framework that makes its context itself has neither key nor anchors, and lets nobody in. */
  @Test
  void factories_beforeTheMaterial_letNobodyIn() throws Exception {
    try (ServerTls late = server().build();
        ClientTls lateClient = client().build();
        ServerTls server = pki.serverTls().build();
        ClientTls client = pki.clientTls().build()) {
      assertThatThrownBy(() -> Engines.between(client.sslContext(), handedOut(late)).run())
          .isInstanceOf(SSLException.class);
      Throwable refused =
          catchThrowable(() -> Engines.between(handedOut(lateClient), server.sslContext()).run());
      assertThat(refused).hasRootCauseInstanceOf(PeerRejectedException.class);
      assertThat(late.trustManager().getAcceptedIssuers()).isEmpty();
      assertThat(late.keyManager().getServerAliases("RSA", null)).isNull();
      pki.server.writeTo(folder);
      assertThat(late.reload()).isTrue();
      SSLContext now = handedOut(late);
      Engines.between(client.sslContext(), now).run();
    }
  }

  private static SSLContext handedOut(MutualTls tls) throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(
        new KeyManager[] {tls.keyManager()}, new TrustManager[] {tls.trustManager()}, null);
    return context;
  }

  @Test
  void questions_beforeTheMaterial_areAnswered() throws Exception {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    try (ClientTls client = client().build();
        ServerTls server = server().build()) {
      TlsMetrics.of(registry, "api").watch(server);
      assertThat(registry.get("bartizan.mtls.certificate.expiry").timeGauge().value()).isNaN();
      assertThat(registry.get("bartizan.mtls.certificate.life").timeGauge().value()).isNaN();
      assertThat(registry.get("bartizan.mtls.generation.age").timeGauge().value()).isNaN();
      assertThat(server.generation()).isZero();
      assertThat(server.validUntil()).isEqualTo(Instant.EPOCH);
      assertThat(server.loadedAt()).isEqualTo(Instant.EPOCH);
      assertThat(server.failedReloads()).isEqualTo(1);
      assertThat(server.toString()).contains("generation 0");
      assertThat(server.sslParameters().getNeedClientAuth()).isTrue();
      Reason reason =
          server
              .explain(List.of(pki.client.certificate()), null)
              .fold(peer -> PeerReason.EXPIRED, Refusal::reason);
      assertThat(reason).isEqualTo(PeerReason.MATERIAL_UNAVAILABLE);
      Engines open =
          Engines.between(
                  pki.clientTls().build().sslContext(), pki.serverTls().build().sslContext())
              .run();
      assertThat(server.check(open.server.getSession()).isAccepted()).isFalse();
      assertThat(client.hostnameVerifier().verify("localhost", open.client.getSession())).isFalse();
      server.forgetRevocationLists();
      server.sslContext().getServerSessionContext().setSessionTimeout(77);
      pki.server.writeTo(folder);
      assertThat(server.reload()).isTrue();
      assertThat(server.sslContext().getServerSessionContext().getSessionTimeout()).isEqualTo(77);
      assertThat(registry.get("bartizan.mtls.certificate.expiry").timeGauge().value()).isPositive();
      assertThat(server.check(open.server.getSession()).isAccepted()).isTrue();
    }
  }

  @Test
  void material_there_isServedAtOnce() throws Exception {
    pki.server.writeTo(folder);
    try (ServerTls server = server().build();
        ClientTls client = pki.clientTls().build()) {
      Engines.between(client.sslContext(), server.sslContext()).run();
      assertThat(server.generation()).isEqualTo(1);
      assertThat(heard).containsExactly("published 1", "accepted by 1");
    }
  }

  /** What waiting does not mend is still refused when built. */
  @Test
  void build_unknownProvider_isRefused() {
    Provider unknown = new Provider("Other", "1", "of somebody") {};
    assertThatThrownBy(() -> server().withProvider(unknown).build())
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static void assertDown(MutualTls tls, String cause) {
    assertThat(tls.health().status()).isEqualTo(Health.Status.DOWN);
    assertThat(tls.health().detail()).contains("serves nobody").contains(cause);
  }

  static void assertRefused(@Nullable Throwable thrown) {
    assertThat(thrown)
        .isInstanceOf(SSLHandshakeException.class)
        .hasMessageContaining("no usable key, certificate and trust anchors yet");
    assertThat(thrown.getCause())
        .isInstanceOfSatisfying(
            PeerRejectedException.class,
            e -> assertThat(e.reason()).isEqualTo(PeerReason.MATERIAL_UNAVAILABLE));
  }

  /** As frameworks end a connection; it must neither hang nor send more than an alert. */
  private static void assertEnds(SSLEngine engine) throws IOException {
    engine.closeOutbound();
    ByteBuffer out = ByteBuffer.allocate(1 << 15);
    SSLEngineResult.Status status = SSLEngineResult.Status.OK;
    for (int i = 0; i < 5 && status != SSLEngineResult.Status.CLOSED; i++) {
      status = engine.wrap(ByteBuffer.wrap(new byte[] {1}), out).getStatus();
    }
    assertThat(status).isEqualTo(SSLEngineResult.Status.CLOSED);
    assertThat(engine.isOutboundDone()).isTrue();
    assertThat(out.position()).isLessThan(64);
    SSLHandshakeException still =
        catchThrowableOfType(
            SSLHandshakeException.class,
            () -> engine.unwrap(ByteBuffer.allocate(10), ByteBuffer.allocate(1 << 15)));
    assertRefused(still);
  }
}
