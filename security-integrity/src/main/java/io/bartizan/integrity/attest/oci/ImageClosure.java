package io.bartizan.integrity.attest.oci;

import io.bartizan.core.VerificationException;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.json.JsonFields;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads and compares everything that an image's manifest or index points to, once each. */
final class ImageClosure {

  /** Of all manifests together, whose remarks on their blobs are kept as they are. */
  private static final int MAX_JSON_BYTES = 8 * ManifestJson.MAX_BYTES;

  private final BlobStore store;
  private final Map<Digest, Descriptor> blobs = new LinkedHashMap<>();
  private final Map<Digest, ImageManifest> manifests = new LinkedHashMap<>();
  private final Set<Digest> visited = new HashSet<>();
  private final List<Descriptor> uncompared = new ArrayList<>();
  private int read;
  private int bytes;

  ImageClosure(BlobStore store) {
    this.store = store;
  }

  ImageContent read(Digest image) throws IOException {
    byte[] json = store.unknownSize(image);
    boolean unused = add(new Descriptor("", image, json.length, Map.of()));
    visit(image, json, "", 1);
    store.compare(uncompared);
    return new ImageContent(store, image, blobs, manifests);
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
    bytes += json.length;
    if (bytes > MAX_JSON_BYTES) {
      throw new VerificationException(
          OciReason.TOO_LARGE,
          "image whose manifests have more than " + MAX_JSON_BYTES + " bytes together");
    }
    JsonFields fields = ManifestJson.parse(json, "manifest " + digest);
    if (fields.size("schemaVersion") != 2) {
      throw fields.refused("schemaVersion is not 2");
    }
    String own = fields.textOrNull("mediaType");
    boolean index = fields.has("manifests");
    if (index == fields.has("layers")) {
      throw fields.refused("not exactly one of layers and manifests");
    }
    for (String type : new String[] {own == null ? "" : own, described}) {
      if (!type.isEmpty()
          && !(index ? ManifestJson.INDEXES : ManifestJson.MANIFESTS).contains(type)) {
        throw fields.refused(
            (index ? "an index" : "a manifest") + " of media type \"" + type + "\"");
      }
    }
    if (index) {
      for (JsonFields each : fields.objects("manifests", ManifestJson.MAX_MANIFESTS)) {
        follow(Descriptor.read(each), depth);
      }
    } else {
      manifest(digest, fields);
    }
  }

  /** What was listed before as some other blob is still read where it is listed as a manifest. */
  private void follow(Descriptor child, int depth) throws IOException {
    boolean isNew = add(child);
    if (ManifestJson.MANIFESTS.contains(child.mediaType())
        || ManifestJson.INDEXES.contains(child.mediaType())) {
      if (visited.add(child.digest())) {
        byte[] json = store.blob(child, ManifestJson.MAX_BYTES);
        visit(child.digest(), json, child.mediaType(), depth + 1);
      }
    } else if (isNew) {
      compareLater(child);
    }
  }

  private void manifest(Digest digest, JsonFields fields) {
    Descriptor config = Descriptor.read(fields.object("config"));
    List<Descriptor> layers = new ArrayList<>();
    for (JsonFields each : fields.objects("layers", ManifestJson.MAX_LAYERS)) {
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
    uncompared.add(blob);
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
}
