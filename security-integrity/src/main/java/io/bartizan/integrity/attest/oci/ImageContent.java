package io.bartizan.integrity.attest.oci;

import io.bartizan.core.VerificationException;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.artifact.VerifiedFile;
import java.io.IOException;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An image of which everything was read and compared: its manifest or index, the manifests that an
 * index lists, each configuration and each layer. Immutable, thread-safe.
 *
 * <p>Says what was at the source when it was read. A blob is compared once more when it is opened,
 * since whoever may write to a folder can change it, and a registry may answer otherwise.
 *
 * <pre>{@code
 * ImageContent content = ImageSource.layout(folder).verifyContent(digest);
 * for (Descriptor blob : content.blobs()) {
 *   try (VerifiedFile file = content.open(blob)) {
 *     use(file.newInputStream());
 *   }
 * }
 * }</pre>
 */
public final class ImageContent {

  /** The most blobs of one image, counting each once. */
  public static final int MAX_BLOBS = 10_000;

  /** The most manifests and indexes among them. */
  public static final int MAX_MANIFESTS = 1_000;

  /** How deep indexes may list indexes. */
  public static final int MAX_DEPTH = 4;

  private final BlobStore store;
  private final Digest digest;
  private final Map<Digest, Descriptor> blobs;
  private final Map<Digest, ImageManifest> manifests;

  ImageContent(
      BlobStore store,
      Digest digest,
      Map<Digest, Descriptor> blobs,
      Map<Digest, ImageManifest> manifests) {
    this.store = store;
    this.digest = digest;
    this.blobs = Collections.unmodifiableMap(new LinkedHashMap<>(blobs));
    this.manifests = Collections.unmodifiableMap(new LinkedHashMap<>(manifests));
  }

  /**
   * Which image.
   *
   * @return the digest of its manifest or index
   */
  public Digest digest() {
    return digest;
  }

  /**
   * Every blob of the image, each once: manifests and indexes, configurations, layers.
   *
   * @return unmodifiable, the image's own manifest or index first
   */
  public Collection<Descriptor> blobs() {
    return blobs.values();
  }

  /**
   * The image manifests by their digests: one, or those that the index lists for its platforms.
   *
   * @return unmodifiable, in the order of the index
   */
  public Map<Digest, ImageManifest> manifests() {
    return manifests;
  }

  /**
   * Opens a blob, comparing it once more. From a layout it is opened where it lies; from a registry
   * it is copied to the directory of {@link OciRegistry.Builder#withPrivateDirectory} first.
   *
   * @param blob one of {@link #blobs()}
   * @return the open file, to be closed by the caller
   * @throws NullPointerException if {@code blob} is null
   * @throws IllegalArgumentException if the image has no blob of that digest
   * @throws IllegalStateException if the registry has no such directory
   * @throws VerificationException if it was changed since
   * @throws IOException if it can't be read
   */
  public VerifiedFile open(Descriptor blob) throws IOException {
    Descriptor known = blobs.get(blob.digest());
    if (known == null) {
      throw new IllegalArgumentException(
          "blob " + blob.digest() + " is none of the " + blobs.size() + " of image " + digest);
    }
    return store.open(known);
  }

  /**
   * How much was compared.
   *
   * @return bytes of all blobs together
   */
  public long size() {
    return blobs.values().stream().mapToLong(Descriptor::size).sum();
  }

  @Override
  public String toString() {
    return "ImageContent[" + digest + ", " + blobs.size() + " blobs, " + size() + " bytes]";
  }
}
