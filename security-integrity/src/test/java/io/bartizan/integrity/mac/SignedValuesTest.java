package io.bartizan.integrity.mac;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.bartizan.core.SecretBytes;
import io.bartizan.core.VerificationException;
import io.bartizan.testkit.ManualInstantSource;
import io.bartizan.tests.SeededCases;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class SignedValuesTest {

  private static final Instant NOW = Instant.ofEpochSecond(1_795_262_400);
  private static final String ALPHABET =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

  private final ManualInstantSource clock = new ManualInstantSource(NOW);
  private final MacKeyRing ring = MacKeyRing.of(countedKey(0));
  private final SignedValues carts = values("cart", ring);

  /** Made by the independent Python program in docs/design/token-format.md. */
  @Test
  void sign_vectorsOfAnotherLanguage_areTheSame() {
    assertThat(ring.currentKeyId()).isEqualTo("223df1d6");
    assertThat(carts.sign("3 apples", "user", "u-17"))
        .isEqualTo(
            "ASI98dYAAAAAawGHwAAAAABrAZXQMyBhcHBsZXPfr-PtU3BfiMHJ6IAIfrNV-SJTWs4L4VJ3vSl0HqXCyQ");
    assertThat(values("größe", ring).sign(""))
        .isEqualTo("ASI98dYAAAAAawGHwAAAAABrAZXQwXwPoaREzsrNvzkywV51lCmVD9-1aKsXQvGPNcMbNlE");
  }

  @Test
  void verify_ownValue_givesWhatWasSigned() {
    SignedValue value = carts.verify(carts.sign("3 apples", "user", "u-17"), "user", "u-17");
    assertThat(value.text()).isEqualTo("3 apples");
    assertThat(value.issuedAt()).isEqualTo(NOW);
    assertThat(value.expiresAt()).contains(NOW.plusSeconds(3600));
    assertThat(value.keyId()).isEqualTo(ring.currentKeyId());
    assertThat(value.shouldReissue()).isFalse();
  }

  @Test
  void G01_valueOfAnotherPurpose_isRefused() {
    assertRefused(values("login", ring), carts.sign("x"), MacReason.SIGNATURE_INVALID);
  }

  @Test
  void G02_fieldsJoinedOtherwise_areOtherValues() {
    String value = carts.sign("payload", "ab", "c");
    assertRefused(carts, value, MacReason.SIGNATURE_INVALID, "a", "bc");
    assertRefused(carts, value, MacReason.SIGNATURE_INVALID, "abc");
    assertRefused(carts, value, MacReason.SIGNATURE_INVALID, "ab", "c", "");
    assertThat(carts.check(value, "ab", "c").isAccepted()).isTrue();
  }

  @Test
  void G03_valueAfterItsValidity_isRefused() {
    String value = carts.sign("x");
    clock.set(NOW.plusSeconds(3599));
    assertThat(carts.check(value).isAccepted()).isTrue();
    clock.set(NOW.plusSeconds(3600));
    assertRefused(carts, value, MacReason.EXPIRED);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SignedValues.of("cart", ring, Duration.ZERO));
  }

  @Test
  void G03_validityShortenedLater_endsOldValuesEarlier() {
    String value = carts.sign("x");
    SignedValues shorter =
        SignedValues.builder("cart", ring, Duration.ofMinutes(1)).withClock(clock).build();
    clock.set(NOW.plusSeconds(60));
    assertRefused(shorter, value, MacReason.EXPIRED);
  }

  @Test
  void G04_valueFromTheFuture_isRefused() {
    clock.set(NOW.plusSeconds(600));
    String value = carts.sign("x");
    clock.set(NOW);
    assertRefused(carts, value, MacReason.NOT_YET_VALID);
  }

  @Test
  void G10_everyOtherSpelling_isRefused() {
    String value = carts.sign("3 apples");
    for (int i = 0; i < value.length(); i++) {
      for (int c = 0; c < ALPHABET.length(); c++) {
        if (ALPHABET.charAt(c) != value.charAt(i)) {
          String changed = value.substring(0, i) + ALPHABET.charAt(c) + value.substring(i + 1);
          assertThat(carts.check(changed).isAccepted()).as(changed).isFalse();
        }
      }
      assertThat(carts.check(value.substring(0, i)).isAccepted()).isFalse();
      for (int c = 0; c < 256; c++) {
        String inserted = value.substring(0, i) + (char) c + value.substring(i);
        assertThat(carts.check(inserted).isAccepted()).as(inserted).isFalse();
      }
    }
    for (String tail : List.of("=", "==", " ", "\n", "A", "AAAA", "\u0000")) {
      assertThat(carts.check(value + tail).isAccepted()).isFalse();
    }
    assertThat(carts.check(value).isAccepted()).isTrue();
  }

  @Test
  void G11_valueMovedToAnotherUser_isRefused() {
    String value = carts.sign("x", "user", "u-17");
    assertRefused(carts, value, MacReason.SIGNATURE_INVALID, "user", "u-18");
    assertRefused(carts, value, MacReason.SIGNATURE_INVALID);
  }

  @Test
  void G13_rotatedKeys_areAcceptedWithAHintAndDroppedKeysRefused() {
    String old = carts.sign("x");
    MacKeyRing rotated = MacKeyRing.of(List.of(countedKey(100), countedKey(0)));
    SignedValue value = values("cart", rotated).verify(old);
    assertThat(value.shouldReissue()).isTrue();
    assertThat(value.keyId()).isEqualTo(ring.currentKeyId());
    SignedValues dropped = values("cart", MacKeyRing.of(countedKey(100)));
    assertRefused(dropped, old, MacReason.KEY_UNKNOWN);
  }

  @Test
  void verify_hostileText_isOnlyEverRefused() {
    SeededCases.check(
        20_000,
        random -> {
          char[] units = new char[random.nextInt(200)];
          for (int i = 0; i < units.length; i++) {
            units[i] = (char) random.nextInt(random.nextBoolean() ? 128 : 0x10000);
          }
          assertThat(carts.check(new String(units)).isAccepted()).isFalse();
        });
    assertRefused(carts, null, MacReason.MALFORMED);
    assertRefused(carts, "", MacReason.MALFORMED);
    assertRefused(carts, "A".repeat(1_000_000), MacReason.TOO_LARGE);
  }

  @Test
  void refusal_message_holdsNoSecretAndNoPayload() {
    String value = carts.sign("hunter2");
    VerificationException refusal =
        catchThrowableOfType(VerificationException.class, () -> carts.verify(value, "other"));
    assertThat(refusal).hasMessageNotContainingAny("hunter2", value);
    assertThat(carts.toString()).contains("cart").doesNotContain("hunter2");
  }

  private SignedValues values(String purpose, MacKeyRing keys) {
    return SignedValues.builder(purpose, keys, Duration.ofHours(1)).withClock(clock).build();
  }

  private static SecretBytes countedKey(int first) {
    byte[] key = new byte[32];
    for (int i = 0; i < key.length; i++) {
      key[i] = (byte) (first + i);
    }
    return SecretBytes.copyOf(key);
  }

  private static void assertRefused(
      SignedValues values, String value, MacReason reason, String... associatedData) {
    VerificationException refusal =
        catchThrowableOfType(
            VerificationException.class, () -> values.verify(value, associatedData));
    assertThat(refusal).as("%s", reason).isNotNull();
    assertThat(refusal.reason()).isEqualTo(reason);
  }
}
