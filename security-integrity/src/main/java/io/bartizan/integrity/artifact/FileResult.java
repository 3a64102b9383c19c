package io.bartizan.integrity.artifact;

import io.bartizan.core.Refusal;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The result of checking one of many files. Immutable. */
public final class FileResult {

  private final String name;
  private final @Nullable Refusal refusal;

  FileResult(String name, @Nullable Refusal refusal) {
    this.name = name;
    this.refusal = refusal;
  }

  /**
   * The file's name as it was listed or given; of unknown origin, so escape it before showing.
   *
   * @return the name
   */
  public String name() {
    return name;
  }

  /**
   * Whether its content is the expected one.
   *
   * @return true if it was verified
   */
  public boolean isAccepted() {
    return refusal == null;
  }

  /**
   * Why it was refused, with what was expected and found; safe to log.
   *
   * @return empty if it was verified
   */
  public Optional<Refusal> refusal() {
    return Optional.ofNullable(refusal);
  }

  @Override
  public String toString() {
    return refusal == null
        ? "FileResult[" + DigestText.shortened(name) + ", verified]"
        : "FileResult[" + refusal.message() + "]";
  }
}
