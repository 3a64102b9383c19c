package io.bartizan.integrity.json;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.bartizan.tests.DamagedTexts;
import io.bartizan.tests.SeededCases;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Values made when asked for, against those made at once: one verdict, one message, one content.
 */
class LazyJsonTest {

  private static final JsonLimits LIMITS = new JsonLimits(400, 6, 40, 20);

  private static final List<String> RIGHT =
      List.of(
          "{\"iss\":\"https://i\",\"aud\":[\"a\",\"b\"],\"exp\":1795219200,\"sub\":\"\\u0061\\n\",\"n\":-1.5e3}",
          " { \"é\" : { \"a\":[ {} , {\"x\":{\"y\":[[1]],\"\\u0079y\":0}} ] } , \"\\u00e9e\" : false ,"
              + " \"f\" : [ -0 , \"é\" , { \"x\" : \"y\" , \"z\" : [ 7 ] } ] } ",
          "{\"a\":{\"b\":{\"c\":{\"d\":{}}}},\"n\":123456789012345678,\"m\":1234567890123456789}",
          "{\"t\":true,\"f\":false,\"n\":null,\"e\":{},\"l\":[],\"s\":\"\",\"u\":\"\\ud83d\\ude00\"}");

  @Test
  void damagedText_isJudgedAndReadAsByTheEagerReader() {
    int[] accepted = {0, 0};
    SeededCases.check(
        60_000,
        random -> {
          StringBuilder text = new StringBuilder(RIGHT.get(random.nextInt(RIGHT.size())));
          for (int i = random.nextInt(4); i > 0; i--) {
            DamagedTexts.damage(text, random);
          }
          byte[] bytes = text.toString().getBytes(random.nextBoolean() ? UTF_8 : ISO_8859_1);
          accepted[agree(bytes, random.nextInt(4)) ? 0 : 1]++;
        });
    assertThat(accepted[0]).isGreaterThan(5_000);
    assertThat(accepted[1]).isGreaterThan(5_000);
  }

  @Test
  void manyNames_atAnyDepth_areFoundWhereOneRepeats() {
    JsonLimits wide = JsonLimits.ofBytes(1 << 20).withMaxValues(1 << 20);
    for (int count : new int[] {1, 15, 16, 17, 48, 49, 500}) {
      String names =
          IntStream.range(0, count)
              .mapToObj(i -> "\"n" + i + "\":" + i)
              .collect(Collectors.joining(","));
      for (String text :
          List.of(
              "{" + names + "}",
              "{\"o\":{" + names + "},\"p\":{\"q\":{" + names + "},\"r\":{" + names + "}}}",
              "{\"o\":[{" + names + "},{" + names + "}]}")) {
        assertThat(verdict(text.getBytes(UTF_8), 0, wide)).isEqualTo(eager(text, wide));
        for (int again : new int[] {0, count / 2, count - 1}) {
          String twice = text.replace("}", ",\"\\u006e" + again + "\":0}");
          assertThat(verdict(twice.getBytes(UTF_8), 0, wide))
              .isEqualTo(eager(twice, wide))
              .asString()
              .startsWith("DUPLICATE");
        }
      }
    }
  }

  @Test
  void readersOfPlaces_sayWhatTheValuesSay() throws JsonException {
    for (String value :
        List.of(
            "\"a\"",
            "\"\"",
            "\"\\u0061\"",
            "\"a\\u0000\"",
            "\"é\"",
            "\"ab\"",
            "0",
            "7",
            "-0",
            "-1",
            "999999999999999999",
            "1000000000000000000",
            "1.0",
            "1e2",
            "1E2",
            "true",
            "null",
            "[]",
            "{}",
            "[\"a\"]")) {
      byte[] text = ("{\"x\":" + value + "}").getBytes(UTF_8);
      if (value.contains("u0000")) {
        assertThatExceptionOfType(JsonException.class)
            .isThrownBy(() -> LazyJson.parseObject(text, 0, text.length, LIMITS));
        continue;
      }
      JsonObject lazy = LazyJson.parseObject(text, 0, text.length, LIMITS);
      JsonObject eager = Json.parseObject(text, LIMITS);
      assertThat(lazy.isStringAt(0)).as(value).isEqualTo(eager.isStringAt(0));
      assertThat(lazy.integerAt(0)).as(value).isEqualTo(eager.integerAt(0));
      assertThat(eager.integerAt(0) >= 0).isEqualTo(value.matches("0|7|9{18}"));
      for (String expected : List.of("a", "", "é", "ab", "b", "\\u0061", "0")) {
        boolean same =
            eager.get("x") instanceof JsonString string && string.value().equals(expected);
        assertThat(lazy.isString("x", expected)).as(value + " " + expected).isEqualTo(same);
        assertThat(eager.isString("x", expected)).as(value + " " + expected).isEqualTo(same);
        assertThat(lazy.isString("y", expected)).isFalse();
      }
    }
  }

  private static boolean agree(byte[] text, int before) {
    byte[] inside = new byte[text.length + 2 * before];
    Arrays.fill(inside, (byte) '1');
    System.arraycopy(text, 0, inside, before, text.length);
    Object eager = eager(LIMITS, text);
    Object lazy = verdict(inside, before, LIMITS);
    assertThat(lazy).as(new String(text, ISO_8859_1)).isEqualTo(eager);
    return eager instanceof List;
  }

  private static Object verdict(byte[] inside, int before, JsonLimits limits) {
    try {
      JsonObject object = LazyJson.parseObject(inside, before, inside.length - before, limits);
      assertThat(object.toJava()).isEqualTo(object.toJava());
      for (String name : object.names()) {
        assertThat(object.has(name)).isTrue();
      }
      return List.of(object.names(), object.size(), object.toJava());
    } catch (JsonException e) {
      return e.kind() + " " + e.getMessage();
    }
  }

  private static Object eager(String text, JsonLimits limits) {
    return eager(limits, text.getBytes(UTF_8));
  }

  private static Object eager(JsonLimits limits, byte[] text) {
    try {
      JsonObject object = Json.parseObject(text, limits);
      return List.of(object.names(), object.size(), object.toJava());
    } catch (JsonException e) {
      return e.kind() + " " + e.getMessage();
    }
  }
}
