package io.bartizan.integrity.attest;

import static io.bartizan.integrity.Refusals.bytes;
import static io.bartizan.integrity.Refusals.refused;
import static io.bartizan.integrity.attest.LayoutFolder.described;
import static io.bartizan.integrity.attest.Signer.simpleSigning;
import static io.bartizan.integrity.attest.Signer.statement;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.artifact.VerifiedFile;
import io.bartizan.integrity.attest.oci.Descriptor;
import io.bartizan.integrity.attest.oci.ImageContent;
import io.bartizan.integrity.attest.oci.ImageReference;
import io.bartizan.integrity.attest.oci.ImageSource;
import io.bartizan.integrity.attest.oci.OciReason;
import io.bartizan.integrity.attest.oci.OciRegistry;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is verified in a layout is verified in a registry, and neither believes what it reads. */
class OciRegistryIT {

  private static final Signer ALICE = Signer.ecdsa();
  private static final Signer EVE = Signer.ecdsa();
  private static final String SLSA = "https://slsa.dev/provenance/v1";
  private static final String LAYER = "application/vnd.oci.image.layer.v1.tar+gzip";

  @TempDir private Path folder;
  @TempDir private Path scratch;
  private final CosignVerifier cosign = CosignVerifier.of(SignerKeys.anyOf(ALICE.key));
  private LayoutFolder layout;
  private HostileRegistry registry;

  @BeforeEach
  void start() throws Exception {
    layout = new LayoutFolder(folder);
    registry = new HostileRegistry(folder);
  }

  @AfterEach
  void stop() {
    registry.close();
  }

  @Test
  void OR01_everyFormOfSignature_isVerifiedWhereItLives() throws Exception {
    for (String form : List.of("classic", "referrer", "fallback")) {
      ImageReference image = image(40 + form.charAt(0));
      Digest digest = image.requireDigest();
      refused(AttestReason.UNSIGNED, () -> cosign.verify(source(), image));
      switch (form) {
        case "classic" -> layout.classic(digest, ALICE, simpleSigning("r.example/app", digest));
        case "referrer" -> layout.referrer(digest, ALICE.imageBundle(digest));
        default -> {
          registry.hasReferrersApi = false;
          layout.fallbackIndex(digest, ALICE.imageBundle(digest));
        }
      }
      VerifiedImage verified = cosign.verify(source(), image);
      assertThat(verified.signers()).as(form).containsExactly(ALICE.key);
      ImageContent content = verified.content().orElseThrow();
      assertThat(content.blobs()).as(form).hasSize(4);
      assertThat(cosign.verifySignatureOnly(source(), image).content()).isEmpty();
      CosignVerifier eve = CosignVerifier.of(SignerKeys.anyOf(EVE.key));
      refused(AttestReason.SIGNATURE_INVALID, () -> eve.verify(source(), image));
    }
  }

  @Test
  void OR02_attestations_areVerifiedWhereTheyLive() throws Exception {
    StatementVerifier statements = StatementVerifier.of(SignerKeys.anyOf(ALICE.key), SLSA);
    ImageReference image = image(1);
    Digest digest = image.requireDigest();
    refused(AttestReason.UNSIGNED, () -> statements.verify(source(), image));
    layout.attestation(digest, EVE.signed(statement(SLSA, digest)));
    refused(AttestReason.SIGNATURE_INVALID, () -> statements.verify(source(), image));
    layout.referrer(digest, ALICE.signed(statement(SLSA, digest)));
    assertThat(statements.verify(source(), image).predicate()).containsEntry("builder", "ours");
  }

  @Test
  void OR03_brokenSignatures_neverHideAGoodOne() throws Exception {
    ImageReference image = image(2);
    Digest digest = image.requireDigest();
    layout.referrer(digest, "no json".getBytes(UTF_8));
    layout.referrer(digest, EVE.imageBundle(digest));
    layout.referrerWithoutBlob(digest);
    layout.classic(digest, "!no base64!", simpleSigning("registry.example/app", digest));
    refused(AttestReason.SIGNATURE_INVALID, () -> cosign.verify(source(), image));
    layout.referrer(digest, ALICE.imageBundle(digest));
    VerifiedImage verified = cosign.verify(source(), image);
    assertThat(verified.ignored()).hasSizeGreaterThanOrEqualTo(4);
    assertThat(verified.ignored()).anyMatch(why -> why.reason() == OciReason.BLOB_MISSING);
  }

  @Test
  void OR04_anyBlobOfTheImage_spoiledOrAbsent_isRefused() throws Exception {
    ImageReference image = image(3);
    layout.referrer(image.requireDigest(), ALICE.imageBundle(image.requireDigest()));
    ImageContent content = cosign.verify(source(), image).content().orElseThrow();
    for (Descriptor blob : content.blobs()) {
      Path file = folder.resolve("blobs/sha256").resolve(blob.digest().hex());
      byte[] right = Files.readAllBytes(file);
      byte[] flipped = right.clone();
      flipped[right.length / 2] ^= 1;
      for (byte[] wrong :
          List.of(flipped, new byte[1], java.util.Arrays.copyOf(right, right.length + 1))) {
        Files.write(file, wrong);
        refused(OciReason.BLOB_MISMATCH, () -> cosign.verify(source(), image));
      }
      Files.delete(file);
      refused(OciReason.BLOB_MISSING, () -> cosign.verify(source(), image));
      Files.write(file, right);
    }
    assertThat(cosign.check(source(), image).isAccepted()).isTrue();
  }

  @Test
  void OR05_blobs_areOpenedAsVerifiedCopies() throws Exception {
    Files.setPosixFilePermissions(scratch, PosixFilePermissions.fromString("rwx------"));
    ImageReference image = image(4);
    OciRegistry source = registry.source().withPrivateDirectory(scratch).build();
    ImageContent content = source.verifyContent(image.requireDigest());
    for (Descriptor blob : content.blobs()) {
      Path file = folder.resolve("blobs/sha256").resolve(blob.digest().hex());
      try (VerifiedFile open = content.open(blob)) {
        assertThat(open.readAllBytes()).isEqualTo(Files.readAllBytes(file));
      }
      byte[] right = Files.readAllBytes(file);
      Files.write(file, new byte[(int) blob.size()]);
      refused(OciReason.BLOB_MISMATCH, () -> content.open(blob));
      Files.write(file, right);
    }
    assertThat(scratch).isEmptyDirectory();
    ImageReference other = image(5);
    ImageContent elsewhere = source().verifyContent(other.requireDigest());
    assertThatThrownBy(() -> elsewhere.open(elsewhere.blobs().iterator().next()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("withPrivateDirectory");
  }

  @Test
  void OR06_tags_areResolvedToTheDigestOfTheBytes() throws Exception {
    byte[] manifest = LayoutFolder.manifest(List.of(), null);
    Digest digest =
        layout.listed(
            Descriptor.MANIFEST, manifest, Map.of("org.opencontainers.image.ref.name", "1.2"));
    ImageReference image = registry.source().build().resolve("1.2");
    assertThat(image.requireDigest()).isEqualTo(digest);
    assertThat(image.tag()).contains("1.2");
    assertThat(image.registry()).contains(registry.host());
    refused(OciReason.BLOB_MISSING, () -> source().resolve("1.3"));
    for (String tag : List.of("", "a b", "a@" + digest, "../x", "a/b", "x".repeat(129), "-a")) {
      refused(OciReason.REFERENCE_MALFORMED, () -> source().resolve(tag));
    }
  }

  /** As {@code COSIGN_DOCKER_MEDIA_TYPES=1} has it, for registries that know no other types. */
  @Test
  void OR01_signatureInAManifestOfDocker_isVerified() throws Exception {
    String docker = "application/vnd.docker.distribution.manifest.v2+json";
    ImageReference image = image(9);
    Digest digest = image.requireDigest();
    byte[] payload = simpleSigning("app", digest);
    Map<String, Object> signature =
        described(
            "application/vnd.dev.cosign.simplesigning.v1+json",
            layout.blob(payload),
            payload.length);
    signature.put(
        "annotations",
        Map.of("dev.cosignproject.cosign/signature", Signer.base64(ALICE.sign(payload))));
    String own = new String(LayoutFolder.manifest(List.of(signature), null), UTF_8);
    Map<String, String> tag =
        Map.of("org.opencontainers.image.ref.name", "sha256-" + digest.hex() + ".sig");
    layout.listed(docker, own.getBytes(UTF_8), tag);
    ImageSource copy = ImageSource.layout(folder);
    refused(AttestReason.SIGNATURE_INVALID, () -> cosign.verifySignatureOnly(copy, image));
    layout.listed(docker, own.replace(Descriptor.MANIFEST, docker).getBytes(UTF_8), tag);
    assertThat(cosign.verifySignatureOnly(copy, image).signers()).containsExactly(ALICE.key);
    assertThat(cosign.verifySignatureOnly(source(), image).signers()).containsExactly(ALICE.key);
  }

  @Test
  void OR07_layersTogether_areBounded() throws Exception {
    ImageReference image = image(6);
    long size = source().verifyContent(image.requireDigest()).size();
    OciRegistry narrow = registry.source().withMaxContentBytes(size / 2).build();
    refused(OciReason.TOO_LARGE, () -> narrow.verifyContent(image.requireDigest()));
  }

  @Test
  void builder_whatItCannotKeep_isRefused() {
    ImageReference image = ImageReference.parse("registry.example/app");
    HttpClient follows =
        HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NORMAL).build();
    assertThatIllegalArgumentException().isThrownBy(() -> OciRegistry.of(follows, image));
    HttpClient client = HttpClient.newHttpClient();
    ImageReference nowhere = ImageReference.parse("alpine");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> OciRegistry.of(client, nowhere))
        .withMessageContaining("docker.io/");
    OciRegistry.Builder builder = OciRegistry.builder(client, image);
    assertThatIllegalArgumentException().isThrownBy(() -> builder.withCredentials("", () -> "x"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.withCredentials("a:b", () -> "x"));
    assertThatIllegalArgumentException().isThrownBy(() -> builder.withAttempts(0));
    assertThatIllegalArgumentException().isThrownBy(() -> builder.withMaxContentBytes(0));
    assertThat(builder.withCredentials("bot", () -> "secret").build().toString())
        .contains("https://registry.example/v2/app/", "as bot")
        .doesNotContain("secret");
    assertThat(OciRegistry.of(client, ImageReference.parse("docker.io/alpine")).toString())
        .contains("https://registry-1.docker.io/v2/library/alpine/");
    assertThat(OciRegistry.builder(client, image).plainHttpOnLoopback().build().toString())
        .contains("https://registry.example/");
    assertThat(OciRegistry.builder(client, image).plainHttp().build().toString())
        .contains("http://registry.example/");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> OciRegistry.of(client, ImageReference.parse("[1:2]:5000/app")))
        .withMessage("repository is at http://[1:2]:5000/, which is no address");
  }

  /** Hosts by the grammar of references, and none by that of addresses. */
  @ParameterizedTest
  @ValueSource(strings = {"10.0.0.300", "1.2.3.4.5", "registry.1"})
  void registryThatNoAddressNames_isUnavailable(String host) {
    OciRegistry source =
        OciRegistry.builder(HttpClient.newHttpClient(), ImageReference.parse(host + "/app"))
            .plainHttpOnLoopback()
            .build();
    refused(OciReason.REGISTRY_UNAVAILABLE, () -> source.resolve("1"));
  }

  /** A manifest of two layers that are there. */
  private ImageReference image(int seed) throws Exception {
    List<Object> layers = new ArrayList<>();
    for (int size : new int[] {100 + seed, 10_000 + seed}) {
      layers.add(described(LAYER, layout.blob(bytes(size)), size));
    }
    return registry.image(layout.blob(LayoutFolder.manifest(layers, null)));
  }

  private OciRegistry source() {
    return registry.source().build();
  }

  @Test
  void OR08_interrupted_endsAtOnce() throws Exception {
    ImageReference image = image(7);
    ImageSource source = source();
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> cosign.verify(source, image))
        .isInstanceOf(java.io.InterruptedIOException.class);
    assertThat(Thread.interrupted()).isTrue();
  }
}
