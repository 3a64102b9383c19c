package io.bartizan.integrity.mac;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.bartizan.core.VerificationException;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** TK-10: no signed text can be read as two messages, wherever its parts are said to end. */
class WebhookShiftTest {

  static Stream<Arguments> templates() {
    return Stream.of(
        Arguments.of("{id}{timestamp}{body}", "RFC3339"),
        Arguments.of("a{id}{timestamp}{body}", "RFC3339"),
        Arguments.of("{timestamp}{id}.{body}", "SECONDS"),
        Arguments.of("{timestamp}{body}", "SECONDS"),
        Arguments.of("{timestamp}{body}", "RFC3339"),
        Arguments.of("{timestamp}0{body}", "SECONDS"),
        Arguments.of("{timestamp}.{body}", "SECONDS"),
        Arguments.of("{id}.{timestamp}{body}", "SECONDS"),
        Arguments.of("{id}.{body}{timestamp}", "SECONDS"),
        Arguments.of("{id}.{body}{timestamp}", "RFC3339"),
        Arguments.of("{id}.{body}.{timestamp}", "SECONDS"));
  }

  @ParameterizedTest
  @MethodSource("templates")
  void TK10_signedText_isOneMessage_howeverItsPartsAreShifted(String template, String form) {
    isOneMessage(template, form, 15);
  }

  @Tag("deep")
  @ParameterizedTest
  @MethodSource("templates")
  void TK10_manySignedTexts_areOneMessageEach(String template, String form) {
    isOneMessage(template, form, 120);
  }

  private static void isOneMessage(String template, String form, int rounds) {
    WebhookFormat.Builder builder =
        WebhookFormat.builder("x", "s", WebhookEncoding.HEX)
            .withTimestampHeader("t")
            .withSigned(template);
    boolean date = form.equals("RFC3339");
    if (template.contains("{id}")) {
      builder = builder.withIdHeader("i");
    }
    DeclaredGrammar grammar =
        new DeclaredGrammar(date ? builder.withRfc3339().build() : builder.build());
    Random random = new Random(13);
    int accepted = 0;
    for (int round = 0; round < rounds; round++) {
      String id = pieces(random, date);
      String time = date ? date(random) : "1" + (100_000_000 + random.nextInt(900_000_000));
      String text = signed(grammar, id, time, pieces(random, date));
      if (text == null) {
        continue;
      }
      accepted++;
      assertThat(readings(grammar, template, text)).as(text).hasSize(1);
    }
    assertThat(accepted).isGreaterThanOrEqualTo(rounds / 12);
  }

  private static String date(Random random) {
    String[] some = {"2026-11-21T00:00:00Z", "2026-11-21T00:00:00.5Z", "2026-11-21T00:00:00+01:00"};
    return some[random.nextInt(some.length)];
  }

  /** Text whose parts look like ids, times and what parts them. */
  private static String pieces(Random random, boolean date) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(4); i >= 0; i--) {
      text.append(
          switch (random.nextInt(5)) {
            case 0 -> date ? date(random) : "1795219200";
            case 1 -> date ? "2026-11-21T" : "179521";
            case 2 -> ".";
            case 3 -> "0";
            default -> "x";
          });
    }
    return text.toString();
  }

  /** The signed text of a message that is read; null if it is refused. */
  private static @Nullable String signed(
      DeclaredGrammar grammar, String id, String time, String body) {
    try {
      Map<String, String> headers = Map.of("s", "tag", "i", id, "t", time);
      WebhookHeaders read = grammar.read(headers::get, null);
      return new String(read.prefixBytes(), US_ASCII)
          + body
          + new String(read.suffixBytes(), US_ASCII);
    } catch (VerificationException e) {
      return null;
    }
  }

  /** All messages that are read and have this signed text: parts at every place of it. */
  private static Set<String> readings(DeclaredGrammar grammar, String template, String text) {
    Set<String> readings = new LinkedHashSet<>();
    boolean id = template.contains("{id}");
    for (int from = 0; from < text.length(); from++) {
      for (int to = from + 1; to <= Math.min(text.length(), from + 36); to++) {
        String time = text.substring(from, to);
        if (signed(grammar, "x", time, "") == null) {
          continue;
        }
        for (int start = 0; start < (id ? text.length() : 1); start++) {
          for (int end = start + 1; end <= (id ? text.length() : 1); end++) {
            String name = text.substring(start, end);
            String empty = signed(grammar, name, time, "");
            if (empty == null || empty.length() > text.length()) {
              continue;
            }
            int before = bodyAt(template, name, time);
            String body = text.substring(before, before + text.length() - empty.length());
            if (text.equals(signed(grammar, name, time, body))) {
              readings.add((id ? name : "") + " | " + time + " | " + body);
            }
          }
        }
      }
    }
    return readings;
  }

  private static int bodyAt(String template, String id, String time) {
    String before = template.substring(0, template.indexOf("{body}"));
    return before.replace("{id}", id).replace("{timestamp}", time).length();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{id}{timestamp}{body}", "{id}{body}{timestamp}", "{timestamp}.{body}.{id}"})
  void TK10_templateThatLetsPartsShift_isRefused_withTheReason(String template) {
    WebhookFormat.Builder builder =
        WebhookFormat.builder("x", "s", WebhookEncoding.HEX)
            .withTimestampHeader("t")
            .withIdHeader("i")
            .withSigned(template);
    assertThatIllegalArgumentException()
        .isThrownBy(builder::build)
        .withMessageContaining("could be two messages");
  }
}
