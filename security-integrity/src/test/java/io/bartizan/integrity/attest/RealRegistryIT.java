package io.bartizan.integrity.attest;

import static io.bartizan.integrity.Refusals.bytes;
import static io.bartizan.integrity.Refusals.refused;
import static io.bartizan.integrity.attest.LayoutFolder.described;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.artifact.PinnedKey;
import io.bartizan.integrity.attest.oci.Descriptor;
import io.bartizan.integrity.attest.oci.ImageReference;
import io.bartizan.integrity.attest.oci.OciReason;
import io.bartizan.integrity.attest.oci.OciRegistry;
import io.bartizan.integrity.attest.policy.ApprovedImage;
import io.bartizan.integrity.attest.policy.ImagePolicy;
import io.bartizan.integrity.attest.policy.ImageRule;
import io.bartizan.integrity.attest.policy.PolicyReason;
import io.bartizan.integrity.attest.policy.ProvenanceRule;
import io.bartizan.integrity.attest.policy.TrustedSigner;
import io.bartizan.tests.Eventually;
import io.bartizan.tests.OptionalTool;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Debian's docker-registry, with images that skopeo put there and cosign signed. */
@Tag("deep")
class RealRegistryIT {

  private static final String SOURCE = "https://github.com/org/app";
  private static final String BUILDER = "https://ci.example/builder";

  @TempDir private Path folder;
  private Process server;
  private int port;

  @BeforeEach
  void start() throws Exception {
    Path program = OptionalTool.program("docker-registry");
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    Path config =
        Files.writeString(
            folder.resolve("config.yml"),
            "version: 0.1\nstorage: {filesystem: {rootdirectory: "
                + folder.resolve("data")
                + "}}\nhttp: {addr: '127.0.0.1:"
                + port
                + "'}\n");
    server =
        new ProcessBuilder(program.toString(), "serve", config.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("registry.log").toFile())
            .start();
    Eventually.within(
        Duration.ofSeconds(60),
        "the registry listens",
        () -> {
          try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
          } catch (IOException e) {
            return false;
          }
        });
  }

  @AfterEach
  void stop() throws Exception {
    if (server != null) {
      server.destroy();
      assertThat(server.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void skopeo_imagesAndTagsOfCosign2_areVerifiedWhereTheyAre() throws Exception {
    Path skopeo = OptionalTool.program("skopeo");
    Signer alice = Signer.ecdsa();
    Path layoutFolder = folder.resolve("layout");
    LayoutFolder layout = new LayoutFolder(layoutFolder);
    Digest digest = image(layout);
    ImageReference image = ImageReference.parse(repository() + "@" + digest);
    layout.classic(digest, alice, Signer.simpleSigning("registry.example/app", digest));
    copy(skopeo, layoutFolder, "1");
    CosignVerifier cosign = CosignVerifier.of(SignerKeys.anyOf(alice.key));
    assertThat(source().resolve("1").requireDigest()).isEqualTo(digest);
    refused(OciReason.BLOB_MISSING, () -> source().resolve("2"));
    refused(AttestReason.UNSIGNED, () -> cosign.verify(source(), image));
    copy(skopeo, layoutFolder, "sha256-" + digest.hex() + ".sig");
    VerifiedImage verified = cosign.verify(source(), image);
    assertThat(verified.signers()).containsExactly(alice.key);
    assertThat(verified.content().orElseThrow().blobs()).hasSize(4);
    ImageReference absent = ImageReference.parse(repository() + "@" + Digest.sha256Of(new byte[3]));
    refused(AttestReason.UNSIGNED, () -> cosign.verify(source(), absent));
    refused(OciReason.BLOB_MISSING, () -> source().verifyContent(absent.requireDigest()));
  }

  @Test
  void cosign_signatureProvenanceAndBillOfMaterials_holdThePolicy() throws Exception {
    Path skopeo = OptionalTool.program("skopeo");
    String cosign = OptionalTool.program("cosign").toString();
    Path layoutFolder = folder.resolve("layout");
    Digest digest = image(new LayoutFolder(layoutFolder));
    copy(skopeo, layoutFolder, "1");
    String name = repository() + "@" + digest;
    ImageReference image = ImageReference.parse(name);
    run(cosign, "generate-key-pair");
    run(cosign, "signing-config", "create", "--out", "sc.json");
    PinnedKey key = PinnedKey.parse(Files.readString(folder.resolve("cosign.pub")));
    TrustedSigner us = TrustedSigner.of("us", SignerKeys.anyOf(key));
    ImagePolicy policy =
        ImagePolicy.of(
            ImageRule.signature(us),
            ImageRule.provenance(us, ProvenanceRule.of(BUILDER, SOURCE)),
            ImageRule.sbom(us));
    refused(PolicyReason.SIGNATURE_MISSING, () -> policy.verify(source(), image));
    sign(cosign, "sign", name);
    CosignVerifier verifier = CosignVerifier.of(SignerKeys.anyOf(key));
    assertThat(verifier.verify(source(), image).content()).isPresent();
    refused(PolicyReason.PROVENANCE_MISSING, () -> policy.verify(source(), image));
    Files.writeString(
        folder.resolve("provenance.json"),
        "{\"buildDefinition\":{\"buildType\":\"https://ci.example/t\",\"externalParameters\":"
            + "{\"source\":\""
            + SOURCE
            + "\"}},\"runDetails\":{\"builder\":{\"id\":\""
            + BUILDER
            + "\"}}}");
    sign(cosign, "attest", name, "--type", "slsaprovenance1", "--predicate", "provenance.json");
    refused(PolicyReason.SBOM_MISSING, () -> policy.verify(source(), image));
    Files.writeString(folder.resolve("bom.json"), "{\"spdxVersion\":\"SPDX-2.3\",\"packages\":[]}");
    sign(cosign, "attest", name, "--type", "spdxjson", "--predicate", "bom.json");
    ApprovedImage approved = policy.verify(source(), image);
    assertThat(approved.digest()).isEqualTo(digest);
    assertThat(approved.evidence()).hasSize(3);
    ImagePolicy other =
        ImagePolicy.of(
            ImageRule.provenance(us, ProvenanceRule.of(BUILDER, "https://github.com/org/other")));
    assertThat(policy.check(source(), image).explanation()).hasSizeGreaterThan(5);
    assertThat(other.check(source(), image).explanation().toString())
        .contains("source-mismatch: referrer");
  }

  private void sign(String cosign, String verb, String image, String... more) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                cosign,
                verb,
                "--key",
                "cosign.key",
                "--signing-config",
                "sc.json",
                "--allow-http-registry"));
    command.addAll(List.of(more));
    command.add(image);
    run(command.toArray(String[]::new));
  }

  private String repository() {
    return "127.0.0.1:" + port + "/team/app";
  }

  private OciRegistry source() {
    return OciRegistry.builder(HttpClient.newHttpClient(), ImageReference.parse(repository()))
        .plainHttpOnLoopback()
        .withRetryPauses(Duration.ofMillis(1), Duration.ofSeconds(1))
        .build();
  }

  /** An image that the tools take for one, under the tag 1. */
  private static Digest image(LayoutFolder layout) throws IOException {
    List<Object> layers = new ArrayList<>();
    List<String> ids = new ArrayList<>();
    for (int size : new int[] {1_024, 10_240}) {
      Digest layer = layout.blob(bytes(size));
      ids.add("\"" + layer + "\"");
      layers.add(described("application/vnd.oci.image.layer.v1.tar", layer, size));
    }
    byte[] config =
        ("{\"architecture\":\"amd64\",\"os\":\"linux\",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":"
                + ids
                + "}}")
            .getBytes(UTF_8);
    Map<String, Object> manifest =
        Map.of(
            "schemaVersion",
            2,
            "mediaType",
            Descriptor.MANIFEST,
            "config",
            described(
                "application/vnd.oci.image.config.v1+json", layout.blob(config), config.length),
            "layers",
            layers);
    return layout.listed(
        Descriptor.MANIFEST,
        Signer.json(manifest),
        Map.of("org.opencontainers.image.ref.name", "1"));
  }

  private void copy(Path skopeo, Path layout, String tag) throws Exception {
    run(
        skopeo.toString(),
        "--insecure-policy",
        "copy",
        "--preserve-digests",
        "--dest-tls-verify=false",
        "oci:" + layout + ":" + tag,
        "docker://" + repository() + ":" + tag);
  }

  private void run(String... command) throws Exception {
    SigningTools.run(folder, command);
  }
}
