package io.bartizan.integrity.attest;

import static io.bartizan.integrity.Refusals.bytes;
import static io.bartizan.integrity.Refusals.refused;
import static io.bartizan.integrity.attest.LayoutFolder.described;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.artifact.DigestAlgorithm;
import io.bartizan.integrity.artifact.VerifiedFile;
import io.bartizan.integrity.attest.oci.Descriptor;
import io.bartizan.integrity.attest.oci.ImageContent;
import io.bartizan.integrity.attest.oci.ImageReference;
import io.bartizan.integrity.attest.oci.ImageSource;
import io.bartizan.integrity.attest.oci.OciReason;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A signed image is right only if everything that its digest stands for is there and right. */
class ImageContentTest {

  private static final Signer ALICE = Signer.ecdsa();
  private static final String LAYER = "application/vnd.oci.image.layer.v1.tar+gzip";

  @TempDir private Path folder;
  private final CosignVerifier cosign = CosignVerifier.of(SignerKeys.anyOf(ALICE.key));
  private LayoutFolder layout;

  @BeforeEach
  void start() throws Exception {
    layout = new LayoutFolder(folder);
  }

  @Test
  void AR03_anyBlobOfTheClosure_spoiledOrAbsent_isRefused() throws Exception {
    for (boolean index : new boolean[] {false, true}) {
      ImageReference image = signed(index ? index(platform(1), platform(2)) : platform(1));
      VerifiedImage verified = cosign.verify(source(), image);
      ImageContent content = verified.content().orElseThrow();
      assertThat(content.blobs()).hasSize(index ? 8 : 4); // config is shared
      assertThat(content.manifests()).hasSize(index ? 2 : 1);
      for (Descriptor blob : content.blobs()) {
        Path file = folder.resolve("blobs/sha256").resolve(blob.digest().hex());
        byte[] right = Files.readAllBytes(file);
        try (VerifiedFile open = content.open(blob)) {
          assertThat(open.readAllBytes()).isEqualTo(right);
        }
        byte[] flipped = right.clone();
        flipped[right.length / 2] ^= 1;
        for (byte[] wrong :
            List.of(flipped, new byte[0], java.util.Arrays.copyOf(right, right.length + 1))) {
          Files.write(file, wrong);
          refused(OciReason.BLOB_MISMATCH, () -> cosign.verify(source(), image));
          assertThat(cosign.check(source(), image).isAccepted()).isFalse();
        }
        Files.delete(file);
        refused(OciReason.BLOB_MISSING, () -> cosign.verify(source(), image));
        Path elsewhere = Files.write(folder.resolve("elsewhere"), right);
        Files.createSymbolicLink(file, elsewhere);
        refused(OciReason.BLOB_MISSING, () -> cosign.verify(source(), image));
        Files.delete(file);
        Files.createDirectory(file);
        refused(OciReason.BLOB_MISSING, () -> cosign.verify(source(), image));
        Files.delete(file);
        Files.write(file, right);
      }
      assertThat(cosign.check(source(), image).isAccepted()).isTrue();
    }
  }

  @Test
  void AR03_signatureOnly_saysSoAndReadsNothingOfTheImage() throws Exception {
    ImageReference image = signed(platform(1));
    Files.delete(folder.resolve("blobs/sha256").resolve(image.requireDigest().hex()));
    refused(OciReason.BLOB_MISSING, () -> cosign.verify(source(), image));
    VerifiedImage verified = cosign.verifySignatureOnly(source(), image);
    assertThat(verified.content()).isEmpty();
    assertThat(verified.toString()).contains("signature only");
    assertThat(cosign.verify(ALICE.imageBundle(image.requireDigest()), image).toString())
        .contains("signature only");
  }

  @Test
  void AR03_blobChangedAfterwards_isNotOpened() throws Exception {
    ImageReference image = signed(platform(3));
    ImageContent content = cosign.verify(source(), image).content().orElseThrow();
    for (Descriptor blob : content.blobs()) {
      Path file = folder.resolve("blobs/sha256").resolve(blob.digest().hex());
      Files.write(file, new byte[(int) blob.size()]);
      refused(
          io.bartizan.integrity.artifact.ArtifactReason.DIGEST_MISMATCH, () -> content.open(blob));
    }
    Descriptor other = new Descriptor("x", Digest.sha256Of(new byte[9]), 9, Map.of());
    assertThatIllegalArgumentException().isThrownBy(() -> content.open(other));
  }

  @Test
  void AR03_manifestsThatCanBeReadTwoWays_areRefused() throws Exception {
    String config = layout.descriptor("x", Digest.sha256Of("{}".getBytes(UTF_8)), 2);
    List<String> bad =
        List.of(
            "{\"schemaVersion\":2,\"config\":" + config + ",\"layers\":[],\"manifests\":[]}",
            "{\"schemaVersion\":2,\"config\":" + config + "}",
            "{\"schemaVersion\":1,\"config\":" + config + ",\"layers\":[]}",
            "{\"schemaVersion\":2,\"layers\":[]}",
            "{\"schemaVersion\":2,\"config\":{},\"layers\":[]}",
            "{\"schemaVersion\":2,\"mediaType\":\"x\",\"config\":" + config + ",\"layers\":[]}",
            "{\"schemaVersion\":2,\"mediaType\":\""
                + Descriptor.INDEX
                + "\",\"config\":"
                + config
                + ",\"layers\":[]}",
            "[]");
    for (String json : bad) {
      Digest digest = layout.blob(json.getBytes(UTF_8));
      refused(OciReason.LAYOUT_MALFORMED, () -> source().verifyContent(digest));
    }
    String sizes = config.replace("\"size\":2", "\"size\":3");
    String twoSizes = "{\"schemaVersion\":2,\"config\":" + config + ",\"layers\":[" + sizes + "]}";
    Digest digest = layout.blob(twoSizes.getBytes(UTF_8));
    refused(OciReason.BLOB_MISMATCH, () -> source().verifyContent(digest));
    Digest right =
        layout.blob(
            ("{\"schemaVersion\":2,\"config\":" + config + ",\"layers\":[]}").getBytes(UTF_8));
    assertThat(source().verifyContent(right).size()).isPositive();
  }

  @Test
  void AR03_imagesOfDocker_areReadAsTheyAre() throws Exception {
    String docker = "application/vnd.docker.distribution.manifest.";
    byte[] manifest =
        new String(platform(4), UTF_8)
            .replace(Descriptor.MANIFEST, docker + "v2+json")
            .getBytes(UTF_8);
    byte[] list =
        new String(index(manifest), UTF_8)
            .replace(Descriptor.MANIFEST, docker + "v2+json")
            .replace(Descriptor.INDEX, docker + "list.v2+json")
            .getBytes(UTF_8);
    assertThat(cosign.verify(source(), signed(list)).content().orElseThrow().blobs()).hasSize(5);
  }

  @Test
  void AR03_indexesWithoutEnd_areRefusedByTheirBounds() throws Exception {
    byte[] deep = platform(5);
    for (int i = 0; i < ImageContent.MAX_DEPTH - 1; i++) {
      deep = index(deep);
    }
    Digest deepest = layout.blob(deep);
    assertThat(source().verifyContent(deepest).manifests()).hasSize(1);
    Digest deeper = layout.blob(index(deep));
    refused(OciReason.TOO_LARGE, () -> source().verifyContent(deeper));
    byte[][] many = new byte[500][];
    for (int i = 0; i < many.length; i++) {
      many[i] = platform(1_000 + i);
    }
    byte[] first = index(many);
    for (int i = 0; i < many.length; i++) {
      many[i] = platform(2_000 + i);
    }
    Digest all = layout.blob(index(first, index(many)));
    refused(OciReason.TOO_LARGE, () -> source().verifyContent(all));
    Digest some = layout.blob(first);
    assertThat(source().verifyContent(some).manifests()).hasSize(500);
  }

  /**
   * Remarks are kept with the blobs that they are about, and a thousand manifests may have them.
   */
  @Test
  void AR03_manifestsTogether_areBounded() throws Exception {
    byte[][] large = new byte[9][];
    for (int i = 0; i < large.length; i++) {
      Map<String, Object> layer = described(LAYER, layout.blob(bytes(7)), 7);
      layer.put("annotations", Map.of("remark", (i + "x").repeat(1_900_000)));
      large[i] = LayoutFolder.manifest(List.of(layer), null);
    }
    Digest most = layout.blob(index(Arrays.copyOf(large, 8)));
    assertThat(source().verifyContent(most).manifests()).hasSize(8);
    Digest more = layout.blob(index(large));
    assertThat(refused(OciReason.TOO_LARGE, () -> source().verifyContent(more)))
        .contains("33554432 bytes together");
  }

  /** Whoever pulls by the second descriptor gets its layers. */
  @Test
  void AR03_manifestThatIsListedAsAnotherBlobBefore_isReadAllTheSame() throws Exception {
    byte[] platform = platform(6);
    Map<String, Object> index = new LinkedHashMap<>();
    index.put("schemaVersion", 2);
    index.put("mediaType", Descriptor.INDEX);
    List<Object> list = new ArrayList<>();
    for (String type : List.of("application/octet-stream", Descriptor.MANIFEST)) {
      list.add(described(type, layout.blob(platform), platform.length));
    }
    index.put("manifests", list);
    Digest image = layout.blob(Signer.json(index));
    ImageContent content = source().verifyContent(image);
    assertThat(content.manifests()).hasSize(1);
    Descriptor layer = content.manifests().values().iterator().next().layers().get(0);
    Files.delete(folder.resolve("blobs/sha256").resolve(layer.digest().hex()));
    refused(OciReason.BLOB_MISSING, () -> source().verifyContent(image));
  }

  /** Any algorithm that descriptors may have. */
  @Test
  void AR03_blobsOfOtherAlgorithms_areCompared() throws Exception {
    byte[] content = bytes(77);
    Digest sha512 = Digest.compute(DigestAlgorithm.SHA_512, content);
    Files.createDirectories(folder.resolve("blobs/sha512"));
    Path file = Files.write(folder.resolve("blobs/sha512").resolve(sha512.hex()), content);
    Digest image = layout.blob(LayoutFolder.manifest(List.of(described(LAYER, sha512, 77)), null));
    assertThat(source().verifyContent(image).blobs()).hasSize(3);
    Files.write(file, bytes(76));
    refused(OciReason.BLOB_MISMATCH, () -> source().verifyContent(image));
  }

  /** A manifest of two layers that are there. */
  private byte[] platform(int seed) throws Exception {
    List<Object> layers = new ArrayList<>();
    for (int size : new int[] {100 + seed, 10_000 + seed}) {
      layers.add(described(LAYER, layout.blob(bytes(size)), size));
    }
    return LayoutFolder.manifest(layers, null);
  }

  private byte[] index(byte[]... children) throws Exception {
    List<Object> list = new ArrayList<>();
    for (byte[] child : children) {
      boolean index = new String(child, UTF_8).contains("\"manifests\"");
      list.add(
          described(
              index ? Descriptor.INDEX : Descriptor.MANIFEST, layout.blob(child), child.length));
    }
    Map<String, Object> index = new LinkedHashMap<>();
    index.put("schemaVersion", 2);
    index.put("mediaType", Descriptor.INDEX);
    index.put("manifests", list);
    return Signer.json(index);
  }

  private ImageReference signed(byte[] manifest) throws Exception {
    Digest digest = layout.blob(manifest);
    layout.referrer(digest, ALICE.imageBundle(digest));
    return ImageReference.parse("registry.example/app@" + digest);
  }

  private ImageSource source() {
    return ImageSource.layout(folder);
  }
}
