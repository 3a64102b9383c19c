package io.bartizan.integrity.json;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.tests.SeededCases;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StrictBase64Test {

  @Test
  void decode_encoded_returnsTheSame() {
    SeededCases.check(
        2_000,
        random -> {
          byte[] bytes = new byte[random.nextInt(200)];
          random.nextBytes(bytes);
          assertThat(StrictBase64.decodeUrl(StrictBase64.encodeUrl(bytes))).isEqualTo(bytes);
          assertThat(StrictBase64.decodeStandard(StrictBase64.encodeStandard(bytes)))
              .isEqualTo(bytes);
          byte[] framed = ("=" + StrictBase64.encodeUrl(bytes) + "=").getBytes(US_ASCII);
          assertThat(StrictBase64.decodeUrl(framed, 1, framed.length - 1)).isEqualTo(bytes);
          byte[] padded = ("=" + StrictBase64.encodeStandard(bytes) + "=").getBytes(US_ASCII);
          assertThat(StrictBase64.decodeStandard(padded, 1, padded.length - 1)).isEqualTo(bytes);
        });
  }

  @Test
  void decode_zerosAndNothing_areRead() {
    for (int length = 0; length < 150; length++) {
      byte[] zeros = new byte[length];
      assertThat(StrictBase64.decodeUrl(StrictBase64.encodeUrl(zeros))).isEqualTo(zeros);
      assertThat(StrictBase64.decodeStandard(StrictBase64.encodeStandard(zeros))).isEqualTo(zeros);
    }
    assertThat(StrictBase64.decodeStandard(new byte[] {'=', '='}, 1, 1)).isEmpty();
    assertThat(StrictBase64.decodeUrl(new byte[] {'=', '='}, 1, 1)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "A", "AAAAA", "QQ==", "QQ=", "QUI=", "QR", "QUJ", "Q Q", "QQ ", " QQ", "QQ\n", "QQ\r\n",
        "+w", "/w", "Q.", "é", "ÿÿ", "QQ😀", "Q\u0000", "QQ?", "=", "===="
      })
  void decodeUrl_notCanonical_givesNull(String text) {
    assertThat(StrictBase64.decodeUrl(text)).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "A",
        "QQ",
        "QQ=",
        "QQ===",
        "QR==",
        "QUJ=",
        "QUI",
        "Q===",
        "====",
        "=",
        "-w==",
        "_w==",
        "QQ==\n",
        "QQ==QQ==",
        "QUJD ",
        "QU\nI=",
        "Ā==="
      })
  void decodeStandard_notCanonical_givesNull(String text) {
    assertThat(StrictBase64.decodeStandard(text)).isNull();
  }

  @ParameterizedTest
  @ValueSource(ints = {94, 95, 96, 97, 98, 99, 100, 128, 191, 192, 342, 343})
  void decode_changedOrCutText_isNullOrWhatEncodesToIt(int chars) {
    String foreign = "\u0000\n =.?~\u0080\u00ff\u20ac+/-_AQZaz09";
    SeededCases.check(
        300,
        random -> {
          byte[] bytes = new byte[chars];
          random.nextBytes(bytes);
          StringBuilder text = new StringBuilder(StrictBase64.encodeUrl(bytes).substring(0, chars));
          int at = random.nextInt(2) == 0 ? random.nextInt(chars) : chars - 1;
          text.setCharAt(at, foreign.charAt(random.nextInt(foreign.length())));
          byte[] url = StrictBase64.decodeUrl(text.toString());
          boolean isUrl = chars % 4 != 1 && text.toString().matches("[A-Za-z0-9_-]+");
          assertThat(url == null ? null : StrictBase64.encodeUrl(url))
              .isEqualTo(isUrl && isCanonical(text) ? text.toString() : null);
          String padded = text + "=".repeat(-chars & 3);
          byte[] standard = StrictBase64.decodeStandard(padded);
          boolean isStandard = chars % 4 != 1 && text.toString().matches("[A-Za-z0-9+/]+");
          assertThat(standard == null ? null : StrictBase64.encodeStandard(standard))
              .isEqualTo(isStandard && isCanonical(text) ? padded : null);
        });
  }

  /** The table decoder and the JDK's decode what is long, so each judges the other. */
  @Test
  void decodeUrlInPlace_anyText_isWhatDecodeUrlGives_andTouchesNothingBefore() {
    String foreign = "\u0000\n =.?~\u0080\u00ff+/-_AQZaz09";
    SeededCases.check(
        20_000,
        random -> {
          int chars = random.nextInt(140);
          byte[] bytes = new byte[chars];
          random.nextBytes(bytes);
          StringBuilder text = new StringBuilder(StrictBase64.encodeUrl(bytes).substring(0, chars));
          if (chars > 0 && random.nextBoolean()) {
            int at = random.nextBoolean() ? random.nextInt(chars) : chars - 1;
            text.setCharAt(at, foreign.charAt(random.nextInt(foreign.length())));
          }
          String before = "AAAAA".substring(random.nextInt(6));
          String after = "AAAAA".substring(random.nextInt(6));
          byte[] inside = (before + text + after).getBytes(ISO_8859_1);
          int from = before.length();
          byte[] expected = StrictBase64.decodeUrl(inside, from, from + chars);
          int end = StrictBase64.decodeUrlInPlace(inside, from, from + chars);
          assertThat(end < 0 ? null : Arrays.copyOfRange(inside, from, end)).isEqualTo(expected);
          assertThat(new String(inside, ISO_8859_1)).startsWith(before).endsWith(after);
        });
  }

  /** Whether the last letter has only bits that are used. */
  private static boolean isCanonical(CharSequence text) {
    char last = text.charAt(text.length() - 1);
    return switch (text.length() % 4) {
      case 2 -> "AQgw".indexOf(last) >= 0;
      case 3 -> "AEIMQUYcgkosw048".indexOf(last) >= 0;
      default -> true;
    };
  }

  @Test
  void decode_everyTwoAndThreeCharacterTail_isInjective() {
    char[] alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/=. ".toCharArray();
    Set<String> two = new HashSet<>();
    Set<String> three = new HashSet<>();
    int twos = 0;
    int threes = 0;
    for (char a : alphabet) {
      for (char b : alphabet) {
        byte[] decoded = StrictBase64.decodeUrl("" + a + b);
        if (decoded != null) {
          twos++;
          two.add(Base64.getEncoder().encodeToString(decoded));
        }
        for (char c : alphabet) {
          byte[] long3 = StrictBase64.decodeUrl("" + a + b + c);
          if (long3 != null) {
            threes++;
            three.add(Base64.getEncoder().encodeToString(long3));
          }
        }
      }
    }
    assertThat(twos).isEqualTo(256).isEqualTo(two.size());
    assertThat(threes).isEqualTo(65_536).isEqualTo(three.size());
  }
}
