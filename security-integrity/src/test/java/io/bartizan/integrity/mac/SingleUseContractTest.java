package io.bartizan.integrity.mac;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.bartizan.core.Checked;
import io.bartizan.core.SecretBytes;
import io.bartizan.integrity.replay.DeliveryGuard;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** TK-01: what the doors' contract can't say of signed values, over every {@link DeliveryGuard}. */
abstract class SingleUseContractTest {

  static final Duration LEASE = Duration.ofSeconds(1);
  static final Duration VALIDITY = Duration.ofMinutes(15);

  private final MacKeyRing ring = MacKeyRing.of(SecretBytes.random(32));

  abstract DeliveryGuard guard();

  abstract InstantSource clock();

  final SignedValues values(DeliveryGuard guard, Duration validity) {
    return SignedValues.builder("reset", ring, validity)
        .withSingleUse(guard, LEASE)
        .withClock(clock())
        .build();
  }

  static Object reason(Checked<SignedValue> checked) {
    return checked.<Object>fold(v -> "accepted", refusal -> refusal.reason());
  }

  static Object reason(SignedValues values, @Nullable String value, String... associatedData) {
    return reason(values.check(value, associatedData));
  }

  @Test
  void TK01_handlerThatFails_losesNoValue() {
    SignedValues values = values(guard(), VALIDITY);
    String value = values.sign("alice", "host");
    assertThatIllegalStateException()
        .isThrownBy(
            () -> {
              Checked<SignedValue> unused =
                  values.handle(
                      value,
                      v -> {
                        throw new IllegalStateException("the database is down");
                      },
                      "host");
            })
        .withMessage("the database is down");
    List<String> handled = new ArrayList<>();
    assertThat(reason(values.handle(value, v -> handled.add(v.text()), "host")))
        .isEqualTo("accepted");
    for (int i = 0; i < 3; i++) {
      assertThat(reason(values.handle(value, v -> handled.add("again"), "host")))
          .isEqualTo(MacReason.REPLAYED);
    }
    assertThat(handled).containsExactly("alice");
    assertThat(reason(values.handle(values.sign("bob"), v -> handled.add(v.text()))))
        .as("another value")
        .isEqualTo("accepted");
  }

  @Test
  void TK01_peek_neitherBeginsNorEndsAnything() {
    SignedValues values = values(guard(), VALIDITY);
    String value = values.sign("alice");
    for (int scanner = 0; scanner < 3; scanner++) {
      SignedValue seen = values.peek(value).orThrow();
      seen.complete();
      seen.abandon();
    }
    SignedValue begun = values.verify(value);
    values.peek(value).orThrow().abandon();
    assertThat(reason(values, value)).isEqualTo(MacReason.IN_PROGRESS);
    begun.complete();
    assertThat(values.peek(value).isAccepted()).as("use is not looked at").isTrue();
    assertThat(reason(values, value)).isEqualTo(MacReason.REPLAYED);
  }

  @Test
  void TK01_refusedValue_beginsNothing() {
    DeliveryGuard guard = guard();
    SignedValues values = values(guard, VALIDITY);
    String value = values.sign("alice", "host");
    assertThat(reason(values, value, "other")).isEqualTo(MacReason.SIGNATURE_INVALID);
    assertThat(reason(values, null)).isEqualTo(MacReason.MALFORMED);
    assertThat(reason(values, value, "host")).isEqualTo("accepted");
  }

  @Test
  void TK01_instancesWithAndWithoutALease_useAValueOnceTogether() {
    DeliveryGuard guard = guard();
    SignedValues leased = values(guard, VALIDITY);
    SignedValues plain =
        SignedValues.builder("reset", ring, VALIDITY)
            .withSingleUse(guard)
            .withClock(clock())
            .build();
    String value = plain.sign("alice");
    assertThat(reason(plain, value)).isEqualTo("accepted");
    assertThat(reason(leased, value)).as("nobody knows more").isEqualTo(MacReason.DUPLICATE);
    String other = leased.sign("bob");
    SignedValue begun = leased.verify(other);
    assertThat(reason(plain, other)).isEqualTo(MacReason.REPLAYED);
    begun.complete();
    assertThat(reason(plain, other)).isEqualTo(MacReason.REPLAYED);
    assertThat(reason(leased, other)).isEqualTo(MacReason.REPLAYED);
  }
}
