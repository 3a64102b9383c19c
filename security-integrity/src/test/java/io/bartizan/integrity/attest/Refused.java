package io.bartizan.integrity.attest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.bartizan.core.Reason;
import io.bartizan.core.VerificationException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** What the tests of this package ask again and again. */
final class Refused {

  private Refused() {}

  /** The call must end in a typed refusal; returns its message. */
  @CanIgnoreReturnValue
  static String refused(Reason reason, ThrowingCallable call) {
    Throwable thrown = catchThrowable(call);
    assertThat(thrown).as("a refusal for " + reason).isInstanceOf(VerificationException.class);
    VerificationException refusal = (VerificationException) thrown;
    assertThat(refusal.reason()).as(refusal.getMessage()).isEqualTo(reason);
    assertThat(refusal.getMessage()).doesNotContainPattern("[\\p{Cntrl}\\p{Cf}]");
    return refusal.getMessage();
  }
}
