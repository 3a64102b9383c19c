package io.bartizan.integrity.jwt;

import io.bartizan.integrity.jwt.JwtResult.Rejected;

/** Carries a {@link Rejected} out of a reader; no stack trace. */
final class Refusal extends Exception {

  private static final long serialVersionUID = 1L;

  final transient Rejected rejected;

  Refusal(Rejected rejected) {
    super(null, null, false, false);
    this.rejected = rejected;
  }

  Refusal(JwtReason reason, String detail) {
    this(Rejected.of(reason, detail));
  }
}
