package io.bartizan.integrity.attest;

import io.bartizan.core.Refusal;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.artifact.PinnedKey;
import io.bartizan.integrity.attest.oci.ImageContent;
import io.bartizan.integrity.attest.oci.ImageReference;
import io.bartizan.integrity.attest.oci.ImageSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A container image that enough of the keys have signed. Immutable, thread-safe.
 *
 * <p>From {@link CosignVerifier#verify(ImageSource, ImageReference)} its {@link #content()} was
 * read and compared too; elsewhere what was verified is the signature over the digest alone.
 */
public final class VerifiedImage {

  private final ImageReference image;
  private final Set<PinnedKey> signers;
  private final Map<String, String> annotations;
  private final List<Refusal> ignored;
  private final @Nullable ImageContent content;

  VerifiedImage(
      ImageReference image,
      Set<PinnedKey> signers,
      Map<String, String> annotations,
      List<Refusal> ignored,
      @Nullable ImageContent content) {
    this.image = image;
    this.signers = Set.copyOf(signers);
    this.annotations = Map.copyOf(annotations);
    this.ignored = List.copyOf(ignored);
    this.content = content;
  }

  VerifiedImage with(ImageContent compared) {
    return new VerifiedImage(image, signers, annotations, ignored, compared);
  }

  /**
   * Which image: pull it by this digest, never by the tag.
   *
   * @return the digest of its manifest or index
   */
  public Digest digest() {
    return image.requireDigest();
  }

  /**
   * The image as it was asked for; of it only the {@link #digest()} was signed, and the repository
   * if that was required.
   *
   * @return a reference with a digest
   */
  public ImageReference reference() {
    return image;
  }

  /**
   * Who signed, as many as were needed.
   *
   * @return at least one key
   */
  public Set<PinnedKey> signers() {
    return signers;
  }

  /**
   * What the signers signed beside the digest; of several signatures, what the first said of each
   * name.
   *
   * @return unmodifiable, may be empty
   */
  public Map<String, String> annotations() {
    return annotations;
  }

  /**
   * Why other signatures at the source did not count.
   *
   * @return one refusal each, may be empty
   */
  public List<Refusal> ignored() {
    return ignored;
  }

  /**
   * What was compared of the image itself.
   *
   * @return empty if only the signature was verified
   */
  public Optional<ImageContent> content() {
    return Optional.ofNullable(content);
  }

  @Override
  public String toString() {
    return "VerifiedImage["
        + image
        + ", "
        + signers
        + (content == null ? ", signature only" : ", " + content)
        + "]";
  }
}
