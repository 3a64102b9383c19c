package io.bartizan.mtls;

import io.bartizan.core.Refusal;
import io.bartizan.core.Refused;
import java.security.cert.CertificateException;

/**
 * A peer's certificate was refused; the cause that a failed handshake's {@code SSLException}
 * carries.
 *
 * <p>The message is safe to log. It carries no stack trace, so that refusing costs no more than
 * accepting.
 */
public final class PeerRejectedException extends CertificateException implements Refused {

  private static final long serialVersionUID = 1L;

  private final transient Refusal refusal;

  PeerRejectedException(Refusal refusal) {
    super(refusal.message());
    this.refusal = refusal;
    setStackTrace(new StackTraceElement[0]);
  }

  PeerRejectedException(PeerReason reason, String detail) {
    this(Refusal.of(reason, detail));
  }

  /** Its reason is a {@link PeerReason}. */
  @Override
  public Refusal refusal() {
    return refusal;
  }

  /** Does nothing: a refusal is an answer, not an accident. */
  @Override
  public Throwable fillInStackTrace() {
    return this;
  }
}
