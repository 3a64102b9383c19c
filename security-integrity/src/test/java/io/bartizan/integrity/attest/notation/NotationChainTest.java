package io.bartizan.integrity.attest.notation;

import static io.bartizan.integrity.attest.notation.NotationDraft.AUTHORITY;
import static io.bartizan.integrity.attest.notation.NotationDraft.LEAF;
import static io.bartizan.integrity.attest.notation.NotationDraft.LEAF_KEY;
import static io.bartizan.integrity.attest.notation.NotationDraft.ROOT;
import static io.bartizan.integrity.attest.notation.NotationDraft.ROOT_KEY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.bartizan.testkit.ManualInstantSource;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * N08, N09 and N13: each rule of certificates and stores by a chain that this rule alone refuses.
 */
class NotationChainTest {

  private static final KeyPair KEY = NotationDraft.ec("secp256r1");
  private static final String MIDDLE = "CN=middle,O=acme,ST=WA,C=US";

  @TempDir Path folder;

  private static X509Certificate leafOf(String issuer, KeyPair issuerKey) throws Exception {
    return NotationDraft.issue(
        NotationDraft.builder(LEAF, issuer, LEAF_KEY, "2026-02-01", "2027-02-01")
            .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature)),
        issuerKey);
  }

  private static Object outcome(String level, List<X509Certificate> chain) {
    NotationDraft draft = new NotationDraft();
    draft.chain.clear();
    draft.chain.addAll(chain);
    X509Certificate last = chain.get(chain.size() - 1);
    return draft
        .check(
            NotationVerifier.builder(
                    NotationDraft.policy(level, "\"ca:acme\"", "\"*\""),
                    TrustStores.of(Map.of("ca:acme", List.of(last))))
                .withClock(new ManualInstantSource(NotationDraft.NOW))
                .build())
        .fold(signed -> "accepted", refusal -> refusal.reason());
  }

  private static void refused(List<X509Certificate> chain) {
    for (String level : List.of("\"strict\"", "\"permissive\"")) {
      assertThat(outcome(level, chain)).as(level).isEqualTo(NotationReason.CERTIFICATE_INVALID);
    }
  }

  private static void accepted(List<X509Certificate> chain) {
    assertThat(outcome("\"strict\"", chain)).isEqualTo("accepted");
  }

  private static X509Certificate leafFor(KeyPurposeId... purposes) {
    return NotationDraft.leaf(
        LEAF,
        LEAF_KEY,
        "2026-02-01",
        "2027-02-01",
        true,
        KeyUsage.digitalSignature,
        false,
        "",
        purposes);
  }

  @Test
  void N08_purposeBesideCodeSigning_isRefused() {
    for (KeyPurposeId other :
        List.of(
            KeyPurposeId.anyExtendedKeyUsage,
            KeyPurposeId.id_kp_serverAuth,
            KeyPurposeId.id_kp_emailProtection,
            KeyPurposeId.id_kp_timeStamping,
            KeyPurposeId.id_kp_OCSPSigning)) {
      refused(List.of(leafFor(KeyPurposeId.id_kp_codeSigning, other), AUTHORITY));
      refused(List.of(leafFor(other, KeyPurposeId.id_kp_codeSigning), AUTHORITY));
      refused(List.of(leafFor(other), AUTHORITY));
    }
    refused(List.of(leafFor(KeyPurposeId.id_kp_clientAuth), AUTHORITY));
    accepted(
        List.of(leafFor(KeyPurposeId.id_kp_codeSigning, KeyPurposeId.id_kp_clientAuth), AUTHORITY));
    accepted(List.of(leafFor(KeyPurposeId.id_kp_codeSigning), AUTHORITY));
  }

  private static X509Certificate authority(
      String name, KeyPair key, String issuer, KeyPair issuerKey, int path, int usage, boolean must)
      throws Exception {
    X509v3CertificateBuilder builder =
        NotationDraft.builder(name, issuer, key, "2026-01-01", "2028-01-01")
            .addExtension(Extension.basicConstraints, true, new BasicConstraints(path));
    if (usage != 0) {
      builder.addExtension(Extension.keyUsage, must, new KeyUsage(usage));
    }
    return NotationDraft.issue(builder, issuerKey);
  }

  @Test
  void N09_issuerNeedsACriticalKeyUsageThatSignsCertificates() throws Exception {
    X509Certificate leaf = leafOf(ROOT, ROOT_KEY);
    int issues = KeyUsage.keyCertSign;
    accepted(List.of(leaf, authority(ROOT, ROOT_KEY, ROOT, ROOT_KEY, 0, issues, true)));
    for (X509Certificate root :
        List.of(
            authority(ROOT, ROOT_KEY, ROOT, ROOT_KEY, 0, issues, false),
            authority(ROOT, ROOT_KEY, ROOT, ROOT_KEY, 0, KeyUsage.cRLSign, true),
            authority(ROOT, ROOT_KEY, ROOT, ROOT_KEY, 0, 0, true))) {
      refused(List.of(leaf, root));
    }
    X509Certificate below = leafOf(MIDDLE, KEY);
    X509Certificate root = authority(ROOT, ROOT_KEY, ROOT, ROOT_KEY, 1, issues, true);
    accepted(List.of(below, authority(MIDDLE, KEY, ROOT, ROOT_KEY, 0, issues, true), root));
    for (X509Certificate middle :
        List.of(
            authority(MIDDLE, KEY, ROOT, ROOT_KEY, 0, issues, false),
            authority(MIDDLE, KEY, ROOT, ROOT_KEY, 0, KeyUsage.cRLSign, true),
            authority(MIDDLE, KEY, ROOT, ROOT_KEY, 0, 0, true))) {
      refused(List.of(below, middle, root));
    }
  }

  @Test
  void N09_rootWhosePathIsTooLong_isRefused() throws Exception {
    int issues = KeyUsage.keyCertSign;
    X509Certificate leaf = leafOf(MIDDLE, KEY);
    X509Certificate middle = authority(MIDDLE, KEY, ROOT, ROOT_KEY, 0, issues, true);
    refused(List.of(leaf, middle, authority(ROOT, ROOT_KEY, ROOT, ROOT_KEY, 0, issues, true)));
    accepted(List.of(leaf, middle, authority(ROOT, ROOT_KEY, ROOT, ROOT_KEY, 1, issues, true)));
  }

  @Test
  void N09_issuerWithAWeakKey_isRefused() throws Exception {
    KeyPair weak = NotationDraft.rsa(1024);
    KeyPair strong = NotationDraft.rsa(2048);
    int issues = KeyUsage.keyCertSign;
    refused(List.of(leafOf(ROOT, weak), authority(ROOT, weak, ROOT, weak, 0, issues, true)));
    accepted(List.of(leafOf(ROOT, strong), authority(ROOT, strong, ROOT, strong, 0, issues, true)));
  }

  @Test
  void N09_chainThatHoldsAtNoTime_isRefusedUnderPermissiveToo() throws Exception {
    X509Certificate root =
        NotationDraft.issue(
            NotationDraft.builder(ROOT, ROOT, ROOT_KEY, "2027-03-01", "2028-01-01")
                .addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
                .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign)),
            ROOT_KEY);
    refused(List.of(leafOf(ROOT, ROOT_KEY), root));
  }

  /** Leaf, issuers and root. */
  private static List<X509Certificate> chainOf(int length) throws Exception {
    List<X509Certificate> chain = new ArrayList<>();
    chain.add(leafOf("CN=1", KEY));
    for (int i = 1; i < length - 1; i++) {
      boolean top = i == length - 2;
      chain.add(
          NotationDraft.authority(
              "CN=" + i, top ? ROOT : "CN=" + (i + 1), KEY, top ? ROOT_KEY : KEY, i));
    }
    chain.add(NotationDraft.authority(ROOT, ROOT, ROOT_KEY, ROOT_KEY, length));
    return chain;
  }

  @Test
  void N09_chainHasAtMostTenCertificates() throws Exception {
    accepted(chainOf(3));
    accepted(chainOf(10));
    assertThat(outcome("\"strict\"", chainOf(11))).isEqualTo(NotationReason.MALFORMED);
    List<X509Certificate> oneOut = chainOf(6);
    X509Certificate removed = oneOut.remove(3);
    assertThat(removed).isNotNull();
    refused(oneOut);
  }

  // Stores

  private static X509Certificate[] oneOfEach() throws Exception {
    return new X509Certificate[] {
      AUTHORITY,
      authority(MIDDLE, KEY, ROOT, ROOT_KEY, 0, KeyUsage.keyCertSign, true),
      authority(MIDDLE, KEY, MIDDLE, KEY, 0, KeyUsage.cRLSign, true),
      authority(MIDDLE, KEY, ROOT, ROOT_KEY, 0, KeyUsage.cRLSign, true),
      authority(MIDDLE, KEY, MIDDLE, KEY, 0, 0, true),
      leafOf(ROOT, ROOT_KEY),
      leafOf(LEAF, LEAF_KEY)
    };
  }

  @Test
  void N13_storesTake_authoritiesAndSelfSignedOnes_andForTimestampsRootsOnly() throws Exception {
    boolean[] intoCa = {true, true, true, false, true, false, true};
    boolean[] intoTsa = {true, false, false, false, true, false, false};
    X509Certificate[] each = oneOfEach();
    for (int i = 0; i < each.length; i++) {
      for (String name : List.of("ca:acme", "signingAuthority:acme", "tsa:acme")) {
        Map<String, List<X509Certificate>> store = Map.of(name, List.of(AUTHORITY, each[i]));
        ThrowingCallable made =
            () -> {
              TrustStores unused = TrustStores.of(store);
            };
        if (name.startsWith("tsa") ? intoTsa[i] : intoCa[i]) {
          assertThatCode(made).as("%s %d", name, i).doesNotThrowAnyException();
        } else {
          assertThatIllegalArgumentException().as("%s %d", name, i).isThrownBy(made);
        }
      }
    }
  }

  @Test
  void N13_namesOfStores_areTypeAndPlainName() {
    String longest = "a".repeat(128);
    for (String name : List.of("ca:acme", "tsa:a", "signingAuthority:A.b_c-9", "ca:" + longest)) {
      assertThat(TrustStores.requireName(name)).isEqualTo(name);
    }
    for (String name :
        List.of(
            "ca:",
            "ca:a..b",
            "ca:..",
            "ca:.a",
            "ca:a/b",
            "CA:acme",
            "ca:acme ",
            "ca",
            "ca:" + longest + "a")) {
      assertThatIllegalArgumentException()
          .as(name)
          .isThrownBy(
              () -> {
                Object unused = TrustStores.requireName(name);
              });
    }
  }

  @Test
  void N13_foldersOfStores_areReadToTheirBounds() throws Exception {
    Path store = Files.createDirectories(folder.resolve("x509/ca/acme"));
    byte[] pem =
        io.bartizan.core.Pem.encode("CERTIFICATE", NotationDraft.der(AUTHORITY))
            .getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    byte[] padded = java.util.Arrays.copyOf(pem, 1024 * 1024);
    java.util.Arrays.fill(padded, pem.length, padded.length, (byte) '\n');
    Files.write(store.resolve("0"), padded);
    for (int i = 1; i < 1_000; i++) {
      Files.write(store.resolve("" + i), pem);
    }
    assertThat(TrustStores.read(folder, Set.of("ca:acme")))
        .hasToString("TrustStores[ca:acme of 1000]");
    Files.write(store.resolve("1000"), pem);
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> {
              Object unused = TrustStores.read(folder, Set.of("ca:acme"));
            })
        .withMessageContaining("1000");
  }

  /** The JDK passes over them, so that one signed certificate would have several spellings. */
  @Test
  void N08_signatureThatClaimsUnusedBits_isRefused() throws Exception {
    X509Certificate leaf = leafFor();
    while ((leaf.getSignature()[leaf.getSignature().length - 1] & 1) == 1) {
      leaf = leafFor(); // only bits that are zero can be claimed to be unused
    }
    accepted(List.of(leaf, NotationDraft.AUTHORITY));
    byte[] der = leaf.getEncoded();
    int unusedBits = der.length - leaf.getSignature().length - 1;
    assertThat(der[unusedBits]).isZero();
    der[unusedBits] = 1;
    X509Certificate other =
        (X509Certificate)
            CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(der));
    other.verify(NotationDraft.ROOT_KEY.getPublic());
    refused(List.of(other, NotationDraft.AUTHORITY));
  }
}
