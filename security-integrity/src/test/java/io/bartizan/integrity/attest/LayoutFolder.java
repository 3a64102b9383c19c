package io.bartizan.integrity.attest;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.attest.oci.ImageReference;
import io.bartizan.integrity.json.JsonWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A folder in the OCI image layout that grows as a registry would. */
public final class LayoutFolder {

  private static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";
  private static final String INDEX = "application/vnd.oci.image.index.v1+json";
  private static final String REF_NAME = "org.opencontainers.image.ref.name";

  private static final Digest CONFIG = Digest.sha256Of("{}".getBytes(UTF_8));

  private final Path folder;
  private final List<Object> manifests = new ArrayList<>();

  public LayoutFolder(Path folder) throws IOException {
    this.folder = folder;
    Files.createDirectories(folder.resolve("blobs/sha256"));
    Digest unused = blob("{}".getBytes(UTF_8));
    Files.writeString(folder.resolve("oci-layout"), "{\"imageLayoutVersion\":\"1.0.0\"}");
    writeIndex();
  }

  /** An image of no layers, and its reference by digest. */
  public ImageReference image(String repository) throws IOException {
    Digest digest = listed(MANIFEST, manifest(List.of(), null), Map.of());
    return ImageReference.parse(repository + "@" + digest);
  }

  void classic(Digest image, Signer signer, byte[] payload) throws IOException {
    classic(image, Signer.base64(signer.sign(payload)), payload);
  }

  void classic(Digest image, String signature, byte[] payload) throws IOException {
    Map<String, Object> layer =
        described(
            "application/vnd.dev.cosign.simplesigning.v1+json", blob(payload), payload.length);
    layer.put("annotations", Map.of("dev.cosignproject.cosign/signature", signature));
    listed(
        MANIFEST,
        manifest(List.of(layer), null),
        Map.of(REF_NAME, "sha256-" + image.hex() + ".sig"));
  }

  public void referrer(Digest image, byte[] bundle) throws IOException {
    listed(MANIFEST, referrerManifest(image, bundle), Map.of());
  }

  /** A referrer of any kind. */
  public void referrer(Digest image, String mediaType, byte[] content) throws IOException {
    List<Object> layers = List.of(described(mediaType, blob(content), content.length));
    listed(MANIFEST, manifest(layers, image), Map.of());
  }

  /** An envelope as {@code cosign attest} of version 2 keeps it. */
  void attestation(Digest image, byte[] envelope) throws IOException {
    Map<String, Object> layer =
        described("application/vnd.dsse.envelope.v1+json", blob(envelope), envelope.length);
    listed(
        MANIFEST,
        manifest(List.of(layer), null),
        Map.of(REF_NAME, "sha256-" + image.hex() + ".att"));
  }

  /** A layer under one of cosign's tags, with annotations. */
  public void attached(
      Digest image, String suffix, String type, byte[] content, Map<String, String> annotations)
      throws IOException {
    Map<String, Object> layer = described(type, blob(content), content.length);
    layer.put("annotations", annotations);
    listed(
        MANIFEST,
        manifest(List.of(layer), null),
        Map.of(REF_NAME, "sha256-" + image.hex() + suffix));
  }

  void referrerWithoutBlob(Digest image) throws IOException {
    Map<String, Object> layer = described(Signer.BUNDLE, Digest.sha256Of(new byte[99]), 99);
    listed(MANIFEST, manifest(List.of(layer), image), Map.of());
  }

  /** The index that registries without the referrers API keep under a tag. */
  void fallbackIndex(Digest image, byte[] bundle, Object... before) throws IOException {
    indexOf("sha256-" + image.hex(), referrerManifest(image, bundle), before);
  }

  /** The same with a referrer of any kind, under any tag. */
  public void referrersIndex(String tag, Digest image, String mediaType, byte[] content)
      throws IOException {
    List<Object> layers = List.of(described(mediaType, blob(content), content.length));
    indexOf(tag, manifest(layers, image));
  }

  private void indexOf(String tag, byte[] manifest, Object... before) throws IOException {
    Map<String, Object> index = new LinkedHashMap<>();
    index.put("schemaVersion", 2);
    index.put("mediaType", INDEX);
    List<Object> all = new ArrayList<>(List.of(before));
    all.add(described(MANIFEST, blob(manifest), manifest.length));
    index.put("manifests", all);
    listed(INDEX, Signer.json(index), Map.of(REF_NAME, tag));
  }

  private byte[] referrerManifest(Digest image, byte[] bundle) throws IOException {
    return manifest(List.of(described(Signer.BUNDLE, blob(bundle), bundle.length)), image);
  }

  static byte[] manifest(List<?> layers, @Nullable Digest subject) {
    Map<String, Object> manifest = new LinkedHashMap<>();
    manifest.put("schemaVersion", 2);
    manifest.put("mediaType", MANIFEST);
    manifest.put("config", described("application/vnd.oci.image.config.v1+json", CONFIG, 2));
    manifest.put("layers", layers);
    if (subject != null) {
      manifest.put("subject", described(MANIFEST, subject, 100));
    }
    return Signer.json(manifest);
  }

  /** Whatever it is. */
  void listed(Map<String, ?> descriptor) throws IOException {
    manifests.add(descriptor);
    writeIndex();
  }

  @CanIgnoreReturnValue
  Digest listed(String mediaType, byte[] content, Map<String, String> annotations)
      throws IOException {
    Digest digest = blob(content);
    Map<String, Object> descriptor = described(mediaType, digest, content.length);
    if (!annotations.isEmpty()) {
      descriptor.put("annotations", annotations);
    }
    manifests.add(descriptor);
    writeIndex();
    return digest;
  }

  Digest blob(byte[] content) throws IOException {
    Digest digest = Digest.sha256Of(content);
    Files.write(folder.resolve("blobs/sha256").resolve(digest.hex()), content);
    return digest;
  }

  static Map<String, Object> described(String mediaType, Digest digest, int size) {
    Map<String, Object> descriptor = new LinkedHashMap<>();
    descriptor.put("mediaType", mediaType);
    descriptor.put("digest", digest.oci());
    descriptor.put("size", size);
    return descriptor;
  }

  String descriptor(String mediaType, Digest digest, int size) {
    return JsonWriter.write(described(mediaType, digest, size));
  }

  private void writeIndex() throws IOException {
    Map<String, Object> index = new LinkedHashMap<>();
    index.put("schemaVersion", 2);
    index.put("manifests", manifests);
    Files.writeString(folder.resolve("index.json"), JsonWriter.write(index), UTF_8);
  }
}
