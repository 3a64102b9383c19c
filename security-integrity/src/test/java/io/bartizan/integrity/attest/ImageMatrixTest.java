package io.bartizan.integrity.attest;

import static io.bartizan.integrity.Refusals.refused;
import static io.bartizan.integrity.attest.Signer.IN_TOTO;
import static io.bartizan.integrity.attest.Signer.bundle;
import static io.bartizan.integrity.attest.Signer.envelope;
import static io.bartizan.integrity.attest.Signer.json;
import static io.bartizan.integrity.attest.Signer.simpleSigning;
import static io.bartizan.integrity.attest.Signer.statement;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.attest.oci.Descriptor;
import io.bartizan.integrity.attest.oci.ImageReference;
import io.bartizan.integrity.attest.oci.ImageSource;
import io.bartizan.integrity.attest.oci.OciReason;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Entries 79, 84 and 86 to 88 of the attack matrix: layouts and cosign signatures. */
class ImageMatrixTest {

  private static final Signer ALICE = Signer.ecdsa();
  private static final Signer BOB = Signer.ed25519();
  private static final Signer EVE = Signer.ecdsa();

  @TempDir private Path folder;

  private final CosignVerifier cosign = CosignVerifier.of(SignerKeys.anyOf(ALICE.key));

  /** What is only said to be large was not read, and takes no room from what is. */
  @Test
  void largeSizesOfWhatIsNotThere_hideNoGoodSignature() throws Exception {
    for (boolean manifest : new boolean[] {true, false}) {
      Path place = Files.createDirectory(folder.resolve("large" + manifest));
      LayoutFolder large = new LayoutFolder(place);
      ImageReference image = large.image("registry.example/app");
      List<Object> layers = new ArrayList<>();
      for (int i = 0; i < 64; i++) { // 16 times the largest, and then what still fits
        int size = i < 16 ? 16 << 20 : (16 << 20) >> Math.min(24, i - 15);
        Digest absent = Digest.sha256Of(new byte[100 + i]);
        layers.add(LayoutFolder.described(Signer.BUNDLE, absent, size));
        if (manifest) {
          large.listed(LayoutFolder.described(Descriptor.MANIFEST, absent, size));
        }
      }
      if (!manifest) {
        byte[] junk = LayoutFolder.manifest(layers, image.requireDigest());
        large.listed(LayoutFolder.described(Descriptor.MANIFEST, large.blob(junk), junk.length));
      }
      Signer signer = Signer.ecdsa();
      large.referrer(image.requireDigest(), signer.imageBundle(image.requireDigest()));
      VerifiedImage verified =
          CosignVerifier.of(SignerKeys.anyOf(signer.key)).verify(ImageSource.layout(place), image);
      assertThat(verified.ignored()).isNotEmpty();
    }
  }

  @Test
  void N79_brokenSignatures_neverHideAGoodOne() throws Exception {
    LayoutFolder layout = new LayoutFolder(folder);
    ImageReference image = layout.image("registry.example/app");
    Digest digest = image.requireDigest();
    refused(AttestReason.UNSIGNED, () -> cosign.verify(source(), image));
    layout.classic(digest, "!no base64!", simpleSigning("registry.example/app", digest));
    layout.classic(digest, EVE, simpleSigning("registry.example/app", digest));
    layout.classic(digest, ALICE, "no json".getBytes(UTF_8));
    layout.classic(digest, ALICE, simpleSigning("x", Digest.sha256Of(new byte[1])));
    layout.referrer(digest, "no json".getBytes(UTF_8));
    layout.referrer(digest, EVE.imageBundle(digest));
    layout.referrerWithoutBlob(digest);
    layout.listed("application/vnd.oci.image.manifest.v1+json", "{".getBytes(UTF_8), Map.of());
    assertThat(refused(AttestReason.SIGNATURE_INVALID, () -> cosign.verify(source(), image)))
        .contains("none of the signatures");
    layout.classic(digest, ALICE, simpleSigning("registry.example/app", digest));
    VerifiedImage verified = cosign.verify(source(), image);
    assertThat(verified.digest()).isEqualTo(digest);
    assertThat(verified.signers()).containsExactly(ALICE.key);
    assertThat(verified.annotations()).containsEntry("env", "prod");
    assertThat(verified.ignored()).hasSizeGreaterThanOrEqualTo(6);
  }

  @Test
  void N79_unreadableDescriptors_hideNoGoodOne() throws Exception {
    LayoutFolder layout = new LayoutFolder(folder);
    ImageReference image = layout.image("app");
    Digest digest = image.requireDigest();
    Map<String, Object> sha1 =
        Map.of("mediaType", "x", "digest", "sha1:" + "0".repeat(40), "size", 1);
    layout.listed(sha1);
    layout.listed(Map.of());
    layout.fallbackIndex(digest, ALICE.imageBundle(digest), sha1, Map.of("mediaType", 1));
    VerifiedImage verified = cosign.verify(source(), image);
    assertThat(verified.signers()).containsExactly(ALICE.key);
    assertThat(verified.ignored()).hasSize(4);
  }

  @Test
  void annotationsThatAreNull_areNone() throws Exception {
    LayoutFolder layout = new LayoutFolder(folder);
    ImageReference image = layout.image("app");
    byte[] bundle = ALICE.imageBundle(image.requireDigest());
    byte[] referrer =
        LayoutFolder.manifest(
            List.of(LayoutFolder.described(Signer.BUNDLE, layout.blob(bundle), bundle.length)),
            image.requireDigest());
    Map<String, Object> listed =
        LayoutFolder.described(Descriptor.MANIFEST, layout.blob(referrer), referrer.length);
    listed.put("annotations", null);
    layout.listed(listed);
    assertThat(cosign.verify(source(), image).signers()).containsExactly(ALICE.key);
  }

  /** Whoever adds to a registry can describe what is there already, and wrongly. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void N79_goodOneDescribedWithAnotherSize_isNotHidden(boolean manifest) throws Exception {
    LayoutFolder layout = new LayoutFolder(folder);
    ImageReference image = layout.image("app");
    Digest digest = image.requireDigest();
    byte[] bundle = ALICE.imageBundle(digest);
    int size = bundle.length + (manifest ? 0 : 1);
    byte[] referrer =
        LayoutFolder.manifest(
            List.of(LayoutFolder.described(Signer.BUNDLE, layout.blob(bundle), size)), digest);
    int length = referrer.length + (manifest ? 1 : 0);
    layout.listed(LayoutFolder.described(Descriptor.MANIFEST, layout.blob(referrer), length));
    layout.referrer(digest, bundle);
    VerifiedImage verified = cosign.verify(source(), image);
    assertThat(verified.signers()).containsExactly(ALICE.key);
    assertThat(verified.ignored()).hasSize(1);
  }

  @Test
  void verify_oneManifestListedOftenUnderManyNames_isReadOnce() throws Exception {
    LayoutFolder again = new LayoutFolder(folder);
    ImageReference same = again.image("app");
    byte[] one = EVE.imageBundle(same.requireDigest());
    for (int i = 0; i < 50; i++) {
      again.referrer(same.requireDigest(), one);
      again.fallbackIndex(same.requireDigest(), one);
      again.classic(same.requireDigest(), "AAAA", new byte[3]);
    }
    again.referrer(same.requireDigest(), ALICE.imageBundle(same.requireDigest()));
    assertThat(cosign.verify(source(), same).ignored()).hasSize(2);
  }

  @Test
  void N79_bundlesAmongReferrers_areFound() throws Exception {
    LayoutFolder layout = new LayoutFolder(folder);
    ImageReference image = layout.image("app");
    Digest digest = image.requireDigest();
    layout.referrer(digest, ALICE.imageBundle(digest));
    assertThat(cosign.verify(source(), image).annotations()).containsEntry("env", "prod");
    SignerKeys two = SignerKeys.threshold(2, List.of(ALICE.key, BOB.key));
    CosignVerifier both = CosignVerifier.of(two);
    assertThat(refused(AttestReason.SIGNATURE_INVALID, () -> both.verify(source(), image)))
        .contains("1 of 2 keys have signed, 2 are needed");
    layout.fallbackIndex(digest, BOB.imageBundle(digest));
    assertThat(both.verify(source(), image).signers())
        .containsExactlyInAnyOrder(ALICE.key, BOB.key);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/vnd.dev.sigstore.bundle+json;version=0.1",
        "application/vnd.dev.sigstore.bundle.v0.4+json",
        "application/json",
        ""
      })
  void N84_otherVersionsOfBundles_areRefused(String mediaType) {
    Digest digest = Digest.sha256Of(new byte[3]);
    ImageReference image = ImageReference.parse("app@" + digest);
    assertThat(cosign.verify(ALICE.imageBundle(digest), image).digest()).isEqualTo(digest);
    String text = new String(ALICE.imageBundle(digest), UTF_8).replace(Signer.BUNDLE, mediaType);
    refused(AttestReason.VERSION_UNSUPPORTED, () -> cosign.verify(text.getBytes(UTF_8), image));
  }

  @Test
  void N86_tagWhereAPinIsRequired_isRefused() throws Exception {
    ImageReference tagged = ImageReference.parse("registry.example/app:1.2");
    refused(OciReason.DIGEST_REQUIRED, tagged::requireDigest);
    LayoutFolder layout = new LayoutFolder(folder);
    ImageReference image = layout.image("registry.example/app");
    layout.referrer(image.requireDigest(), ALICE.imageBundle(image.requireDigest()));
    refused(OciReason.DIGEST_REQUIRED, () -> cosign.verify(source(), tagged));
    byte[] bundle = ALICE.imageBundle(image.requireDigest());
    refused(OciReason.DIGEST_REQUIRED, () -> cosign.verify(bundle, tagged));
  }

  @Test
  void N87_blobsThatAreNotTheDescribedOnes_areRefused() throws Exception {
    LayoutFolder layout = new LayoutFolder(folder);
    ImageReference image = layout.image("app");
    Digest digest = image.requireDigest();
    layout.referrer(digest, ALICE.imageBundle(digest));
    Path blob = folder.resolve("blobs/sha256").resolve(digest.hex());
    byte[] original = Files.readAllBytes(blob);
    byte[] changed = original.clone();
    changed[5] ^= 1;
    Files.write(blob, changed);
    refused(OciReason.BLOB_MISMATCH, () -> cosign.verify(source(), image));
    Files.write(blob, original);
    assertThat(cosign.check(source(), image).isAccepted()).isTrue();

    String index = Files.readString(folder.resolve("index.json"));
    for (String bad :
        List.of(
            index.replaceAll("\"size\":\\d+", "\"size\":1"),
            index.replaceAll("\"size\":\\d+,?", ""),
            index.replaceAll("\"size\":", "\"size\":-"),
            index.replace("image.manifest", "image.index"),
            index.replace("\"manifests\"", "\"layers\""),
            "{}")) {
      Files.writeString(folder.resolve("index.json"), bad);
      assertThat(cosign.check(source(), image).isAccepted()).as(bad).isFalse();
    }
    Files.writeString(folder.resolve("index.json"), index);
    Files.writeString(folder.resolve("oci-layout"), "{\"imageLayoutVersion\":\"2.0.0\"}");
    refused(OciReason.LAYOUT_MALFORMED, () -> cosign.verify(source(), image));
    Files.delete(folder.resolve("oci-layout"));
    assertThat(refused(OciReason.LAYOUT_MALFORMED, () -> cosign.verify(source(), image)))
        .contains("oci-layout");
  }

  @Test
  void N87_indexThatIsAManifestToo_isRefused() throws Exception {
    LayoutFolder layout = new LayoutFolder(folder);
    ImageReference image = layout.image("app");
    Digest digest = image.requireDigest();
    byte[] both =
        ("{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\","
                + "\"manifests\":[],\"layers\":[],\"subject\":"
                + layout.descriptor("application/vnd.oci.image.manifest.v1+json", digest, 10)
                + "}")
            .getBytes(UTF_8);
    layout.listed("application/vnd.oci.image.manifest.v1+json", both, Map.of());
    assertThat(refused(AttestReason.SIGNATURE_INVALID, () -> cosign.verify(source(), image)))
        .contains("an image manifest with manifests");
  }

  @Test
  void N88_payloadThatSignsSomethingElse_isRefused() {
    Digest digest = Digest.sha256Of(new byte[3]);
    ImageReference image = ImageReference.parse("registry.example/app:1@" + digest);
    byte[] good = simpleSigning("registry.example/app", digest);
    assertThat(cosign.verify(good, ALICE.sign(good), image).annotations())
        .containsEntry("env", "prod");
    String text = new String(good, UTF_8);
    byte[] old =
        text.replace("critical", "Critical")
            .replace("docker-manifest", "Docker-manifest")
            .replace("optional", "Optional")
            .getBytes(UTF_8);
    assertThat(cosign.verify(old, ALICE.sign(old), image).annotations()).isNotEmpty();

    byte[] other = simpleSigning("registry.example/app", Digest.sha256Of(new byte[4]));
    refused(AttestReason.SUBJECT_MISMATCH, () -> cosign.verify(other, ALICE.sign(other), image));
    refused(AttestReason.SIGNATURE_INVALID, () -> cosign.verify(good, EVE.sign(good), image));
    for (String bad :
        List.of(
            text.replace("cosign container", "atomic container"),
            text.replace("{\"critical\"", "{\"Critical\":{},\"critical\""),
            text.replace(",\"type\":\"cosign container image signature\"", ""),
            text.replace("docker-manifest-digest", "docker-MANIFEST-digest"),
            text + text)) {
      byte[] payload = bad.getBytes(UTF_8);
      refused(AttestReason.MALFORMED, () -> cosign.verify(payload, ALICE.sign(payload), image));
    }
    byte[] large = new byte[64 * 1024 + 1];
    refused(AttestReason.TOO_LARGE, () -> cosign.verify(large, ALICE.sign(large), image));
  }

  @Test
  void N88_repositoryAndAnnotations_areHeldIfAskedFor() {
    Digest digest = Digest.sha256Of(new byte[3]);
    ImageReference image = ImageReference.parse("registry.example/app:1@" + digest);
    CosignVerifier strict =
        CosignVerifier.builder(SignerKeys.anyOf(ALICE.key)).withSameRepository().build();
    byte[] good = simpleSigning("registry.example/app", digest);
    assertThat(strict.verify(good, ALICE.sign(good), image).reference()).isEqualTo(image);
    for (String repository : List.of("registry.example/evil", "evil.example/app", "", "A B")) {
      byte[] other = simpleSigning(repository, digest);
      assertThat(cosign.verify(other, ALICE.sign(other), image).digest()).isEqualTo(digest);
      refused(
          AttestReason.REPOSITORY_MISMATCH, () -> strict.verify(other, ALICE.sign(other), image));
    }
    byte[] bundle = ALICE.imageBundle(digest);
    refused(AttestReason.REPOSITORY_MISMATCH, () -> strict.verify(bundle, image));

    CosignVerifier.Builder keys = CosignVerifier.builder(SignerKeys.anyOf(ALICE.key));
    CosignVerifier prod = keys.withAnnotation("env", "prod").build();
    assertThat(prod.verify(bundle, image).annotations()).containsEntry("env", "prod");
    CosignVerifier test = keys.withAnnotation("env", "test").build();
    refused(AttestReason.ANNOTATION_MISMATCH, () -> test.verify(bundle, image));
    refused(AttestReason.ANNOTATION_MISMATCH, () -> test.verify(good, ALICE.sign(good), image));
  }

  @Test
  void bundleOfAnotherKind_isRefused() {
    Digest digest = Digest.sha256Of(new byte[3]);
    ImageReference image = ImageReference.parse("app@" + digest);
    Map<String, Object> bill = statement("https://spdx.dev/Document", digest);
    byte[] sbom = json(bundle("dsseEnvelope", envelope(IN_TOTO, json(bill), ALICE)));
    refused(AttestReason.PREDICATE_TYPE_MISMATCH, () -> cosign.verify(sbom, image));

    byte[] content = "a blob".getBytes(UTF_8);
    Map<String, Object> message =
        Map.of(
            "messageDigest",
            Map.of("algorithm", "SHA2_256", "digest", Digest.sha256Of(content).base64()),
            "signature",
            Signer.base64(ALICE.sign(content)));
    byte[] blob = json(bundle("messageSignature", message));
    assertThat(cosign.verifyBlob(blob, content)).isEqualTo(Digest.sha256Of(content));
    refused(AttestReason.SUBJECT_MISMATCH, () -> cosign.verifyBlob(blob, new byte[1]));
    refused(AttestReason.MALFORMED, () -> cosign.verify(blob, image));
    refused(AttestReason.MALFORMED, () -> cosign.verifyBlob(ALICE.imageBundle(digest), content));

    Map<String, Object> both = bundle("messageSignature", message);
    both.put("dsseEnvelope", Map.of());
    refused(AttestReason.MALFORMED, () -> cosign.verifyBlob(json(both), content));
    Map<String, Object> keyless = bundle("messageSignature", message);
    keyless.put(
        "verificationMaterial",
        Map.of("publicKey", Map.of("hint", ""), "certificate", Map.of("rawBytes", "AAAA")));
    refused(AttestReason.KEYLESS_UNSUPPORTED, () -> cosign.verifyBlob(json(keyless), content));
    Map<String, Object> twice = bundle("dsseEnvelope", envelope(IN_TOTO, json(bill), ALICE, ALICE));
    refused(AttestReason.MALFORMED, () -> cosign.verify(json(twice), image));
  }

  private ImageSource source() {
    return ImageSource.layout(folder);
  }
}
