package io.bartizan.integrity.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.bartizan.core.VerificationException;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** What the tests of this package ask again and again. */
final class Refusals {

  private Refusals() {}

  /** The call must end in a typed refusal; returns its message. */
  @CanIgnoreReturnValue
  static String refused(ArtifactReason reason, ThrowingCallable call) {
    Throwable thrown = catchThrowable(call);
    assertThat(thrown).as("a refusal for " + reason).isNotNull();
    assertThat(reasonOf(thrown)).as(thrown.toString()).isEqualTo(reason);
    assertThat(thrown.getMessage()).doesNotContainPattern("[\\p{Cntrl}\\p{Cf}]");
    return thrown.getMessage();
  }

  private static Object reasonOf(Throwable thrown) {
    if (thrown instanceof VerificationException e) {
      return e.reason();
    }
    if (thrown instanceof StreamVerificationException e) {
      return e.reason();
    }
    return "no refusal but " + thrown;
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    new SplittableRandom(length).nextBytes(bytes);
    return bytes;
  }
}
