package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.core.Health;
import io.bartizan.testkit.ManualInstantSource;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import javax.net.ssl.SSLException;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.CRLNumber;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.IssuingDistributionPoint;
import org.bouncycastle.asn1.x509.ReasonFlags;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * MT-04, MT-05, MT-06, ML-12: what a list covers, which of several counts, and that none pardons.
 */
class RevocationScopeTest {

  private static final String POINT = "http://ca.test/1.crl";

  private final TestPki pki = TestPki.SHARED;
  private final ManualInstantSource clock = new ManualInstantSource(Instant.now());
  private final TestAuthority root = TestAuthority.root("CN=Root", c -> {});
  private final TestAuthority issuing = root.intermediate("CN=Issuing", c -> {});
  private final KeyPair keys = TestAuthority.keys();
  private final X509Certificate leaf = leafAt(null);
  @TempDir Path folder;

  private static DistributionPointName point(String uri) {
    return new DistributionPointName(new GeneralNames(TestAuthority.uri(uri)));
  }

  private X509Certificate leafAt(String point) {
    return issuing.issue(
        "CN=leaf",
        keys.getPublic(),
        c -> {
          if (point != null) {
            c.addExtension(
                Extension.cRLDistributionPoints,
                false,
                new CRLDistPoint(
                    new DistributionPoint[] {new DistributionPoint(point(point), null, null)}));
          }
        });
  }

  private static TestAuthority.ListExtender scope(
      boolean critical, String point, boolean users, boolean authorities, ReasonFlags reasons) {
    return list ->
        list.addExtension(
            Extension.issuingDistributionPoint,
            critical,
            new IssuingDistributionPoint(
                point == null ? null : point(point), users, authorities, reasons, false, false));
  }

  private X509CRL list(TestAuthority authority, TestAuthority.ListExtender more) {
    return listAt(authority, Duration.ZERO, more);
  }

  private X509CRL listAt(TestAuthority authority, Duration since, TestAuthority.ListExtender more) {
    Instant from = clock.instant().plus(since);
    return authority.crl(from, from.plus(Duration.ofHours(1)), more);
  }

  private static TestAuthority.ListExtender numbered(int number) {
    return list -> list.addExtension(Extension.cRLNumber, false, new CRLNumber(big(number)));
  }

  private static TestAuthority.ListExtender delta(int base, int number) {
    return list -> {
      list.addExtension(Extension.deltaCRLIndicator, true, new CRLNumber(big(base)));
      list.addExtension(Extension.cRLNumber, false, new CRLNumber(big(number)));
    };
  }

  private static BigInteger big(int value) {
    return BigInteger.valueOf(value);
  }

  private void revoke(X509v2CRLBuilder list, X509Certificate one, int reason) {
    list.addCRLEntry(one.getSerialNumber(), Date.from(clock.instant()), reason);
  }

  private TestAuthority.ListExtender and(
      TestAuthority.ListExtender first, TestAuthority.ListExtender second) {
    return list -> {
      first.extend(list);
      second.extend(list);
    };
  }

  private void write(String name, X509CRL crl) throws Exception {
    Files.write(folder.resolve(name), crl.getEncoded());
  }

  private ServerTls server(Revocation data) {
    return ServerTls.builder(
            TestPki.identity(pki.server), root.anchors(), PeerPolicy.anyTrustedPeer())
        .withRevocation(data)
        .withClock(clock)
        .build();
  }

  private ServerTls server() {
    return server(Revocation.crls(folder));
  }

  /** By {@code explain}, and by a full and a second handshake. */
  private String decision(ServerTls server, X509Certificate peer) {
    String explained =
        server
            .explain(List.of(peer, issuing.certificate), null)
            .fold(a -> "accepted", r -> r.reason().name());
    ClientTls client =
        ClientTls.of(
            Identity.of(keys.getPrivate(), List.of(peer, issuing.certificate)),
            TestPki.anchors(pki.ca),
            PeerPolicy.requestedHost());
    for (int i = 0; i < 2; i++) {
      boolean accepted = true;
      try {
        Engines.between(client.sslContext(), server.sslContext()).run();
      } catch (SSLException e) {
        accepted = false;
      }
      assertThat(accepted).as("handshake %s", i).isEqualTo(explained.equals("accepted"));
    }
    return explained;
  }

  private void writeRootList() throws Exception {
    write("root.crl", list(root, numbered(1)));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void MT04_userAndAuthorityLists_coverTheirKind(boolean critical) throws Exception {
    write("root.crl", list(root, scope(critical, null, false, true, null)));
    write("users.crl", list(issuing, scope(critical, null, true, false, null)));
    assertThat(decision(server(), leaf)).isEqualTo("accepted");

    write("users.crl", list(issuing, scope(critical, null, false, true, null)));
    assertThat(decision(server(), leaf)).isEqualTo("REVOCATION_UNKNOWN");
    write("users.crl", list(issuing, scope(critical, null, true, false, null)));
    write("root.crl", list(root, scope(critical, null, true, false, null)));
    assertThat(decision(server(), leaf)).isEqualTo("REVOCATION_UNKNOWN");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void MT04_partition_coversTheCertificatesThatNameIt(boolean critical) throws Exception {
    writeRootList();
    write("1.crl", list(issuing, scope(critical, POINT, true, false, null)));
    ServerTls server = server();
    assertThat(decision(server, leafAt(POINT))).isEqualTo("accepted");
    assertThat(decision(server, leafAt(POINT + "2"))).isEqualTo("REVOCATION_UNKNOWN");
    assertThat(decision(server, leaf)).isEqualTo("REVOCATION_UNKNOWN");
    write("2.crl", list(issuing, scope(critical, POINT + "2", true, false, null)));
    assertThat(server.reload()).isTrue();
    assertThat(decision(server, leafAt(POINT))).isEqualTo("accepted");
    assertThat(decision(server, leafAt(POINT + "2"))).isEqualTo("accepted");

    // step-ca: one list that names its address, leaves without
    ServerTls wide = server(Revocation.crls(folder).withUnpointedCertificatesCovered());
    assertThat(decision(wide, leaf)).isEqualTo("accepted");
    assertThat(decision(wide, leafAt("http://elsewhere.test/"))).isEqualTo("REVOCATION_UNKNOWN");
  }

  @Test
  void MT04_whatAnyListOfTheIssuerNames_isRevoked() throws Exception {
    writeRootList();
    write("all.crl", list(issuing, numbered(1)));
    write(
        "1.crl",
        list(
            issuing,
            and(
                scope(true, POINT, true, false, null),
                l -> revoke(l, leaf, CRLReason.keyCompromise))));
    assertThat(decision(server(), leaf)).isEqualTo("REVOKED");
  }

  @Test
  void MT04_reasons_countTogether() throws Exception {
    writeRootList();
    ReasonFlags some = new ReasonFlags(ReasonFlags.keyCompromise | ReasonFlags.cACompromise);
    ReasonFlags rest =
        new ReasonFlags(
            ReasonFlags.affiliationChanged
                | ReasonFlags.superseded
                | ReasonFlags.cessationOfOperation
                | ReasonFlags.certificateHold
                | ReasonFlags.privilegeWithdrawn
                | ReasonFlags.aACompromise);
    write("1.crl", list(issuing, scope(true, null, false, false, some)));
    assertThat(decision(server(), leaf)).isEqualTo("REVOCATION_UNKNOWN");
    write("2.crl", list(issuing, scope(true, null, false, false, rest)));
    assertThat(decision(server(), leaf)).isEqualTo("accepted");
  }

  @Test
  void MT04_deltaBesideItsBase_addsAndLifts() throws Exception {
    writeRootList();
    write("CA.crl", list(issuing, numbered(5)));
    write("CA+.crl", list(issuing, delta(5, 6)));
    assertThat(decision(server(), leaf)).isEqualTo("accepted");
    write(
        "CA+.crl", list(issuing, and(delta(5, 6), l -> revoke(l, leaf, CRLReason.keyCompromise))));
    assertThat(decision(server(), leaf)).isEqualTo("REVOKED");

    write(
        "CA.crl", list(issuing, and(numbered(5), l -> revoke(l, leaf, CRLReason.certificateHold))));
    write(
        "CA+.crl", list(issuing, and(delta(5, 6), l -> revoke(l, leaf, CRLReason.removeFromCRL))));
    assertThat(decision(server(), leaf)).isEqualTo("accepted");
    write(
        "CA+.crl", list(issuing, and(delta(6, 7), l -> revoke(l, leaf, CRLReason.removeFromCRL))));
    assertThat(decision(server(), leaf)).as("a delta of a later base").isEqualTo("REVOKED");
    write("CA.crl", list(issuing, and(numbered(5), l -> revoke(l, leaf, CRLReason.keyCompromise))));
    write(
        "CA+.crl", list(issuing, and(delta(5, 6), l -> revoke(l, leaf, CRLReason.removeFromCRL))));
    assertThat(decision(server(), leaf)).as("only a hold is lifted").isEqualTo("REVOKED");
  }

  /** Partitions count for themselves: the number of one says nothing of the other's delta. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void MT04_baseOfAnotherPartition_hidesNoDelta(boolean numbers) throws Exception {
    TestAuthority.ListExtender none = l -> {};
    X509Certificate pointed = leafAt(POINT);
    writeRootList();
    TestAuthority.ListExtender first = scope(true, POINT, true, false, null);
    write("1.crl", listAt(issuing, Duration.ofMinutes(-9), and(first, numbered(5))));
    TestAuthority.ListExtender indicator =
        l -> l.addExtension(Extension.deltaCRLIndicator, true, new CRLNumber(big(5)));
    write(
        "1+.crl",
        listAt(
            issuing,
            Duration.ofMinutes(-6),
            and(
                and(first, numbers ? delta(5, 6) : indicator),
                l -> revoke(l, pointed, CRLReason.keyCompromise))));
    ServerTls server = server();
    assertThat(decision(server, pointed)).isEqualTo("REVOKED");

    TestAuthority.ListExtender second = scope(true, POINT + "2", true, false, null);
    write("2.crl", list(issuing, and(second, numbers ? numbered(900) : none)));
    assertThat(server.reload()).isTrue();
    assertThat(decision(server, pointed)).isEqualTo("REVOKED");

    write("1b.crl", list(issuing, and(first, numbers ? numbered(7) : none)));
    assertThat(server.reload()).isTrue();
    assertThat(decision(server, pointed)).as("a newer base of its own").isEqualTo("accepted");
  }

  @Test
  void MT04_whatCoversNobody_isToldAndSpoilsNothing() throws Exception {
    writeRootList();
    write("all.crl", list(issuing, numbered(1)));
    TestAuthority other = TestAuthority.root("CN=Other", c -> {});
    write("CA+.crl", list(other, delta(5, 6)));
    write(
        "indirect.crl",
        list(
            other,
            l ->
                l.addExtension(
                    Extension.issuingDistributionPoint,
                    true,
                    new IssuingDistributionPoint(null, false, false, null, true, false))));
    ServerTls server = server();
    assertThat(decision(server, leaf)).isEqualTo("accepted");
    assertThat(server.health().status()).isEqualTo(Health.Status.UP);
    assertThat(server.health().detail()).contains("lists that serve nobody: 2");
    assertThat(server.generations().newest().revocation().notes())
        .anyMatch(note -> note.contains("indirect.crl covers nobody"))
        .anyMatch(note -> note.contains("CA+.crl is a delta without its base"));
  }

  @Test
  void MT05_unknownCriticalExtension_refusesThatList() throws Exception {
    writeRootList();
    TestAuthority.ListExtender odd =
        l ->
            l.addExtension(new ASN1ObjectIdentifier("1.3.6.1.4.1.99999.1"), true, DERNull.INSTANCE);
    Files.write(folder.resolve("x.der"), list(issuing, odd).getEncoded());
    assertThatThrownBy(() -> server(Revocation.crls(folder.resolve("x.der"))))
        .isInstanceOf(TlsMaterialException.class)
        .hasMessageContaining("1.3.6.1.4.1.99999.1");
    write("odd.crl", list(issuing, odd));
    assertThat(decision(server(), leaf)).isEqualTo("REVOCATION_UNKNOWN");
    assertThat(decision(server(Revocation.crls(folder).withUnlistedIssuersAccepted()), leaf))
        .isEqualTo("REVOCATION_UNKNOWN");
    write("good.crl", list(issuing, numbered(1)));
    assertThat(decision(server(), leaf)).isEqualTo("accepted");
  }

  @Test
  void MT04_largeList_isReadWhenTheSizeSaysSo() throws Exception {
    writeRootList();
    write(
        "large.crl",
        list(
            issuing,
            l -> {
              for (int i = 0; i < 120_000; i++) {
                l.addCRLEntry(
                    BigInteger.ONE.shiftLeft(127).add(big(i)),
                    Date.from(clock.instant()),
                    CRLReason.superseded);
              }
              revoke(l, leaf, CRLReason.keyCompromise);
            }));
    assertThatThrownBy(this::server).hasMessageContaining("has more than 4194304 bytes");
    ServerTls server = server(Revocation.crls(folder).withMaxListBytes(8 << 20));
    assertThat(decision(server, leaf)).isEqualTo("REVOKED");
    assertThat(decision(server, leafAt(POINT))).isEqualTo("accepted");
    assertThatThrownBy(() -> Revocation.none().withMaxListBytes(1000))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("1000");
  }

  @Test
  void MT06_olderList_isAReloadFaultAndTheNewerServes() throws Exception {
    writeRootList();
    write("a.crl", list(issuing, and(numbered(8), l -> revoke(l, leaf, CRLReason.keyCompromise))));
    ServerTls server = server();
    assertThat(decision(server, leaf)).isEqualTo("REVOKED");

    for (X509CRL older :
        List.of(
            listAt(issuing, Duration.ofMinutes(-10), numbered(9)),
            listAt(issuing, Duration.ofSeconds(10), numbered(7)))) {
      write("a.crl", older);
      assertThatThrownBy(server::reload)
          .isInstanceOfSatisfying(
              TlsMaterialException.class,
              e -> assertThat(e.reason()).isEqualTo(MaterialReason.REVOCATION_OLDER))
          .hasMessageContaining("older than the one");
      assertThat(decision(server, leaf)).isEqualTo("REVOKED");
      assertThat(server.health().status()).isEqualTo(Health.Status.DEGRADED);
      assertThat(server.health().detail()).contains("revocation-older");
    }
    // It is gone for a generation and comes back older.
    Files.delete(folder.resolve("a.crl"));
    assertThat(server.reload()).isTrue();
    assertThat(decision(server, leaf)).isEqualTo("REVOCATION_UNKNOWN");
    write("a.crl", listAt(issuing, Duration.ofMinutes(-10), numbered(7)));
    assertThatThrownBy(server::reload).hasMessageContaining("older than the one");

    server.forgetRevocationLists();
    assertThat(server.reload()).isTrue();
    assertThat(decision(server, leaf)).isEqualTo("accepted");
    write("a.crl", listAt(issuing, Duration.ofMinutes(-20), numbered(6)));
    assertThatThrownBy(server::reload).hasMessageContaining("older than the one");
  }

  @Test
  void MT06_newerList_mayLift() throws Exception {
    writeRootList();
    write(
        "a.crl", list(issuing, and(numbered(8), l -> revoke(l, leaf, CRLReason.certificateHold))));
    ServerTls server = server();
    assertThat(decision(server, leaf)).isEqualTo("REVOKED");
    clock.advance(Duration.ofSeconds(5));
    write("a.crl", list(issuing, numbered(9)));
    assertThat(server.reload()).isTrue();
    assertThat(decision(server, leaf)).isEqualTo("accepted");
  }

  @Test
  void ML12_severalListsOfOneIssuer_theNewestCountsInEachOrder() throws Exception {
    writeRootList();
    X509CRL stale =
        issuing.crl(
            clock.instant().minus(Duration.ofHours(3)),
            clock.instant().minus(Duration.ofHours(1)),
            l -> revoke(l, leaf, CRLReason.certificateHold));
    X509CRL staleEmpty =
        issuing.crl(
            clock.instant().minus(Duration.ofHours(3)),
            clock.instant().minus(Duration.ofHours(1)),
            l -> {});
    X509CRL fresh = list(issuing, l -> {});
    X509CRL naming = list(issuing, l -> revoke(l, leaf, CRLReason.keyCompromise));
    X509CRL ahead = listAt(issuing, Duration.ofMinutes(6), l -> {});
    X509CRL aheadNaming =
        listAt(issuing, Duration.ofMinutes(6), l -> revoke(l, leaf, CRLReason.keyCompromise));
    inEachOrder("accepted", fresh, stale);
    inEachOrder("accepted", fresh, stale, ahead);
    inEachOrder("REVOKED", naming, fresh);
    inEachOrder("REVOKED", naming, stale, fresh);
    inEachOrder("REVOKED", fresh, stale, aheadNaming);
    inEachOrder("REVOCATION_UNKNOWN", ahead);
    inEachOrder("REVOKED", stale, ahead);
    inEachOrder("REVOCATION_UNKNOWN", staleEmpty, ahead);
  }

  /** A peer is refused and health is degraded, both with the time at which that ends. */
  @Test
  void ML12_onlyListThatHasNotBegun_isToldWithItsBeginning() throws Exception {
    writeRootList();
    X509CRL ahead = listAt(issuing, Duration.ofHours(1), l -> {});
    write("a.crl", ahead);
    ServerTls server = server();
    String begins = "begins only at " + ahead.getThisUpdate().toInstant();
    assertThat(
            server
                .explain(List.of(leaf, issuing.certificate), null)
                .<String>fold(a -> "accepted", r -> r.message()))
        .startsWith("revocation-unknown: ")
        .contains(begins);
    assertThat(server.health().status()).isEqualTo(Health.Status.DEGRADED);
    assertThat(server.health().detail()).contains(begins);
    clock.advance(Duration.ofMinutes(56));
    write("root.crl", list(root, numbered(2)));
    assertThat(server.reload()).isTrue();
    assertThat(decision(server, leaf)).isEqualTo("accepted");
    assertThat(server.health().status()).isEqualTo(Health.Status.UP);
  }

  /** Files are read by name; each permutation is written under other names. */
  private void inEachOrder(String expected, X509CRL... lists) throws Exception {
    int[][] orders =
        lists.length == 1
            ? new int[][] {{0}}
            : lists.length == 2
                ? new int[][] {{0, 1}, {1, 0}}
                : new int[][] {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    for (int[] order : orders) {
      for (int i = 0; i < 3; i++) {
        deleteIfThere(i + ".crl");
      }
      for (int i = 0; i < lists.length; i++) {
        write(i + ".crl", lists[order[i]]);
      }
      ServerTls server = server();
      assertThat(decision(server, leaf)).as("%s lists", lists.length).isEqualTo(expected);
      boolean newestIsStale = lists.length < 3 && ahead(lists) != null;
      assertThat(server.health().status())
          .isEqualTo(newestIsStale ? Health.Status.DEGRADED : Health.Status.UP);
    }
  }

  /** The one that has not begun. */
  private X509CRL ahead(X509CRL... lists) {
    for (X509CRL list : lists) {
      if (list.getThisUpdate().toInstant().isAfter(clock.instant())) {
        return list;
      }
    }
    return null;
  }

  private void deleteIfThere(String name) throws IOException {
    boolean unused = Files.deleteIfExists(folder.resolve(name));
  }
}
