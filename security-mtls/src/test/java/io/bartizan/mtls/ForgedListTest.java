package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.testkit.ManualInstantSource;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.bouncycastle.asn1.x509.CRLNumber;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** MT-06: who can write a list once keeps out nothing that its authority writes later. */
class ForgedListTest {

  private final TestPki pki = TestPki.SHARED;
  private final ManualInstantSource clock = new ManualInstantSource(Instant.now());
  private final KeyPair rootKeys = TestAuthority.keys();
  private final KeyPair keys = TestAuthority.keys();
  @TempDir Path folder;

  private TestAuthority root = TestAuthority.root("CN=Root", rootKeys, c -> {});
  private TestAuthority issuing = root.intermediate("CN=Issuing", c -> {});

  private static TestAuthority.ListExtender signedAsBy(PublicKey key) {
    return l -> {
      try {
        l.addExtension(
            Extension.authorityKeyIdentifier,
            false,
            new JcaX509ExtensionUtils().createAuthorityKeyIdentifier(key));
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException(e);
      }
    };
  }

  private void write(
      String name, TestAuthority by, Duration since, int number, TestAuthority.ListExtender more)
      throws Exception {
    Instant from = clock.instant().plus(since);
    Files.write(
        folder.resolve(name),
        by.crl(
                from,
                from.plus(Duration.ofHours(1)),
                l -> {
                  l.addExtension(
                      Extension.cRLNumber, false, new CRLNumber(BigInteger.valueOf(number)));
                  more.extend(l);
                })
            .getEncoded());
  }

  private void forge(String name, TestAuthority genuine, TestAuthority.ListExtender more)
      throws Exception {
    String of = genuine.certificate.getSubjectX500Principal().getName();
    write(name, TestAuthority.root(of, c -> {}), Duration.ZERO, Integer.MAX_VALUE, more);
  }

  private ServerTls server() {
    return ServerTls.builder(
            TestPki.identity(pki.server), root.anchors(), PeerPolicy.anyTrustedPeer())
        .withRevocation(Revocation.crls(folder))
        .withClock(clock)
        .build();
  }

  private String decision(ServerTls server) {
    X509Certificate leaf = issuing.issue("CN=leaf", keys.getPublic(), c -> {});
    return server
        .explain(List.of(leaf, issuing.certificate), null)
        .fold(a -> "accepted", r -> r.reason().name());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void MT06_forgedList_keepsOutNoGenuineOne(boolean ofRoot) throws Exception {
    TestAuthority of = ofRoot ? root : issuing;
    String file = ofRoot ? "root.crl" : "issuing.crl";
    write("root.crl", root, Duration.ZERO, 5, l -> {});
    write("issuing.crl", issuing, Duration.ZERO, 5, l -> {});
    ServerTls server = server();
    assertThat(decision(server)).isEqualTo("accepted");

    forge(file, of, l -> {});
    assertThat(server.reload()).isTrue();
    assertThat(decision(server)).isEqualTo("REVOCATION_UNKNOWN");
    clock.advance(Duration.ofSeconds(5));
    write(file, of, Duration.ZERO, 6, l -> {});
    assertThat(server.reload()).isTrue();
    assertThat(decision(server)).isEqualTo("accepted");

    write(file, of, Duration.ofMinutes(-10), 4, l -> {});
    assertThatThrownBy(server::reload).hasMessageContaining("older than the one");
    forge("beside.crl", of, l -> {});
    assertThatThrownBy(server::reload).hasMessageContaining("older than the one");
    assertThat(decision(server)).isEqualTo("accepted");
  }

  /** With key identifiers it is certain, so the last good list goes on serving. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void MT06_listThatNamesAKeyThatDidNotSignIt_isAReloadFault(boolean ofRoot) throws Exception {
    root =
        TestAuthority.root(
            "CN=Root", rootKeys, TestAuthority.keyIds(rootKeys.getPublic(), rootKeys.getPublic()));
    issuing = root.intermediate("CN=Issuing", c -> {});
    TestAuthority of = ofRoot ? root : issuing;
    String file = ofRoot ? "root.crl" : "issuing.crl";
    TestAuthority.ListExtender byRoot = signedAsBy(root.keys.getPublic());
    TestAuthority.ListExtender byIssuing = signedAsBy(issuing.keys.getPublic());
    TestAuthority.ListExtender key = ofRoot ? byRoot : byIssuing;
    write("root.crl", root, Duration.ZERO, 5, byRoot);
    write("issuing.crl", issuing, Duration.ZERO, 5, byIssuing);
    ServerTls server = server();
    assertThat(decision(server)).isEqualTo("accepted");

    forge(file, of, key);
    assertThatThrownBy(server::reload)
        .isInstanceOfSatisfying(
            TlsMaterialException.class,
            e -> assertThat(e.reason()).isEqualTo(MaterialReason.FILE_MALFORMED))
        .hasMessageContaining("forged or damaged");
    assertThat(decision(server)).isEqualTo("accepted");
    clock.advance(Duration.ofSeconds(5));
    write(file, of, Duration.ZERO, 6, key);
    assertThat(server.reload()).isTrue();
    assertThat(decision(server)).isEqualTo("accepted");
  }
}
