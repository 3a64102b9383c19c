package io.bartizan.integrity.json;

import static io.bartizan.integrity.json.JsonException.Kind.DUPLICATE;
import static io.bartizan.integrity.json.JsonException.Kind.ENCODING;
import static io.bartizan.integrity.json.JsonException.Kind.LIMIT;
import static io.bartizan.integrity.json.JsonException.Kind.SYNTAX;
import static io.bartizan.integrity.json.JsonException.Kind.TRAILING;
import static io.bartizan.integrity.json.JsonException.Kind.TYPE;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.bartizan.tests.SeededCases;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {

  private static final JsonLimits LIMITS = JsonLimits.ofBytes(4096);

  @Test
  void parse_everyType_givesJavaValues() throws Exception {
    JsonObject object =
        parse(
            " {\"s\":\"a\\n\\u00e9\\ud83d\\ude00\",\"i\":-12,\"d\":1.50,\"e\":1E2,\"z\":-0,"
                + "\"big\":12345678901234567890,\"t\":true,\"f\":false,\"n\":null,"
                + "\"a\":[1,\"x\",{}],\"o\":{\"k\":[]}} ");
    assertThat(object.toJava())
        .containsEntry("s", "a\né😀")
        .containsEntry("i", -12L)
        .containsEntry("d", new BigDecimal("1.50"))
        .containsEntry("e", new BigDecimal("1E2"))
        .containsEntry("z", new BigDecimal("-0"))
        .containsEntry("big", new BigDecimal("12345678901234567890"))
        .containsEntry("t", true)
        .containsEntry("f", false)
        .containsEntry("n", null)
        .containsEntry("a", List.of(1L, "x", Map.of()))
        .containsEntry("o", Map.of("k", List.of()));
    assertThat(object.names()).startsWith("s", "i", "d").hasSize(11);
    assertThat(object.has("n")).isTrue();
    assertThat(object.string("none")).isNull();
  }

  @Test
  void parse_escapesAndUtf8_areRead() throws Exception {
    assertThat(parse("{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"}").string("a"))
        .isEqualTo("\"\\/\b\f\n\r\t");
    assertThat(parse("{\"a\":\"é€😀\u007f\"}").string("a")).isEqualTo("é€😀\u007f");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "[]",
        "1",
        "null",
        "\"a\"",
        "{",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":1",
        "{\"a\":1,",
        "{\"a\":1,}",
        "{,}",
        "{\"a\" 1}",
        "{a:1}",
        "{'a':1}",
        "{\"a\":[1,]}",
        "{\"a\":[1 2]}",
        "{\"a\":[",
        "{\"a\":tru}",
        "{\"a\":True}",
        "{\"a\":nul",
        "{\"a\":NaN}",
        "{\"a\":Infinity}",
        "{\"a\":01}",
        "{\"a\":-}",
        "{\"a\":+1}",
        "{\"a\":.5}",
        "{\"a\":1.}",
        "{\"a\":1e}",
        "{\"a\":1e+}",
        "{\"a\":0x1}",
        "{\"a\":-01}",
        "{\"a\":\"\t\"}",
        "{\"a\":\"\n\"}",
        "{\"a\":\"\\x\"}",
        "{\"a\":\"\\u12g4\"}",
        "{\"a\":\"\\u12",
        "{\"a\":\"abc",
        "{\"a\":\"\\",
        "/*c*/{}",
        "{/**/}",
        "{\"a\":1//\n}",
        "{\"a\":}",
        "\f{}"
      })
  void parse_notRfc8259_isRefused(String text) {
    refuses(text, SYNTAX);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}{}", "{} x", "{}\u0000", "{}]", "{}\n\n1", "{},"})
  void parse_somethingAfterTheObject_isRefused(String text) {
    refuses(text, TRAILING);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"a\":1,\"a\":1}",
        "{\"a\":null,\"a\":1}",
        "{\"a\":1,\"\\u0061\":2}",
        "{\"x\":{\"a\":1,\"a\":1}}",
        "{\"x\":[{\"y\":[{\"a\":1,\"b\":2,\"a\":1}]}]}",
        "{\"\":1,\"\":1}"
      })
  void parse_repeatedName_isRefusedAtEveryDepth(String text) {
    refuses(text, DUPLICATE);
  }

  @Test
  void parse_repeatedNameAmongMany_isRefusedWhereverItIs() {
    for (int count = 2; count < 60; count++) {
      for (int twin = 0; twin < count; twin++) {
        StringBuilder text = new StringBuilder("{");
        for (int i = 0; i < count; i++) {
          text.append("\"n").append(i).append("\":").append(i).append(',');
        }
        refuses(text.append("\"n").append(twin).append("\":0}").toString(), DUPLICATE);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "c080",
        "c1bf",
        "e08080",
        "e09fbf",
        "eda080",
        "edbfbf",
        "f0808080",
        "f08fbfbf",
        "f4908080",
        "f5808080",
        "80",
        "bf",
        "c2",
        "e282",
        "f09f98",
        "fe",
        "ff",
        "c22f",
        "e2c2a2",
        "edb080"
      })
  void parse_brokenUtf8_isRefused(String hex) {
    byte[] bad = java.util.HexFormat.of().parseHex(hex);
    byte[] text = new byte[8 + bad.length];
    byte[] frame = "{\"a\":\"\"}".getBytes(UTF_8);
    System.arraycopy(frame, 0, text, 0, 6);
    System.arraycopy(bad, 0, text, 6, bad.length);
    System.arraycopy(frame, 6, text, 6 + bad.length, 2);
    assertThatExceptionOfType(JsonException.class)
        .isThrownBy(() -> Json.parseObject(text, LIMITS))
        .satisfies(e -> assertThat(e.kind()).isEqualTo(ENCODING));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"a\":\"\\ud800\"}", "{\"a\":\"\\udc00\"}", "{\"a\":\"\\ud800\\u0041\"}",
        "{\"a\":\"\\ud800\\ud800\"}", "{\"a\":\"\\ud83dx\"}", "{\"a\":\"\\u0000\"}",
        "{\"\\ud800\":1}"
      })
  void parse_unpairedSurrogateOrNul_isRefused(String text) {
    refuses(text, ENCODING);
  }

  @Test
  void parse_otherEncodings_areRefused() {
    assertThatExceptionOfType(JsonException.class)
        .isThrownBy(() -> Json.parseObject("\ufeff{}".getBytes(UTF_8), LIMITS));
    for (String charset : List.of("UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32")) {
      assertThatExceptionOfType(JsonException.class)
          .isThrownBy(
              () ->
                  Json.parseObject(
                      "{\"a\":1}".getBytes(java.nio.charset.Charset.forName(charset)), LIMITS));
    }
  }

  @Test
  void parse_limits_holdExactly() throws Exception {
    assertThat(parse("{\"a\":" + "[".repeat(15) + "]".repeat(15) + "}").size()).isOne();
    refuses("{\"a\":" + "[".repeat(16) + "]".repeat(16) + "}", LIMIT);
    refuses("{\"a\":" + "[".repeat(4000), LIMIT);
    refuses("{\"a\":".repeat(600), LIMIT);
    assertThat(parse("{\"a\":" + "1".repeat(32) + "}").size()).isOne();
    refuses("{\"a\":" + "1".repeat(33) + "}", LIMIT);
    JsonLimits three = JsonLimits.ofBytes(13).withMaxValues(3);
    assertThat(Json.parseObject("{\"a\":[1,2]}  ".getBytes(UTF_8), three).size()).isOne();
    assertThatExceptionOfType(JsonException.class)
        .isThrownBy(() -> Json.parseObject("{\"a\":[1,2,3]}".getBytes(UTF_8), three));
    assertThatExceptionOfType(JsonException.class)
        .isThrownBy(() -> Json.parseObject("{\"a\":[1,2]}   ".getBytes(UTF_8), three));
  }

  @Test
  void parse_part_neverReadsBeyondIt() {
    byte[] text = "{\"a\":\"b\"}".getBytes(UTF_8);
    for (int to = 0; to < text.length; to++) {
      int end = to;
      assertThatExceptionOfType(JsonException.class)
          .isThrownBy(() -> Json.parseObject(text, 0, end, LIMITS));
    }
  }

  @Test
  void members_ofAnotherType_areRefused() throws Exception {
    JsonObject object = parse("{\"s\":\"x\",\"n\":1,\"z\":null,\"a\":[\"x\",1]}");
    for (String name : List.of("n", "z", "a")) {
      assertThatExceptionOfType(JsonException.class)
          .isThrownBy(() -> object.string(name))
          .satisfies(e -> assertThat(e.kind()).isEqualTo(TYPE));
    }
    assertThatExceptionOfType(JsonException.class).isThrownBy(() -> object.number("s"));
    assertThatExceptionOfType(JsonException.class).isThrownBy(() -> object.object("z"));
    assertThatExceptionOfType(JsonException.class).isThrownBy(() -> object.array("s"));
    assertThatExceptionOfType(JsonException.class).isThrownBy(() -> object.strings("a"));
  }

  @Test
  void refusal_neverQuotesTheText() throws Exception {
    assertThatExceptionOfType(JsonException.class)
        .isThrownBy(() -> parse("{\"secret-name\":\"secret-value\" x"))
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("secret"))
        .satisfies(e -> assertThat(e.getStackTrace()).isEmpty());
    assertThat(parse("{\"secret\":\"secret\"}").toString()).doesNotContain("secret");
  }

  @Test
  void parse_anyBytes_givesAnObjectOrATypedRefusal() {
    byte[] alphabet = "{}[]\":,\\ut0123456789abcdef.eE+- \n\u0001é€".getBytes(UTF_8);
    SeededCases.check(
        20_000,
        random -> {
          byte[] text = new byte[random.nextInt(60)];
          for (int i = 0; i < text.length; i++) {
            text[i] = alphabet[random.nextInt(alphabet.length)];
          }
          if (text.length > 0 && random.nextInt(4) > 0) {
            text[0] = '{';
          }
          try {
            assertThat(Json.parseObject(text, LIMITS).toJava()).isNotNull();
          } catch (JsonException typed) {
            assertThat(typed.kind()).isNotNull();
          }
        });
  }

  @Test
  void parse_mutatedObject_isRefusedOrDiffers() throws Exception {
    byte[] good =
        "{\"iss\":\"é\\u00e9\",\"exp\":1700000000,\"a\":[true,null,{\"b\":-1.5e3}]}"
            .getBytes(UTF_8);
    Object before = Json.parseObject(good, LIMITS).toJava();
    for (int i = 0; i < good.length; i++) {
      for (int b = 0; b < 256; b++) {
        byte[] bad = good.clone();
        bad[i] = (byte) b;
        try {
          Object after = Json.parseObject(bad, LIMITS).toJava();
          boolean sameButCase =
              new String(bad, ISO_8859_1).equalsIgnoreCase(new String(good, ISO_8859_1));
          assertThat(after.equals(before)).isIn(sameButCase, Arrays.equals(good, bad));
        } catch (JsonException typed) {
          assertThat(typed.kind()).isNotNull();
        }
      }
    }
  }

  private static JsonObject parse(String text) throws JsonException {
    return Json.parseObject(text.getBytes(UTF_8), LIMITS);
  }

  private static void refuses(String text, JsonException.Kind kind) {
    assertThatExceptionOfType(JsonException.class)
        .as(text)
        .isThrownBy(() -> parse(text))
        .satisfies(e -> assertThat(e.kind()).isEqualTo(kind));
  }
}
