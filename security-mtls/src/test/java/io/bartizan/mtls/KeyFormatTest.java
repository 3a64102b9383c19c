package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.core.Pem;
import io.bartizan.core.SecretBytes;
import io.bartizan.core.SecretSource;
import io.bartizan.testkit.DevCa;
import io.bartizan.testkit.DevCertificate;
import io.bartizan.testkit.DevKeyType;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPrivateKey;
import java.util.List;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8EncryptorBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every form in which a key may come, and a handshake with each. */
class KeyFormatTest {

  @TempDir Path folder;

  static SecretSource password(String text) {
    return () -> SecretBytes.copyOf(text.getBytes(StandardCharsets.UTF_8));
  }

  /** PKCS#1, as OpenSSL and cert-manager write RSA keys. */
  static String pkcs1(PrivateKey key) throws Exception {
    return Pem.encode(
        "RSA PRIVATE KEY",
        PrivateKeyInfo.getInstance(key.getEncoded())
            .parsePrivateKey()
            .toASN1Primitive()
            .getEncoded());
  }

  /** SEC1 behind its parameters, as OpenSSL writes P-256 keys. */
  static String sec1(PrivateKey key) throws Exception {
    return Pem.encode("EC PARAMETERS", SECObjectIdentifiers.secp256r1.getEncoded())
        + Pem.encode(
            "EC PRIVATE KEY",
            new org.bouncycastle.asn1.sec.ECPrivateKey(
                    256, ((ECPrivateKey) key).getS(), SECObjectIdentifiers.secp256r1)
                .getEncoded());
  }

  private static void serves(Identity identity, X509Certificate root) throws Exception {
    DevCa clients = DevCa.of("Clients");
    DevCertificate client = TestPki.client(clients);
    ServerTls server =
        ServerTls.builder(
                identity, TestPki.anchors(clients), PeerPolicy.spiffeId(TestPki.CLIENT_ID))
            .build();
    ClientTls tls =
        ClientTls.builder(
                TestPki.identity(client),
                TrustAnchors.of(List.of(root)),
                PeerPolicy.anyTrustedPeer())
            .build();
    Engines.between(tls.sslContext(), server.sslContext()).run();
  }

  private Identity files(DevCertificate certificate, String key) throws Exception {
    Files.writeString(folder.resolve("tls.crt"), certificate.chainPem());
    Files.writeString(folder.resolve("tls.key"), key);
    return Identity.pem(folder.resolve("tls.crt"), folder.resolve("tls.key"));
  }

  @ParameterizedTest
  @EnumSource(DevKeyType.class)
  void pkcs8_inTwoFilesInOneAndAsText(DevKeyType type) throws Exception {
    DevCa ca = DevCa.builder("Root").withKeys(type).build();
    DevCertificate own = TestPki.server(ca.intermediate("One"));
    serves(files(own, own.privateKeyPem()), ca.certificate());
    for (String text :
        List.of(own.privateKeyPem() + own.chainPem(), own.chainPem() + own.privateKeyPem())) {
      Path one = Files.writeString(folder.resolve("one.pem"), text);
      serves(Identity.pem(one), ca.certificate());
      serves(Identity.pemText(() -> text), ca.certificate());
    }
  }

  @Test
  void pkcs1AndSec1_areRead() throws Exception {
    DevCa rsa = DevCa.builder("Root").withKeys(DevKeyType.RSA_2048).build();
    DevCertificate rsaLeaf = TestPki.server(rsa);
    serves(files(rsaLeaf, pkcs1(rsaLeaf.privateKey())), rsa.certificate());
    DevCa ec = DevCa.of("Root");
    DevCertificate ecLeaf = TestPki.server(ec);
    serves(files(ecLeaf, sec1(ecLeaf.privateKey())), ec.certificate());
  }

  @ParameterizedTest
  @ValueSource(strings = {"Ed25519", "Ed448"})
  void edwardsKeys_serve(String algorithm) throws Exception {
    Issuer made = Issuer.create(algorithm, leaf -> {});
    serves(made.identity(), made.certificate());
    String text =
        Pem.encode("PRIVATE KEY", made.leafKey().getEncoded())
            + Pem.encode("CERTIFICATE", made.leaf().getEncoded());
    serves(Identity.pemText(() -> text), made.certificate());
  }

  @Test
  void encryptedPkcs8_opensWithItsPasswordAlone() throws Exception {
    DevCa ca = DevCa.of("Root");
    DevCertificate own = TestPki.server(ca);
    byte[] envelope =
        new JcaPKCS8Generator(
                own.privateKey(),
                new JceOpenSSLPKCS8EncryptorBuilder(NISTObjectIdentifiers.id_aes256_CBC)
                    .setProvider(new org.bouncycastle.jce.provider.BouncyCastleProvider())
                    .setPassword("geheim".toCharArray())
                    .build())
            .generate()
            .getContent();
    Identity files = files(own, Pem.encode("ENCRYPTED PRIVATE KEY", envelope));
    Path chain = folder.resolve("tls.crt");
    Path key = folder.resolve("tls.key");
    serves(Identity.pem(chain, key, password("geheim")), ca.certificate());
    refused(
        files, ca, MaterialReason.PASSWORD_WRONG, "tls.key is encrypted and no password was given");
    refused(
        Identity.pem(chain, key, password("falsch")),
        ca,
        MaterialReason.PASSWORD_WRONG,
        "tls.key is not opened by the password that was given");
    Files.writeString(
        key,
        """
        -----BEGIN RSA PRIVATE KEY-----
        Proc-Type: 4,ENCRYPTED
        DEK-Info: AES-256-CBC,00

        AAAA
        -----END RSA PRIVATE KEY-----
        """);
    refused(files, ca, MaterialReason.KEY_UNSUPPORTED, "openssl pkcs8 -topk8");
  }

  @Test
  void keyStore_isReadAgainWithEachLoad() throws Exception {
    DevCa ca = DevCa.of("Root");
    char[] password = "store".toCharArray();
    KeyStore store = TestPki.server(ca).keyStore(password);
    Identity identity = Identity.keyStore(store, null, password("store"));
    serves(identity, ca.certificate());
    try (ServerTls server =
        ServerTls.builder(identity, TestPki.anchors(ca), PeerPolicy.anyTrustedPeer()).build()) {
      assertThat(server.reload()).isFalse();
      DevCertificate next = TestPki.server(ca);
      store.setKeyEntry(
          "dev", next.privateKey(), password, next.chain().toArray(X509Certificate[]::new));
      assertThat(server.reload()).isTrue();
      store.setKeyEntry(
          "two", next.privateKey(), password, next.chain().toArray(X509Certificate[]::new));
      assertThatThrownBy(server::reload)
          .hasMessageContaining("holds 2 private keys, name the alias");
      store.deleteEntry("two");
      store.deleteEntry("dev");
      assertThatThrownBy(server::reload).hasMessageContaining("holds no private key");
      assertThat(server.generation()).isEqualTo(2);
    }
    refused(
        Identity.keyStore(TestPki.server(ca).keyStore(password), "other", password("store")),
        ca,
        MaterialReason.KEY_MISSING,
        "no private key under the alias other");
    refused(
        Identity.keyStore(TestPki.server(ca).keyStore(password), null, password("wrong")),
        ca,
        MaterialReason.PASSWORD_WRONG,
        "not opened");
  }

  @Test
  void pkcs12_cutAnywhere_isRefused() throws Exception {
    DevCa ca = DevCa.of("Root");
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    TestPki.server(ca).keyStore("store".toCharArray()).store(out, "store".toCharArray());
    byte[] whole = out.toByteArray();
    Path file = Files.write(folder.resolve("id.p12"), whole);
    Identity identity = Identity.pkcs12(file, password("store"));
    serves(identity, ca.certificate());
    for (int length = 0; length < whole.length; length += 7) {
      Files.write(file, java.util.Arrays.copyOf(whole, length));
      refused(identity, ca, MaterialReason.FILE_MALFORMED, "id.p12 is not a PKCS#12 file");
    }
  }

  private static void refused(Identity identity, DevCa ca, MaterialReason reason, String words) {
    assertThatThrownBy(
            () ->
                ServerTls.builder(identity, TestPki.anchors(ca), PeerPolicy.anyTrustedPeer())
                    .build())
        .isInstanceOfSatisfying(
            TlsMaterialException.class,
            e -> assertThat(e.reason()).as(e.getMessage()).isEqualTo(reason))
        .hasMessageContaining(words);
  }
}
