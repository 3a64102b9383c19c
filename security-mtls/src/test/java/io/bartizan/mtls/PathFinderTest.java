package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.mtls.x509.Certificates;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.bouncycastle.asn1.x509.GeneralName;
import org.junit.jupiter.api.Test;

/** ML-09: the bounds of the search at their edges, and which of several reasons it tells. */
class PathFinderTest {

  @SuppressWarnings("TimeInStaticInitializer")
  private static final Instant NOW = Instant.now();

  private static final TestAuthority.Extender NOTHING = c -> {};
  private static final GeneralName ID_A = TestAuthority.uri("spiffe://a.example/ns/x");

  private final TestAuthority root = TestAuthority.root("CN=Root", NOTHING);

  private static PathFinder finder(X509Certificate... anchors) {
    return new PathFinder(AnchorSet.unbound(List.of(anchors)));
  }

  private static String decision(PathFinder paths, X509Certificate... chain) {
    try {
      int length = paths.find(chain, NOW, path -> {}).certificates().size();
      return "a path of " + length;
    } catch (PeerRejectedException e) {
      return e.getMessage();
    }
  }

  private String decision(X509Certificate... chain) {
    return decision(finder(root.certificate), chain);
  }

  /** Others behind the chain that have nothing to do with it. */
  private static X509Certificate[] padded(int length, X509Certificate... chain) {
    X509Certificate[] all = Arrays.copyOf(chain, length);
    Arrays.fill(all, chain.length, length, TestAuthority.root("CN=Stranger", NOTHING).certificate);
    return all;
  }

  @Test
  void ML09_presentedCertificates_areSixteenAtMost() {
    X509Certificate leaf = root.leaf("CN=leaf");
    assertThat(decision(leaf)).isEqualTo("a path of 1");
    assertThat(decision(padded(16, leaf))).isEqualTo("a path of 1");
    assertThat(decision(padded(17, leaf)))
        .isEqualTo("chain-invalid: the peer presented 17 certificates, at most 16");
  }

  @Test
  void ML09_path_isOfEightCertificatesAtMost() {
    List<X509Certificate> chain = new ArrayList<>();
    TestAuthority last = root;
    for (int i = 2; i <= 9; i++) {
      last = last.intermediate("CN=Level " + i, NOTHING);
      chain.add(0, last.certificate);
      List<X509Certificate> presented = new ArrayList<>(chain);
      presented.add(0, last.leaf("CN=leaf"));
      String seen = decision(presented.toArray(X509Certificate[]::new));
      if (i <= 8) {
        assertThat(seen).isEqualTo("a path of " + i);
      } else {
        assertThat(seen)
            .startsWith("search-limited: no path from \"CN=leaf\" (serial ")
            .endsWith(") was found before the search ended at a path of 8 certificates");
      }
    }
    // The order in which a peer shows what is behind its own is not that of the path.
    List<X509Certificate> mixed = new ArrayList<>(chain.subList(1, chain.size()));
    Collections.shuffle(mixed, new Random(7));
    mixed.add(0, chain.get(0));
    assertThat(decision(mixed.toArray(X509Certificate[]::new))).isEqualTo("a path of 8");
  }

  /** Each certificate of the search looks at all that were presented: 16 times 16 steps. */
  @Test
  void ML09_search_takes256StepsAtMost() {
    KeyPair keys = TestAuthority.keys();
    TestAuthority issuing = TestAuthority.root("CN=Issuing", keys, NOTHING);
    TestAuthority lost = TestAuthority.root("CN=Lost", NOTHING);
    X509Certificate leaf = issuing.leaf("CN=leaf");
    X509Certificate[] dead = new X509Certificate[16];
    dead[0] = leaf;
    for (int i = 1; i < dead.length; i++) {
      dead[i] = lost.crossFor(issuing, NOTHING);
    }
    assertThat(decision(dead))
        .startsWith("chain-untrusted: no path from \"CN=leaf\" (serial ")
        .endsWith(
            ") to one of 1 trust anchors; its issuer is \"CN=Issuing\", presented were 16"
                + " certificates");
    X509Certificate[] found = dead.clone();
    found[15] = root.crossFor(issuing, NOTHING);
    assertThat(decision(found)).isEqualTo("a path of 2");

    TestAuthority branch = TestAuthority.root("CN=Branch", NOTHING);
    X509Certificate[] longer = dead.clone();
    longer[13] = lost.crossFor(branch, NOTHING);
    longer[14] = branch.crossFor(issuing, NOTHING);
    assertThat(decision(longer)).startsWith("chain-untrusted: ");
    longer[12] = branch.crossFor(issuing, NOTHING);
    assertThat(decision(longer))
        .startsWith("search-limited: ")
        .endsWith(" was found before the search ended at 256 steps");
  }

  /** Certificates that all certify each other. */
  @Test
  void ML09_circles_endTheSearch() {
    KeyPair keys = TestAuthority.keys();
    TestAuthority mesh = TestAuthority.root("CN=Mesh", keys, NOTHING);
    X509Certificate[] chain = new X509Certificate[6];
    chain[0] = mesh.leaf("CN=leaf");
    for (int i = 1; i < chain.length; i++) {
      chain[i] = mesh.crossFor(mesh, NOTHING);
    }
    assertThat(decision(chain)).endsWith("the search ended at 256 steps");
    assertThat(decision(Arrays.copyOf(chain, 3))).startsWith("chain-untrusted: ");
    assertThat(decision(finder(mesh.certificate), chain)).isEqualTo("a path of 1");
  }

  private static X509Certificate[] anchors(
      TestAuthority named, int expired, Instant from, Instant to) {
    X509Certificate[] all = new X509Certificate[expired + 1];
    for (int i = 0; i <= expired; i++) {
      all[i] =
          named.issue(
              "CN=Root",
              named.keys.getPublic(),
              i == expired ? NOW.minusSeconds(9) : from,
              i == expired ? NOW.plusSeconds(9) : to,
              TestAuthority.authority());
    }
    return all;
  }

  @Test
  void ML09_pathsToAnchors_areSixteenAtMost() {
    X509Certificate leaf = root.leaf("CN=leaf");
    Instant past = NOW.minusSeconds(500);
    Instant end = NOW.minusSeconds(400);
    assertThat(decision(finder(anchors(root, 15, past, end)), leaf)).isEqualTo("a path of 1");
    assertThat(decision(finder(anchors(root, 16, past, end)), leaf))
        .startsWith("search-limited: ")
        .contains(
            "before the search ended at 16 paths to an anchor; the first that broke: expired: ");
  }

  private static final TestAuthority FIRST = TestAuthority.root("CN=Issuing", NOTHING);
  private static final TestAuthority UPPER = TestAuthority.root("CN=Upper", NOTHING);

  /** Twice so many twins of an upper authority and one fail before the right one is met. */
  private X509Certificate[] twins(int twins, boolean oneMore) {
    List<X509Certificate> chain = new ArrayList<>(List.of(FIRST.leaf("CN=leaf")));
    if (oneMore) {
      chain.add(TestAuthority.root("CN=Issuing", NOTHING).certificate);
    }
    // Of an upper authority that nobody presents, so that it fails with each that is presented.
    chain.add(TestAuthority.root("CN=Upper", NOTHING).crossFor(FIRST, NOTHING));
    chain.add(UPPER.crossFor(FIRST, NOTHING));
    for (int i = 0; i < twins; i++) {
      chain.add(TestAuthority.root("CN=Upper", NOTHING).certificate);
    }
    chain.add(root.crossFor(UPPER, NOTHING));
    return chain.toArray(X509Certificate[]::new);
  }

  @Test
  void ML09_failedSignatures_areSixteenAndAnchorsOfANameAtMost() throws Exception {
    for (int twins = 7; twins <= 8; twins++) {
      for (boolean oneMore : new boolean[] {false, true}) {
        X509Certificate[] presented = twins(twins, oneMore);
        PathFinder.Search search = finder(root.certificate).search(presented, NOW);
        boolean found = search.run() != null;
        int expected = Math.min(17, 2 * twins + 1 + (oneMore ? 1 : 0));
        assertThat(search.failedSignatures()).isEqualTo(expected);
        assertThat(found).as("%s failed", expected).isEqualTo(expected < 17);
        String seen = decision(presented);
        if (found) {
          assertThat(seen).isEqualTo("a path of 3");
        } else {
          assertThat(seen)
              .startsWith("search-limited: ")
              .endsWith("ended at 17 signatures that are not the issuer's");
        }
      }
    }
  }

  /** Behind the last failure that is allowed, not even the right anchor is tried. */
  @Test
  void ML09_failedSignaturesOfAnchors_countToo() {
    PathFinder two = finder(named(NOTHING).certificate, root.certificate);
    assertThat(decision(two, twins(7, true))).isEqualTo("a path of 3");
    assertThat(decision(two, twins(8, false)))
        .startsWith("search-limited: ")
        .endsWith("ended at 18 signatures that are not the issuer's");
  }

  /** What failed once is not taken for signed when it is met again on another way. */
  @Test
  void ML09_failedSignature_staysOne() throws Exception {
    X509Certificate[] presented = {
      FIRST.leaf("CN=leaf"),
      UPPER.crossFor(FIRST, NOTHING),
      UPPER.crossFor(FIRST, NOTHING),
      root.crossFor(UPPER, NOTHING)
    };
    X509Certificate twin = named(NOTHING).certificate;
    PathFinder.Search search = finder(twin).search(presented, NOW);
    assertThat(search.run()).isNull();
    assertThat(search.failedSignatures()).isEqualTo(1);
    assertThat(search.failure().getMessage())
        .endsWith("it is not of the key of " + Certificates.label(twin));
    assertThat(decision(presented)).isEqualTo("a path of 3");
  }

  /** A key of another kind can't have signed it, and nothing is computed with it. */
  @Test
  void ML09_keyOfAnotherKind_isNoFailedSignature() throws Exception {
    TestAuthority twin = TestAuthority.root("CN=Root", TestAuthority.keys("RSA", 1024), NOTHING);
    X509Certificate[] chain = {root.leaf("CN=leaf")};
    PathFinder.Search search = finder(twin.certificate).search(chain, NOW);
    assertThat(search.run()).isNull();
    assertThat(search.failedSignatures()).isZero();
    assertThat(search.failure().refusal().reason()).isEqualTo(PeerReason.SIGNATURE_INVALID);
    assertThat(decision(finder(twin.certificate, root.certificate), chain))
        .isEqualTo("a path of 1");
  }

  private static TestAuthority named(TestAuthority.Extender more) {
    return TestAuthority.root("CN=Root", more);
  }

  private static TestAuthority keyed() {
    KeyPair keys = TestAuthority.keys();
    return TestAuthority.root(
        "CN=Root", keys, TestAuthority.keyIds(keys.getPublic(), keys.getPublic()));
  }

  private static X509Certificate leafOf(TestAuthority issuer) {
    KeyPair keys = TestAuthority.keys();
    return issuer.issue(
        "CN=leaf",
        keys.getPublic(),
        TestAuthority.keyIds(keys.getPublic(), issuer.keys.getPublic()));
  }

  private static int failures(PathFinder paths, X509Certificate leaf) throws Exception {
    PathFinder.Search search = paths.search(new X509Certificate[] {leaf}, NOW);
    boolean found = search.run() != null;
    int failures = search.failedSignatures();
    return found ? failures : -failures;
  }

  /** Anchors of one name: the named key's first, then those of no name, else one of the others. */
  @Test
  void ML09_anchorsOfOneName_areTriedInTheOrderOfTheirKeys() throws Exception {
    TestAuthority plain1 = named(NOTHING);
    TestAuthority plain2 = named(NOTHING);
    TestAuthority keyed1 = keyed();
    TestAuthority keyed2 = keyed();
    TestAuthority keyed3 = keyed();
    PathFinder all =
        finder(
            plain1.certificate,
            keyed1.certificate,
            keyed2.certificate,
            plain2.certificate,
            keyed3.certificate);
    assertThat(failures(all, leafOf(keyed3))).as("named").isZero();
    assertThat(failures(all, leafOf(plain2))).as("after the other without a name").isEqualTo(1);
    assertThat(failures(all, leafOf(keyed()))).as("both without a name").isEqualTo(-2);
    assertThat(failures(all, named(NOTHING).leaf("CN=leaf"))).as("names no key").isEqualTo(-5);
    assertThat(failures(all, keyed2.leaf("CN=leaf"))).as("names no key").isEqualTo(2);
    PathFinder keyedOnly = finder(keyed1.certificate, keyed2.certificate, keyed3.certificate);
    assertThat(failures(keyedOnly, leafOf(keyed()))).as("one of the others").isEqualTo(-1);
    assertThat(decision(keyedOnly, leafOf(keyed())))
        .startsWith("signature-invalid: \"CN=leaf\"")
        .contains("signature check failed, it is not of the key of \"CN=Root\"");
    PathFinder plainOnly = finder(plain1.certificate, plain2.certificate);
    assertThat(failures(plainOnly, leafOf(keyed()))).isEqualTo(-2);
    PathFinder one = finder(keyed1.certificate);
    assertThat(failures(one, leafOf(keyed2))).isEqualTo(-1);
    assertThat(failures(one, leafOf(keyed1))).isZero();
  }

  private X509Certificate dated(String name, Instant from, Instant to) {
    return root.issue(name, root.keys.getPublic(), from, to, TestAuthority.authority());
  }

  @Test
  void ML09_ofSeveralReasons_theFirstOfTheGravestIsTold() {
    X509Certificate leaf = root.leaf("CN=leaf");
    X509Certificate ended = dated("CN=Root", NOW.minusSeconds(90), NOW.minusSeconds(50));
    X509Certificate future = dated("CN=Root", NOW.plusSeconds(50), NOW.plusSeconds(90));
    X509Certificate twin = named(NOTHING).certificate;
    assertThat(decision(finder(ended, future), leaf)).startsWith("expired: ");
    assertThat(decision(finder(future, ended), leaf)).startsWith("not-yet-valid: ");
    assertThat(decision(finder(twin, ended), leaf)).startsWith("expired: ");
    assertThat(decision(finder(ended, twin), leaf)).startsWith("expired: ");
    X509Certificate other =
        TestAuthority.root("CN=Root", NOTHING).intermediate("CN=Root", NOTHING).certificate;
    assertThat(decision(finder(twin, other), leaf))
        .isEqualTo(
            "signature-invalid: "
                + Certificates.label(leaf)
                + ": signature check failed, it is not of the key of "
                + Certificates.label(twin));
    assertThat(decision(finder(TestAuthority.root("CN=Other", NOTHING).certificate, twin), leaf))
        .startsWith("signature-invalid: ");
    assertThat(decision(finder(TestAuthority.root("CN=Other", NOTHING).certificate), leaf))
        .startsWith("chain-untrusted: ");
  }

  @Test
  void ML09_weakSignatureOnTheWay_isTheReason() {
    TestAuthority old = TestAuthority.root("CN=Root", TestAuthority.keys("RSA", 1024), NOTHING);
    X509Certificate weak = SignedCertificates.leaf("CN=leaf", old, "SHA1withRSA");
    assertThat(decision(finder(old.certificate), weak))
        .startsWith("algorithm-weak: ")
        .endsWith(" is signed with SHA1withRSA");
    X509Certificate good = SignedCertificates.leaf("CN=leaf", old, "SHA256withRSA");
    assertThat(decision(finder(old.certificate), good)).isEqualTo("a path of 1");
  }

  @Test
  void ML09_anchorOfAnotherTrustDomain_isPassedOverForOneOfThePeers() {
    KeyPair shared = TestAuthority.keys();
    TestAuthority first = TestAuthority.root("CN=Root", shared, NOTHING);
    TestAuthority second = TestAuthority.root("CN=Root", shared, NOTHING);
    X509Certificate peer = first.leaf("CN=leaf", ID_A);
    AnchorSet.Entry ofA = new AnchorSet.Entry(first.certificate, "a.example");
    AnchorSet.Entry ofB = new AnchorSet.Entry(second.certificate, "b.example");
    AnchorSet.Entry ofC = new AnchorSet.Entry(second.certificate, "c.example");
    AnchorSet.Entry firstOfB = new AnchorSet.Entry(first.certificate, "b.example");
    assertThat(bound(peer, ofA, ofB)).isEqualTo("a path of 1");
    assertThat(bound(peer, ofB, ofA)).isEqualTo("a path of 1");
    assertThat(bound(peer, ofB))
        .startsWith("trust-domain-mismatch: ")
        .endsWith("vouches for b.example alone");
    assertThat(bound(peer, firstOfB, ofC)).endsWith("vouches for b.example alone");
    assertThat(bound(peer, ofC, firstOfB)).endsWith("vouches for c.example alone");
    // One that broke is graver than one that is not the peer's own.
    X509Certificate ended =
        first.issue(
            "CN=Root",
            shared.getPublic(),
            NOW.minusSeconds(90),
            NOW.minusSeconds(50),
            TestAuthority.authority());
    assertThat(bound(peer, ofB, new AnchorSet.Entry(ended, "a.example"))).startsWith("expired: ");
  }

  private static String bound(X509Certificate peer, AnchorSet.Entry... entries) {
    return decision(new PathFinder(AnchorSet.of(List.of(entries))), peer);
  }
}
