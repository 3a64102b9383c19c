package io.bartizan.integrity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.bartizan.core.Reason;
import io.bartizan.core.Refused;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** What the tests of artifacts and attestations ask again and again. */
public final class Refusals {

  private Refusals() {}

  /** The call must end in a typed refusal, whose message the exception bears; returns it. */
  @CanIgnoreReturnValue
  public static String refused(Reason reason, ThrowingCallable call) {
    Throwable thrown = catchThrowable(call);
    assertThat(thrown).as("a refusal for " + reason).isInstanceOf(Refused.class);
    Refused refused = (Refused) thrown;
    assertThat(refused.reason()).as(thrown.toString()).isEqualTo(reason);
    assertThat(thrown).hasMessage(refused.refusal().message());
    assertThat(thrown.getMessage())
        .startsWith(reason.code() + ": ")
        .doesNotContainPattern("[\\p{Cntrl}\\p{Cf}]");
    return thrown.getMessage();
  }

  public static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  public static byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    new SplittableRandom(length).nextBytes(bytes);
    return bytes;
  }
}
