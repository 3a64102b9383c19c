package io.bartizan.integrity.artifact;

import io.bartizan.core.Reason;
import io.bartizan.core.Refusal;
import io.bartizan.core.Refused;
import io.bartizan.core.SafeText;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Thrown when no mirror gave the expected content; tells of each what happened. The message is safe
 * to log, and nothing unverified is at the final name.
 *
 * <p>The cause is what ended the last attempt: where the connection failed, what the HTTP client
 * threw, whose own text this library has not looked at.
 */
public final class DownloadException extends IOException implements Refused {

  private static final long serialVersionUID = 1L;

  private final transient Refusal refusal;
  private final transient List<String> attempts;

  DownloadException(Reason reason, List<String> attempts, @Nullable Throwable cause) {
    super(
        reason.code()
            + ": "
            + SafeText.of(String.join("; ", attempts), 200 + 600 * attempts.size()),
        cause);
    this.refusal = Refusal.of(reason, String.join("; ", attempts));
    this.attempts = List.copyOf(attempts);
  }

  /**
   * Why the last attempt failed.
   *
   * @return its reason is an {@link ArtifactReason}
   */
  @Override
  public Refusal refusal() {
    return refusal;
  }

  /**
   * One sentence for each attempt, with the mirror's address and the cause. Of the address query
   * and user information are left out, for they may be secrets.
   *
   * @return an immutable list; null after Java serialization
   */
  public List<String> attempts() {
    return attempts;
  }
}
