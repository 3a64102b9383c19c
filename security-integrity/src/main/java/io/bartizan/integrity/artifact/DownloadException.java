package io.bartizan.integrity.artifact;

import io.bartizan.core.Refusal;
import io.bartizan.core.Refused;
import java.io.IOException;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Thrown when no mirror gave the expected content, with what happened at each. The message is safe
 * to log, and nothing unverified is at the final name.
 *
 * <p>The cause is what ended the last attempt: where the connection failed, what the HTTP client
 * threw, whose own text this library has not looked at.
 */
public final class DownloadException extends IOException implements Refused {

  private static final long serialVersionUID = 1L;

  /** What a refusal has room for. */
  private static final int MAX_DETAIL_CHARS = 1_000;

  private final transient Refusal refusal;
  private final transient List<String> attempts;

  /** The last HTTP status; 0 if there was none. */
  private final int status;

  /** {@code said} is a sentence for each attempt, as the message tells them. */
  DownloadException(
      Refusal last,
      List<String> attempts,
      List<String> said,
      int status,
      @Nullable Throwable cause) {
    this(last, Refusal.of(last.reason(), detail(said)), attempts, status, cause);
  }

  private DownloadException(
      Refusal last, Refusal all, List<String> attempts, int status, @Nullable Throwable cause) {
    super(all.message(), cause);
    this.refusal = last instanceof DigestMismatch ? last : all;
    this.attempts = List.copyOf(attempts);
    this.status = status;
  }

  /** All attempts as long as that is short, else the last one, which gave the reason. */
  private static String detail(List<String> attempts) {
    String all = String.join("; ", attempts);
    int count = attempts.size();
    return all.length() <= MAX_DETAIL_CHARS
        ? all
        : attempts.get(count - 1) + " (the last of " + count + " attempts)";
  }

  /**
   * Why the last attempt failed.
   *
   * @return a {@link DigestMismatch} with both digests if the content had another digest; else its
   *     reason is an {@link ArtifactReason}, and its detail tells of all attempts where there is
   *     room, else of the last
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

  /**
   * The HTTP status that ended the last attempt, 404 or 503 for one.
   *
   * @return empty if it was no status that ended it
   */
  public OptionalInt status() {
    return status == 0 ? OptionalInt.empty() : OptionalInt.of(status);
  }
}
