package io.bartizan.integrity.attest;

import static io.bartizan.integrity.Refusals.refused;
import static io.bartizan.integrity.attest.HostileRegistry.answer;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.attest.notation.NotationPolicy;
import io.bartizan.integrity.attest.notation.NotationReason;
import io.bartizan.integrity.attest.notation.NotationVerifier;
import io.bartizan.integrity.attest.notation.TrustStores;
import io.bartizan.integrity.attest.oci.Descriptor;
import io.bartizan.integrity.attest.oci.OciReason;
import io.bartizan.testkit.DevCa;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What an image in a registry is by its own word, and what Notation makes of that registry. */
@Timeout(120)
class RegistryDescribeIT {

  private static final String DOCKER = "application/vnd.docker.distribution.manifest.v2+json";

  @TempDir private Path folder;
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

  private Descriptor describe(Digest image) throws Exception {
    return registry.source().build().describe(image);
  }

  @Test
  void describe_image_tellsTypeDigestAndSizeOfTheBytes() throws Exception {
    for (String type : List.of(Descriptor.MANIFEST, DOCKER)) {
      String json = "{\"mediaType\":\"" + type + "\",\"layers\":[]}";
      Digest digest = layout.blob(json.getBytes(UTF_8));
      // what the registry calls it decides nothing
      registry.answers("manifests/" + digest, answer(200, "text/plain", json.getBytes(UTF_8)));
      Descriptor described = describe(digest);
      assertThat(described.mediaType()).isEqualTo(type);
      assertThat(described.digest()).isEqualTo(digest);
      assertThat(described.size()).isEqualTo(json.length());
      assertThat(registry.paths()).contains("/v2/team/app/manifests/" + digest);
    }
  }

  @Test
  void describe_whatIsNotTheImage_isRefused() throws Exception {
    String json = "{\"layers\":[]}";
    Digest digest = layout.blob(json.getBytes(UTF_8));
    assertThat(describe(digest).mediaType()).isEqualTo(Descriptor.MANIFEST);
    String path = "manifests/" + digest;
    registry.answers(path, answer(200, Descriptor.MANIFEST, "{\"layers\":[1]}".getBytes(UTF_8)));
    refused(OciReason.BLOB_MISMATCH, () -> describe(digest));
    registry.answers(path, answer(200, Descriptor.MANIFEST, new byte[5 * 1024 * 1024]));
    refused(OciReason.BLOB_MISMATCH, () -> describe(digest));
    registry.answers(path, answer(404, "text/plain", new byte[0]));
    refused(OciReason.BLOB_MISSING, () -> describe(digest));
    registry.answers(path, answer(503, "text/plain", new byte[0]));
    refused(OciReason.REGISTRY_UNAVAILABLE, () -> describe(digest));
    Digest both = layout.blob("{\"layers\":[],\"manifests\":[]}".getBytes(UTF_8));
    refused(OciReason.LAYOUT_MALFORMED, () -> describe(both));
    byte[] huge = " ".repeat(5 * 1024 * 1024).getBytes(UTF_8);
    Digest tooLarge = layout.blob(huge);
    refused(OciReason.BLOB_MISMATCH, () -> describe(tooLarge));
  }

  @Test
  void notation_signatureThatCanNotBeFetched_isNoMissingSignature() throws Exception {
    Digest image = layout.image("x.example/app").requireDigest();
    NotationVerifier verifier =
        NotationVerifier.of(
            NotationPolicy.parse(
                "{\"version\":\"1.0\",\"trustPolicies\":[{\"name\":\"a\",\"registryScopes\":[\"*\"],"
                    + "\"signatureVerification\":{\"level\":\"strict\"},"
                    + "\"trustStores\":[\"ca:a\"],\"trustedIdentities\":[\"*\"]}]}"),
            TrustStores.of(Map.of("ca:a", List.of(DevCa.of("a").certificate()))));
    refused(
        NotationReason.SIGNATURE_MISSING,
        () -> verifier.verify(registry.source().build(), registry.image(image)));
    layout.referrer(image, "application/jose+json", "{}".getBytes(UTF_8));
    refused(
        NotationReason.MALFORMED,
        () -> verifier.verify(registry.source().build(), registry.image(image)));
    Digest envelope = Digest.sha256Of("{}".getBytes(UTF_8));
    registry.answers("blobs/" + envelope, answer(503, "text/plain", new byte[0]));
    refused(
        OciReason.REGISTRY_UNAVAILABLE,
        () -> verifier.verify(registry.source().build(), registry.image(image)));
    Digest signature = signatureOf(image);
    registry.answers("manifests/" + signature, answer(503, "text/plain", new byte[0]));
    refused(
        OciReason.REGISTRY_UNAVAILABLE,
        () -> verifier.verify(registry.source().build(), registry.image(image)));
    registry.answers("referrers/" + image, answer(403, "text/plain", new byte[0]));
    refused(
        OciReason.AUTHENTICATION_REFUSED,
        () -> verifier.verify(registry.source().build(), registry.image(image)));
  }

  private Digest signatureOf(Digest image) throws Exception {
    try (var blobs = Files.list(folder.resolve("blobs/sha256"))) {
      for (Path each : blobs.toList()) {
        if (Files.readString(each).contains("\"subject\"")) {
          return Digest.parseOci("sha256:" + each.getFileName());
        }
      }
    }
    throw new AssertionError("no signature of " + image);
  }
}
