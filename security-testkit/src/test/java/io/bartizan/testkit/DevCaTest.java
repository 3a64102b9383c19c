package io.bartizan.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.core.Pem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyFactory;
import java.security.Security;
import java.security.Signature;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DevCaTest {

  private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");
  private final ManualInstantSource clock = new ManualInstantSource(NOON);

  @Test
  void leaf_namesAndUsage_areThoseAskedFor() throws Exception {
    DevCa ca = DevCa.builder("Test Root").withClock(clock).build();
    X509Certificate leaf =
        ca.leaf("billing")
            .dns("billing.internal")
            .uri("spiffe://prod/ns/pay/sa/api")
            .ip("10.1.2.3")
            .email("ops@example.com")
            .forServer()
            .issue()
            .certificate();
    assertThat(leaf.getSubjectAlternativeNames())
        .containsExactlyInAnyOrder(
            List.of(2, "billing.internal"),
            List.of(6, "spiffe://prod/ns/pay/sa/api"),
            List.of(7, "10.1.2.3"),
            List.of(1, "ops@example.com"));
    assertThat(leaf.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.1");
    assertThat(leaf.getBasicConstraints()).isEqualTo(-1);
    assertThat(leaf.getNotBefore().toInstant()).isEqualTo(NOON);
    assertThat(leaf.getNotAfter().toInstant()).isEqualTo(NOON.plus(Duration.ofHours(24)));
  }

  @Test
  void names_inEveryRun_areTheSame() {
    for (int run = 0; run < 2; run++) {
      DevCa ca = DevCa.of("Test Root");
      X509Certificate leaf = ca.leaf("billing").issue().certificate();
      assertThat(leaf.getSubjectX500Principal())
          .hasToString("CN=billing, O=\"Bartizan dev CA, for tests only\"");
      assertThat(leaf.getSerialNumber()).isOne();
      assertThat(ca.leaf("next").issue().certificate().getSerialNumber()).isEqualTo(2);
    }
  }

  @ParameterizedTest
  @EnumSource(DevKeyType.class)
  void chain_throughIntermediates_isValidForItsRootAndNoOther(DevKeyType type) throws Exception {
    DevCa root = DevCa.builder("Root").withKeys(type).withClock(clock).build();
    DevCertificate leaf = root.intermediate("One").intermediate("Two").leaf("leaf").issue();
    assertThat(leaf.chain()).hasSize(3);
    validate(leaf.chain(), leaf.root());
    DevCa twin = DevCa.builder("Root").withKeys(type).withClock(clock).build();
    assertThatThrownBy(() -> validate(leaf.chain(), twin.certificate()))
        .isInstanceOf(CertPathValidatorException.class);
  }

  @Test
  void key_ofLeaf_signsForItsCertificate() throws Exception {
    for (DevKeyType type : DevKeyType.values()) {
      DevCertificate leaf = DevCa.of("Root").leaf("leaf").withKeys(type).issue();
      Pem block = Pem.parse(leaf.privateKeyPem()).get(0);
      Signature signature = Signature.getInstance(type.signatureAlgorithm());
      signature.initSign(
          KeyFactory.getInstance(leaf.privateKey().getAlgorithm())
              .generatePrivate(new PKCS8EncodedKeySpec(block.content())));
      signature.update((byte) 1);
      byte[] signed = signature.sign();
      signature.initVerify(leaf.certificate());
      signature.update((byte) 1);
      assertThat(signature.verify(signed)).isTrue();
    }
  }

  @Test
  void intermediate_withNameConstraints_bindsItsLeaves() throws Exception {
    DevCa root = DevCa.builder("Root").withClock(clock).build();
    DevCa bound =
        DevCa.builder("Bound")
            .withIssuer(root)
            .withPermittedDns("internal")
            .withExcludedDns("admin.internal")
            .withPermittedUriHost("prod")
            .withPermittedIp("10.0.0.0/8")
            .withPermittedEmail("example.com")
            .build();
    validate(
        bound.leaf("a").dns("a.internal").uri("spiffe://prod/a").ip("10.1.1.1").issue().chain(),
        root.certificate());
    for (DevCertificate.Builder outside :
        List.of(
            bound.leaf("b").dns("a.external"),
            bound.leaf("b").dns("x.admin.internal"),
            bound.leaf("b").uri("spiffe://evil/a"),
            bound.leaf("b").ip("11.1.1.1"),
            bound.leaf("b").email("ops@example.org"))) {
      DevCertificate leaf = outside.issue();
      assertThatThrownBy(() -> validate(leaf.chain(), root.certificate()))
          .isInstanceOf(CertPathValidatorException.class);
    }
  }

  @Test
  void crl_listsTheRevoked_andIsSignedByTheCa() throws Exception {
    DevCa ca = DevCa.builder("Root").withClock(clock).build();
    X509Certificate good = ca.leaf("good").issue().certificate();
    X509Certificate bad = ca.leaf("bad").issue().certificate();
    X509CRL list = ca.crl(bad);
    list.verify(ca.certificate().getPublicKey());
    assertThat(list.isRevoked(bad)).isTrue();
    assertThat(list.isRevoked(good)).isFalse();
    assertThat(list.getNextUpdate()).isEqualTo(Date.from(NOON.plus(Duration.ofHours(24))));
    assertThat(Pem.parse(DevCa.pem(list)).get(0).label()).isEqualTo("X509 CRL");
  }

  @Test
  void writeKubernetesSecret_directory_hasItsLayoutAndAPrivateKeyForItsOwnerOnly(
      @TempDir Path directory) throws Exception {
    DevCertificate leaf = DevCa.of("Root").intermediate("One").leaf("leaf").issue();
    leaf.writeKubernetesSecret(directory);
    assertThat(directory.resolve("ca.crt")).hasContent(leaf.rootPem());
    assertThat(directory.resolve("tls.crt")).hasContent(leaf.chainPem());
    assertThat(directory.resolve("tls.key")).hasContent(leaf.privateKeyPem());
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(directory.resolve("tls.key"))))
        .isEqualTo("rw-------");
  }

  @Test
  void writeTo_directory_hasDockersLayoutAndAPrivateKeyForItsOwnerOnly(@TempDir Path directory)
      throws Exception {
    DevCertificate leaf = DevCa.of("Root").intermediate("One").leaf("leaf").issue();
    leaf.writeTo(directory);
    leaf.writeTo(directory);
    try (var files = Files.list(directory)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("ca.pem", "cert.pem", "key.pem");
    }
    assertThat(Pem.parse(Files.readString(directory.resolve("cert.pem")))).hasSize(2);
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(directory.resolve("key.pem"))))
        .isEqualTo("rw-------");
  }

  @Test
  void stores_inMemory_holdKeyAndTrust() throws Exception {
    DevCa ca = DevCa.of("Root");
    DevCertificate leaf = ca.leaf("leaf").issue();
    char[] password = "secret".toCharArray();
    assertThat(leaf.keyStore(password).getKey("dev", password)).isEqualTo(leaf.privateKey());
    assertThat(ca.trustStore().getCertificate("ca")).isEqualTo(ca.certificate());
  }

  @Test
  void toString_ofEverything_hidesTheKeyAndNoProviderIsInstalled() {
    DevCa ca = DevCa.of("Root");
    assertThat(ca + " " + ca.leaf("leaf").issue())
        .isEqualTo(
            "DevCa[CN=Root, O=\"Bartizan dev CA, for tests only\"]"
                + " DevCertificate[CN=leaf, O=\"Bartizan dev CA, for tests only\"]");
    assertThat(Security.getProvider("BC")).isNull();
  }

  @Test
  void lifetime_belowASecond_isRefused() {
    assertThatThrownBy(() -> DevCa.of("Root").leaf("leaf").withLifetime(Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("lifetime is 0 ms, one second or more is accepted");
  }

  private void validate(List<X509Certificate> chain, X509Certificate root) throws Exception {
    CertPath path = CertificateFactory.getInstance("X.509").generateCertPath(chain);
    PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(root, null)));
    parameters.setRevocationEnabled(false);
    parameters.setDate(Date.from(clock.instant()));
    CertPathValidator.getInstance("PKIX").validate(path, parameters);
  }
}
