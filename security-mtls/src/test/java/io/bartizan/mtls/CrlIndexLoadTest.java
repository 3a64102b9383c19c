package io.bartizan.mtls;

import static io.bartizan.mtls.CrlIndexTest.HOUR;
import static io.bartizan.mtls.CrlIndexTest.NOTHING;
import static io.bartizan.mtls.CrlIndexTest.NOW;
import static io.bartizan.mtls.CrlIndexTest.all;
import static io.bartizan.mtls.CrlIndexTest.delta;
import static io.bartizan.mtls.CrlIndexTest.encoded;
import static io.bartizan.mtls.CrlIndexTest.index;
import static io.bartizan.mtls.CrlIndexTest.naming;
import static io.bartizan.mtls.CrlIndexTest.number;
import static io.bartizan.mtls.CrlIndexTest.said;
import static io.bartizan.mtls.CrlIndexTest.scope;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.core.Pem;
import io.bartizan.mtls.x509.PeerPath;
import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.Test;

/** ML-12: which files hold lists, and which lists serve nobody. */
class CrlIndexLoadTest {

  private final TestAuthority root = TestAuthority.root("CN=Root", c -> {});
  private final X509Certificate leaf = root.leaf("CN=leaf");
  private final PeerPath path = new PeerPath(List.of(leaf), root.certificate);

  private X509CRL list(TestAuthority.ListExtender more) {
    return root.crl(NOW, NOW.plus(HOUR), more);
  }

  private static byte[] pem(String label, byte[] der) {
    return Pem.encode(label, der).getBytes(StandardCharsets.US_ASCII);
  }

  private static void assertMalformed(byte[] content, String message) {
    CrlIndex index = new CrlIndex(Duration.ZERO, true, false);
    assertThatThrownBy(() -> index.add("some.crl", content))
        .isInstanceOfSatisfying(
            TlsMaterialException.class,
            e -> assertThat(e.reason()).isEqualTo(MaterialReason.FILE_MALFORMED))
        .hasMessageContaining("some.crl " + message);
    assertThat(index.all()).isEmpty();
  }

  @Test
  void ML12_file_isDerOrPemOfOneOrMoreLists() throws Exception {
    byte[] names = encoded(list(naming(leaf, CRLReason.keyCompromise)));
    byte[] empty = encoded(list(NOTHING));
    ByteArrayOutputStream both = new ByteArrayOutputStream();
    both.write(pem("X509 CRL", empty));
    both.write(pem("CERTIFICATE", leaf.getEncoded()));
    both.write(pem("X509 CRL", names));
    for (byte[] content : List.of(names, pem("X509 CRL", names), both.toByteArray())) {
      CrlIndex index = new CrlIndex(Duration.ZERO, false, false);
      index.add("a.crl", content);
      index.checkUsable();
      assertThat(said(index, path, NOW)).startsWith("revoked: ");
    }
    // Whatever its bytes spell, DER is DER.
    TestAuthority spelled = TestAuthority.root("CN=-----BEGIN X509 CRL-----", c -> {});
    X509Certificate below = spelled.leaf("CN=x");
    CrlIndex index = index(spelled.crl(NOW, NOW.plus(HOUR), naming(below, CRLReason.superseded)));
    assertThat(said(index, new PeerPath(List.of(below), spelled.certificate), NOW))
        .startsWith("revoked: ");
    String unread = "holds a revocation list that can't be parsed";
    assertMalformed(new byte[0], unread);
    assertMalformed(new byte[] {0x30}, unread);
    assertMalformed("garbage".getBytes(StandardCharsets.US_ASCII), unread);
    assertMalformed(Arrays.copyOf(names, names.length - 1), unread);
    assertMalformed(Arrays.copyOf(names, names.length + 1), unread);
    assertMalformed(pem("X509 CRL", new byte[] {0x30, 0}), unread);
    String text = "\ufeff" + new String(pem("X509 CRL", names), StandardCharsets.US_ASCII);
    for (Charset wide : List.of(StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE)) {
      assertMalformed(text.getBytes(wide), "is UTF-16 text");
    }
    assertMalformed(pem("CERTIFICATE", leaf.getEncoded()), "holds no X509 CRL");
  }

  @Test
  void ML12_listWithoutAnEnd_isMalformed() throws Exception {
    X509v2CRLBuilder endless = new X509v2CRLBuilder(new X500Name("CN=Root"), Date.from(NOW));
    byte[] der =
        endless
            .build(new JcaContentSignerBuilder("SHA256withECDSA").build(root.keys.getPrivate()))
            .getEncoded();
    assertMalformed(der, "has no nextUpdate, so nobody knows when it is stale");
  }

  private static String unusable(CrlIndex index, MaterialReason reason) {
    List<String> said = new ArrayList<>();
    assertThatThrownBy(index::checkUsable)
        .isInstanceOfSatisfying(
            TlsMaterialException.class,
            e -> {
              assertThat(e.reason()).isEqualTo(reason);
              said.add(String.valueOf(e.getMessage()));
            });
    return said.get(0);
  }

  /** Lists that serve nobody, alone, accepted beforehand, and beside one that serves. */
  @Test
  void ML12_listsThatServeNobody_areToldAndDoubtTheirIssuer() {
    TestAuthority.ListExtender odd =
        l ->
            l.addExtension(new ASN1ObjectIdentifier("1.3.6.1.4.1.99999.1"), true, DERNull.INSTANCE);
    X509CRL indirect = list(scope(null, false, null, true));
    X509CRL unknown = list(odd);
    X509CRL alone = list(all(delta(5), number(6)));
    X509CRL whole = list(number(5));
    String none = "hold no list that covers anyone, so every peer would be refused";
    assertThat(unusable(index(), MaterialReason.REVOCATION_UNKNOWN)).endsWith(none);
    assertThat(unusable(index(indirect), MaterialReason.REVOCATION_UNKNOWN))
        .endsWith(none + "; list 0 covers nobody: it is indirect, or of attribute certificates");
    assertThat(unusable(index(unknown), MaterialReason.REVOCATION_UNKNOWN))
        .endsWith(
            none
                + "; list 0 is not used: it has the extension 1.3.6.1.4.1.99999.1, which is"
                + " critical and not known");
    assertThat(unusable(index(alone), MaterialReason.REVOCATION_UNKNOWN))
        .contains("list 0 is a delta without its base, or no newer than it");
    index(Duration.ZERO, true).checkUsable();

    CrlIndex completed = index(whole, alone);
    completed.checkUsable();
    assertThat(completed.notes()).isEmpty();
    CrlIndex uncompleted = index(list(number(4)), alone);
    uncompleted.checkUsable();
    assertThat(uncompleted.notes()).singleElement().asString().startsWith("list 1 is a delta");

    // That nobody may be listed does not let in whose issuer has a list that is not understood.
    assertThat(said(index(Duration.ZERO, true), path, NOW)).isEqualTo("accepted");
    assertThat(said(index(Duration.ZERO, true, unknown), path, NOW))
        .startsWith("revocation-unknown: no revocation list signed by");
    assertThat(said(index(Duration.ZERO, true, unknown, whole), path, NOW)).isEqualTo("accepted");
    assertThat(said(index(Duration.ZERO, true, indirect), path, NOW)).isEqualTo("accepted");
  }

  @Test
  void ML12_forgeableList_isWorseThanOneThatIsNotUnderstood() {
    TestAuthority rsa = TestAuthority.root("CN=Root", TestAuthority.keys("RSA", 1024), c -> {});
    PeerPath below = new PeerPath(List.of(rsa.leaf("CN=leaf")), rsa.certificate);
    X509CRL weak = rsa.crl("MD5withRSA", NOW, NOW.plus(HOUR));
    X509CRL odd =
        rsa.crl(
            NOW,
            NOW.plus(HOUR),
            l ->
                l.addExtension(
                    new ASN1ObjectIdentifier("1.3.6.1.4.1.99999.1"), true, DERNull.INSTANCE));
    X509CRL good = rsa.crl("SHA256withRSA", NOW, NOW.plus(HOUR));
    assertThat(unusable(index(weak), MaterialReason.ALGORITHM_WEAK))
        .contains("list 0 is not used: it is signed with MD5withRSA, which anyone can forge");
    List<List<X509CRL>> orders = List.of(List.of(weak, odd), List.of(odd, weak));
    for (List<X509CRL> order : orders) {
      CrlIndex index = index(Duration.ZERO, true, order.toArray(X509CRL[]::new));
      index.checkUsable();
      assertThat(index.notes()).hasSize(2);
      assertThat(said(index, below, NOW))
          .startsWith("algorithm-weak: a revocation list of \"CN=Root\"")
          .contains("anyone can forge, and no other covers \"CN=leaf\"");
    }
    assertThat(said(index(weak, good), below, NOW)).isEqualTo("accepted");
  }
}
