package io.bartizan.integrity.attest.policy;

import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.attest.oci.ImageReference;
import java.util.List;
import java.util.Map;

/**
 * A container image for which all rules of a policy hold. Of the image itself nothing was read:
 * pull it by this digest with something that compares it, or see {@link
 * io.bartizan.integrity.attest.oci.ImageSource#verifyContent}. Immutable, thread-safe.
 */
public final class ApprovedImage {

  private final ImageReference image;
  private final Map<ImageRule, List<VerifiedEvidence>> evidence;

  ApprovedImage(ImageReference image, Map<ImageRule, List<VerifiedEvidence>> evidence) {
    this.image = image;
    this.evidence = Map.copyOf(evidence);
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
   * The image as it was asked for; its digest alone was signed.
   *
   * @return a reference with a digest
   */
  public ImageReference reference() {
    return image;
  }

  /**
   * What holds each rule.
   *
   * @return unmodifiable
   */
  public Map<ImageRule, List<VerifiedEvidence>> evidence() {
    return evidence;
  }

  @Override
  public String toString() {
    return "ApprovedImage[" + image + ", " + evidence.size() + " rules hold]";
  }
}
