package io.bartizan.integrity.artifact;

import io.bartizan.core.VerificationException;
import java.util.List;

/** What checking a directory against a manifest gave. Immutable. */
public final class ManifestReport {

  private final List<FileResult> files;
  private final List<String> missing;
  private final List<String> unlisted;
  private final boolean exact;

  ManifestReport(
      List<FileResult> files, List<String> missing, List<String> unlisted, boolean exact) {
    this.files = files;
    this.missing = missing;
    this.unlisted = unlisted;
    this.exact = exact;
  }

  /**
   * One result for each listed file that was checked, in the manifest's order.
   *
   * @return an immutable list
   */
  public List<FileResult> files() {
    return files;
  }

  /**
   * Listed files that are not there and were passed over because that was asked for.
   *
   * @return an immutable list of names
   */
  public List<String> missing() {
    return missing;
  }

  /**
   * Files in the directory that the manifest does not list; of unknown origin, so escape them
   * before showing.
   *
   * @return an immutable list of names, empty unless exact files were asked for
   */
  public List<String> unlisted() {
    return unlisted;
  }

  /**
   * Whether at least one file was verified, none was refused and, where exact files were asked for,
   * none is unlisted.
   *
   * @return true if all is well
   */
  public boolean isAccepted() {
    return firstRefusal() == null;
  }

  /**
   * Throws the first refusal, if there is one.
   *
   * @return this report
   * @throws VerificationException if it is not accepted
   */
  public ManifestReport orThrow() {
    VerificationException refusal = firstRefusal();
    if (refusal != null) {
      throw refusal;
    }
    return this;
  }

  private @org.jspecify.annotations.Nullable VerificationException firstRefusal() {
    for (FileResult file : files) {
      if (!file.isAccepted()) {
        return file.refusal().orElseThrow();
      }
    }
    if (files.isEmpty()) {
      return new VerificationException(
          ArtifactReason.NOTHING_VERIFIED, "none of " + missing.size() + " listed files is there");
    }
    return exact && !unlisted.isEmpty()
        ? new VerificationException(
            ArtifactReason.FILE_UNLISTED,
            unlisted.size()
                + " files, the first is \""
                + DigestText.shortened(unlisted.get(0))
                + "\"")
        : null;
  }

  @Override
  public String toString() {
    return "ManifestReport["
        + files.stream().filter(FileResult::isAccepted).count()
        + " verified of "
        + (files.size() + missing.size())
        + ", "
        + unlisted.size()
        + " unlisted]";
  }
}
