package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.core.Health;
import io.bartizan.core.Refusal;
import io.bartizan.testkit.DevCa;
import io.bartizan.testkit.DevCertificate;
import io.bartizan.tests.Eventually;
import java.lang.ref.WeakReference;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** MT-14: identity and anchors that no file holds, pushed together. */
class PushedMaterialTest {

  private static final String DOMAIN = "test.example";

  private final TestPki pki = TestPki.SHARED;
  private final AtomicReference<Instant> now = new AtomicReference<>(Instant.now());

  private static Identity identity(DevCertificate certificate) {
    return TestPki.identity(certificate);
  }

  private static TrustAnchors bundle(DevCa ca) {
    return TestPki.anchors(ca).forTrustDomain(DOMAIN);
  }

  private static ServerTls server(PushedMaterial pushed, TlsListener listener) {
    return ServerTls.builder(pushed.identity(), pushed.anchors(), PeerPolicy.trustDomain(DOMAIN))
        .withListener(listener)
        .build();
  }

  private ClientTls client(DevCertificate shown, DevCa trusted) {
    return ClientTls.of(identity(shown), TestPki.anchors(trusted), PeerPolicy.requestedHost());
  }

  /** Remembers what it was told. */
  private static final class Told implements TlsListener {
    final List<String> all = Collections.synchronizedList(new ArrayList<>());

    @Override
    public void published(long generation, Instant validUntil) {
      all.add("published " + generation);
    }

    @Override
    public void reloadFailed(TlsMaterialException fault) {
      all.add("failed " + fault.reason());
    }

    @Override
    public void noLongerAccepted(SSLSession session, Refusal why) {
      all.add("ended " + why.reason());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void MT14_push_rotatesKeyAndBundleInEveryContext(String protocol) throws Exception {
    DevCertificate first =
        pki.ca.leaf("workload").uri("spiffe://test.example/ns/a").dns("localhost").issue();
    PushedMaterial pushed = PushedMaterial.of(identity(first), bundle(pki.ca));
    Told told = new Told();
    ServerTls server = server(pushed, told);
    ClientTls calling =
        ClientTls.of(pushed.identity(), pushed.anchors(), PeerPolicy.anyTrustedPeer());
    ClientTls old = client(pki.client, pki.ca);
    Engines open = Engines.between(old.sslContext(), server.sslContext(), protocol).run();

    DevCa next = DevCa.of("Next Root");
    DevCertificate both =
        next.leaf("workload").uri("spiffe://test.example/ns/b").dns("localhost").issue();
    assertThat(pushed.push(identity(both), bundle(next))).isTrue();

    assertThat(server.generation()).isEqualTo(2);
    assertThat(calling.generation()).isEqualTo(2);
    assertThat(open).as("held until here, for what nobody holds is not looked at").isNotNull();
    assertThat(told.all).containsExactly("published 2", "ended CHAIN_UNTRUSTED");
    assertThatThrownBy(() -> Engines.between(old.sslContext(), server.sslContext(), protocol).run())
        .isInstanceOf(SSLException.class);
    Engines done =
        Engines.between(
                client(TestPki.client(next), next).sslContext(), server.sslContext(), protocol)
            .run();
    assertThat(done.client.getSession().getPeerCertificates()[0]).isEqualTo(both.certificate());
    assertThat(pushed.health().status()).isEqualTo(Health.Status.UP);
    assertThat(server.health().status()).isEqualTo(Health.Status.UP);
  }

  @Test
  void MT14_federationThatIsTakenBack_refusesItsPeers() {
    DevCa partner = DevCa.of("Partner");
    DevCertificate peer = partner.leaf("p").uri("spiffe://partner.example/x").forClient().issue();
    TrustAnchors federated =
        bundle(pki.ca).and(TestPki.anchors(partner).forTrustDomain("partner.example"));
    PushedMaterial pushed = PushedMaterial.of(identity(pki.server), bundle(pki.ca));
    ServerTls server =
        ServerTls.of(
            pushed.identity(),
            pushed.anchors(),
            PeerPolicy.anyOf(
                PeerPolicy.trustDomain(DOMAIN), PeerPolicy.trustDomain("partner.example")));
    assertThat(server.explain(peer.chain(), null).isAccepted()).isFalse();
    pushed.push(identity(pki.server), federated);
    assertThat(server.explain(peer.chain(), null).isAccepted()).isTrue();
    pushed.push(
        identity(pki.server),
        bundle(pki.ca).and(TestPki.anchors(partner).forTrustDomain("other.example")));
    assertThat(server.explain(peer.chain(), null).fold(x -> null, Refusal::reason))
        .isEqualTo(PeerReason.TRUST_DOMAIN_MISMATCH);
    assertThat(server.generation()).as("the domain of a root is part of a change").isEqualTo(3);
  }

  @Test
  void MT14_badPush_keepsTheLastGoodOneAndSaysWhy() {
    PushedMaterial pushed = PushedMaterial.of(identity(pki.server), bundle(pki.ca));
    Told told = new Told();
    ServerTls server = server(pushed, told);
    Identity wrongKey = Identity.of(TestAuthority.keys().getPrivate(), pki.server.chain());
    assertThat(pushed.push(wrongKey, bundle(pki.ca))).isFalse();
    assertThat(told.all).containsExactly("failed KEY_MISMATCH");
    assertThat(server.health().status()).isEqualTo(Health.Status.DEGRADED);
    assertThat(server.health().detail()).contains("key-mismatch");
    assertThat(server.explain(pki.client.chain(), null).isAccepted()).isTrue();
    assertThatThrownBy(server::reload).isInstanceOf(TlsMaterialException.class);
    assertThatThrownBy(() -> server(pushed, told)).isInstanceOf(TlsMaterialException.class);

    assertThat(pushed.push(identity(pki.server), bundle(pki.ca))).isTrue();
    assertThat(server.health().status()).isEqualTo(Health.Status.UP);
    assertThat(server.generation()).isEqualTo(1);
  }

  @Test
  void MT14_pushThatIsNotYetValid_isRefusedAndCountsOnceItIs() {
    Instant start = now.get();
    TestAuthority ca = TestAuthority.root("CN=Root", c -> {});
    KeyPair keys = TestAuthority.keys();
    X509Certificate early =
        ca.issue(
            "CN=early",
            keys.getPublic(),
            start.plusSeconds(600),
            start.plusSeconds(60000),
            TestAuthority.names(TestAuthority.uri("spiffe://test.example/early")));
    PushedMaterial pushed =
        PushedMaterial.builder(identity(pki.server), bundle(pki.ca)).withClock(now::get).build();
    ServerTls server =
        ServerTls.builder(pushed.identity(), pushed.anchors(), PeerPolicy.trustDomain(DOMAIN))
            .withClock(now::get)
            .build();
    assertThat(pushed.push(Identity.of(keys.getPrivate(), List.of(early)), bundle(pki.ca)))
        .isFalse();
    assertThat(server.health().detail()).contains("not-yet-valid").contains("CN=early");
    now.set(start.plusSeconds(700));
    assertThat(server.reload()).isTrue();
    assertThat(server.health().status()).isEqualTo(Health.Status.UP);
    now.set(start.plusSeconds(100));
    assertThat(server.health().status()).as("a clock set back").isEqualTo(Health.Status.DOWN);
  }

  @Test
  void MT14_stallAndAge_degradeHealthUntilTheNextPush() {
    PushedMaterial pushed =
        PushedMaterial.builder(identity(pki.server), bundle(pki.ca))
            .withMaxAge(Duration.ofMinutes(10))
            .withClock(now::get)
            .build();
    ServerTls server = server(pushed, new Told());
    Instant start = now.get();
    now.set(start.plusSeconds(600));
    assertThat(pushed.health().status()).isEqualTo(Health.Status.UP);
    now.set(start.plusSeconds(601));
    assertThat(pushed.health().detail()).contains("of age 10 min,").contains("at most 10 minutes");
    assertThat(server.health().status()).isEqualTo(Health.Status.DEGRADED);
    assertThat(server.health().detail()).contains("pushed material of age 10 min");

    assertThat(pushed.push(identity(pki.server), bundle(pki.ca))).isTrue();
    assertThat(pushed.pushedAt()).isEqualTo(now.get());
    assertThat(server.health().status()).isEqualTo(Health.Status.UP);
    assertThat(server.generation()).isEqualTo(1);

    pushed.stalled("agent\r\nis gone " + "x".repeat(1000));
    Instant since = now.get();
    now.set(since.plusSeconds(5));
    pushed.stalled("agent is still gone");
    assertThat(server.health().status()).isEqualTo(Health.Status.DEGRADED);
    assertThat(server.health().detail())
        .contains("stalled since " + since)
        .contains("still gone")
        .doesNotContain("\n");
    assertThat(server.explain(pki.client.chain(), null).isAccepted()).isTrue();
    pushed.push(identity(pki.server), bundle(pki.ca));
    assertThat(server.health().status()).isEqualTo(Health.Status.UP);
  }

  /** The policy is loaded after the identity: what is pushed meanwhile is not half taken. */
  @Test
  void MT14_pushWithinTheFirstLoad_isTakenAsAWholeAfterIt() {
    PushedMaterial pushed = PushedMaterial.of(identity(pki.server), bundle(pki.ca));
    DevCa next = DevCa.of("Next Root");
    AtomicBoolean first = new AtomicBoolean(true);
    ServerTls server =
        ServerTls.of(
            pushed.identity(),
            pushed.anchors(),
            PeerPolicy.text(
                () -> {
                  if (first.getAndSet(false)) {
                    pushed.push(identity(TestPki.server(next)), bundle(next));
                  }
                  return "trustDomain(test.example)";
                }));
    assertThat(server.generation()).isEqualTo(2);
    assertThat(server.explain(TestPki.client(next).chain(), null).isAccepted()).isTrue();
    assertThat(server.explain(pki.client.chain(), null).isAccepted()).isFalse();
  }

  @Test
  void MT14_concurrentPushesAndReloads_neverMix() throws Exception {
    int kinds = 4;
    List<Identity> identities = new ArrayList<>();
    List<TrustAnchors> anchors = new ArrayList<>();
    for (int i = 0; i < kinds; i++) {
      DevCa ca = DevCa.of("Root " + i);
      identities.add(identity(TestPki.server(ca)));
      anchors.add(bundle(ca));
    }
    PushedMaterial pushed = PushedMaterial.of(identities.get(0), anchors.get(0));
    ServerTls server = server(pushed, new Told());
    AtomicInteger mixed = new AtomicInteger();
    ExecutorService pool = Executors.newFixedThreadPool(3);
    try {
      List<Future<?>> all = new ArrayList<>();
      for (int t = 0; t < 2; t++) {
        int from = t;
        all.add(
            pool.submit(
                () -> {
                  for (int i = 0; i < 40; i++) {
                    int kind = (from + i) % kinds;
                    pushed.push(identities.get(kind), anchors.get(kind));
                  }
                }));
      }
      all.add(
          pool.submit(
              () -> {
                for (int i = 0; i < 40; i++) {
                  server.reload();
                  Generation seen = server.generations().newest();
                  if (!seen.identities()
                      .first()
                      .leaf()
                      .getIssuerX500Principal()
                      .equals(seen.anchors().certificates().get(0).getSubjectX500Principal())) {
                    mixed.incrementAndGet();
                  }
                }
              }));
      for (Future<?> one : all) {
        one.get();
      }
    } finally {
      pool.shutdown();
    }
    assertThat(mixed).hasValue(0);
    assertThat(server.generation()).isGreaterThan(2);
    assertThat(server.failedReloads()).isZero();
    int last = 3;
    pushed.push(identities.get(last), anchors.get(last));
    assertThat(
            server
                .generations()
                .newest()
                .identities()
                .first()
                .leaf()
                .getIssuerX500Principal()
                .getName())
        .contains("Root 3");
  }

  @Test
  void MT14_unchangedPush_isNotParsedAgainAtEachLook() {
    PushedMaterial pushed = PushedMaterial.of(identity(pki.server), bundle(pki.ca));
    ServerTls server = server(pushed, new Told());
    MaterialReader.Readings readings = server.generations().newest().readings();
    assertThat(readings).isNotNull();
    assertThat(readings.isCurrent()).isTrue();
    pushed.push(identity(pki.server), bundle(pki.ca));
    assertThat(server.generation()).isEqualTo(1);
    assertThat(readings.isCurrent()).as("the second push was seen to be the same").isTrue();
  }

  @Test
  void MT14_closedContext_isReloadedNoMore() {
    PushedMaterial pushed = PushedMaterial.of(identity(pki.server), bundle(pki.ca));
    ServerTls server = server(pushed, new Told());
    server.close();
    DevCa next = DevCa.of("Next Root");
    assertThat(pushed.push(identity(TestPki.server(next)), bundle(next))).isTrue();
    assertThat(server.generation()).isEqualTo(1);
  }

  /** What a framework is given lives longer than the object that it came from. */
  @Test
  void push_reachesAContextOfWhichOnlyTheSslContextIsHeld() throws Exception {
    PushedMaterial pushed = PushedMaterial.of(identity(pki.server), bundle(pki.ca));
    SSLContext context = server(pushed, new Told()).sslContext();
    X509ExtendedTrustManager trust = server(pushed, new Told()).trustManager();
    X509ExtendedKeyManager keys = server(pushed, new Told()).keyManager();
    awaitCollection();
    DevCa next = DevCa.of("Next Root");
    DevCertificate renewed = TestPki.server(next);
    pushed.push(identity(renewed), bundle(next));
    Engines done = Engines.between(client(TestPki.client(next), next).sslContext(), context).run();
    assertThat(done.client.getSession().getPeerCertificates()[0]).isEqualTo(renewed.certificate());
    assertThat(trust.getAcceptedIssuers()).containsExactly(next.certificate());
    assertThat(keys.getCertificateChain(keys.chooseServerAlias("EC", null, null))[0])
        .isEqualTo(renewed.certificate());
  }

  @Test
  void push_isForgottenByAContextThatNobodyHolds() {
    PushedMaterial pushed = PushedMaterial.of(identity(pki.server), bundle(pki.ca));
    WeakReference<ServerTls> gone = new WeakReference<>(server(pushed, new Told()));
    Eventually.within(
        Duration.ofSeconds(60),
        "it is collected",
        () -> {
          System.gc();
          return gone.get() == null;
        });
    assertThat(pushed.push(identity(pki.server), bundle(pki.ca))).isTrue();
  }

  private static void awaitCollection() {
    WeakReference<Object> mark = new WeakReference<>(new Object());
    Eventually.within(
        Duration.ofSeconds(60),
        "what nobody holds is collected",
        () -> {
          System.gc();
          return mark.get() == null;
        });
  }

  @Test
  void misuse_isRefused() {
    PushedMaterial pushed = PushedMaterial.of(identity(pki.server), bundle(pki.ca));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> pushed.push(pushed.identity(), bundle(pki.ca)));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                PushedMaterial.of(
                    identity(pki.server), TestPki.anchors(pki.ca).and(pushed.anchors())));
    assertThatThrownBy(() -> pushed.anchors().forTrustDomain(DOMAIN))
        .isInstanceOf(IllegalStateException.class);
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                PushedMaterial.builder(identity(pki.server), bundle(pki.ca))
                    .withMaxAge(Duration.ZERO));
    assertThatNullPointerException().isThrownBy(() -> pushed.push(null, bundle(pki.ca)));
    assertThatNullPointerException().isThrownBy(() -> pushed.stalled(null));
    assertThat(pushed.toString()).contains("any age").doesNotContain("PRIVATE");
  }
}
