package io.bartizan.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.bartizan.tests.SeededCases;
import org.junit.jupiter.api.Test;

class SafeTextTest {

  @Test
  void of_plainText_staysAsItIs() {
    assertThat(SafeText.of("Zoë’s tea, 100 % 茶 😀")).isEqualTo("Zoë’s tea, 100 % 茶 😀");
  }

  @Test
  void of_whatCouldForgeALogLine_isEscaped() {
    assertThat(SafeText.of("a\r\nINFO b")).isEqualTo("a\\u000d\\u000aINFO b");
    assertThat(SafeText.of("a\u2028b\u202ec\u0000\u001b[2J\u200b"))
        .isEqualTo("a\\u2028b\\u202ec\\u0000\\u001b[2J\\u200b");
    assertThat(SafeText.of("\ud800")).isEqualTo("\\ud800");
  }

  @Test
  void of_backslash_staysReadable() {
    for (String text : new String[] {"C:\\tmp\\unicode", "O=Bartizan dev CA\\, for tests only"}) {
      assertThat(SafeText.of(text)).isEqualTo(text);
    }
  }

  @Test
  void of_whatWasEscapedAlready_staysAsItIs() {
    String once = SafeText.of("a\r\nb\u202e\\c\\u000ad\ud800");
    assertThat(SafeText.of(once)).isEqualTo(once);
    assertThat(new VerificationException(TestReason.NOT_GOOD, once))
        .hasMessage("not-good: " + once);
  }

  @Test
  void of_longText_isCutAndTold() {
    assertThat(SafeText.of("abcdef", 3)).isEqualTo("abc… (6 characters)");
    assertThat(SafeText.of("abc", 3)).isEqualTo("abc");
    assertThat(SafeText.of("ab😀", 3)).isEqualTo("ab… (4 characters)");
    assertThat(SafeText.of("ab😀", 4)).isEqualTo("ab😀");
    assertThat(SafeText.of("ab\ud83d", 3)).isEqualTo("ab\\ud83d");
    assertThat(SafeText.of("😀a", 2)).isEqualTo("😀… (3 characters)");
    assertThat(SafeText.of("a", 1)).isEqualTo("a");
    assertThat(SafeText.of("ab", 1)).isEqualTo("a… (2 characters)");
    assertThat(SafeText.of("\ud83db", 1)).isEqualTo("\\ud83d… (2 characters)");
    assertThatIllegalArgumentException().isThrownBy(() -> SafeText.of("a", 0));
  }

  @Test
  void of_anyText_isOneBoundedLine() {
    SeededCases.check(
        500,
        random -> {
          char[] units = new char[random.nextInt(300)];
          for (int i = 0; i < units.length; i++) {
            units[i] = (char) random.nextInt(0x10000);
          }
          String safe = SafeText.of(new String(units));
          assertThat(safe.codePoints().anyMatch(Character::isISOControl)).isFalse();
          assertThat(SafeText.of(safe, safe.length() + 1)).isEqualTo(safe);
          assertThat(safe.length()).isLessThanOrEqualTo(6 * SafeText.DEFAULT_MAX_CHARS + 30);
        });
  }

  @Test
  void exception_detail_isEscapedAndWithoutStackTrace() {
    VerificationException refusal = new VerificationException(TestReason.NOT_GOOD, "x\ny");
    assertThat(refusal).hasMessage("not-good: x\\u000ay");
    assertThat(refusal.reason()).isSameAs(TestReason.NOT_GOOD);
    assertThat(refusal.getStackTrace()).isEmpty();
  }

  @Test
  void health_detail_isEscaped() {
    assertThat(Health.degraded("a\nb").detail()).isEqualTo("a\\u000ab");
    assertThat(Health.up("fine").status()).isEqualTo(Health.Status.UP);
    assertThat(Health.down("gone").status()).isEqualTo(Health.Status.DOWN);
  }

  private enum TestReason implements Reason {
    NOT_GOOD
  }
}
