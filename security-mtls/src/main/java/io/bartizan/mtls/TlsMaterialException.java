package io.bartizan.mtls;

import io.bartizan.core.SafeText;

/**
 * Thrown when key, chain, trust anchors or revocation data can't be used; the message is one
 * sentence that names the source and what is wrong with it, never a secret.
 */
public final class TlsMaterialException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** The stable reason. */
  private final TlsReason reason;

  /** The message without what changes from minute to minute. */
  private final String lasting;

  TlsMaterialException(TlsReason reason, String source, String what) {
    this(reason, source, what, "");
  }

  /** {@code changing} ends the message and differs between two loads of the same material. */
  TlsMaterialException(TlsReason reason, String source, String what, String changing) {
    super(SafeText.of(source) + " " + SafeText.of(what, 400) + changing);
    this.reason = reason;
    this.lasting = SafeText.of(source) + " " + SafeText.of(what, 400);
  }

  String lasting() {
    return lasting;
  }

  /**
   * The stable reason.
   *
   * @return one of the constants from {@link TlsReason#FILE_UNREADABLE} on, or {@link
   *     TlsReason#EXPIRED} and its like for one's own certificate
   */
  public TlsReason reason() {
    return reason;
  }
}
