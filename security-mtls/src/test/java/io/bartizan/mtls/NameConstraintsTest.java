package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.GeneralName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** MT-03: constraints bind every subject alternative name of their kinds, and no common name. */
class NameConstraintsTest {

  private final TestPki pki = TestPki.SHARED;

  private static GeneralName of(int kind, String value) {
    return new GeneralName(kind, value);
  }

  private static GeneralName mail(String value) {
    return of(GeneralName.rfc822Name, value);
  }

  private static GeneralName ip(String value) {
    return of(GeneralName.iPAddress, value);
  }

  private static GeneralName directory(String value) {
    return new GeneralName(new X500Name(value));
  }

  private String decision(TestAuthority root, X509Certificate... chain) {
    return ServerTls.of(TestPki.identity(pki.server), root.anchors(), PeerPolicy.anyTrustedPeer())
        .explain(List.of(chain), null)
        .fold(a -> "accepted", r -> r.reason().name());
  }

  private static final String FORBIDDEN = PeerReason.NAME_CONSTRAINT_VIOLATED.name();

  @Test
  void MT03_commonNameOfOneWord_countsNowhere() throws Exception {
    TestAuthority root =
        TestAuthority.root("CN=Root", TestAuthority.permitted(TestAuthority.dns("example.com")));
    TestAuthority issuing = root.intermediate("CN=Issuing-CA", c -> {});
    TestAuthority below = issuing.intermediate("CN=evil.test", c -> {});
    GeneralName good = TestAuthority.dns("svc.example.com");
    GeneralName bad = TestAuthority.dns("svc.example.net");
    assertThat(decision(root, issuing.leaf("CN=x", good), issuing.certificate))
        .isEqualTo("accepted");
    assertThat(decision(root, issuing.leaf("CN=x", bad), issuing.certificate)).isEqualTo(FORBIDDEN);
    assertThat(decision(root, below.leaf("CN=y", good), below.certificate, issuing.certificate))
        .isEqualTo("accepted");
    assertThat(decision(root, below.leaf("CN=y", bad), below.certificate, issuing.certificate))
        .isEqualTo(FORBIDDEN);
    assertThat(
            decision(root, root.leaf("CN=payments", TestAuthority.uri("spiffe://example.com/a"))))
        .isEqualTo("accepted");
    assertThat(decision(root, root.leaf("CN=payments"))).isEqualTo("accepted");
  }

  @Test
  void MT03_constrainedIntermediate_commonNameCountsNowhereEither() throws Exception {
    TestAuthority root = TestAuthority.root("CN=Root", c -> {});
    TestAuthority team =
        root.intermediate("CN=Team", TestAuthority.permitted(TestAuthority.dns("example.com")));
    TestAuthority issuing = team.intermediate("CN=Issuing-CA", c -> {});
    assertThat(
            decision(
                root,
                issuing.leaf("CN=payments", TestAuthority.uri("spiffe://example.com/a")),
                issuing.certificate,
                team.certificate))
        .isEqualTo("accepted");
    assertThat(
            decision(
                root,
                issuing.leaf("CN=payments", TestAuthority.dns("example.net")),
                issuing.certificate,
                team.certificate))
        .isEqualTo(FORBIDDEN);
  }

  @Test
  void MT03_intermediateWithAForbiddenName_isRefused() {
    TestAuthority root =
        TestAuthority.root("CN=Root", TestAuthority.permitted(TestAuthority.dns("example.com")));
    TestAuthority out =
        root.intermediate("CN=Out", TestAuthority.names(TestAuthority.dns("example.net")));
    TestAuthority in =
        root.intermediate("CN=In", TestAuthority.names(TestAuthority.dns("ca.example.com")));
    GeneralName good = TestAuthority.dns("svc.example.com");
    assertThat(decision(root, out.leaf("CN=x", good), out.certificate)).isEqualTo(FORBIDDEN);
    assertThat(decision(root, in.leaf("CN=x", good), in.certificate)).isEqualTo("accepted");
  }

  @Test
  void MT03_handshake_agrees() throws Exception {
    TestAuthority root =
        TestAuthority.root("CN=Root", TestAuthority.permitted(TestAuthority.dns("example.com")));
    TestAuthority issuing = root.intermediate("CN=Issuing-CA", c -> {});
    for (boolean good : new boolean[] {true, false}) {
      KeyPair keys = TestAuthority.keys();
      X509Certificate leaf =
          issuing.issue(
              "CN=payments",
              keys.getPublic(),
              TestAuthority.names(TestAuthority.dns(good ? "a.example.com" : "a.example.net")));
      ClientTls client =
          ClientTls.of(
              Identity.of(keys.getPrivate(), List.of(leaf, issuing.certificate)),
              TestPki.anchors(pki.ca),
              PeerPolicy.requestedHost());
      ServerTls server =
          ServerTls.of(TestPki.identity(pki.server), root.anchors(), PeerPolicy.anyTrustedPeer());
      if (good) {
        Engines.between(client.sslContext(), server.sslContext()).run();
        Engines.between(client.sslContext(), server.sslContext()).run();
      } else {
        assertThatThrownBy(() -> Engines.between(client.sslContext(), server.sslContext()).run())
            .isInstanceOf(SSLException.class)
            .hasMessageContaining("forbid");
      }
    }
  }

  /** The first decisions of a constrained path, all at once, each need a key for stand-ins. */
  @Test
  void MT03_firstDecisionsAtOnce_agree() throws Exception {
    TestAuthority root =
        TestAuthority.root("CN=Root", TestAuthority.permitted(TestAuthority.dns("example.com")));
    TestAuthority issuing = root.intermediate("CN=Issuing-CA", c -> {});
    X509Certificate leaf = issuing.leaf("CN=x", TestAuthority.dns("svc.example.com"));
    int threads = 8;
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      for (int round = 0; round < 20; round++) {
        ServerTls server =
            ServerTls.of(TestPki.identity(pki.server), root.anchors(), PeerPolicy.anyTrustedPeer());
        CyclicBarrier together = new CyclicBarrier(threads);
        Callable<Boolean> decision =
            () -> {
              together.await(30, TimeUnit.SECONDS);
              return server.explain(List.of(leaf, issuing.certificate), null).isAccepted();
            };
        for (Future<Boolean> one : pool.invokeAll(Collections.nCopies(threads, decision))) {
          assertThat(one.get()).isTrue();
        }
      }
    } finally {
      pool.shutdownNow();
    }
  }

  static List<Arguments> kinds() {
    int uri = GeneralName.uniformResourceIdentifier;
    List<Arguments> all = new ArrayList<>();
    all.add(Arguments.of(of(2, "Example.com"), of(2, "EXAMPLE.com"), of(2, "badexample.com")));
    all.add(Arguments.of(of(2, "example.com"), of(2, "a.b.example.com"), of(2, "com")));
    all.add(Arguments.of(of(2, "example.com"), of(2, "*.example.com"), of(2, "*.com")));
    all.add(Arguments.of(of(2, ""), of(2, "a.example"), null));
    all.add(Arguments.of(mail("example.com"), mail("a@EXAMPLE.com"), mail("a@x.example.com")));
    all.add(Arguments.of(mail(".example.com"), mail("a@x.example.com"), mail("a@example.com")));
    all.add(Arguments.of(mail("a@example.com"), mail("a@example.com"), mail("b@example.com")));
    all.add(
        Arguments.of(of(uri, "h.test"), of(uri, "spiffe://h.test/a"), of(uri, "x://a.h.test/")));
    all.add(
        Arguments.of(of(uri, ".test"), of(uri, "http://u@a.test:80/"), of(uri, "http://test/")));
    all.add(Arguments.of(ip("10.0.0.0/8"), ip("10.255.255.255"), ip("11.0.0.0")));
    all.add(Arguments.of(ip("10.0.0.128/25"), ip("10.0.0.128"), ip("10.0.0.127")));
    all.add(Arguments.of(ip("2001:db8::/32"), ip("2001:db8::1"), ip("2001:db9::1")));
    all.add(
        Arguments.of(directory("C=DE,O=A"), directory("C=DE,O=a,CN=x"), directory("C=DE,O=AB")));
    return all;
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void MT03_eachKind_isPermittedInsideAndExcludedInside(
      GeneralName base, GeneralName inside, GeneralName outside) {
    TestAuthority permits = TestAuthority.root("CN=R", TestAuthority.permitted(base));
    TestAuthority excludes = TestAuthority.root("CN=R", TestAuthority.excluded(base));
    // The subject is empty where directory names are constrained.
    assertThat(decision(permits, permits.leaf("", inside))).isEqualTo("accepted");
    assertThat(decision(excludes, excludes.leaf("", inside))).isEqualTo(FORBIDDEN);
    if (outside != null) {
      assertThat(decision(permits, permits.leaf("", outside))).isEqualTo(FORBIDDEN);
      boolean wildcardOver = outside.toString().contains("*.com");
      assertThat(decision(excludes, excludes.leaf("", outside)))
          .isEqualTo(wildcardOver ? FORBIDDEN : "accepted");
    }
  }

  @Test
  void MT03_subjectAndItsEmail_areBoundAsTheRfcSays() {
    TestAuthority team = TestAuthority.root("CN=R", TestAuthority.permitted(directory("O=Team")));
    assertThat(decision(team, team.leaf("O=Team, CN=x"))).isEqualTo("accepted");
    assertThat(decision(team, team.leaf("O=Other, CN=x"))).isEqualTo(FORBIDDEN);
    TestAuthority post = TestAuthority.root("CN=R", TestAuthority.permitted(mail("a.example")));
    assertThat(decision(post, post.leaf("E=x@b.example"))).isEqualTo(FORBIDDEN);
    assertThat(decision(post, post.leaf("E=x@a.example"))).isEqualTo("accepted");
    assertThat(decision(post, post.leaf("E=x@b.example", TestAuthority.dns("b.example"))))
        .isEqualTo("accepted");
  }

  @Test
  void MT03_nameThatCannotBeCompared_isRefused() {
    GeneralName id = of(GeneralName.registeredID, "1.2.3");
    TestAuthority root = TestAuthority.root("CN=R", TestAuthority.permitted(id));
    assertThat(decision(root, root.leaf("CN=x", id))).isEqualTo(FORBIDDEN);
    assertThat(decision(root, root.leaf("CN=x"))).isEqualTo("accepted");
    GeneralName urn = of(GeneralName.uniformResourceIdentifier, "urn:x:1");
    TestAuthority hosts =
        TestAuthority.root(
            "CN=R", TestAuthority.excluded(of(GeneralName.uniformResourceIdentifier, "a.test")));
    assertThat(decision(hosts, hosts.leaf("CN=x", urn))).isEqualTo(FORBIDDEN);
  }
}
