package io.bartizan.integrity.attest.oci;

import io.bartizan.core.Refusal;
import io.bartizan.core.VerificationException;
import io.bartizan.core.house.Require;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.json.JsonFields;
import io.bartizan.integrity.json.JsonLimits;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The JSON of manifests and indexes, of bytes that were compared with their descriptor. */
final class ManifestJson {

  /** The limit that registries have for manifests. */
  static final int MAX_BYTES = 4 * 1024 * 1024;

  static final int MAX_MANIFESTS = 1000;
  static final int MAX_LAYERS = 1000;

  private static final String DOCKER = "application/vnd.docker.distribution.manifest.";

  /** The media types of image manifests. */
  static final Set<String> MANIFESTS = Set.of(Descriptor.MANIFEST, DOCKER + "v2+json");

  /** The media types of indexes. */
  static final Set<String> INDEXES = Set.of(Descriptor.INDEX, DOCKER + "list.v2+json");

  private static final int MAX_ARRAY_BYTES = Integer.MAX_VALUE - 8;
  private static final int MAX_VALUES = 50_000;

  private ManifestJson() {}

  static JsonFields parse(byte[] json, String what) {
    JsonLimits limits = JsonLimits.ofText(MAX_BYTES, json, MAX_VALUES);
    return JsonFields.parse(json, limits, OciReason.LAYOUT_MALFORMED, OciReason.TOO_LARGE, what);
  }

  /** The list of a layout. */
  static List<Descriptor> index(byte[] json, Consumer<? super Refusal> passedOver) {
    return descriptors(parse(json, "index.json"), "manifests", MAX_MANIFESTS, passedOver);
  }

  /** A page of referrers, of which a registry may have any number. */
  static List<Descriptor> page(byte[] json, Consumer<? super Refusal> passedOver) {
    return descriptors(parse(json, "list of referrers"), "manifests", MAX_VALUES, passedOver);
  }

  static List<Descriptor> manifests(
      Descriptor index, byte[] json, Consumer<? super Refusal> passedOver) {
    JsonFields fields = body(index, json, Set.of(Descriptor.INDEX));
    if (fields.has("layers")) {
      throw fields.refused("an index with layers");
    }
    return descriptors(fields, "manifests", MAX_MANIFESTS, passedOver);
  }

  /** What bytes that were compared with their digest are by their own word. */
  static Descriptor describe(Digest image, byte[] json) {
    JsonFields fields = parse(json, "manifest " + image);
    boolean index = fields.has("manifests");
    if (index == fields.has("layers")) {
      throw fields.refused("not exactly one of layers and manifests");
    }
    String own = fields.textOrNull("mediaType");
    if (own != null && !(index ? INDEXES : MANIFESTS).contains(own)) {
      throw fields.refused((index ? "an index" : "a manifest") + " of media type \"" + own + "\"");
    }
    String form = index ? Descriptor.INDEX : Descriptor.MANIFEST;
    return new Descriptor(own == null ? form : own, image, json.length, Map.of());
  }

  static ImageManifest manifest(
      Descriptor descriptor, byte[] json, Consumer<? super Refusal> passedOver) {
    JsonFields fields = body(descriptor, json, MANIFESTS);
    if (fields.has("manifests")) {
      throw fields.refused("an image manifest with manifests");
    }
    JsonFields subject = fields.objectOrNull("subject");
    return new ImageManifest(
        config(fields),
        descriptors(fields, "layers", MAX_LAYERS, passedOver),
        subject == null ? null : Descriptor.read(subject));
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
  private static JsonFields body(Descriptor descriptor, byte[] json, Set<String> accepted) {
    JsonFields fields = parse(json, "manifest " + descriptor.digest());
    String own = fields.textOrNull("mediaType");
    if (!accepted.contains(descriptor.mediaType())
        || (own != null && !own.equals(descriptor.mediaType()))) {
      throw fields.refused("not of one media type, or of none that is read here");
    }
    if (fields.size("schemaVersion") != 2) {
      throw fields.refused("schemaVersion is not 2");
    }
    return fields;
  }

  /** Refuses before anything is read. */
  static void requireWithin(Descriptor descriptor, int maxBytes) {
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
  }

  static VerificationException mismatch(Digest digest, String why) {
    return new VerificationException(OciReason.BLOB_MISMATCH, "blob " + digest + ": " + why);
  }
}
