package io.bartizan.integrity.attest;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.artifact.PinnedKey;
import io.bartizan.integrity.attest.oci.Descriptor;
import io.bartizan.integrity.attest.oci.ImageContent;
import io.bartizan.integrity.attest.oci.ImageReference;
import io.bartizan.integrity.attest.oci.ImageSource;
import io.bartizan.integrity.attest.oci.OciRegistry;
import io.bartizan.integrity.attest.policy.ApprovedImage;
import io.bartizan.integrity.attest.policy.ImagePolicy;
import io.bartizan.integrity.attest.policy.ImageRule;
import io.bartizan.integrity.attest.policy.PolicyReport;
import io.bartizan.integrity.attest.policy.ProvenanceRule;
import io.bartizan.integrity.attest.policy.TrustedSigner;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples of the Javadoc and of docs/guides/attestations.md, compiled and run. */
class AttestationExampleTest {

  private static final Signer ALICE = Signer.ecdsa();

  @TempDir private Path folder;

  @Test
  void registryAndPolicy_example() throws Exception {
    LayoutFolder layout = new LayoutFolder(folder);
    byte[] manifest = LayoutFolder.manifest(List.of(), null);
    Digest digest =
        layout.listed(
            Descriptor.MANIFEST, manifest, Map.of("org.opencontainers.image.ref.name", "1.2"));
    layout.referrer(digest, ALICE.imageBundle(digest));
    String cosignPub = ALICE.pem();
    try (HostileRegistry server = new HostileRegistry(folder)) {
      HttpClient client = HttpClient.newHttpClient();
      ImageReference asked = ImageReference.parse(server.host() + "/team/app:1.2");
      OciRegistry registry =
          OciRegistry.builder(client, asked)
              .withCredentials("bot", () -> "password")
              .plainHttpOnLoopback()
              .build();
      ImageReference image = registry.resolve(asked.tag().orElseThrow());

      CosignVerifier cosign = CosignVerifier.of(SignerKeys.anyOf(PinnedKey.parse(cosignPub)));
      VerifiedImage signed = cosign.verifySignatureOnly(registry, image);
      assertThat(signed.digest()).isEqualTo(digest);

      TrustedSigner release =
          TrustedSigner.of("release", SignerKeys.anyOf(PinnedKey.parse(cosignPub)));
      ProvenanceRule built =
          ProvenanceRule.builder("https://ci.example/builder", "https://github.com/org/app")
              .withRefStartingWith("refs/tags/")
              .build();
      ImagePolicy policy =
          ImagePolicy.of(
              ImageRule.signature(release),
              ImageRule.provenance(release, built),
              ImageRule.sbom(release));
      PolicyReport report = policy.check(registry, image);
      assertThat(report.explanation().get(0)).contains("refused, 1 of 3 rules hold");
      ImagePolicy signature = ImagePolicy.of(ImageRule.signature(release));
      ApprovedImage approved = signature.verify(registry, image);
      assertThat(approved.digest()).isEqualTo(digest);
    }
  }

  @Test
  void content_example() throws Exception {
    LayoutFolder layout = new LayoutFolder(folder);
    Digest digest = layout.image("app").requireDigest();
    ImageContent content = ImageSource.layout(folder).verifyContent(digest);
    for (Descriptor blob : content.blobs()) {
      try (var file = content.open(blob)) {
        assertThat(file.size()).isEqualTo(blob.size());
      }
    }
  }
}
