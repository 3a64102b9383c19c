package io.bartizan.integrity.artifact;

import io.bartizan.core.Reason;
import io.bartizan.core.SafeText;
import java.io.IOException;
import java.util.List;

/**
 * Thrown when no mirror gave the expected content; tells of each what happened. Safe to log, and
 * nothing unverified is at the final name.
 */
public final class DownloadException extends IOException {

  private static final long serialVersionUID = 1L;

  private final transient Reason reason;
  private final transient List<String> attempts;

  DownloadException(Reason reason, List<String> attempts) {
    super(
        reason.code()
            + ": "
            + SafeText.of(String.join("; ", attempts), 200 + 600 * attempts.size()));
    this.reason = reason;
    this.attempts = List.copyOf(attempts);
  }

  /**
   * Why the last attempt failed.
   *
   * @return an {@link ArtifactReason}
   */
  public Reason reason() {
    return reason;
  }

  /**
   * One sentence for each attempt, with host and cause.
   *
   * @return an immutable list; null after Java serialization
   */
  public List<String> attempts() {
    return attempts;
  }
}
