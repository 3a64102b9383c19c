package io.bartizan.integrity.attest.notation;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.Checked;

/** What a signature must give, in the words of the matrix. */
final class NotationOutcomes {

  private NotationOutcomes() {}

  static NotationSignature accepted(Checked<NotationSignature> outcome) {
    assertThat(outcome.isAccepted()).as("%s", outcome).isTrue();
    return outcome.orThrow();
  }

  static void refused(Checked<?> outcome, NotationReason reason) {
    Object found = outcome.fold(value -> null, refusal -> refusal.reason());
    assertThat(found).as("%s", outcome).isEqualTo(reason);
  }
}
