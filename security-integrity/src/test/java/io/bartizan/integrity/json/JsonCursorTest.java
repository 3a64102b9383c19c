package io.bartizan.integrity.json;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.tests.DamagedTexts;
import io.bartizan.tests.SeededCases;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The cursor against the tree: they take the same texts, and see the same in them. */
class JsonCursorTest {

  private static final JsonLimits LIMITS = new JsonLimits(100_000, 6, 5_000, 8);

  private static final List<String> RIGHT =
      List.of(
          "{\"a\":{\"b\":\"c\",\"\\u0061\\n\":1.5e-3},\"d\":[1,{\"e\":null},[],\"\\ud83d\\ude00\"],\"\":true}",
          " { \"é\" : { } , \"e\" : false , \"f\" : [ -0 , \"é\" , { \"x\" : \"y\" , \"z\" : [ 7 ] } ] } ",
          "{\"a\":{\"b\":{\"c\":{\"d\":{}}}},\"n\":123456}");

  @Test
  void walk_damagedText_agreesWithTheTree() {
    SeededCases.check(
        30_000,
        random -> {
          StringBuilder text = new StringBuilder(RIGHT.get(random.nextInt(RIGHT.size())));
          for (int i = random.nextInt(4); i > 0; i--) {
            DamagedTexts.damage(text, random);
          }
          agree(text.toString().getBytes(random.nextBoolean() ? UTF_8 : ISO_8859_1));
        });
  }

  @Test
  void walk_manyNames_findsTheOneThatRepeats() {
    for (int count : new int[] {1, 15, 16, 17, 47, 48, 49, 2_000}) {
      String names =
          IntStream.range(0, count)
              .mapToObj(i -> "\"n" + i + "\":" + i)
              .collect(Collectors.joining(","));
      agree(("{" + names + ",\"more\":{" + names + "}}").getBytes(UTF_8));
      for (int again : new int[] {0, count / 2, count - 1}) {
        String twice = "{\"o\":{" + names + ",\"\\u006e" + again + "\":0}}";
        agree(twice.getBytes(UTF_8));
        assertThat(skipped(twice.getBytes(UTF_8))).as(twice).isEqualTo("DUPLICATE");
      }
    }
  }

  private static void agree(byte[] text) {
    assertThat(walked(text)).as(new String(text, ISO_8859_1)).isEqualTo(tree(text));
  }

  /** Two levels of names and the strings there; what lies below is skipped. */
  private static Object walked(byte[] text) {
    Map<String, Object> seen = new LinkedHashMap<>();
    try {
      // A member that is no object is only known as one by trying, so the tree is asked for that.
      JsonObject shape = Json.parseObject(text, LIMITS);
      JsonCursor cursor = JsonCursor.of(text, LIMITS);
      while (cursor.next()) {
        String name = cursor.nameAt(cursor.mark());
        assertThat(cursor.isNamed(name) || !isAscii(name)).isTrue();
        assertThat(cursor.isNamed(name + "x")).isFalse();
        if (shape.get(name) instanceof JsonObject) {
          List<String> inner = new ArrayList<>();
          cursor.open();
          while (cursor.next()) {
            inner.add(cursor.nameAt(cursor.mark()));
            cursor.skip();
          }
          seen.put(name, inner);
        } else if (shape.get(name) instanceof JsonString) {
          seen.put(name, cursor.string());
        } else {
          seen.put(name, "");
          cursor.skip();
        }
      }
      return seen;
    } catch (JsonException e) {
      assertThat(skipped(text)).isNotEqualTo("accepted");
      return "refused";
    }
  }

  /** What the cursor alone says of a text that the tree refuses. */
  private static String skipped(byte[] text) {
    try {
      JsonCursor cursor = JsonCursor.of(text, LIMITS);
      while (cursor.next()) {
        cursor.skip();
      }
      return "accepted";
    } catch (JsonException e) {
      return e.kind().name();
    }
  }

  private static Object tree(byte[] text) {
    Map<String, Object> seen = new LinkedHashMap<>();
    try {
      JsonObject object = Json.parseObject(text, LIMITS);
      for (String name : object.names()) {
        JsonValue value = object.get(name);
        seen.put(
            name,
            value instanceof JsonObject inner
                ? inner.names()
                : value instanceof JsonString string ? string.value() : "");
      }
      return seen;
    } catch (JsonException e) {
      return "refused"; // for which reason first may differ
    }
  }

  private static boolean isAscii(String name) {
    return name.chars().allMatch(c -> c < 0x80);
  }
}
