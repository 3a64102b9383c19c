package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.Health;
import io.bartizan.testkit.DevCertificate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Health is not up where nobody can get in, whoever comes. */
class MaterialHealthTest {

  private static final String DOMAIN = "b.example";

  private final TestPki pki = TestPki.SHARED;
  private final TestAuthority good = TestAuthority.root("CN=Root", c -> {});

  @TempDir Path folder;

  private Health health(TrustAnchors anchors, Revocation revocation) {
    DevCertificate own = pki.server;
    return ServerTls.builder(TestPki.identity(own), anchors, PeerPolicy.anyTrustedPeer())
        .withRevocation(revocation)
        .build()
        .health();
  }

  private Health health(X509Certificate... anchors) {
    return health(TrustAnchors.of(List.of(anchors)), Revocation.none());
  }

  /** Beside anchors that serve others. */
  private Health ofDomain(X509Certificate anchor) {
    return health(
        good.anchors().and(TrustAnchors.of(List.of(anchor)).forTrustDomain(DOMAIN)),
        Revocation.none());
  }

  private X509Certificate tomorrows() {
    Instant start = Instant.now().plusSeconds(86_400);
    return good.issue(
        "CN=Root", good.keys.getPublic(), start, start.plusSeconds(600), TestAuthority.authority());
  }

  private static X509Certificate weak() {
    return TestAuthority.root("CN=Weak", TestAuthority.keys("RSA", 1024), c -> {}).certificate;
  }

  private static void assertDown(Health health, String why) {
    assertThat(health.status()).isEqualTo(Health.Status.DOWN);
    assertThat(health.detail()).contains(why).contains("so no peer is accepted");
  }

  @Test
  void health_anchorsOfWhichNoneIsUsable_isDown() {
    String why = "every trust anchor expired, is not valid yet or has a weak key";
    assertDown(health(tomorrows()), why);
    assertDown(health(weak()), why);
    assertDown(health(weak(), tomorrows()), why);
    assertThat(health(weak(), good.certificate).status()).isEqualTo(Health.Status.UP);
  }

  @Test
  void health_anchorsOfATrustDomainOfWhichNoneIsUsable_isDegraded() {
    for (X509Certificate useless : List.of(tomorrows(), weak())) {
      Health health = ofDomain(useless);
      assertThat(health.status()).isEqualTo(Health.Status.DEGRADED);
      assertThat(health.detail()).contains("every trust anchor of [" + DOMAIN + "] expired, is");
    }
    assertThat(ofDomain(TestAuthority.root("CN=Other", c -> {}).certificate).status())
        .isEqualTo(Health.Status.UP);
  }

  private Revocation lists(TestAuthority... issuers) throws IOException, GeneralSecurityException {
    Path lists = Files.createTempDirectory(folder, "lists");
    Instant now = Instant.now();
    for (int i = 0; i < issuers.length; i++) {
      Files.write(
          lists.resolve(i + ".crl"),
          issuers[i].crl(now.minusSeconds(60), now.plusSeconds(600), l -> {}).getEncoded());
    }
    return Revocation.crls(lists);
  }

  @Test
  void health_listsOfWhichNoneIsAnAnchors_isDown() throws Exception {
    String why = "no revocation list is of a trust anchor";
    TestAuthority sameName = TestAuthority.root("CN=Root", c -> {});
    TestAuthority otherName = TestAuthority.root("CN=Other", c -> {});
    TestAuthority below = good.intermediate("CN=Issuing", c -> {});
    for (TestAuthority foreign : List.of(sameName, otherName, below)) {
      assertDown(health(good.anchors(), lists(foreign)), why);
      assertThat(health(good.anchors(), lists(foreign).withUnlistedIssuersAccepted()).status())
          .isEqualTo(Health.Status.UP);
      assertThat(health(good.anchors(), lists(foreign, good)).status()).isEqualTo(Health.Status.UP);
    }
    assertThat(
            health(TrustAnchors.of(List.of(good.certificate, otherName.certificate)), lists(good))
                .status())
        .as("the peers of one anchor get in")
        .isEqualTo(Health.Status.UP);
  }
}
