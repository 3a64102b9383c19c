package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** ML-09: of several paths that hold, one that is good enough is enough, in each order. */
class SeveralPathsTest {

  private final TestPki pki = TestPki.SHARED;
  private final TestAuthority old = TestAuthority.root("CN=Old", c -> {});
  private final TestAuthority next = TestAuthority.root("CN=New", c -> {});
  private final TestAuthority issuing = next.intermediate("CN=Issuing", c -> {});
  private final X509Certificate leaf = issuing.leaf("CN=leaf");
  @TempDir Path folder;

  private void writeList(TestAuthority of, X509Certificate... revoked) throws Exception {
    Instant now = Instant.now();
    String name = of.certificate.getSubjectX500Principal().getName() + ".crl";
    Files.write(
        folder.resolve(name),
        of.crl(
                now.minusSeconds(60),
                now.plusSeconds(3600),
                list -> {
                  for (X509Certificate one : revoked) {
                    list.addCRLEntry(one.getSerialNumber(), Date.from(now), CRLReason.superseded);
                  }
                })
            .getEncoded());
  }

  private ServerTls server(Revocation revocation) {
    return ServerTls.builder(
            TestPki.identity(pki.server),
            old.anchors().and(next.anchors()),
            PeerPolicy.anyTrustedPeer())
        .withRevocation(revocation)
        .build();
  }

  private void assertDecided(ServerTls server, String expected, X509Certificate crossed) {
    assertThat(decision(server, leaf, issuing.certificate, crossed)).isEqualTo(expected);
    assertThat(decision(server, leaf, crossed, issuing.certificate)).isEqualTo(expected);
  }

  private static String decision(ServerTls server, X509Certificate... chain) {
    return server.explain(List.of(chain), null).fold(a -> "accepted", r -> r.reason().name());
  }

  /** A change of authority: the old root retires its cross-certificate, or its lists. */
  @Test
  void ML09_pathWhoseAuthorityIsRevokedOrUnknown_hidesNoGoodOne() throws Exception {
    X509Certificate crossed = old.crossFor(issuing, c -> {});
    writeList(issuing);
    writeList(next);
    ServerTls unlisted = server(Revocation.crls(folder));
    assertThat(decision(unlisted, leaf, crossed)).isEqualTo("REVOCATION_UNKNOWN");
    assertDecided(unlisted, "accepted", crossed);

    writeList(old, crossed);
    ServerTls revoked = server(Revocation.crls(folder));
    assertThat(decision(revoked, leaf, crossed)).isEqualTo("REVOKED");
    assertDecided(revoked, "accepted", crossed);

    writeList(next, issuing.certificate);
    assertDecided(server(Revocation.crls(folder)), "REVOKED", crossed);
  }

  @Test
  void ML09_leafThatIsRevoked_isRefusedOnEachPath() throws Exception {
    X509Certificate crossed = old.crossFor(issuing, c -> {});
    writeList(issuing, leaf);
    writeList(next);
    writeList(old);
    assertDecided(server(Revocation.crls(folder)), "REVOKED", crossed);
    assertDecided(
        server(Revocation.none().withDeniedSerial(leaf.getSerialNumber())), "REVOKED", crossed);
  }

  @Test
  void ML09_pathOfAnotherUsage_hidesNoGoodOne() {
    TestAuthority.Extender servers =
        c ->
            c.addExtension(
                Extension.extendedKeyUsage,
                false,
                new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth));
    X509Certificate crossed = old.crossFor(issuing, servers);
    ServerTls server = server(Revocation.none());
    assertThat(decision(server, leaf, crossed)).isEqualTo("USAGE_WRONG");
    assertDecided(server, "accepted", crossed);
  }
}
