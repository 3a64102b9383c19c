package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.core.Health;
import io.bartizan.testkit.BadCertificate;
import io.bartizan.testkit.BadCertificates;
import io.bartizan.testkit.DevCa;
import io.bartizan.testkit.DevCertificate;
import io.bartizan.tests.OptionalTool;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERSequence;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each fault of new material has its own sentence, and the material before keeps serving. */
class OwnMaterialTest {

  private final TestPki pki = TestPki.SHARED;
  private final BadCertificates bad =
      BadCertificates.ofServer(pki.ca, "api.internal", "spiffe://test.example/api");
  private ServerTls server;
  @TempDir Path folder;

  @BeforeEach
  void start() throws IOException {
    pki.server.writeTo(folder);
    TlsLayout files = TlsLayout.docker(folder);
    server =
        ServerTls.builder(files.identity(), files.anchors(), PeerPolicy.spiffeId(TestPki.CLIENT_ID))
            .build();
  }

  private Path file(String name) {
    return folder.resolve(name);
  }

  private void put(DevCertificate certificate) throws IOException {
    Files.writeString(file("cert.pem"), certificate.chainPem());
    Files.writeString(file("key.pem"), certificate.privateKeyPem());
  }

  private void isRefused(MaterialReason reason, String... words) throws Exception {
    assertThatThrownBy(server::reload)
        .isInstanceOfSatisfying(
            TlsMaterialException.class,
            e -> {
              assertThat(e.reason()).as(e.getMessage()).isEqualTo(reason);
              assertThat(e.getMessage())
                  .contains(folder.toString())
                  .contains(words)
                  .doesNotContain("\n", "Exception: ");
            });
    assertThat(server.generation()).isEqualTo(1);
    assertThat(server.health().status()).isEqualTo(Health.Status.DEGRADED);
    Engines.between(pki.clientTls().build().sslContext(), server.sslContext()).run();
  }

  @ParameterizedTest
  @CsvSource({
    "EXPIRED, EXPIRED, which expired at",
    "INTERMEDIATE_EXPIRED, EXPIRED, which expired at",
    "NOT_YET_VALID, NOT_YET_VALID, which is valid from",
    "CA_AS_LEAF, LEAF_IS_CA, begins with the certificate authority",
    "WEAK_RSA, ALGORITHM_WEAK, whose key is weak",
    "WEAK_RSA_INTERMEDIATE, ALGORITHM_WEAK, whose key is weak",
    "WRONG_PURPOSE, USAGE_WRONG, whose extended key usage lacks serverAuth",
    "UNRELATED_PURPOSE, USAGE_WRONG, whose extended key usage lacks serverAuth",
    "NO_DIGITAL_SIGNATURE, USAGE_WRONG, whose key usage lacks digitalSignature",
    "BAD_INTERMEDIATE_SIGNATURE, CHAIN_DISORDERED, which it did not issue"
  })
  void identity_ofABadKind_isRefused(BadCertificate kind, MaterialReason reason, String words)
      throws Exception {
    DevCertificate made = bad.of(kind);
    Files.writeString(
        file("cert.pem"),
        // the root too, since the fault may be in what it signed
        made.chainPem() + (kind.name().startsWith("BAD") ? made.rootPem() : ""));
    Files.writeString(file("key.pem"), made.privateKeyPem());
    isRefused(reason, words);
  }

  @Test
  void identity_keyAndChainThatDoNotFit_isRefused() throws Exception {
    DevCertificate good = bad.good();
    Files.writeString(file("key.pem"), good.privateKeyPem());
    isRefused(MaterialReason.KEY_MISMATCH, "a private key that is not the one of \"CN=server");
    List<java.security.cert.X509Certificate> reversed = new ArrayList<>(good.chain());
    Collections.reverse(reversed);
    Files.writeString(file("cert.pem"), pem(reversed));
    isRefused(MaterialReason.CHAIN_DISORDERED, "begins with \"CN=Issuing", "leaf first");
    Files.writeString(file("cert.pem"), good.chainPem() + good.chainPem());
    isRefused(MaterialReason.CHAIN_DISORDERED, "which it did not issue");
    put(good);
    assertThat(server.reload()).isTrue();
    assertThat(server.health().status()).isEqualTo(Health.Status.UP);
  }

  private static String pem(List<java.security.cert.X509Certificate> chain) throws Exception {
    StringBuilder text = new StringBuilder();
    for (var certificate : chain) {
      text.append(io.bartizan.core.Pem.encode("CERTIFICATE", certificate.getEncoded()));
    }
    return text.toString();
  }

  @Test
  void anchors_thatCannotVouch_areRefused() throws Exception {
    Files.writeString(file("ca.pem"), "");
    isRefused(MaterialReason.ANCHORS_EMPTY, "holds no certificate, one or more are needed");
    Files.writeString(file("ca.pem"), pki.ca.certificatePem() + pki.client.chainPem());
    isRefused(MaterialReason.ANCHOR_NOT_CA, "which is not a certificate authority", "spkiPin");
    Files.writeString(file("ca.pem"), pki.server.chainPem());
    isRefused(MaterialReason.ANCHOR_NOT_CA, "which is not a certificate authority");
    DevCa old =
        DevCa.builder("Old")
            .withStart(Instant.now().minus(Duration.ofDays(3)))
            .withLifetime(Duration.ofDays(1))
            .build();
    Files.writeString(file("ca.pem"), old.certificatePem());
    isRefused(MaterialReason.EXPIRED, "holds expired anchors only");
    TestAuthority root = TestAuthority.root("CN=Root", c -> {});
    for (String oid : List.of("1.3.6.1.4.1.99999.1", "2.5.29.37")) {
      TestAuthority odd =
          root.intermediate(
              "CN=Odd",
              c -> c.addExtension(new ASN1ObjectIdentifier(oid), true, new DERSequence()));
      Files.writeString(
          file("ca.pem"), io.bartizan.core.Pem.encode("CERTIFICATE", odd.certificate.getEncoded()));
      isRefused(MaterialReason.ANCHOR_UNENFORCEABLE, "give the root");
    }
  }

  @ParameterizedTest
  @CsvSource({"cert.pem", "key.pem", "ca.pem"})
  void file_thatIsNone_isRefused(String name) throws Exception {
    Path file = file(name);
    Files.delete(file);
    isRefused(
        MaterialReason.FILE_UNREADABLE,
        name,
        "can't be read: there is no such file, and its folder holds ");
    Files.createDirectory(file);
    isRefused(MaterialReason.FILE_UNREADABLE, name, "is a directory, a file is needed");
    Files.delete(file);
    Files.createSymbolicLink(file, Path.of(name));
    isRefused(MaterialReason.FILE_UNREADABLE, name, "can't be read: FileSystem");
    Files.delete(file);
    Process pipe =
        new ProcessBuilder(OptionalTool.program("mkfifo").toString(), file.toString()).start();
    assertThat(pipe.waitFor()).isZero();
    isRefused(
        MaterialReason.FILE_UNREADABLE, name, "is a pipe or device, a regular file is needed");
    Files.delete(file);
    Files.writeString(file, "nothing of the kind\n");
    assertThatThrownBy(server::reload)
        .isInstanceOf(TlsMaterialException.class)
        .hasMessageContaining(name);
  }

  @ParameterizedTest
  @CsvSource({"cert.pem", "key.pem", "ca.pem"})
  void file_ofAHundredMegabytes_isRefusedInLittleMemory(String name) throws Exception {
    try (RandomAccessFile large = new RandomAccessFile(file(name).toFile(), "rw")) {
      large.setLength(100L << 20);
    }
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    assertThatThrownBy(server::reload)
        .isInstanceOf(TlsMaterialException.class)
        .hasMessageContaining(name + " has more than 4194304 bytes");
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(40L << 20);
    isRefused(MaterialReason.FILE_TOO_LARGE, name);
  }

  @ParameterizedTest
  @CsvSource({"cert.pem", "key.pem", "ca.pem"})
  void file_thatEndsAnywhere_isRefusedOrAsItWas(String name) throws Exception {
    String whole = Files.readString(file(name)).stripTrailing();
    for (int length : lengths(whole)) {
      Files.writeString(file(name), whole.substring(0, length));
      assertThatThrownBy(server::reload)
          .as("cut at %s", length)
          .isInstanceOf(TlsMaterialException.class)
          .hasMessageContaining(name);
    }
    assertThat(server.generation()).isEqualTo(1);
    Files.writeString(file(name), whole + "\n");
    assertThat(server.reload()).isFalse();
    Engines.between(pki.clientTls().build().sslContext(), server.sslContext()).run();
  }

  /**
   * Around each end of a line all; between them each seventh, which ends in all parts of base64.
   */
  private static int[] lengths(String whole) {
    return IntStream.range(0, whole.length())
        .filter(
            length ->
                length % 7 == 0
                    || whole.substring(Math.max(0, length - 2), length).contains("\n")
                    || whole.substring(length, Math.min(whole.length(), length + 3)).contains("\n")
                    || length > whole.length() - 30)
        .toArray();
  }
}
