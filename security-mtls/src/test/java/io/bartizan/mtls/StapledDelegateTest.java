package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.mtls.x509.PeerPath;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.cert.ocsp.BasicOCSPRespBuilder;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPRespBuilder;
import org.bouncycastle.cert.ocsp.RespID;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.cert.ocsp.UnknownStatus;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Stapled responses by the issuer or a responder that it delegated to, of each kind of key. */
class StapledDelegateTest {

  @SuppressWarnings("TimeInStaticInitializer")
  private static final Instant NOW = Instant.now();

  private static final Date LATER = Date.from(NOW.plus(Duration.ofHours(1)));
  private static final KeyPair RSA = TestAuthority.keys("RSA", 2048);
  private static final KeyPair SHORT = TestAuthority.keys("RSA", 1024);
  private static final KeyPair EC = TestAuthority.keys("EC", 256);

  private TestAuthority issuer = TestAuthority.root("CN=Issuer", RSA, c -> {});

  private X509Certificate leaf() {
    return issuer.issue("CN=leaf", EC.getPublic(), c -> {});
  }

  /** A responder's certificate, by whichever key, in the issuer's name. */
  private X509CertificateHolder delegate(KeyPair keys, String algorithm, PrivateKey signer)
      throws Exception {
    return new JcaX509v3CertificateBuilder(
            X500Name.getInstance(issuer.certificate.getSubjectX500Principal().getEncoded()),
            BigInteger.valueOf(77),
            Date.from(NOW.minusSeconds(60)),
            LATER,
            new X500Name("CN=responder"),
            keys.getPublic())
        .addExtension(
            Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_OCSPSigning))
        .build(new JcaContentSignerBuilder(algorithm).build(signer));
  }

  private String verdict(String algorithm, PrivateKey signer, X509CertificateHolder... certificates)
      throws Exception {
    return verdict(
        algorithm, signer, List.of(new Said(CertificateStatus.GOOD, 3600)), certificates);
  }

  /** What an answer says of the leaf, and for how many seconds more. */
  private record Said(CertificateStatus status, int seconds) {}

  private String verdict(
      String algorithm, PrivateKey signer, List<Said> said, X509CertificateHolder... certificates)
      throws Exception {
    X509Certificate leaf = leaf();
    var digests = new JcaDigestCalculatorProviderBuilder().build();
    var holder = new JcaX509CertificateHolder(issuer.certificate);
    BasicOCSPRespBuilder builder = new BasicOCSPRespBuilder(new RespID(holder.getSubject()));
    for (Said each : said) {
      CertificateID id =
          new CertificateID(digests.get(CertificateID.HASH_SHA1), holder, leaf.getSerialNumber());
      Date end = Date.from(NOW.plusSeconds(each.seconds()));
      builder.addResponse(id, each.status(), Date.from(NOW), end, null);
    }
    var signed =
        builder.build(
            new JcaContentSignerBuilder(algorithm)
                .setProvider(new BouncyCastleProvider())
                .build(signer),
            certificates,
            Date.from(NOW));
    byte[] answer = new OCSPRespBuilder().build(OCSPRespBuilder.SUCCESSFUL, signed).getEncoded();
    try {
      new StapledResponse(true, Duration.ZERO)
          .check(new PeerPath(List.of(leaf), issuer.certificate), NOW, List.of(answer));
      return "accepted";
    } catch (PeerRejectedException e) {
      return e.getMessage();
    }
  }

  private static String algorithm(KeyPair keys) {
    return keys.getPublic().getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA";
  }

  @ParameterizedTest
  @CsvSource({"RSA, RSA", "RSA, EC", "EC, RSA", "EC, EC"})
  void delegateOfEachKindOfKey_isBelieved(String authority, String responder) throws Exception {
    KeyPair above = authority.equals("RSA") ? RSA : EC;
    KeyPair keys =
        responder.equals("RSA") ? TestAuthority.keys("RSA", 2048) : TestAuthority.keys("EC", 256);
    issuer = TestAuthority.root("CN=Issuer", above, c -> {});
    X509CertificateHolder good = delegate(keys, algorithm(above), above.getPrivate());
    assertThat(verdict(algorithm(keys), keys.getPrivate(), good)).isEqualTo("accepted");
    KeyPair forger =
        TestAuthority.keys(above.getPublic().getAlgorithm(), above == RSA ? 2048 : 256);
    X509CertificateHolder forged = delegate(keys, algorithm(forger), forger.getPrivate());
    assertThat(verdict(algorithm(keys), keys.getPrivate(), forged))
        .startsWith("revocation-unknown:")
        .endsWith("is not signed by the issuer or its delegate");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Ed25519", "Ed448"})
  void delegateOfAnEdwardsKey_isBelieved(String curve) throws Exception {
    KeyPair keys = TestAuthority.keys(curve, 0);
    X509CertificateHolder good = delegate(keys, "SHA256withRSA", RSA.getPrivate());
    assertThat(verdict(curve, keys.getPrivate(), good)).isEqualTo("accepted");
  }

  /** As after a change of the issuer's or the responder's key. */
  @Test
  void delegateThatIsNotTheSigner_hidesNoOther() throws Exception {
    KeyPair other = TestAuthority.keys("RSA", 2048);
    X509CertificateHolder[] all = {
      delegate(EC, "SHA256withRSA", RSA.getPrivate()),
      delegate(EC, "SHA256withRSA", other.getPrivate()),
      delegate(EC, "SHA256withECDSA", EC.getPrivate()),
      delegate(other, "SHA256withRSA", RSA.getPrivate())
    };
    assertThat(verdict("SHA256withRSA", other.getPrivate(), all)).isEqualTo("accepted");
    assertThat(verdict("SHA256withRSA", other.getPrivate(), Arrays.copyOf(all, 3)))
        .startsWith("revocation-unknown:");
  }

  @ParameterizedTest
  @ValueSource(strings = {"SHA1withRSA", "SHA256withRSA", "SHA256withRSAandMGF1"})
  void answerWhoseDigestHolds_isBelieved(String algorithm) throws Exception {
    assertThat(verdict(algorithm, RSA.getPrivate())).isEqualTo("accepted");
  }

  @ParameterizedTest
  @ValueSource(strings = {"MD5withRSA", "MD2withRSA"})
  void answerWhoseDigestIsBroken_provesNothing(String algorithm) throws Exception {
    assertThat(verdict(algorithm, RSA.getPrivate()))
        .startsWith("algorithm-weak:")
        .contains("signed with");
  }

  @Test
  void delegateOfAWeakSignatureOrKey_provesNothing() throws Exception {
    KeyPair keys = TestAuthority.keys("RSA", 2048);
    assertThat(
            verdict(
                "SHA256withRSA", keys.getPrivate(), delegate(keys, "MD5withRSA", RSA.getPrivate())))
        .startsWith("algorithm-weak:");
    assertThat(
            verdict(
                "SHA256withRSA",
                SHORT.getPrivate(),
                delegate(SHORT, "SHA256withRSA", RSA.getPrivate())))
        .startsWith("algorithm-weak:");
  }

  /** As one for each hash of the issuer's name, in either order. */
  @Test
  void answersAboutOneCertificate_countTogether() throws Exception {
    Said good = new Said(CertificateStatus.GOOD, 3600);
    Said stale = new Said(CertificateStatus.GOOD, -60);
    Said unknown = new Said(new UnknownStatus(), 3600);
    Said revoked = new Said(new RevokedStatus(Date.from(NOW), 1), 3600);
    assertThat(verdicts(good, stale)).containsOnly("accepted");
    assertThat(verdicts(good, unknown)).containsOnly("accepted");
    assertThat(verdicts(good, revoked)).allMatch(one -> one.startsWith("revoked:"));
    assertThat(verdicts(stale, revoked)).allMatch(one -> one.startsWith("revoked:"));
    assertThat(verdicts(stale, unknown)).allMatch(one -> one.startsWith("revocation-unknown:"));
  }

  private List<String> verdicts(Said one, Said other) throws Exception {
    return List.of(
        verdict("SHA256withRSA", RSA.getPrivate(), List.of(one, other)),
        verdict("SHA256withRSA", RSA.getPrivate(), List.of(other, one)));
  }
}
