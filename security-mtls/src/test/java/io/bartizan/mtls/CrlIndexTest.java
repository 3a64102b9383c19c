package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.mtls.x509.Certificates;
import io.bartizan.mtls.x509.PeerPath;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CRLException;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.CRLNumber;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.IssuingDistributionPoint;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.ReasonFlags;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.junit.jupiter.api.Test;

/** ML-12: what lists say of a path, asked of the index itself, in each order of the lists. */
class CrlIndexTest {

  @SuppressWarnings("TimeInStaticInitializer")
  static final Instant NOW = Instant.ofEpochSecond(Instant.now().getEpochSecond());

  static final Duration HOUR = Duration.ofHours(1);
  static final TestAuthority.ListExtender NOTHING = l -> {};

  private final TestAuthority root = TestAuthority.root("CN=Root", c -> {});
  private final X509Certificate leaf = root.leaf("CN=leaf");
  private final X509Certificate other = root.leaf("CN=other");
  private final PeerPath path = new PeerPath(List.of(leaf), root.certificate);

  static CrlIndex index(X509CRL... lists) {
    return index(Duration.ZERO, false, lists);
  }

  static CrlIndex index(Duration grace, boolean unlistedAccepted, X509CRL... lists) {
    CrlIndex index = new CrlIndex(grace, unlistedAccepted, false);
    for (int i = 0; i < lists.length; i++) {
      index.add("list " + i, encoded(lists[i]));
    }
    return index;
  }

  static byte[] encoded(X509CRL list) {
    try {
      return list.getEncoded();
    } catch (CRLException e) {
      throw new IllegalStateException(e);
    }
  }

  private String said(CrlIndex index) {
    return said(index, path, NOW);
  }

  static String said(CrlIndex index, PeerPath path, Instant now) {
    try {
      index.check(path, now);
      return "accepted";
    } catch (PeerRejectedException e) {
      return e.getMessage();
    }
  }

  private static String fresh(CrlIndex index, X509Certificate certificate, Instant now) {
    try {
      index.checkFresh(certificate, now);
      return "fresh";
    } catch (PeerRejectedException e) {
      return e.getMessage();
    }
  }

  private X509CRL list(Duration since, TestAuthority.ListExtender more) {
    return root.crl(NOW.plus(since), NOW.plus(since).plus(HOUR), more);
  }

  static TestAuthority.ListExtender naming(X509Certificate one, int reason) {
    return list -> list.addCRLEntry(one.getSerialNumber(), Date.from(NOW), reason);
  }

  static TestAuthority.ListExtender number(int number) {
    return list ->
        list.addExtension(Extension.cRLNumber, false, new CRLNumber(BigInteger.valueOf(number)));
  }

  static TestAuthority.ListExtender delta(int base) {
    return list ->
        list.addExtension(
            Extension.deltaCRLIndicator, true, new CRLNumber(BigInteger.valueOf(base)));
  }

  static TestAuthority.ListExtender all(TestAuthority.ListExtender... parts) {
    return list -> {
      for (TestAuthority.ListExtender part : parts) {
        part.extend(list);
      }
    };
  }

  /** The same in each order of up to four lists. */
  private void inEachOrder(String expected, X509CRL... lists) {
    permute(new ArrayList<>(), new ArrayList<>(List.of(lists)), expected);
  }

  private void permute(List<X509CRL> chosen, List<X509CRL> left, String expected) {
    if (left.isEmpty()) {
      String seen = said(index(chosen.toArray(X509CRL[]::new)));
      assertThat(seen.replaceFirst(":.*", "")).isEqualTo(expected);
    }
    for (X509CRL next : left) {
      List<X509CRL> more = new ArrayList<>(chosen);
      more.add(next);
      List<X509CRL> rest = new ArrayList<>(left);
      rest.remove(next);
      permute(more, rest, expected);
    }
  }

  @Test
  void ML12_severalListsOfOneScope_theNewestThatBeganCounts() {
    Duration past = Duration.ofMinutes(-30);
    X509CRL empty = list(Duration.ZERO, NOTHING);
    X509CRL names = list(Duration.ZERO, naming(leaf, CRLReason.keyCompromise));
    X509CRL namesAnother = list(Duration.ZERO, naming(other, CRLReason.keyCompromise));
    X509CRL oldEmpty = list(past, NOTHING);
    X509CRL oldNames = list(past, naming(leaf, CRLReason.keyCompromise));
    Duration soon = Duration.ofSeconds(301);
    X509CRL aheadEmpty = list(soon, NOTHING);
    X509CRL aheadNames = list(soon, naming(leaf, CRLReason.keyCompromise));
    X509CRL stale = list(Duration.ofHours(-2), NOTHING);
    inEachOrder("accepted", empty);
    inEachOrder("accepted", namesAnother);
    inEachOrder("accepted", empty, oldNames);
    inEachOrder("accepted", empty, oldNames, stale, aheadEmpty);
    inEachOrder("accepted", empty, namesAnother);
    inEachOrder("revoked", names);
    inEachOrder("revoked", names, oldEmpty);
    inEachOrder("revoked", names, empty, oldEmpty);
    inEachOrder("revoked", oldNames, aheadEmpty);
    inEachOrder("revoked", empty, aheadNames, oldEmpty);
    inEachOrder("revoked", aheadNames);
    inEachOrder("revocation-unknown", aheadEmpty);
    inEachOrder("revocation-unknown", stale);
    inEachOrder("revocation-unknown", stale, aheadEmpty);
    assertThat(said(index(names)))
        .isEqualTo("revoked: " + Certificates.label(leaf) + " is revoked by its issuer's list");
  }

  @Test
  void ML12_listOfAClockThatIsFiveMinutesAhead_coversAndRevokes_butPardonsNobodyYet() {
    Duration skew = Duration.ofMinutes(5);
    X509CRL empty = list(skew, NOTHING);
    inEachOrder("accepted", empty);
    inEachOrder("accepted", list(Duration.ofHours(-2), NOTHING), empty);
    inEachOrder("revoked", list(skew, naming(leaf, CRLReason.keyCompromise)));
    inEachOrder("revoked", list(Duration.ZERO, naming(leaf, CRLReason.keyCompromise)), empty);
    inEachOrder("revoked", list(Duration.ZERO, naming(leaf, CRLReason.certificateHold)), empty);
  }

  @Test
  void ML12_everyCertificateOfAPath_isAskedForAtItsOwnIssuer() {
    TestAuthority issuing = root.intermediate("CN=Issuing", c -> {});
    X509Certificate below = issuing.leaf("CN=below");
    PeerPath longer = new PeerPath(List.of(below, issuing.certificate), root.certificate);
    X509CRL ofRoot = list(Duration.ZERO, NOTHING);
    X509CRL ofIssuing = issuing.crl(NOW, NOW.plus(HOUR), NOTHING);
    assertThat(said(index(ofRoot, ofIssuing), longer, NOW)).isEqualTo("accepted");
    assertThat(said(index(ofIssuing), longer, NOW))
        .startsWith("revocation-unknown: no revocation list signed by \"CN=Root\"");
    assertThat(said(index(ofRoot), longer, NOW))
        .startsWith("revocation-unknown: no revocation list signed by \"CN=Issuing\"")
        .endsWith(" is at hand");
    assertThat(said(index(Duration.ZERO, true, ofRoot), longer, NOW)).isEqualTo("accepted");
    X509CRL naming = list(Duration.ZERO, naming(issuing.certificate, CRLReason.cACompromise));
    assertThat(said(index(naming, ofIssuing), longer, NOW)).startsWith("revoked: \"CN=Issuing\"");
  }

  @Test
  void ML12_list_isGoodToItsEndAndTheGraceBehindIt() {
    for (Duration grace : List.of(Duration.ZERO, Duration.ofMinutes(5))) {
      CrlIndex index = index(grace, true, list(Duration.ZERO, NOTHING));
      Instant end = NOW.plus(HOUR).plus(grace);
      String stale = "the revocation list of \"CN=Root\" is stale since " + end;
      assertThat(said(index, path, end)).isEqualTo("accepted");
      assertThat(fresh(index, leaf, end)).isEqualTo("fresh");
      assertThat(index.stale(end)).isNull();
      assertThat(said(index, path, end.plusSeconds(1))).isEqualTo("revocation-unknown: " + stale);
      assertThat(fresh(index, leaf, end.plusSeconds(1))).isEqualTo("revocation-unknown: " + stale);
      assertThat(index.stale(end.plusSeconds(1))).isEqualTo(stale);
      assertThat(said(index, path, NOW.minusSeconds(1))).as("not begun").isEqualTo("accepted");
      assertThat(index.stale(NOW.minusSeconds(1))).isNull();
    }
    CrlIndex two = index(list(Duration.ofHours(-2), NOTHING), list(Duration.ZERO, NOTHING));
    assertThat(fresh(two, leaf, NOW)).isEqualTo("fresh");
    assertThat(fresh(two, leaf, NOW.plus(HOUR).plusSeconds(1))).contains("is stale since");
    assertThat(fresh(two, TestAuthority.root("CN=Else", c -> {}).leaf("CN=x"), NOW.plus(HOUR)))
        .isEqualTo("fresh");
  }

  @Test
  void ML12_oldest_isTheOldestOfTheNewest() {
    TestAuthority second = TestAuthority.root("CN=Second", c -> {});
    Instant early = NOW.minusSeconds(300);
    X509CRL ofSecond = second.crl(early, early.plus(HOUR), NOTHING);
    X509CRL mine = list(Duration.ZERO, number(5));
    X509CRL before = list(Duration.ofMinutes(-15), number(4));
    X509CRL change = list(Duration.ofMinutes(-10), all(delta(4), number(6)));
    assertThat(index().oldest(NOW)).isNull();
    assertThat(index(mine, before).oldest(NOW)).isEqualTo(NOW);
    assertThat(index(mine, ofSecond).oldest(NOW)).isEqualTo(early);
    assertThat(index(ofSecond, mine).oldest(NOW)).isEqualTo(early);
    assertThat(index(mine, change).oldest(NOW)).as("a delta is none").isEqualTo(NOW);
    assertThat(index(mine).oldest(NOW.minusSeconds(1))).isNull();
    X509CRL staleDelta = list(Duration.ofHours(-3), all(delta(4), number(6)));
    assertThat(index(mine, staleDelta).stale(NOW)).as("a delta is none").isNull();
  }

  /** Lists of a key that did not sign them, and of an authority that may not sign any. */
  @Test
  void ML12_listsOfOthers_sayNothingOfAPath() {
    TestAuthority twin = TestAuthority.root("CN=Root", c -> {});
    X509CRL forged = twin.crl(NOW, NOW.plus(HOUR), naming(leaf, CRLReason.keyCompromise));
    assertThat(said(index(forged))).startsWith("revocation-unknown: no revocation list signed by");
    assertThat(said(index(forged, list(Duration.ZERO, NOTHING)))).isEqualTo("accepted");
    for (boolean may : new boolean[] {true, false}) {
      int usage = KeyUsage.keyCertSign | (may ? KeyUsage.cRLSign : 0);
      X509Certificate issuer =
          root.issue(
              "CN=Root",
              root.keys.getPublic(),
              TestAuthority.authority()
                  .and(c -> c.addExtension(Extension.keyUsage, true, new KeyUsage(usage))));
      String seen =
          said(index(list(Duration.ZERO, NOTHING)), new PeerPath(List.of(leaf), issuer), NOW);
      assertThat(seen.replaceFirst(":.*", "")).isEqualTo(may ? "accepted" : "revocation-unknown");
    }
    CrlIndex index = index(forged);
    assertThat(index.mayName(leaf)).isTrue();
    assertThat(index.mayName(other)).isFalse();
    assertThat(index.mayName(TestAuthority.root("CN=Else", c -> {}).leaf("CN=x"))).isFalse();
    assertThat(index.all()).singleElement().satisfies(lists -> assertThat(lists).hasSize(1));
  }

  /** An issuer that changed its key: what the key identifiers tell apart is not mixed up. */
  @Test
  void ML12_listOfTheIssuersOtherKey_makesNobodyFresh() {
    KeyPair first = TestAuthority.keys();
    KeyPair second = TestAuthority.keys();
    TestAuthority old = TestAuthority.root("CN=Renewed", first, c -> {});
    TestAuthority renewed = TestAuthority.root("CN=Renewed", second, c -> {});
    KeyPair keys = TestAuthority.keys();
    X509Certificate peer =
        old.issue(
            "CN=x", keys.getPublic(), TestAuthority.keyIds(keys.getPublic(), first.getPublic()));
    X509CRL stale = old.crl(NOW.minus(HOUR), NOW.minusSeconds(1), keyed(first));
    X509CRL good = renewed.crl(NOW, NOW.plus(HOUR), keyed(second));
    assertThat(fresh(index(stale, good), peer, NOW)).contains("is stale since");
    assertThat(fresh(index(old.crl(NOW, NOW.plus(HOUR), keyed(first)), good), peer, NOW))
        .isEqualTo("fresh");
  }

  private static TestAuthority.ListExtender keyed(KeyPair keys) {
    return list -> {
      try {
        list.addExtension(
            Extension.authorityKeyIdentifier,
            false,
            new JcaX509ExtensionUtils().createAuthorityKeyIdentifier(keys.getPublic()));
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException(e);
      }
    };
  }

  @Test
  void ML12_delta_addsToItsBaseAndLiftsAHoldAlone() {
    X509CRL base = list(Duration.ofMinutes(-1), number(5));
    X509CRL added =
        list(Duration.ZERO, all(delta(5), number(6), naming(leaf, CRLReason.keyCompromise)));
    X509CRL lifted =
        list(Duration.ZERO, all(delta(5), number(6), naming(leaf, CRLReason.removeFromCRL)));
    inEachOrder("revoked", base, added);
    inEachOrder("accepted", base, lifted);
    inEachOrder(
        "accepted",
        list(Duration.ofMinutes(-1), all(number(5), naming(leaf, CRLReason.certificateHold))),
        lifted);
    inEachOrder(
        "revoked",
        list(Duration.ofMinutes(-1), all(number(5), naming(leaf, CRLReason.certificateHold))),
        list(Duration.ZERO, all(delta(5), number(6), naming(other, CRLReason.removeFromCRL))));
    inEachOrder(
        "revoked",
        list(Duration.ofMinutes(-1), all(number(5), naming(leaf, CRLReason.keyCompromise))),
        lifted);
    inEachOrder(
        "revoked",
        list(Duration.ofMinutes(-1), all(number(5), naming(leaf, CRLReason.certificateHold))),
        list(Duration.ZERO, all(delta(6), number(7), naming(leaf, CRLReason.removeFromCRL))));
    // A whole list that is later than the delta holds all that it said.
    inEachOrder("accepted", list(Duration.ofSeconds(9).negated(), number(7)), added);
    inEachOrder("accepted", list(Duration.ZERO, number(6)), added);
    inEachOrder("revocation-unknown", lifted);
    inEachOrder("revoked", added);
    // Ahead of this clock, it revokes, whatever else is there, and lifts nothing.
    inEachOrder(
        "revoked",
        list(Duration.ZERO, number(9)),
        list(
            Duration.ofSeconds(1),
            all(delta(5), number(8), naming(leaf, CRLReason.keyCompromise))));
    inEachOrder(
        "revoked",
        list(Duration.ZERO, all(number(5), naming(leaf, CRLReason.certificateHold))),
        list(
            Duration.ofSeconds(1),
            all(delta(5), number(6), naming(leaf, CRLReason.removeFromCRL))));
  }

  @Test
  void ML12_staleDelta_liftsNothing() {
    X509CRL held =
        root.crl(
            NOW.minus(HOUR),
            NOW.plus(HOUR),
            all(number(5), naming(leaf, CRLReason.certificateHold)));
    X509CRL lifting =
        root.crl(
            NOW.minusSeconds(60),
            NOW,
            all(delta(5), number(6), naming(leaf, CRLReason.removeFromCRL)));
    CrlIndex index = index(held, lifting);
    assertThat(said(index, path, NOW)).isEqualTo("accepted");
    assertThat(said(index, path, NOW.plusSeconds(1))).startsWith("revoked: ");
  }

  static TestAuthority.ListExtender scope(
      String point, boolean users, ReasonFlags reasons, boolean indirect) {
    DistributionPointName name =
        point == null
            ? null
            : new DistributionPointName(new GeneralNames(TestAuthority.uri(point)));
    return list ->
        list.addExtension(
            Extension.issuingDistributionPoint,
            true,
            new IssuingDistributionPoint(name, users, false, reasons, indirect, false));
  }

  @Test
  void ML12_scopes_coverTogetherAndOfEachTheNewestCounts() {
    ReasonFlags some = new ReasonFlags(ReasonFlags.keyCompromise);
    ReasonFlags rest =
        new ReasonFlags(
            ReasonFlags.cACompromise
                | ReasonFlags.affiliationChanged
                | ReasonFlags.superseded
                | ReasonFlags.cessationOfOperation
                | ReasonFlags.certificateHold
                | ReasonFlags.privilegeWithdrawn
                | ReasonFlags.aACompromise);
    X509CRL first = list(Duration.ZERO, scope(null, true, some, false));
    X509CRL second = list(Duration.ofMinutes(-1), scope(null, true, rest, false));
    X509CRL ended = list(Duration.ofHours(-2), scope(null, true, rest, false));
    inEachOrder("accepted", first, second);
    inEachOrder("accepted", first, second, ended);
    inEachOrder("revocation-unknown", first);
    inEachOrder("revocation-unknown", first, ended);
    assertThat(said(index(first)))
        .startsWith("revocation-unknown: the revocation lists of \"CN=Root\"")
        .endsWith(", by kind of certificate, distribution point or reasons");
    assertThat(said(index(first, ended))).contains("is stale since");
    assertThat(said(index(first, list(Duration.ZERO, NOTHING), ended)))
        .as("nothing is lacking")
        .isEqualTo("accepted");
    assertThat(fresh(index(first), leaf, NOW)).as("nothing is stale").isEqualTo("fresh");
    assertThat(fresh(index(first, ended), leaf, NOW)).contains("is stale since");
    assertThat(fresh(index(list(Duration.ZERO, NOTHING), ended), leaf, NOW)).isEqualTo("fresh");
  }

  @Test
  void ML12_partition_coversWhoNamesIt() throws Exception {
    String point = "http://ca.test/1.crl";
    X509Certificate pointed =
        root.issue(
            "CN=pointed",
            TestAuthority.keys().getPublic(),
            c ->
                c.addExtension(
                    Extension.cRLDistributionPoints,
                    false,
                    new CRLDistPoint(
                        new DistributionPoint[] {
                          new DistributionPoint(
                              new DistributionPointName(new GeneralNames(TestAuthority.uri(point))),
                              null,
                              null)
                        })));
    PeerPath ofPointed = new PeerPath(List.of(pointed), root.certificate);
    for (boolean pointless : new boolean[] {true, false}) {
      CrlIndex index = new CrlIndex(Duration.ZERO, false, pointless);
      index.add("other", encoded(list(Duration.ZERO, scope(point + "2", true, null, false))));
      index.add("own", encoded(list(Duration.ZERO, scope(point, true, null, false))));
      assertThat(said(index, ofPointed, NOW)).isEqualTo("accepted");
      assertThat(said(index).replaceFirst(":.*", ""))
          .isEqualTo(pointless ? "accepted" : "revocation-unknown");
    }
    assertThat(
            said(index(list(Duration.ZERO, scope(point + "2", true, null, false))), ofPointed, NOW))
        .startsWith("revocation-unknown: ");
  }
}
