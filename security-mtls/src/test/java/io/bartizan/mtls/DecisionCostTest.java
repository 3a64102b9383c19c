package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.Refusal;
import io.bartizan.mtls.x509.IssuedList;
import io.bartizan.mtls.x509.ListEncoding;
import io.bartizan.testkit.DevCertificate;
import io.bartizan.tests.AllocatedBytes;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLSession;
import org.bouncycastle.asn1.x509.GeneralName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** MT-13, MT-16, MT-17: work that is not done again, counted in calls and bytes, never in time. */
class DecisionCostTest {

  private final TestPki pki = TestPki.SHARED;
  @TempDir Path folder;

  @Test
  void MT13_listOfAnotherKey_isVerifiedOnceForAKeyAndNotForADecision() throws Exception {
    Instant now = Instant.now();
    TestAuthority old = TestAuthority.root("CN=Renewed", c -> {});
    TestAuthority next = TestAuthority.root("CN=Renewed", c -> {});
    byte[] der = old.crl(now, now.plusSeconds(60), l -> {}).getEncoded();
    IssuedList list = new IssuedList(ListEncoding.of(der), "list");
    for (int i = 0; i < 100; i++) {
      assertThat(list.isSignedBy(next.certificate)).isFalse();
      assertThat(list.isSignedBy(old.certificate)).isTrue();
      Arrays.fill(der, (byte) 0); // what is verified again now is not signed by anyone
    }
  }

  @Test
  void MT13_constraintsTimesNames_costNoProduct() {
    long small = costOf(100);
    long large = costOf(400);
    assertThat(large)
        .as("against %s bytes of a quarter of names and bounds", small)
        .isLessThan(8 * small);
  }

  private long costOf(int count) {
    GeneralName[] names = new GeneralName[count];
    GeneralName[] excluded = new GeneralName[count];
    for (int i = 0; i < count; i++) {
      names[i] = TestAuthority.dns("*.n" + i + ".good.example");
      excluded[i] = TestAuthority.dns("x" + i + ".bad.example");
    }
    TestAuthority root = TestAuthority.root("CN=Root", TestAuthority.excluded(excluded));
    X509Certificate leaf = root.leaf("CN=leaf", names);
    ServerTls server =
        ServerTls.of(TestPki.identity(pki.server), root.anchors(), PeerPolicy.anyTrustedPeer());
    assertThat(server.explain(List.of(leaf), null).isAccepted()).isTrue();
    return AllocatedBytes.leastOf(
        () -> assertThat(server.explain(List.of(leaf), null).isAccepted()).isTrue());
  }

  @Test
  void MT16_review_decidesEachDistinctChainOnce() throws Exception {
    AtomicInteger decisions = new AtomicInteger();
    ServerTls server =
        ServerTls.of(
            TestPki.identity(pki.server),
            TestPki.anchors(pki.ca),
            PeerPolicy.anyTrustedPeer()
                .narrowedBy("counted", peer -> decisions.incrementAndGet() > 0));
    DevCertificate other = pki.ca.leaf("other").uri("spiffe://test.example/o").issue();
    List<SSLSession> sessions = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      ClientTls client =
          ClientTls.of(
              TestPki.identity(i % 2 == 0 ? pki.client : other),
              TestPki.anchors(pki.ca),
              PeerPolicy.requestedHost());
      Engines done = Engines.between(client.sslContext(), server.sslContext()).run();
      sessions.add(done.server.getSession());
    }
    Generations generations = server.generations();
    Review review = new Review(generations.newest(), generations.settings().listeners());
    decisions.set(0);
    for (SSLSession session : sessions) {
      review
          .of(
              new Guard(
                  generations.current(),
                  generations.newest().number(),
                  new Object(),
                  null,
                  () -> session))
          .run();
    }
    assertThat(decisions).hasValue(2);
    assertThat(review.decided()).isEqualTo(2);
  }

  @Test
  void MT16_whoIsRevoked_isToldBeforeWhoIsMerelyRefused() throws Exception {
    AtomicReference<String> policy = new AtomicReference<>("anyTrustedPeer()");
    Path denied = Files.createFile(folder.resolve("denied.txt"));
    List<Object> told = Collections.synchronizedList(new ArrayList<>());
    ServerTls server =
        ServerTls.builder(
                TestPki.identity(pki.server), TestPki.anchors(pki.ca), PeerPolicy.text(policy::get))
            .withRevocation(Revocation.none().withDenyList(denied))
            .withListener(
                new TlsListener() {
                  @Override
                  public void noLongerAccepted(SSLSession session, Refusal why) {
                    told.add(why.reason());
                  }
                })
            .build();
    List<Engines> open = new ArrayList<>();
    List<DevCertificate> peers = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      DevCertificate peer = pki.ca.leaf("p" + i).uri("spiffe://test.example/p" + i).issue();
      peers.add(peer);
      ClientTls client =
          ClientTls.of(TestPki.identity(peer), TestPki.anchors(pki.ca), PeerPolicy.requestedHost());
      open.add(Engines.between(client.sslContext(), server.sslContext()).run());
    }
    policy.set("dns(nobody.example)");
    Files.writeString(
        denied,
        "serial "
            + peers.get(5).certificate().getSerialNumber().toString(16)
            + "\nserial "
            + peers.get(11).certificate().getSerialNumber().toString(16)
            + "\n");
    assertThat(server.reload()).isTrue();
    assertThat(told).hasSize(open.size());
    assertThat(told.subList(0, 2)).containsOnly(PeerReason.REVOKED);
    assertThat(told.subList(2, told.size())).containsOnly(PeerReason.POLICY_MISMATCH);
  }

  @Test
  void MT17_unchangedFiles_areNotParsedAgain() throws Exception {
    Instant now = Instant.now();
    TestAuthority ca = TestAuthority.root("CN=Root", c -> {});
    KeyPair keys = TestAuthority.keys();
    byte[] crl =
        ca.crl(
                now,
                now.plusSeconds(6000),
                list -> {
                  for (int i = 0; i < 10_000; i++) {
                    list.addCRLEntry(
                        BigInteger.valueOf(1_000_000_000L + i), Date.from(Instant.EPOCH), 1);
                  }
                })
            .getEncoded();
    Path file = folder.resolve("ca.crl");
    Files.write(file, crl);
    ServerTls server =
        ServerTls.builder(
                Identity.of(
                    keys.getPrivate(), List.of(ca.issue("CN=s", keys.getPublic(), c -> {}))),
                ca.anchors(),
                PeerPolicy.anyTrustedPeer())
            .withRevocation(Revocation.crls(file))
            .build();
    long unchanged = AllocatedBytes.leastOf(() -> assertThat(server.reload()).isFalse());
    assertThat(unchanged).as("a list of %s bytes", crl.length).isLessThan(crl.length / 2);
    assertThat(server.generation()).isEqualTo(1);
  }
}
