package io.bartizan.integrity.mac;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.bartizan.core.Checked;
import io.bartizan.core.Reason;
import io.bartizan.core.Refusal;
import io.bartizan.core.Rotating;
import io.bartizan.core.SecretBytes;
import io.bartizan.core.SecretReason;
import io.bartizan.core.SecretSource;
import io.bartizan.core.VerificationException;
import io.bartizan.integrity.jwt.AuthenticationScheme;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is made of a ring, a verifier or a key that is not there when the service starts. */
class SignedValuesStartTest {

  private static final String KEY = "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=";

  @TempDir Path folder;

  @Test
  void signedValues_builtBeforeTheRing_areUndecidedUntilItIsThere() throws IOException {
    Path file = folder.resolve("ring");
    Checked<String> elsewhere =
        Checked.accepted(
            SignedValues.of("cart", MacKeyRing.parse(SecretBytes.ofUtf8(KEY)), Duration.ofHours(1))
                .sign("three pears"));
    try (Rotating<MacKeyRing> ring = waiting(SecretSource.file(file))) {
      SignedValues carts = SignedValues.of("cart", ring, Duration.ofHours(1));
      assertThat(carts.toString()).contains("keys not read yet");
      assertUndecided(carts, reasonOf(carts.check(elsewhere.orThrow())));
      assertUndecided(carts, reasonOf(carts.peek(elsewhere.orThrow())));
      VerificationException refused =
          catchThrowableOfType(VerificationException.class, () -> carts.sign("three pears"));
      assertUndecided(carts, refused.reason());
      assertThat(reasonOf(carts.check("no such form"))).isEqualTo(MacReason.MALFORMED);
      assertThat(carts.status(MacReason.MALFORMED)).isEqualTo(400);

      Files.writeString(file, "c2VjcmV0\n");
      assertThat(ring.refresh()).isFalse();
      assertThat(ring.health().detail()).doesNotContain("c2VjcmV0").contains("key has 6 bytes");
      assertUndecided(carts, reasonOf(carts.check(elsewhere.orThrow())));

      Files.writeString(file, KEY);
      assertThat(ring.refresh()).isTrue();
      assertThat(carts.check(elsewhere.orThrow()).orThrow().text()).isEqualTo("three pears");
      assertThat(carts.verify(carts.sign("two")).text()).isEqualTo("two");
      assertThat(carts.toString()).doesNotContain("not read yet");
    }
  }

  @Test
  void signedValues_ofAnotherRefusalOfTheSupplier_areRefusedWhenBuilt() {
    Supplier<MacKeyRing> refusing =
        () -> {
          throw new VerificationException(MacReason.EXPIRED, "of the application");
        };
    VerificationException refused =
        catchThrowableOfType(
            VerificationException.class,
            () -> SignedValues.of("cart", refusing, Duration.ofHours(1)));
    assertThat(refused.reason()).isEqualTo(MacReason.EXPIRED);
  }

  @Test
  void status_ofASecretThatIsNotThere_is503Everywhere() throws IOException {
    Path file = folder.resolve("webhook-secret");
    try (Rotating<WebhookVerifier> hooks =
        Rotating.builder(
                SecretSource.file(file),
                key -> WebhookVerifier.of(WebhookScheme.slack(key)),
                Duration.ofDays(1))
            .withStartBeforeSecret()
            .build()) {
      Reason reason = reasonOf(Checked.of(hooks::get));
      assertThat(reason).isEqualTo(SecretReason.SECRET_UNAVAILABLE);
      assertThat(AuthenticationScheme.bearer().status(reason)).isEqualTo(503);
      assertThat(AuthenticationScheme.bearer().challenge(reason)).isEmpty();
      Files.writeString(file, KEY);
      assertThat(hooks.refresh()).isTrue();
      assertThat(hooks.get().status(reason)).isEqualTo(503);
      assertThat(hooks.get().status(MacReason.KEYS_UNAVAILABLE)).isEqualTo(503);
      assertThat(hooks.get().status(MacReason.SIGNATURE_INVALID)).isEqualTo(400);
    }
  }

  private static void assertUndecided(SignedValues values, Reason reason) {
    assertThat(reason).isEqualTo(MacReason.KEYS_UNAVAILABLE);
    assertThat(values.status(reason)).isEqualTo(503);
  }

  private static Reason reasonOf(Checked<?> checked) {
    return checked.fold(value -> MacReason.REPLAYED, Refusal::reason);
  }

  private static Rotating<MacKeyRing> waiting(SecretSource source) throws IOException {
    return Rotating.builder(source, MacKeyRing::parse, Duration.ofDays(1))
        .withStartBeforeSecret()
        .build();
  }
}
