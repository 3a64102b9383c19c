package io.bartizan.integrity.attest.notation;

import static io.bartizan.integrity.attest.notation.NotationDraft.LEAF;
import static io.bartizan.integrity.attest.notation.NotationDraft.LEAF_KEY;
import static io.bartizan.integrity.attest.notation.NotationDraft.NOW;
import static io.bartizan.integrity.attest.notation.NotationDraft.ROOT;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.VerificationException;
import java.io.IOException;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLNumber;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.IssuingDistributionPoint;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CRLConverter;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Lists whose signature proves nothing, that tell of a part, or that take an entry back. */
class NotationListScopeTest {

  private static KeyPair keys;
  private static List<X509Certificate> chain;

  @FunctionalInterface
  private interface Extender {
    void extend(X509v2CRLBuilder list) throws IOException;
  }

  @BeforeAll
  static void chain() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    keys = generator.generateKeyPair();
    X509Certificate authority =
        NotationDraft.issue(
            NotationDraft.builder(ROOT, ROOT, keys, "2026-01-01", "2028-01-01")
                .addExtension(Extension.basicConstraints, true, new BasicConstraints(2))
                .addExtension(
                    Extension.keyUsage,
                    true,
                    new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign)),
            keys);
    X509Certificate leaf =
        NotationDraft.issue(
            NotationDraft.builder(LEAF, ROOT, LEAF_KEY, "2026-02-01", "2027-02-01")
                .addExtension(new ASN1ObjectIdentifier("2.5.29.31"), false, DERNull.INSTANCE),
            keys);
    chain = List.of(leaf, authority);
  }

  private static X509CRL list(String algorithm, Extender extender) throws Exception {
    X509v2CRLBuilder list =
        new X509v2CRLBuilder(new X500Name(ROOT), Date.from(NOW.minusSeconds(60)));
    list.setNextUpdate(Date.from(NOW.plusSeconds(60)));
    extender.extend(list);
    return new JcaX509CRLConverter()
        .getCRL(list.build(new JcaContentSignerBuilder(algorithm).build(keys.getPrivate())));
  }

  private static X509CRL naming(String algorithm, int reason) throws Exception {
    return list(
        algorithm,
        list -> list.addCRLEntry(chain.get(0).getSerialNumber(), Date.from(NOW), reason));
  }

  private static String verdict(X509CRL... lists) {
    try {
      RevocationLists.of(List.of(lists)).requireUnrevoked(chain, NOW);
      return "clear";
    } catch (VerificationException e) {
      return e.reason().toString();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "SHA256withRSA, clear",
    "SHA512withRSA, clear",
    "SHA1withRSA, clear",
    "MD5withRSA, REVOCATION_UNKNOWN",
    "MD2withRSA, REVOCATION_UNKNOWN"
  })
  void listOfABrokenDigest_clearsNobody_andStillRevokes(String algorithm, String expected)
      throws Exception {
    assertThat(verdict(list(algorithm, list -> {}))).isEqualTo(expected);
    assertThat(verdict(naming(algorithm, CRLReason.keyCompromise))).isEqualTo("REVOKED");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void listOfAPart_clearsNobody_whetherItSaysSoCriticallyOrNot(boolean critical) throws Exception {
    X509CRL authorities =
        list(
            "SHA256withRSA",
            list ->
                list.addExtension(
                    Extension.issuingDistributionPoint,
                    critical,
                    new IssuingDistributionPoint(null, false, true, null, false, false)));
    X509CRL delta =
        list(
            "SHA256withRSA",
            list ->
                list.addExtension(
                    Extension.deltaCRLIndicator, critical, new CRLNumber(BigInteger.ONE)));
    assertThat(verdict(authorities)).isEqualTo("REVOCATION_UNKNOWN");
    assertThat(verdict(delta)).isEqualTo("REVOCATION_UNKNOWN");
    X509CRL whole =
        list(
            "SHA256withRSA",
            list ->
                list.addExtension(Extension.cRLNumber, critical, new CRLNumber(BigInteger.TWO)));
    assertThat(verdict(authorities, delta, whole))
        .isEqualTo(critical ? "REVOCATION_UNKNOWN" : "clear");
  }

  /** A delta says so of a certificate that was on hold (RFC 5280 section 5.3.1). */
  @Test
  void entryThatTakesCertificateOffTheList_revokesNobody() throws Exception {
    X509CRL whole = list("SHA256withRSA", list -> {});
    X509CRL lifted = naming("SHA256withRSA", CRLReason.removeFromCRL);
    assertThat(verdict(whole, lifted)).isEqualTo("clear");
    X509CRL held = naming("SHA256withRSA", CRLReason.certificateHold);
    assertThat(verdict(whole, held)).isEqualTo("REVOKED");
    assertThat(verdict(whole, lifted, held)).isEqualTo("REVOKED");
  }
}
