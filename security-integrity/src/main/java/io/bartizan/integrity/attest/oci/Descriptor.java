package io.bartizan.integrity.attest.oci;

import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.artifact.Expected;
import io.bartizan.integrity.json.JsonFields;
import java.util.Map;

/**
 * The entry of an index or manifest for another blob; that the blob is the described one is known
 * once {@link ImageSource#blob} has returned it. Immutable, compared by value.
 *
 * @param mediaType what kind of blob it is
 * @param digest which blob it is
 * @param size its size in bytes
 * @param annotations remarks by name, unmodifiable
 */
public record Descriptor(
    String mediaType, Digest digest, long size, Map<String, String> annotations) {

  /** The media type of image manifests. */
  public static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";

  /** The media type of image indexes. */
  public static final String INDEX = "application/vnd.oci.image.index.v1+json";

  /**
   * A descriptor.
   *
   * @param mediaType what kind of blob it is
   * @param digest which blob it is
   * @param size its size in bytes
   * @param annotations remarks by name; copied
   * @throws NullPointerException if an argument is null
   */
  public Descriptor {
    annotations = Map.copyOf(annotations);
  }

  static Descriptor read(JsonFields fields) {
    return new Descriptor(
        fields.text("mediaType"),
        Digest.parseOci(fields.text("digest")),
        fields.size("size"),
        fields.isAbsent("annotations") ? Map.of() : fields.texts("annotations"));
  }

  Expected expected() {
    return Expected.of(digest).withSize(size);
  }

  /**
   * One remark.
   *
   * @param name its name
   * @return empty if there is none
   */
  public String annotation(String name) {
    return annotations.getOrDefault(name, "");
  }
}
