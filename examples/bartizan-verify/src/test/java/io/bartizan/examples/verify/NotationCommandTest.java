package io.bartizan.examples.verify;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.integrity.artifact.Digest;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code bartizan-verify notation}, with a layout, a trust policy and stores as Notation's. */
class NotationCommandTest {

  private static final char[] PASSWORD = "only-for-tests".toCharArray();
  private static final String SCHEME = "io.cncf.notary.signingScheme";
  private static final String PAYLOAD = "application/vnd.cncf.notary.payload.v1+json";

  private static final String LEAF = "KeyUsage:critical=digitalSignature";

  /** The JDK's keytool makes the certificate; signed by itself, as {@code notation cert} does. */
  @TempDir private static Path keys;

  private static PrivateKey key;
  private static Certificate certificate;
  private static Certificate other;

  @TempDir private Path directory;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private LayoutFolder layout;
  private Digest image;
  private Path policy;
  private Path stores;
  private Path trusted;

  @BeforeAll
  static void makeCertificates() throws Exception {
    Path store = keys.resolve("keys.p12");
    keytool(store, genkey("release", LEAF));
    keytool(store, genkey("other", LEAF));
    KeyStore made = KeyStore.getInstance(store.toFile(), PASSWORD);
    key = (PrivateKey) made.getKey("release", PASSWORD);
    certificate = made.getCertificate("release");
    other = made.getCertificate("other");
  }

  private static List<String> genkey(String name, String usage, String... more) {
    List<String> line = new ArrayList<>();
    line.addAll(List.of("-genkeypair", "-alias", name, "-keyalg", "EC"));
    line.addAll(List.of("-groupname", "secp256r1"));
    line.addAll(List.of("-dname", "CN=" + name + ", O=acme, ST=WA, C=US", "-ext", usage));
    if (usage.equals(LEAF)) {
      line.addAll(List.of("-ext", "ExtendedKeyUsage=codeSigning"));
    }
    line.addAll(List.of(more));
    return line;
  }

  private static void keytool(Path store, List<String> what) throws Exception {
    Path log = keys.resolve("log");
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    line.addAll(what);
    line.addAll(List.of("-storetype", "PKCS12", "-storepass", new String(PASSWORD)));
    line.addAll(List.of("-keystore", store.toString()));
    Process keytool =
        new ProcessBuilder(line).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    assertThat(keytool.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(keytool.exitValue()).as(Files.readString(log)).isZero();
  }

  /** A list of a CA, of 7 days. */
  private String list(String ca, Certificate... revoked) throws Exception {
    Path file = directory.resolve(ca + revoked.length + ".crl");
    List<String> line =
        new ArrayList<>(
            List.of("-gencrl", "-alias", ca, "-validity", "7", "-file", file.toString()));
    for (Certificate each : revoked) {
      line.addAll(List.of("-id", ((X509Certificate) each).getSerialNumber().toString()));
    }
    if (revoked.length == 0) {
      line.addAll(List.of("-id", "1"));
    }
    keytool(keys.resolve("keys.p12"), line);
    return file.toString();
  }

  @BeforeEach
  void write() throws Exception {
    write(key, certificate);
  }

  private void write(PrivateKey signer, Certificate... chain) throws Exception {
    Certificate root = chain[chain.length - 1];
    layout =
        new LayoutFolder(directory.resolve("layout-" + Digest.sha256Of(root.getEncoded()).hex()));
    policy = directory.resolve("trustpolicy.json");
    stores = directory.resolve("truststore");
    Path store = Files.createDirectories(stores.resolve("x509/ca/acme"));
    trusted = Files.write(store.resolve("release.crt"), root.getEncoded());
    policy("strict", "x509.subject: C=US, ST=WA, O=acme");
    String config = layout.described("application/vnd.oci.image.config.v1+json", "{}", "");
    String manifest = LayoutFolder.manifest(config, "", "");
    image = Digest.sha256Of(manifest.getBytes(UTF_8));
    String subject = layout.list(manifest, "");
    String layer = layout.described("application/jose+json", envelope(subject, signer, chain), "");
    String empty = layout.described("application/vnd.cncf.notary.signature", "{}", "");
    String signature = LayoutFolder.manifest(empty, layer, ",\"subject\":" + subject);
    assertThat(layout.list(signature, "")).isNotEqualTo(subject);
  }

  private void policy(String level, String identity) throws IOException {
    Files.writeString(
        policy,
        """
        {"version": "1.0", "trustPolicies": [{
          "name": "acme",
          "registryScopes": ["registry.example/app"],
          "signatureVerification": {"level": "%s"},
          "trustStores": ["ca:acme"],
          "trustedIdentities": ["%s"]}]}
        """
            .formatted(level, identity));
  }

  private static String envelope(String subject, PrivateKey by, Certificate... chain)
      throws Exception {
    String head =
        url(
            ("{\"alg\":\"ES256\",\"cty\":\""
                    + PAYLOAD
                    + "\",\"crit\":[\""
                    + SCHEME
                    + "\",\"io.cncf.notary.expiry\"],\""
                    + SCHEME
                    + "\":\"notary.x509\",\"io.cncf.notary.signingTime\":\"2020-01-01T00:00:00Z\","
                    + "\"io.cncf.notary.expiry\":\"2020-01-02T00:00:00Z\"}")
                .getBytes(UTF_8));
    String body = url(("{\"targetArtifact\":" + subject + "}").getBytes(UTF_8));
    List<String> x5c = new ArrayList<>();
    for (Certificate each : chain) {
      x5c.add(Base64.getEncoder().encodeToString(each.getEncoded()));
    }
    Signature signer = Signature.getInstance("SHA256withECDSAinP1363Format");
    signer.initSign(by);
    signer.update((head + "." + body).getBytes(UTF_8));
    return "{\"payload\":\""
        + body
        + "\",\"protected\":\""
        + head
        + "\",\"header\":{\"x5c\":[\""
        + String.join("\",\"", x5c)
        + "\"]},\"signature\":\""
        + url(signer.sign())
        + "\"}";
  }

  private static String url(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  @Test
  void notation_signedInALayout_tellsByItsStatus() throws Exception {
    String name = "registry.example/app@" + image;
    assertThat(run(name)).isEqualTo(1);
    assertThat(err.toString()).contains("expired: the signature has expired at 2020-01-02");
    policy("permissive", "*");
    assertThat(run("--content", name)).isZero();
    assertThat(out.toString())
        .contains(
            name + ": OK, signed by \"CN=release,O=acme,ST=WA,C=US\", until 2020-01-02",
            "content: ");
    assertThat(err.toString()).contains("  not enforced: expired: ");
    policy("permissive", "x509.subject: C=US, ST=WA, O=other");
    assertThat(run(name)).isEqualTo(1);
    assertThat(err.toString()).contains("identity-mismatch: ");
    assertThat(run("registry.example/other@" + image)).isEqualTo(1);
    assertThat(err.toString()).contains("policy-missing: ");
    assertThat(run("registry.example/app@" + Digest.sha256Of(new byte[1]))).isEqualTo(1);
    policy("audit", "*");
    assertThat(run(name)).isEqualTo(1);
    assertThat(err.toString())
        .contains("policy-not-enforced: ")
        .doesNotContain("Exception", "io.bartizan");
  }

  @Test
  void notation_certificateOfNoStore_isRefused() throws Exception {
    policy("permissive", "*");
    String name = "registry.example/app@" + image;
    assertThat(run(name)).isZero();
    Files.write(trusted, other.getEncoded());
    assertThat(run(name)).isEqualTo(1);
    assertThat(err.toString()).contains("certificate-untrusted: ");
  }

  @Tag("deep") // a dozen runs of keytool
  @Test
  void notation_revocationLists_clearOrRefuseTheSigner() throws Exception {
    Path store = keys.resolve("keys.p12");
    keytool(
        store,
        genkey("ca", "KeyUsage:critical=keyCertSign,cRLSign", "-ext", "BC:critical=ca:true"));
    keytool(store, genkey("mute", "KeyUsage:critical=keyCertSign", "-ext", "BC:critical=ca:true"));
    String revocable = "AIA=ocsp:URI:http://127.0.0.1:1/";
    keytool(store, genkey("of-ca", LEAF, "-ext", revocable, "-signer", "ca"));
    keytool(store, genkey("of-mute", LEAF, "-ext", revocable, "-signer", "mute"));
    KeyStore made = KeyStore.getInstance(keys.resolve("keys.p12").toFile(), PASSWORD);
    for (String ca : List.of("ca", "mute")) {
      Certificate[] chain = made.getCertificateChain("of-" + ca);
      write((PrivateKey) made.getKey("of-" + ca, PASSWORD), chain);
      policy("permissive", "*");
      Files.writeString(
          policy,
          Files.readString(policy)
              .replace(
                  "\"permissive\"", "\"permissive\", \"override\": {\"revocation\": \"enforce\"}"));
      String name = "registry.example/app@" + image;
      assertThat(run(name)).isEqualTo(1);
      assertThat(told()).contains("revocation-unknown: certificate 0 of the chain can be revoked");
      assertThat(run("--crl", list(ca), name)).isEqualTo(ca.equals("ca") ? 0 : 1);
      assertThat(told()).contains(ca.equals("ca") ? ": OK, signed by" : "revocation-unknown: ");
      assertThat(run("--crl", list(ca, chain[0]), name)).isEqualTo(1);
      assertThat(told()).contains("revoked: certificate 0 of the chain is revoked");
    }
  }

  /** What was written since the last time. */
  private String told() {
    String all = out + "" + err;
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    return all;
  }

  @Test
  void notation_linesAndFilesThatMakeNoSense_areUsageErrors() throws Exception {
    String name = "registry.example/app@" + image;
    assertThat(execute("notation", "--layout", layout.toString(), name)).isEqualTo(2);
    assertThat(err.toString()).contains("--policy", "--trust-store");
    assertThat(run("registry.example/app:1")).isEqualTo(2);
    assertThat(run("A B")).isEqualTo(2);
    assertThat(run("--crl", policy.toString(), name)).isEqualTo(2);
    assertThat(err.toString()).contains("--crl: ", "holds no revocation list");
    Files.writeString(trusted, "no certificate");
    assertThat(run(name)).isEqualTo(2);
    assertThat(err.toString()).contains("--trust-store: store ca:acme: \"release.crt\"");
    Files.writeString(policy, "{\"version\":\"2.0\"}");
    assertThat(run(name)).isEqualTo(2);
    assertThat(err.toString()).contains("--policy: ", "version is not 1.0");
    assertThat(err.toString()).doesNotContain("Exception", "io.bartizan");
  }

  @Test
  void notation_whatIsNotThere_isUnreadable() throws Exception {
    String name = "registry.example/app@" + image;
    assertThat(run("--crl", directory.resolve("none.crl").toString(), name)).isEqualTo(3);
    assertThat(err.toString()).contains("none.crl: no such file");
    policy("strict", "*");
    String local = "127.0.0.1:1/app@" + image;
    Files.writeString(
        policy, Files.readString(policy).replace("registry.example/app", "127.0.0.1:1/app"));
    assertThat(
            execute(
                "notation",
                "--policy",
                policy.toString(),
                "--trust-store",
                stores.toString(),
                local))
        .isEqualTo(3);
    assertThat(err.toString()).contains("registry-unavailable");
    Files.delete(trusted);
    Files.delete(trusted.getParent());
    assertThat(run(name)).isEqualTo(3);
    assertThat(err.toString()).contains("acme: no such file");
    Files.delete(policy);
    assertThat(run(name)).isEqualTo(3);
  }

  private int run(String... last) {
    List<String> line =
        new ArrayList<>(
            List.of(
                "notation",
                "--policy",
                policy.toString(),
                "--trust-store",
                stores.toString(),
                "--layout",
                layout.toString()));
    line.addAll(List.of(last));
    return execute(line.toArray(String[]::new));
  }

  private int execute(String... arguments) {
    CommandLine line = Main.commandLine();
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    return line.execute(arguments);
  }
}
