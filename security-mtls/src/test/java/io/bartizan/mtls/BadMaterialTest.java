package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.core.SecretBytes;
import io.bartizan.core.SecretSource;
import io.bartizan.testkit.DevCertificate;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BadMaterialTest {

  private final TestPki pki = TestPki.SHARED;
  @TempDir Path folder;

  private void refused(Identity identity, MaterialReason reason, String... words) {
    assertThatThrownBy(
            () ->
                ServerTls.builder(identity, TestPki.anchors(pki.ca), PeerPolicy.anyTrustedPeer())
                    .build())
        .isInstanceOfSatisfying(
            TlsMaterialException.class,
            e -> {
              assertThat(e.reason()).as(e.getMessage()).isEqualTo(reason);
              assertThat(e.getMessage()).contains(words).doesNotContain("\n");
            });
  }

  private Identity files(String cert, String key) throws IOException {
    Files.writeString(folder.resolve("cert.pem"), cert);
    Files.writeString(folder.resolve("key.pem"), key);
    return Identity.pem(folder.resolve("cert.pem"), folder.resolve("key.pem"));
  }

  private static SecretSource password(String text) {
    return () -> SecretBytes.copyOf(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void pem_everyFault_hasItsSentence() throws Exception {
    String chain = pki.server.chainPem();
    String key = pki.server.privateKeyPem();
    refused(files(chain, pki.client.privateKeyPem()), MaterialReason.KEY_MISMATCH, "cert.pem");
    refused(files(chain, ""), MaterialReason.KEY_MISSING, "key.pem", "no private key");
    refused(files(chain, key + key), MaterialReason.FILE_MALFORMED, "more than one private key");
    refused(files("", key), MaterialReason.CERTIFICATE_MISSING, "holds no certificate");
    refused(
        files(chain + pki.client.chainPem(), key),
        MaterialReason.CHAIN_DISORDERED,
        "did not issue");
    refused(
        files(pki.client.chainPem(), pki.client.privateKeyPem()),
        MaterialReason.USAGE_WRONG,
        "serverAuth");
    refused(
        Identity.pem(folder.resolve("none.pem")),
        MaterialReason.FILE_UNREADABLE,
        "none.pem",
        "there is no such file, and its folder holds cert.pem, key.pem");
    refused(Identity.pem(folder), MaterialReason.FILE_UNREADABLE, "is a directory");
    refused(
        files(chain, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"),
        MaterialReason.FILE_MALFORMED,
        "can't be parsed");
  }

  @Test
  void pem_truncatedDer_isRefused() throws Exception {
    byte[] der = pki.server.certificate().getEncoded();
    for (int length = 0; length < der.length; length++) {
      byte[] cut = java.util.Arrays.copyOf(der, length);
      assertThatThrownBy(() -> PemMaterial.certificate("x", cut))
          .isInstanceOf(TlsMaterialException.class);
    }
    byte[] longer = java.util.Arrays.copyOf(der, der.length + 1);
    assertThatThrownBy(() -> PemMaterial.certificate("x", longer))
        .isInstanceOf(TlsMaterialException.class);
  }

  @Test
  void pkcs12_wrongPasswordEmptyOrGarbage_isRefused() throws Exception {
    Path file = folder.resolve("id.p12");
    write(pki.server.keyStore("right".toCharArray()), file, "right");
    assertThat(
            ServerTls.builder(
                    Identity.pkcs12(file, password("right")),
                    TestPki.anchors(pki.ca),
                    PeerPolicy.anyTrustedPeer())
                .build()
                .generation())
        .isEqualTo(1);
    refused(Identity.pkcs12(file, password("wrong")), MaterialReason.PASSWORD_WRONG, "id.p12");
    refused(
        Identity.pkcs12(file, password("gr\u00f6\u00dfer")),
        MaterialReason.PASSWORD_WRONG,
        "give PEM");

    KeyStore empty = KeyStore.getInstance("PKCS12");
    empty.load(null, null);
    Path none = folder.resolve("empty.p12");
    write(empty, none, "right");
    refused(Identity.pkcs12(none, password("right")), MaterialReason.KEY_MISSING, "empty.p12");
    anchorsRefused(TrustAnchors.pkcs12(none, password("right")), MaterialReason.ANCHORS_EMPTY);
    Files.writeString(file, "garbage");
    refused(Identity.pkcs12(file, password("right")), MaterialReason.FILE_MALFORMED, "PKCS#12");
  }

  private static void write(KeyStore store, Path file, String password) throws Exception {
    try (OutputStream out = Files.newOutputStream(file)) {
      store.store(out, password.toCharArray());
    }
  }

  private void anchorsRefused(TrustAnchors anchors, MaterialReason reason) {
    assertThatThrownBy(
            () ->
                ServerTls.builder(
                        TestPki.identity(pki.server), anchors, PeerPolicy.anyTrustedPeer())
                    .build())
        .isInstanceOfSatisfying(
            TlsMaterialException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }

  @Test
  void anchors_everyFault_isRefused() {
    anchorsRefused(TrustAnchors.of(List.of()), MaterialReason.ANCHORS_EMPTY);
    anchorsRefused(TrustAnchors.pemText(() -> "nothing"), MaterialReason.ANCHORS_EMPTY);
    anchorsRefused(
        TrustAnchors.of(List.of(pki.client.certificate())), MaterialReason.ANCHOR_NOT_CA);
    anchorsRefused(
        TrustAnchors.pemText(
            () -> {
              throw new IllegalStateException("secret store down");
            }),
        MaterialReason.FILE_UNREADABLE);
  }

  @Test
  void openssl_keyFormats_areRead() throws Exception {
    Path openssl = io.bartizan.tests.OptionalTool.program("openssl");
    List<List<String>> commands =
        List.of(
            List.of("ec", "-in", "key.pem", "-out", "out.pem"),
            List.of("pkcs8", "-topk8", "-nocrypt", "-in", "key.pem", "-out", "out.pem"),
            List.of(
                "pkcs8",
                "-topk8",
                "-v2",
                "aes-256-cbc",
                "-passout",
                "pass:geheim",
                "-in",
                "key.pem",
                "-out",
                "out.pem"),
            List.of(
                "pkcs8",
                "-topk8",
                "-scrypt",
                "-passout",
                "pass:geheim",
                "-in",
                "key.pem",
                "-out",
                "out.pem"));
    DevCertificate server = pki.server;
    Identity unused = files(server.chainPem(), server.privateKeyPem());
    for (List<String> command : commands) {
      List<String> line = new ArrayList<>(List.of(openssl.toString()));
      line.addAll(command);
      Process process =
          new ProcessBuilder(line).directory(folder.toFile()).redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).as(output).isZero();
      Path cert = folder.resolve("cert.pem");
      Path out = folder.resolve("out.pem");
      assertThat(
              ServerTls.builder(
                      Identity.pem(cert, out, password("geheim")),
                      TestPki.anchors(pki.ca),
                      PeerPolicy.anyTrustedPeer())
                  .build()
                  .generation())
          .isEqualTo(1);
      if (Files.readString(out).contains("ENCRYPTED")) {
        refused(
            Identity.pem(cert, out, password("falsch")), MaterialReason.PASSWORD_WRONG, "out.pem");
        refused(Identity.pem(cert, out), MaterialReason.PASSWORD_WRONG, "no password was given");
      }
    }
    assertThat(unused.toString()).contains("cert.pem");
  }
}
