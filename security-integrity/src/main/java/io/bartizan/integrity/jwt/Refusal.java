package io.bartizan.integrity.jwt;

import io.bartizan.core.Checked;
import io.bartizan.core.Checked.Rejected;

/** Carries a {@link Rejected} out of a reader; no stack trace. */
final class Refusal extends Exception {

  private static final long serialVersionUID = 1L;

  final transient Rejected<VerifiedJwt> rejected;

  Refusal(Rejected<VerifiedJwt> rejected) {
    super(null, null, false, false);
    this.rejected = rejected;
  }

  Refusal(JwtReason reason, String detail) {
    this(of(reason, detail));
  }

  /** It can't change and has no stack trace, so that most are made once and shared. */
  static Rejected<VerifiedJwt> of(JwtReason reason, String detail) {
    return Checked.rejected(io.bartizan.core.Refusal.of(reason, detail));
  }
}
