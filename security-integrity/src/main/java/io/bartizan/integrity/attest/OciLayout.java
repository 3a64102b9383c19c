package io.bartizan.integrity.attest;

import io.bartizan.core.VerificationException;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.json.JsonLimits;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A folder in the OCI image layout (version 1.0.0), of which every blob is compared with its
 * descriptor's size and digest before it is looked at.
 */
final class OciLayout {

  static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";
  static final String INDEX = "application/vnd.oci.image.index.v1+json";

  /** The limit that registries have for manifests. */
  static final int MAX_MANIFEST_BYTES = 4 * 1024 * 1024;

  private static final int MAX_MANIFESTS = 1000;
  private static final int MAX_LAYERS = 1000;
  private static final int MAX_VALUES = 50_000;

  /** What an index or a manifest says of another blob. */
  record Descriptor(String mediaType, Digest digest, long size, Map<String, String> annotations) {

    static Descriptor read(Fields fields) {
      return new Descriptor(
          fields.text("mediaType"),
          Digest.parseOci(fields.text("digest")),
          fields.size("size"),
          fields.texts("annotations"));
    }

    String annotation(String name) {
      return annotations.getOrDefault(name, "");
    }
  }

  /** An image manifest whose bytes were verified. */
  record Manifest(@Nullable Descriptor subject, List<Descriptor> layers) {}

  private final Path folder;

  private OciLayout(Path folder) {
    this.folder = folder;
  }

  static OciLayout open(Path folder) throws IOException {
    OciLayout layout = new OciLayout(Objects.requireNonNull(folder, "layout"));
    Fields marker = parse(layout.read("oci-layout", 4096), "oci-layout");
    if (!marker.text("imageLayoutVersion").equals("1.0.0")) {
      throw marker.refused("imageLayoutVersion is not 1.0.0");
    }
    return layout;
  }

  /** The manifests that the layout's own index lists. */
  List<Descriptor> manifests(Consumer<VerificationException> passedOver) throws IOException {
    return index(read("index.json", MAX_MANIFEST_BYTES), passedOver);
  }

  static List<Descriptor> index(byte[] json, Consumer<VerificationException> passedOver) {
    return descriptors(parse(json, "index.json"), "manifests", MAX_MANIFESTS, passedOver);
  }

  /** The manifests that another index lists. */
  List<Descriptor> manifests(Descriptor index, Consumer<VerificationException> passedOver)
      throws IOException {
    Fields fields = body(index, blob(index, MAX_MANIFEST_BYTES), INDEX);
    if (fields.has("layers")) {
      throw fields.refused("an index with layers");
    }
    return descriptors(fields, "manifests", MAX_MANIFESTS, passedOver);
  }

  /** Others may add to what they don't sign, so one that can't be read must not hide the rest. */
  private static List<Descriptor> descriptors(
      Fields fields, String name, int most, Consumer<VerificationException> passedOver) {
    List<Descriptor> readable = new ArrayList<>();
    for (Fields each : fields.objects(name, most)) {
      try {
        readable.add(Descriptor.read(each));
      } catch (VerificationException e) {
        passedOver.accept(e);
      }
    }
    return readable;
  }

  Manifest manifest(Descriptor descriptor, Consumer<VerificationException> passedOver)
      throws IOException {
    return manifest(descriptor, blob(descriptor, MAX_MANIFEST_BYTES), passedOver);
  }

  static Manifest manifest(
      Descriptor descriptor, byte[] json, Consumer<VerificationException> passedOver) {
    Fields fields = body(descriptor, json, MANIFEST);
    if (fields.has("manifests")) {
      throw fields.refused("an image manifest with manifests");
    }
    Fields subject = fields.objectOrNull("subject");
    return new Manifest(
        subject == null ? null : Descriptor.read(subject),
        descriptors(fields, "layers", MAX_LAYERS, passedOver));
  }

  /** What a blob calls itself must be what its descriptor calls it. */
  private static Fields body(Descriptor descriptor, byte[] json, String mediaType) {
    Fields fields = parse(json, "manifest " + descriptor.digest);
    String own = fields.textOrNull("mediaType");
    if (!descriptor.mediaType.equals(mediaType) || (own != null && !own.equals(mediaType))) {
      throw fields.refused("of another media type than " + mediaType);
    }
    if (fields.size("schemaVersion") != 2) {
      throw fields.refused("schemaVersion is not 2");
    }
    return fields;
  }

  /** A blob's bytes, once they are known to be the described ones. */
  byte[] blob(Descriptor descriptor, int maxBytes) throws IOException {
    if (descriptor.size > maxBytes) {
      throw new VerificationException(
          AttestReason.TOO_LARGE,
          "blob "
              + descriptor.digest
              + " has "
              + descriptor.size
              + " bytes, "
              + maxBytes
              + " are read");
    }
    byte[] bytes = read(pathOf(descriptor.digest), maxBytes);
    if (bytes.length != descriptor.size) {
      throw mismatch(descriptor.digest, bytes.length + " bytes, " + descriptor.size + " described");
    }
    requireDigest(descriptor.digest, bytes);
    return bytes;
  }

  /** If the image itself is in the layout, it must be the image. */
  void verifyIfPresent(Digest image) throws IOException {
    if (Files.exists(folder.resolve(pathOf(image)), LinkOption.NOFOLLOW_LINKS)) {
      requireDigest(image, read(pathOf(image), MAX_MANIFEST_BYTES));
    }
  }

  private static void requireDigest(Digest expected, byte[] bytes) {
    Digest actual = Digest.compute(expected.algorithm(), bytes);
    if (!actual.equals(expected)) {
      throw mismatch(expected, "its bytes have " + actual);
    }
  }

  private static VerificationException mismatch(Digest digest, String why) {
    return new VerificationException(AttestReason.BLOB_MISMATCH, "blob " + digest + ": " + why);
  }

  private static String pathOf(Digest digest) {
    return "blobs/" + digest.algorithm().label() + "/" + digest.hex();
  }

  private byte[] read(String name, int maxBytes) throws IOException {
    Path file = folder.resolve(name);
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new VerificationException(
          AttestReason.LAYOUT_MALFORMED, "the layout has no regular file " + name);
    }
    try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
      byte[] bytes = in.readNBytes(maxBytes + 1);
      if (bytes.length > maxBytes) {
        throw new VerificationException(
            AttestReason.TOO_LARGE, name + " has more than " + maxBytes + " bytes");
      }
      return bytes;
    }
  }

  private static Fields parse(byte[] json, String what) {
    JsonLimits limits = JsonLimits.ofText(MAX_MANIFEST_BYTES, json, MAX_VALUES);
    return Fields.parse(json, limits, AttestReason.LAYOUT_MALFORMED, what);
  }
}
