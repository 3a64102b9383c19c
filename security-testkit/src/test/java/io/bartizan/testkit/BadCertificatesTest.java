package io.bartizan.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BadCertificatesTest {

  private static final String DNS = "billing.internal";
  private static final String SPIFFE = "spiffe://prod/ns/pay/sa/api";
  private static final DevCa CA = DevCa.of("Root");
  private static final BadCertificates BAD = BadCertificates.ofServer(CA, DNS, SPIFFE);

  /** What path validation of the JDK alone does not see; an independent check of what is made. */
  private static final Set<BadCertificate> PATH_IS_FINE_FOR_THE_JDK =
      EnumSet.of(
          // it ignores all of an anchor but its name and key
          BadCertificate.ROOT_EXPIRED,
          BadCertificate.ROOT_UNKNOWN_CRITICAL_EXTENSION,
          BadCertificate.ROOT_NAME_CONSTRAINT_VIOLATED,
          BadCertificate.ROOT_URI_CONSTRAINT_VIOLATED,
          // purposes are checked by its trust manager only
          BadCertificate.WRONG_PURPOSE,
          BadCertificate.UNRELATED_PURPOSE,
          BadCertificate.NO_DIGITAL_SIGNATURE,
          BadCertificate.CA_AS_LEAF,
          // not on its list of disabled algorithms
          BadCertificate.WEAK_RSA,
          BadCertificate.WEAK_RSA_INTERMEDIATE,
          BadCertificate.SHA1_SIGNATURE,
          BadCertificate.SHA1_INTERMEDIATE,
          BadCertificate.CHAIN_TOO_LONG);

  @Test
  void kinds_areFortyOrMore_eachWithItsSentence() {
    assertThat(BadCertificate.values()).hasSizeGreaterThanOrEqualTo(40);
    for (BadCertificate kind : BadCertificate.values()) {
      assertThat(kind.why())
          .matches("(Every verifier|A verifier of (any name|DNS names|SPIFFE IDs)): .+[.]");
    }
    assertThat(BadCertificate.values()).extracting(BadCertificate::why).doesNotHaveDuplicates();
  }

  @Test
  void good_forBothRoles_isValidAndBearsBothNames() throws Exception {
    for (BadCertificates factory : List.of(BAD, BadCertificates.ofClient(CA, DNS, SPIFFE))) {
      DevCertificate good = factory.good();
      assertThat(pathIsFine(good)).isTrue();
      assertThat(good.certificate().getSubjectAlternativeNames())
          .containsExactly(List.of(2, DNS), List.of(6, SPIFFE));
    }
    assertThat(BAD.good().certificate().getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.1");
  }

  @ParameterizedTest
  @EnumSource(BadCertificate.class)
  void kind_isWrongInTheWayItSays(BadCertificate kind) throws Exception {
    DevCertificate made = BAD.of(kind);
    boolean everyVerifier = kind.why().startsWith("Every verifier");
    if (everyVerifier && !PATH_IS_FINE_FOR_THE_JDK.contains(kind)) {
      assertThat(pathIsFine(made)).as("path of " + kind).isFalse();
    } else if (jdkReads(made.certificate())) {
      assertThat(pathIsFine(made)).as("path of " + kind).isTrue();
    }
    List<String> names = names(made.certificate());
    if (everyVerifier) {
      assertThat(names).containsExactly(DNS, SPIFFE);
    } else if (kind != BadCertificate.TWO_SPIFFE_IDS
        && kind != BadCertificate.SPIFFE_AND_OTHER_URI
        && !kind.name().startsWith("SPIFFE_MAY_SIGN")
        && kind != BadCertificate.SPIFFE_AS_DNS_NAME) {
      assertThat(names).doesNotContain(DNS, SPIFFE);
    }
  }

  @ParameterizedTest
  @EnumSource(BadCertificate.class)
  void kind_comesWithItsOwnKey(BadCertificate kind) throws Exception {
    for (BadCertificates factory : List.of(BAD, BadCertificates.ofClient(CA, DNS, SPIFFE))) {
      DevCertificate made = factory.of(kind);
      String algorithm =
          made.privateKey().getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA";
      Signature signature = Signature.getInstance(algorithm);
      signature.initSign(made.privateKey());
      byte[] signed = signature.sign();
      signature.initVerify(made.certificate().getPublicKey());
      assertThat(signature.verify(signed)).isTrue();
    }
  }

  @Test
  void someKinds_belowARootOfAnotherKeyType_canBeMade() {
    belowARootOfAnotherKeyType(8);
  }

  @Test
  @Tag("deep")
  void kinds_belowARootOfAnotherKeyType_canBeMade() {
    belowARootOfAnotherKeyType(1);
  }

  private static void belowARootOfAnotherKeyType(int step) {
    DevCa rsa = DevCa.builder("RSA Root").withKeys(DevKeyType.RSA_2048).build();
    BadCertificates factory = BadCertificates.ofServer(rsa, DNS, SPIFFE);
    List<BadCertificate> kinds = List.of(BadCertificate.values());
    for (int i = 0; i < kinds.size(); i += step) {
      assertThat(factory.of(kinds.get(i)).chain()).isNotEmpty();
    }
  }

  @Test
  void names_thatLeaveNoRoomForBadOnes_areRefused() {
    assertThatThrownBy(() -> BadCertificates.ofServer(CA, "localhost", SPIFFE))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> BadCertificates.ofClient(CA, DNS, "spiffe://prod"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static boolean pathIsFine(DevCertificate made) {
    try {
      List<X509Certificate> chain = new ArrayList<>(made.chain());
      PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(made.root(), null)));
      parameters.setRevocationEnabled(false);
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      chain.removeIf(one -> one.equals(made.root()));
      if (chain.isEmpty()) {
        made.certificate().checkValidity();
      }
      Object result =
          CertPathValidator.getInstance("PKIX")
              .validate(factory.generateCertPath(chain), parameters);
      return result != null;
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static boolean jdkReads(X509Certificate certificate) throws GeneralSecurityException {
    try {
      Object read =
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(certificate.getEncoded()));
      return read != null;
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static List<String> names(X509Certificate certificate) {
    try {
      var names = certificate.getSubjectAlternativeNames();
      return names == null
          ? List.of()
          : names.stream().map(name -> String.valueOf(name.get(1))).toList();
    } catch (GeneralSecurityException e) {
      return List.of();
    }
  }
}
