package io.bartizan.integrity.attest.oci;

import io.bartizan.core.Checked;
import io.bartizan.core.Reason;
import io.bartizan.core.Refusal;
import io.bartizan.core.VerificationException;
import io.bartizan.integrity.artifact.ArtifactReason;
import io.bartizan.integrity.artifact.Artifacts;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.artifact.Expected;
import io.bartizan.integrity.artifact.FileBatch;
import io.bartizan.integrity.artifact.FileResult;
import io.bartizan.integrity.artifact.VerifiedFile;
import io.bartizan.integrity.json.JsonFields;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * A folder in the OCI image layout (version 1.0.0), of which every blob is compared with its
 * descriptor's size and digest before it is looked at.
 */
final class OciLayout implements ImageSource, BlobStore {

  private static final int MAX_MARKER_BYTES = 4096;

  private final Path folder;

  OciLayout(Path folder) {
    this.folder = Objects.requireNonNull(folder, "folder");
  }

  @Override
  public List<Descriptor> listed(Digest image, Consumer<? super Refusal> passedOver)
      throws IOException {
    requireMarker();
    requireRightIfPresent(image);
    return ManifestJson.index(read("index.json", ManifestJson.MAX_BYTES), passedOver);
  }

  private void requireMarker() throws IOException {
    JsonFields marker = ManifestJson.parse(read("oci-layout", MAX_MARKER_BYTES), "oci-layout");
    if (!marker.text("imageLayoutVersion").equals("1.0.0")) {
      throw marker.refused("imageLayoutVersion is not 1.0.0");
    }
  }

  @Override
  public List<Descriptor> manifests(Descriptor index, Consumer<? super Refusal> passedOver)
      throws IOException {
    return ManifestJson.manifests(index, blob(index, ManifestJson.MAX_BYTES), passedOver);
  }

  @Override
  public ImageManifest manifest(Descriptor descriptor, Consumer<? super Refusal> passedOver)
      throws IOException {
    return ManifestJson.manifest(descriptor, blob(descriptor, ManifestJson.MAX_BYTES), passedOver);
  }

  @Override
  public byte[] blob(Descriptor descriptor, int maxBytes) throws IOException {
    ManifestJson.requireWithin(descriptor, maxBytes);
    requireThere(descriptor.digest());
    byte[] bytes = read(pathOf(descriptor.digest()), maxBytes);
    if (bytes.length != descriptor.size()) {
      throw ManifestJson.mismatch(
          descriptor.digest(), bytes.length + " bytes, " + descriptor.size() + " described");
    }
    requireDigest(descriptor.digest(), bytes);
    return bytes;
  }

  @Override
  public Descriptor describe(Digest image) throws IOException {
    Objects.requireNonNull(image, "image");
    requireMarker();
    return ManifestJson.describe(image, unknownSize(image));
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

  @Override
  public byte[] unknownSize(Digest digest) throws IOException {
    requireThere(digest);
    byte[] bytes = read(pathOf(digest), ManifestJson.MAX_BYTES);
    requireDigest(digest, bytes);
    return bytes;
  }

  @Override
  public void compare(Collection<Descriptor> blobs) throws IOException {
    Map<Path, Expected> files = new LinkedHashMap<>();
    for (Descriptor blob : blobs) {
      requireThere(blob.digest());
      files.put(file(blob.digest()), blob.expected());
    }
    for (FileResult result : FileBatch.of().check(files).files()) {
      if (result.refusal().isPresent()) {
        throw refused(result.refusal().get());
      }
    }
  }

  private static VerificationException refused(Refusal refusal) {
    Reason reason = refusal.reason();
    if (reason == ArtifactReason.DIGEST_MISMATCH || reason == ArtifactReason.SIZE_MISMATCH) {
      reason = OciReason.BLOB_MISMATCH;
    }
    return new VerificationException(
        reason == ArtifactReason.FILE_MISSING ? OciReason.BLOB_MISSING : reason, refusal.detail());
  }

  @Override
  public VerifiedFile open(Descriptor blob) throws IOException {
    return Artifacts.verify(file(blob.digest()), blob.expected());
  }

  private void requireThere(Digest digest) {
    if (!Files.isRegularFile(file(digest), LinkOption.NOFOLLOW_LINKS)) {
      throw new VerificationException(
          OciReason.BLOB_MISSING, "the layout has no regular file " + pathOf(digest));
    }
  }

  private Path file(Digest digest) {
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
      throw ManifestJson.mismatch(expected, "its bytes have " + actual);
    }
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

  @Override
  public String toString() {
    return "ImageSource[layout " + folder + "]";
  }
}
