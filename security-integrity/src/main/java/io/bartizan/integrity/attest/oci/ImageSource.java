package io.bartizan.integrity.attest.oci;

import io.bartizan.core.Checked;
import io.bartizan.core.Refusal;
import io.bartizan.core.VerificationException;
import io.bartizan.integrity.artifact.Digest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/**
 * The place from which images, and what was signed about them, are read.
 *
 * <p>A folder ({@link #layout}) or a repository of a registry ({@link OciRegistry}). Whatever a
 * source gives was compared with its descriptor's size and digest before. It is read anew at each
 * call, and nothing of it is kept. Thread-safe.
 *
 * <pre>{@code
 * VerifiedImage image = cosign.verify(ImageSource.layout(folder), reference);
 * }</pre>
 */
public sealed interface ImageSource permits OciLayout, OciRegistry {

  /**
   * A folder in the OCI image layout, version 1.0.0; looked at when it is read, not before.
   *
   * @param folder the folder
   * @return the source
   * @throws NullPointerException if {@code folder} is null
   */
  static ImageSource layout(Path folder) {
    return new OciLayout(folder);
  }

  /**
   * The manifests and indexes that may be about an image, and others: what the source lists.
   *
   * @param image the image; a layout that has its manifest must have the right one
   * @param passedOver gets why a descriptor could not be read; others may add to what they don't
   *     sign, so one that can't be read must not hide the rest
   * @return their descriptors
   * @throws NullPointerException if an argument is null
   * @throws VerificationException if the source does not follow its format, or a layout has other
   *     bytes in the image's place
   * @throws IOException if it can't be read
   */
  List<Descriptor> listed(Digest image, Consumer<? super Refusal> passedOver) throws IOException;

  /**
   * The manifests that an index lists.
   *
   * @param index the descriptor of the index
   * @param passedOver gets why a descriptor could not be read
   * @return their descriptors
   * @throws NullPointerException if an argument is null
   * @throws VerificationException if it is no index, or not the described one
   * @throws IOException if it can't be read
   */
  List<Descriptor> manifests(Descriptor index, Consumer<? super Refusal> passedOver)
      throws IOException;

  /**
   * Reads a manifest.
   *
   * @param manifest its descriptor
   * @param passedOver gets why the descriptor of a layer could not be read
   * @return the manifest
   * @throws NullPointerException if an argument is null
   * @throws VerificationException if it is no image manifest, or not the described one
   * @throws IOException if it can't be read
   */
  ImageManifest manifest(Descriptor manifest, Consumer<? super Refusal> passedOver)
      throws IOException;

  /**
   * Reads a blob.
   *
   * @param descriptor which one
   * @param maxBytes the most bytes to read, at most 2^31 − 9
   * @return its bytes
   * @throws NullPointerException if {@code descriptor} is null
   * @throws IllegalArgumentException if {@code maxBytes} is out of range
   * @throws VerificationException if it is not the described one, or larger
   * @throws IOException if it can't be read
   */
  byte[] blob(Descriptor descriptor, int maxBytes) throws IOException;

  /**
   * Reads the manifest or index of an image and says what it is.
   *
   * @param image its digest
   * @return the digest, the size of the bytes that have it, and the media type that they say
   *     themselves; of an OCI manifest or index that says none, the one of its form
   * @throws NullPointerException if {@code image} is null
   * @throws VerificationException if it is not there, not the described one, or neither
   * @throws IOException if it can't be read
   */
  Descriptor describe(Digest image) throws IOException;

  /**
   * Reads an image whole and compares all that its digest stands for: the manifest or index, the
   * manifests of all platforms, configurations and layers. What may legally be kept elsewhere
   * (layers that must not be distributed) must be there too.
   *
   * @param image the digest of its manifest or index
   * @return what was compared, to be opened
   * @throws NullPointerException if {@code image} is null
   * @throws VerificationException {@link OciReason#BLOB_MISSING} or {@link OciReason#BLOB_MISMATCH}
   *     if a part is not there or not the described one; another reason if a part can't be read
   * @throws IOException if it can't be read
   */
  default ImageContent verifyContent(Digest image) throws IOException {
    return checkContent(image).orThrow();
  }

  /**
   * Like {@link #verifyContent}, with the refusal as a value.
   *
   * @param image the digest of its manifest or index
   * @return what was compared, or the refusal
   * @throws NullPointerException if {@code image} is null
   * @throws IOException if it can't be read
   */
  Checked<ImageContent> checkContent(Digest image) throws IOException;
}
