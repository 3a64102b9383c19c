package io.bartizan.integrity.artifact;

import io.bartizan.core.Reason;
import io.bartizan.core.VerificationException;
import java.util.function.Function;

/** What checking one file gave: the file, open and verified, or why it was refused. Immutable. */
public sealed interface FileCheck {

  /**
   * Turns either outcome into one value.
   *
   * @param accepted gets the verified file, which it must close
   * @param rejected gets the refusal
   * @param <T> the value's type
   * @return what the function gave
   */
  <T> T fold(
      Function<? super VerifiedFile, ? extends T> accepted,
      Function<? super Rejected, ? extends T> rejected);

  /** The content is the expected one. */
  final class Accepted implements FileCheck {
    private final VerifiedFile file;

    Accepted(VerifiedFile file) {
      this.file = file;
    }

    /**
     * The open file; the caller closes it.
     *
     * @return the verified file
     */
    public VerifiedFile file() {
      return file;
    }

    @Override
    public <T> T fold(
        Function<? super VerifiedFile, ? extends T> accepted,
        Function<? super Rejected, ? extends T> rejected) {
      return accepted.apply(file);
    }

    @Override
    public String toString() {
      return "Accepted[" + file + "]";
    }
  }

  /** The content must not be believed. */
  final class Rejected implements FileCheck {
    private final VerificationException refusal;

    Rejected(VerificationException refusal) {
      this.refusal = refusal;
    }

    /**
     * The stable reason.
     *
     * @return an {@link ArtifactReason}
     */
    public Reason reason() {
      return refusal.reason();
    }

    /**
     * A sentence for people, safe to log.
     *
     * @return reason and detail
     */
    public String detail() {
      return String.valueOf(refusal.getMessage());
    }

    @Override
    public <T> T fold(
        Function<? super VerifiedFile, ? extends T> accepted,
        Function<? super Rejected, ? extends T> rejected) {
      return rejected.apply(this);
    }

    @Override
    public String toString() {
      return "Rejected[" + detail() + "]";
    }
  }
}
