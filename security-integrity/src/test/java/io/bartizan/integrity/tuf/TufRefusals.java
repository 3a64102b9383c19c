package io.bartizan.integrity.tuf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.bartizan.core.VerificationException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** What a client must say. */
final class TufRefusals {

  private TufRefusals() {}

  static void refused(TufReason reason, ThrowingCallable action) {
    VerificationException refusal = catchThrowableOfType(VerificationException.class, action);
    assertThat(refusal).as("refused as %s", reason).isNotNull();
    assertThat(refusal.reason()).as("%s", refusal.getMessage()).isEqualTo(reason);
  }

  static void accepted(TufClient client) throws Exception {
    client.refresh();
    assertThat(client.verifyTarget("file.txt").text()).isEqualTo("hello");
  }
}
