package io.bartizan.integrity.x509;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CertPolicyId;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.asn1.x509.PolicyConstraints;
import org.bouncycastle.asn1.x509.PolicyInformation;
import org.bouncycastle.asn1.x509.PolicyMappings;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.Test;

/** Paths that anybody can make, and what the JDK's rules of policies and names may cost. */
class CertificatePathTest {

  private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");
  private static final KeyPair KEY = key();

  /** What a certificate gets beside its names and dates. */
  private interface More {
    void add(X509v3CertificateBuilder certificate) throws Exception;
  }

  private static final More NOTHING = certificate -> {};

  private static KeyPair key() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(256);
      return generator.generateKeyPair();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static X509Certificate issue(String subject, String issuer, boolean authority, More more)
      throws Exception {
    X509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            new X500Name(issuer),
            BigInteger.ONE,
            Date.from(NOW.minusSeconds(60)),
            Date.from(NOW.plusSeconds(60)),
            new X500Name(subject),
            KEY.getPublic());
    if (authority) {
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
    }
    more.add(builder);
    return new JcaX509CertificateConverter()
        .getCertificate(
            builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(KEY.getPrivate())));
  }

  /** The verdict about a leaf below some authorities, the topmost first, all below a root. */
  private static String verdict(More leaf, More... authorities) throws Exception {
    List<X509Certificate> issuers = new ArrayList<>();
    issuers.add(issue("CN=0", "CN=0", true, NOTHING));
    for (int i = 0; i < authorities.length; i++) {
      issuers.add(0, issue("CN=" + (i + 1), "CN=" + i, true, authorities[i]));
    }
    X509Certificate last = issue("CN=leaf", "CN=" + authorities.length, false, leaf);
    String why = Certificates.whyNot(last, issuers, NOW, Set.of());
    return why == null ? "holds" : why;
  }

  private static ASN1ObjectIdentifier policy(int number) {
    return new ASN1ObjectIdentifier("1.2." + (number + 1));
  }

  private static More policies(int... numbers) {
    ASN1Encodable[] all =
        IntStream.of(numbers)
            .mapToObj(each -> new PolicyInformation(policy(each)))
            .toArray(ASN1Encodable[]::new);
    return certificate ->
        certificate.addExtension(Extension.certificatePolicies, false, new DERSequence(all));
  }

  /** Maps each of the first policies to each of the second. */
  private static More mapped(int[] from, int[] to) {
    List<CertPolicyId> first = new ArrayList<>();
    List<CertPolicyId> second = new ArrayList<>();
    for (int one : from) {
      for (int other : to) {
        first.add(CertPolicyId.getInstance(policy(one)));
        second.add(CertPolicyId.getInstance(policy(other)));
      }
    }
    PolicyMappings mappings =
        new PolicyMappings(first.toArray(CertPolicyId[]::new), second.toArray(CertPolicyId[]::new));
    return certificate -> {
      policies(from).add(certificate);
      certificate.addExtension(Extension.policyMappings, false, mappings);
    };
  }

  private static More policyRequired(More more) {
    return certificate -> {
      more.add(certificate);
      certificate.addExtension(
          Extension.policyConstraints, true, new PolicyConstraints(BigInteger.ZERO, null));
    };
  }

  /** Each level has sixteen times the nodes of the one above: 4 thousand million at the leaf. */
  @Test
  void path_policiesMappedToOneAnother_takesNoMemory() throws Exception {
    int[] all = IntStream.range(0, 16).toArray();
    More[] authorities = new More[8];
    Arrays.fill(authorities, mapped(all, all));
    assertThat(verdict(policies(all), authorities)).isEqualTo("holds");
  }

  /** Without a mapping each level has the square of the nodes of the one above too. */
  @Test
  void path_policyNamedTwice_isRefused() throws Exception {
    assertThat(verdict(policies(0), policies(0))).isEqualTo("holds");
    String twice = "a certificate names a policy twice";
    assertThat(verdict(policies(0), policies(0, 0))).isEqualTo(twice);
    assertThat(verdict(policies(0, 1, 0), policies(0))).isEqualTo(twice);
  }

  @Test
  void path_morePoliciesThanAnybodyHas_isRefused() throws Exception {
    int[] most = IntStream.range(0, 100).toArray();
    int[] more = IntStream.range(0, 101).toArray();
    assertThat(verdict(policies(most), policies(most))).isEqualTo("holds");
    String tooMany = "a certificate names more than 100 policies";
    assertThat(verdict(policies(most), policies(more))).isEqualTo(tooMany);
    assertThat(verdict(policies(more), policies(most))).isEqualTo(tooMany);
  }

  @Test
  void path_policiesInAnotherForm_isRefused() throws Exception {
    More odd =
        certificate ->
            certificate.addExtension(
                Extension.certificatePolicies, false, new DERSequence(new ASN1Integer(1)));
    assertThat(verdict(odd)).isEqualTo("a certificate's policies can't be read");
  }

  /** As the bridges between authorities of governments have it. */
  @Test
  void path_policyMapped_holdsWhereNoneIsRequired() throws Exception {
    More bridge = mapped(new int[] {0}, new int[] {1});
    assertThat(verdict(policies(1), bridge, policies(1))).isEqualTo("holds");
    assertThat(verdict(policies(1), policyRequired(bridge), policies(1)))
        .isEqualTo("invalid policy");
  }

  @Test
  void path_policyRequired_holdsIfAllNameIt() throws Exception {
    assertThat(verdict(policies(1), policyRequired(policies(0, 1)))).isEqualTo("holds");
    assertThat(verdict(policies(2), policyRequired(policies(0, 1)))).isEqualTo("invalid policy");
    assertThat(verdict(NOTHING, policyRequired(policies(0, 1)))).isEqualTo("invalid policy");
  }

  /** The JDK's constraints for such names throw UnsupportedOperationException. */
  @Test
  void path_namesThatTheJdkCantCompare_isRefused() throws Exception {
    ASN1Encodable text = new DERUTF8String("x");
    GeneralName other =
        new GeneralName(
            GeneralName.otherName,
            new DERSequence(new ASN1Encodable[] {policy(0), new DERTaggedObject(true, 0, text)}));
    GeneralName party =
        new GeneralName(
            GeneralName.ediPartyName, new DERSequence(new DERTaggedObject(true, 1, text)));
    GeneralName host = new GeneralName(GeneralName.dNSName, "good.example");
    assertThat(verdict(named(host), permitted(host))).isEqualTo("holds");
    assertThat(verdict(named(other), permitted(other))).isEqualTo("the path can't be validated");
    try {
      assertThat(verdict(named(party), permitted(party))).isEqualTo("the path can't be validated");
    } catch (CertificateParsingException newerJdk) {
      assertThat(newerJdk).hasMessageContaining("party"); // which don't read such a certificate
    }
  }

  private static More named(GeneralName name) {
    return certificate ->
        certificate.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(name));
  }

  private static More permitted(GeneralName name) {
    GeneralSubtree[] permitted = {new GeneralSubtree(name)};
    return certificate ->
        certificate.addExtension(
            Extension.nameConstraints, true, new NameConstraints(permitted, null));
  }
}
