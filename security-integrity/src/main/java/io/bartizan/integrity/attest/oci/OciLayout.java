package io.bartizan.integrity.attest.oci;

import io.bartizan.core.Checked;
import io.bartizan.core.Refusal;
import io.bartizan.core.VerificationException;
import io.bartizan.core.house.Require;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.json.JsonFields;
import io.bartizan.integrity.json.JsonLimits;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A folder in the OCI image layout (version 1.0.0), of which every blob is compared with its
 * descriptor's size and digest before it is looked at.
 */
final class OciLayout implements ImageSource {

  /** The limit that registries have for manifests. */
  static final int MAX_MANIFEST_BYTES = 4 * 1024 * 1024;

  private static final int MAX_ARRAY_BYTES = Integer.MAX_VALUE - 8;
  private static final int MAX_MARKER_BYTES = 4096;
  static final int MAX_MANIFESTS = 1000;
  static final int MAX_LAYERS = 1000;
  private static final int MAX_VALUES = 50_000;

  private final Path folder;

  OciLayout(Path folder) {
    this.folder = Objects.requireNonNull(folder, "folder");
  }

  @Override
  public List<Descriptor> listed(Digest image, Consumer<? super Refusal> passedOver)
      throws IOException {
    requireMarker();
    requireRightIfPresent(image);
    return index(read("index.json", MAX_MANIFEST_BYTES), passedOver);
  }

  private void requireMarker() throws IOException {
    JsonFields marker = parse(read("oci-layout", MAX_MARKER_BYTES), "oci-layout");
    if (!marker.text("imageLayoutVersion").equals("1.0.0")) {
      throw marker.refused("imageLayoutVersion is not 1.0.0");
    }
  }

  static List<Descriptor> index(byte[] json, Consumer<? super Refusal> passedOver) {
    return descriptors(parse(json, "index.json"), "manifests", MAX_MANIFESTS, passedOver);
  }

  @Override
  public List<Descriptor> manifests(Descriptor index, Consumer<? super Refusal> passedOver)
      throws IOException {
    JsonFields fields = body(index, blob(index, MAX_MANIFEST_BYTES), Descriptor.INDEX);
    if (fields.has("layers")) {
      throw fields.refused("an index with layers");
    }
    return descriptors(fields, "manifests", MAX_MANIFESTS, passedOver);
  }

  /** Others may add to what they don't sign, so one that can't be read must not hide the rest. */
  private static List<Descriptor> descriptors(
      JsonFields fields, String name, int most, Consumer<? super Refusal> passedOver) {
    List<Descriptor> readable = new ArrayList<>();
    for (JsonFields each : fields.objects(name, most)) {
      try {
        readable.add(Descriptor.read(each));
      } catch (VerificationException e) {
        passedOver.accept(e.refusal());
      }
    }
    return readable;
  }

  @Override
  public ImageManifest manifest(Descriptor descriptor, Consumer<? super Refusal> passedOver)
      throws IOException {
    return manifest(descriptor, blob(descriptor, MAX_MANIFEST_BYTES), passedOver);
  }

  static ImageManifest manifest(
      Descriptor descriptor, byte[] json, Consumer<? super Refusal> passedOver) {
    JsonFields fields = body(descriptor, json, Descriptor.MANIFEST);
    if (fields.has("manifests")) {
      throw fields.refused("an image manifest with manifests");
    }
    JsonFields subject = fields.objectOrNull("subject");
    return new ImageManifest(
        config(fields),
        descriptors(fields, "layers", MAX_LAYERS, passedOver),
        subject == null ? null : Descriptor.read(subject));
  }

  /** Signatures have whatever their tool put there, so one that can't be read is none. */
  private static @Nullable Descriptor config(JsonFields manifest) {
    try {
      JsonFields config = manifest.objectOrNull("config");
      return config == null ? null : Descriptor.read(config);
    } catch (VerificationException e) {
      return null;
    }
  }

  /** What a blob calls itself must be what its descriptor calls it. */
  private static JsonFields body(Descriptor descriptor, byte[] json, String mediaType) {
    JsonFields fields = parse(json, "manifest " + descriptor.digest());
    String own = fields.textOrNull("mediaType");
    if (!descriptor.mediaType().equals(mediaType) || (own != null && !own.equals(mediaType))) {
      throw fields.refused("of another media type than " + mediaType);
    }
    if (fields.size("schemaVersion") != 2) {
      throw fields.refused("schemaVersion is not 2");
    }
    return fields;
  }

  @Override
  public byte[] blob(Descriptor descriptor, int maxBytes) throws IOException {
    int unused = Require.within("maxBytes", maxBytes, 0, MAX_ARRAY_BYTES);
    if (descriptor.size() > maxBytes) {
      throw new VerificationException(
          OciReason.TOO_LARGE,
          "blob "
              + descriptor.digest()
              + " has "
              + descriptor.size()
              + " bytes, "
              + maxBytes
              + " are read");
    }
    requireThere(descriptor.digest());
    byte[] bytes = read(pathOf(descriptor.digest()), maxBytes);
    if (bytes.length != descriptor.size()) {
      throw mismatch(
          descriptor.digest(), bytes.length + " bytes, " + descriptor.size() + " described");
    }
    requireDigest(descriptor.digest(), bytes);
    return bytes;
  }

  @Override
  public Checked<ImageContent> checkContent(Digest image) throws IOException {
    Objects.requireNonNull(image, "image");
    return Checked.of(
        () -> {
          requireMarker();
          return new ImageClosure(this).read(image);
        });
  }

  /** A manifest of which the digest alone is known. */
  byte[] unknownSize(Digest digest) throws IOException {
    requireThere(digest);
    byte[] bytes = read(pathOf(digest), MAX_MANIFEST_BYTES);
    requireDigest(digest, bytes);
    return bytes;
  }

  void requireThere(Digest digest) {
    if (!Files.isRegularFile(file(digest), LinkOption.NOFOLLOW_LINKS)) {
      throw new VerificationException(
          OciReason.BLOB_MISSING, "the layout has no regular file " + pathOf(digest));
    }
  }

  Path file(Digest digest) {
    return folder.resolve(pathOf(digest));
  }

  /** If the image itself is in the layout, it must be the image. */
  private void requireRightIfPresent(Digest image) throws IOException {
    if (Files.exists(file(image), LinkOption.NOFOLLOW_LINKS)) {
      byte[] unused = unknownSize(image);
    }
  }

  private static void requireDigest(Digest expected, byte[] bytes) {
    Digest actual = Digest.compute(expected.algorithm(), bytes);
    if (!actual.equals(expected)) {
      throw mismatch(expected, "its bytes have " + actual);
    }
  }

  private static VerificationException mismatch(Digest digest, String why) {
    return new VerificationException(OciReason.BLOB_MISMATCH, "blob " + digest + ": " + why);
  }

  private static String pathOf(Digest digest) {
    return "blobs/" + digest.algorithm().label() + "/" + digest.hex();
  }

  private byte[] read(String name, int maxBytes) throws IOException {
    Path file = folder.resolve(name);
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new VerificationException(
          OciReason.LAYOUT_MALFORMED, "the layout has no regular file " + name);
    }
    try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
      byte[] bytes = in.readNBytes(maxBytes + 1);
      if (bytes.length > maxBytes) {
        throw new VerificationException(
            OciReason.TOO_LARGE, name + " has more than " + maxBytes + " bytes");
      }
      return bytes;
    }
  }

  static JsonFields parse(byte[] json, String what) {
    JsonLimits limits = JsonLimits.ofText(MAX_MANIFEST_BYTES, json, MAX_VALUES);
    return JsonFields.parse(json, limits, OciReason.LAYOUT_MALFORMED, OciReason.TOO_LARGE, what);
  }

  @Override
  public String toString() {
    return "ImageSource[layout " + folder + "]";
  }
}
