package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.mtls.x509.IssuedList;
import io.bartizan.mtls.x509.ListEncoding;
import io.bartizan.mtls.x509.SignatureAlgorithm;
import io.bartizan.testkit.ManualInstantSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Security;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.RSASSAPSSparams;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.operator.DefaultDigestAlgorithmIdentifierFinder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Lists whose signature proves nothing, since its digest is broken, as the JDK refuses them. */
class RevocationDigestTest {

  private static final String DISABLED = "jdk.certpath.disabledAlgorithms";

  private final TestPki pki = TestPki.SHARED;
  private final ManualInstantSource clock = new ManualInstantSource(Instant.now());
  private final TestAuthority root =
      TestAuthority.root("CN=Root", TestAuthority.keys("RSA", 2048), c -> {});
  private final X509Certificate leaf =
      root.issue("CN=leaf", TestAuthority.keys().getPublic(), c -> {});
  @TempDir Path folder;

  private X509CRL list(String algorithm, Duration since) {
    Instant from = clock.instant().plus(since);
    return root.crl(algorithm, from, from.plus(Duration.ofHours(1)));
  }

  private void write(String name, X509CRL list) throws Exception {
    Files.write(folder.resolve(name), list.getEncoded());
  }

  private ServerTls server(Revocation data) {
    return ServerTls.builder(
            TestPki.identity(pki.server), root.anchors(), PeerPolicy.anyTrustedPeer())
        .withRevocation(data)
        .withClock(clock)
        .build();
  }

  private String decision(ServerTls server) {
    return server
        .explain(List.of(leaf), null)
        .fold(a -> "accepted", r -> r.reason() + ": " + r.message());
  }

  @ParameterizedTest
  @ValueSource(strings = {"SHA256withRSA", "SHA1withRSA", "SHA512withRSA"})
  void listOfADigestThatHolds_covers(String algorithm) throws Exception {
    write("a.crl", list(algorithm, Duration.ZERO));
    assertThat(decision(server(Revocation.crls(folder)))).isEqualTo("accepted");
  }

  @Test
  void listOfMd5_aloneIsRefusedWithItsReason() throws Exception {
    write("a.crl", list("MD5withRSA", Duration.ZERO));
    assertThatThrownBy(() -> server(Revocation.crls(folder)))
        .isInstanceOfSatisfying(
            TlsMaterialException.class,
            e -> assertThat(e.reason()).isEqualTo(MaterialReason.ALGORITHM_WEAK))
        .hasMessageContaining("a.crl is not used: it is signed with MD5withRSA");
  }

  @Test
  void listOfMd5_besideThoseOfOthers_coversNobody() throws Exception {
    TestAuthority other = TestAuthority.root("CN=Other", c -> {});
    write(
        "other.crl",
        other.crl(clock.instant(), clock.instant().plus(Duration.ofHours(1)), l -> {}));
    write("a.crl", list("MD5withRSA", Duration.ZERO));
    Revocation lists = Revocation.crls(folder);
    for (Revocation data : List.of(lists, lists.withUnlistedIssuersAccepted())) {
      ServerTls server = server(data);
      assertThat(decision(server))
          .startsWith("ALGORITHM_WEAK: algorithm-weak: a revocation list of \"CN=Root\"")
          .contains("no other covers \"CN=leaf\"");
      assertThat(server.health().detail())
          .contains(
              data == lists
                  ? "no revocation list is of a trust anchor, so no peer is accepted"
                  : "lists that serve nobody: 1");
    }
    Files.delete(folder.resolve("a.crl"));
    assertThat(decision(server(lists.withUnlistedIssuersAccepted()))).isEqualTo("accepted");
  }

  /** RSASSA-PSS has its digest in parameters; an absent one is SHA-1. */
  @Test
  void digestOfPss_isThatOfItsParameters() throws Exception {
    assertThat(weakness(parameters("SHA-256", "SHA-256"))).isNull();
    assertThat(weakness(parameters("SHA-512", "SHA-1"))).isNull();
    assertThat(weakness(null)).isNull();
    assertThat(weakness(parameters("MD5", "SHA-256"))).isEqualTo("MD5withRSASSA-PSSandSHA-256");
    assertThat(weakness(parameters("MD2", "SHA-256"))).isEqualTo("MD2withRSASSA-PSSandSHA-256");
    String before = Security.getProperty(DISABLED);
    try {
      Security.setProperty(DISABLED, before + ", SHA1");
      assertThat(weakness(parameters("SHA-512", "SHA-1"))).startsWith("SHA-512with");
      assertThat(weakness(null)).startsWith("SHA1with");
    } finally {
      Security.setProperty(DISABLED, before);
    }
  }

  /** What the JDK's engine throws for such a digest is no checked exception. */
  @Test
  void signatureOfAnUnknownDigest_isNobodys() throws Exception {
    for (String digest : List.of("MD5", "MD2")) {
      SignatureAlgorithm pss = new SignatureAlgorithm("RSASSA-PSS", parameters(digest, "SHA-256"));
      assertThat(pss.isBy(root.keys.getPublic(), new byte[8], 0, 8, new byte[256])).isFalse();
    }
  }

  private static String weakness(byte[] parameters) {
    return new SignatureAlgorithm("RSASSA-PSS", parameters).weakness();
  }

  private static byte[] parameters(String digest, String mask) throws Exception {
    DefaultDigestAlgorithmIdentifierFinder finder = new DefaultDigestAlgorithmIdentifierFinder();
    return new RSASSAPSSparams(
            finder.find(digest),
            new AlgorithmIdentifier(PKCSObjectIdentifiers.id_mgf1, finder.find(mask)),
            new ASN1Integer(16),
            new ASN1Integer(1))
        .getEncoded();
  }

  /** As if someone had forged a later one. */
  @Test
  void listOfMd5_besideAGoodOneOfItsIssuer_changesNothing() throws Exception {
    write("a.crl", list("SHA256withRSA", Duration.ofSeconds(-10)));
    write("b.crl", list("MD5withRSA", Duration.ZERO));
    assertThat(decision(server(Revocation.crls(folder)))).isEqualTo("accepted");
  }

  @Test
  void listOfADigestThatTheJdkIsToldToRefuse_isRefused() throws Exception {
    ListEncoding sha1 = ListEncoding.of(list("SHA1withRSA", Duration.ZERO).getEncoded());
    assertThat(IssuedList.weakSignature(sha1)).isNull();
    String before = Security.getProperty(DISABLED);
    try {
      Security.setProperty(DISABLED, before + ", SHA-1");
      assertThat(IssuedList.weakSignature(sha1)).isEqualTo("SHA1withRSA");
    } finally {
      Security.setProperty(DISABLED, before);
    }
  }
}
