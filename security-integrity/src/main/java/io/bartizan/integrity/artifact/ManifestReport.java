package io.bartizan.integrity.artifact;

import io.bartizan.core.Refusal;
import io.bartizan.core.VerificationException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The result of checking a directory against a manifest. Immutable. */
public final class ManifestReport {

  private final List<FileResult> files;
  private final List<String> missing;
  private final List<String> unlisted;
  private final @Nullable Refusal refusal;

  private ManifestReport(
      List<FileResult> files,
      List<String> missing,
      List<String> unlisted,
      @Nullable Refusal refusal) {
    this.files = files;
    this.missing = missing;
    this.unlisted = unlisted;
    this.refusal = refusal;
  }

  /** Of files that were looked at. */
  static ManifestReport of(
      List<FileResult> files, List<String> missing, List<String> unlisted, boolean exact) {
    Refusal first = FileReport.first(files, "none of " + missing.size() + " listed files is there");
    if (first == null && exact && !unlisted.isEmpty()) {
      first =
          Refusal.of(
              ArtifactReason.FILE_UNLISTED,
              unlisted.size()
                  + " files, the first is \""
                  + DigestText.shortened(unlisted.get(0))
                  + "\"");
    }
    return new ManifestReport(files, missing, unlisted, first);
  }

  /** Of a manifest for which no file was looked at. */
  static ManifestReport refused(Refusal refusal) {
    return new ManifestReport(List.of(), List.of(), List.of(), refusal);
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
   * Why the whole is refused: the first file's refusal, that none was verified, that one is
   * unlisted, or that two names may be one file.
   *
   * @return empty if all is well
   */
  public Optional<Refusal> refusal() {
    return Optional.ofNullable(refusal);
  }

  /**
   * Whether at least one file was verified, none was refused and, where exact files were asked for,
   * none is unlisted.
   *
   * @return true if all is well
   */
  public boolean isAccepted() {
    return refusal == null;
  }

  /**
   * Throws the refusal, if there is one.
   *
   * @return this report
   * @throws VerificationException if it is not accepted
   */
  public ManifestReport orThrow() {
    if (refusal != null) {
      throw new VerificationException(refusal);
    }
    return this;
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
