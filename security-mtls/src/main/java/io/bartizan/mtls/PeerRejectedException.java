package io.bartizan.mtls;

import io.bartizan.core.SafeText;
import java.security.cert.CertificateException;

/**
 * A peer's certificate was refused; the cause that a failed handshake's {@code SSLException}
 * carries.
 *
 * <p>The message is safe to log. It carries no stack trace, so that refusing costs no more than
 * accepting.
 */
public final class PeerRejectedException extends CertificateException {

  private static final long serialVersionUID = 1L;

  /** The stable reason. */
  private final TlsReason reason;

  PeerRejectedException(TlsReason reason, String detail) {
    super(reason.code() + ": " + SafeText.of(detail, 600));
    this.reason = reason;
    setStackTrace(new StackTraceElement[0]);
  }

  /**
   * The stable reason.
   *
   * @return never null
   */
  public TlsReason reason() {
    return reason;
  }

  /** Does nothing: a refusal is an answer, not an accident. */
  @Override
  public Throwable fillInStackTrace() {
    return this;
  }
}
