package io.bartizan.integrity.attest.oci;

import io.bartizan.core.Reason;
import io.bartizan.core.Refusal;
import io.bartizan.core.VerificationException;
import io.bartizan.integrity.artifact.ArtifactReason;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.artifact.Expected;
import io.bartizan.integrity.artifact.FileBatch;
import io.bartizan.integrity.artifact.FileResult;
import io.bartizan.integrity.json.JsonFields;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads and compares everything that an image's manifest or index points to, once each. */
final class ImageClosure {

  private static final String DOCKER = "application/vnd.docker.distribution.manifest.";
  private static final Set<String> MANIFESTS = Set.of(Descriptor.MANIFEST, DOCKER + "v2+json");
  private static final Set<String> INDEXES = Set.of(Descriptor.INDEX, DOCKER + "list.v2+json");

  private final OciLayout layout;
  private final Map<Digest, Descriptor> blobs = new LinkedHashMap<>();
  private final Map<Digest, ImageManifest> manifests = new LinkedHashMap<>();
  private final Map<Path, Expected> files = new LinkedHashMap<>();
  private int read;

  ImageClosure(OciLayout layout) {
    this.layout = layout;
  }

  ImageContent read(Digest image) throws IOException {
    byte[] json = layout.unknownSize(image);
    boolean unused = add(new Descriptor("", image, json.length, Map.of()));
    visit(image, json, "", 1);
    for (FileResult result : FileBatch.of().check(files).files()) {
      if (result.refusal().isPresent()) {
        throw refused(result.refusal().get());
      }
    }
    return new ImageContent(layout, image, blobs, manifests);
  }

  /** What the bytes are is said by themselves, for they alone were compared with the digest. */
  private void visit(Digest digest, byte[] json, String described, int depth) throws IOException {
    if (++read > ImageContent.MAX_MANIFESTS || depth > ImageContent.MAX_DEPTH) {
      throw new VerificationException(
          OciReason.TOO_LARGE,
          "image with more than "
              + ImageContent.MAX_MANIFESTS
              + " manifests, or indexes in each other deeper than "
              + ImageContent.MAX_DEPTH);
    }
    JsonFields fields = OciLayout.parse(json, "manifest " + digest);
    if (fields.size("schemaVersion") != 2) {
      throw fields.refused("schemaVersion is not 2");
    }
    String own = fields.textOrNull("mediaType");
    boolean index = fields.has("manifests");
    if (index == fields.has("layers")) {
      throw fields.refused("not exactly one of layers and manifests");
    }
    for (String type : new String[] {own == null ? "" : own, described}) {
      if (!type.isEmpty() && !(index ? INDEXES : MANIFESTS).contains(type)) {
        throw fields.refused(
            (index ? "an index" : "a manifest") + " of media type \"" + type + "\"");
      }
    }
    if (index) {
      for (JsonFields each : fields.objects("manifests", OciLayout.MAX_MANIFESTS)) {
        follow(Descriptor.read(each), depth);
      }
    } else {
      manifest(digest, fields);
    }
  }

  private void follow(Descriptor child, int depth) throws IOException {
    if (!add(child)) {
      return;
    }
    if (MANIFESTS.contains(child.mediaType()) || INDEXES.contains(child.mediaType())) {
      byte[] json = layout.blob(child, OciLayout.MAX_MANIFEST_BYTES);
      visit(child.digest(), json, child.mediaType(), depth + 1);
    } else {
      compareLater(child);
    }
  }

  private void manifest(Digest digest, JsonFields fields) {
    Descriptor config = Descriptor.read(fields.object("config"));
    List<Descriptor> layers = new ArrayList<>();
    for (JsonFields each : fields.objects("layers", OciLayout.MAX_LAYERS)) {
      layers.add(Descriptor.read(each));
    }
    compare(config);
    layers.forEach(this::compare);
    JsonFields subject = fields.objectOrNull("subject");
    manifests.put(
        digest,
        new ImageManifest(config, layers, subject == null ? null : Descriptor.read(subject)));
  }

  private void compare(Descriptor blob) {
    if (add(blob)) {
      compareLater(blob);
    }
  }

  private void compareLater(Descriptor blob) {
    layout.requireThere(blob.digest());
    files.put(layout.file(blob.digest()), blob.expected());
  }

  /** Whether it is new; one digest has one size. */
  private boolean add(Descriptor blob) {
    @Nullable Descriptor before = blobs.putIfAbsent(blob.digest(), blob);
    if (before != null && before.size() != blob.size()) {
      throw new VerificationException(
          OciReason.BLOB_MISMATCH,
          "blob "
              + blob.digest()
              + " is described with "
              + before.size()
              + " and with "
              + blob.size()
              + " bytes");
    }
    if (blobs.size() > ImageContent.MAX_BLOBS) {
      throw new VerificationException(
          OciReason.TOO_LARGE, "image of more than " + ImageContent.MAX_BLOBS + " blobs");
    }
    return before == null;
  }

  private static VerificationException refused(Refusal refusal) {
    Reason reason = refusal.reason();
    if (reason == ArtifactReason.DIGEST_MISMATCH || reason == ArtifactReason.SIZE_MISMATCH) {
      reason = OciReason.BLOB_MISMATCH;
    }
    return new VerificationException(
        reason == ArtifactReason.FILE_MISSING ? OciReason.BLOB_MISSING : reason, refusal.detail());
  }
}
