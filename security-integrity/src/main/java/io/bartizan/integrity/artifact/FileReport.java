package io.bartizan.integrity.artifact;

import io.bartizan.core.Refusal;
import io.bartizan.core.VerificationException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The result of checking many files. Immutable, thread-safe.
 *
 * <pre>{@code
 * FileReport report = batch.check(expected);
 * report.files().forEach(file -> show(file.name(), file.refusal()));
 * }</pre>
 */
public final class FileReport {

  private final List<FileResult> files;

  FileReport(List<FileResult> files) {
    this.files = files;
  }

  /**
   * One result for each file, in the order they were given.
   *
   * @return an immutable list
   */
  public List<FileResult> files() {
    return files;
  }

  /**
   * The first refusal.
   *
   * @return empty if every file is the expected one; {@link ArtifactReason#NOTHING_VERIFIED} if
   *     there was no file
   */
  public Optional<Refusal> refusal() {
    return Optional.ofNullable(first(files, "no file was given"));
  }

  /**
   * Whether at least one file was verified and none was refused.
   *
   * @return true if all is well
   */
  public boolean isAccepted() {
    return refusal().isEmpty();
  }

  /**
   * Throws the first refusal, if there is one.
   *
   * @return this report
   * @throws VerificationException if it is not accepted
   */
  public FileReport orThrow() {
    refusal()
        .ifPresent(
            refusal -> {
              throw new VerificationException(refusal);
            });
    return this;
  }

  /** The first refusal, or that there is no result; null if all is well. */
  static @Nullable Refusal first(List<FileResult> files, String ifNone) {
    for (FileResult file : files) {
      if (!file.isAccepted()) {
        return file.refusal().orElseThrow();
      }
    }
    return files.isEmpty() ? Refusal.of(ArtifactReason.NOTHING_VERIFIED, ifNone) : null;
  }

  @Override
  public String toString() {
    return "FileReport["
        + files.stream().filter(FileResult::isAccepted).count()
        + " verified of "
        + files.size()
        + "]";
  }
}
