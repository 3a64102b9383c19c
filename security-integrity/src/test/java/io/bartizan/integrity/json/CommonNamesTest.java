package io.bartizan.integrity.json;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommonNamesTest {

  @Test
  void commonName_isOneObjectWhereverItIsRead() throws Exception {
    for (String name : CommonNames.ALL) {
      String json = "{\"" + name + "\":1}";
      assertThat(read(json).get(0)).isSameAs(read(" " + json).get(0)).isEqualTo(name);
    }
  }

  @Test
  void name_ofUpToThreeLetters_isReadAsItStands() throws Exception {
    String letters = "abcdehijklmnopqrstuvxyz056_";
    char[] each = letters.toCharArray();
    for (char a : each) {
      for (char b : each) {
        StringBuilder json = new StringBuilder("{");
        for (char c : each) {
          json.append('"').append(a).append(b).append(c).append("\":0,");
        }
        json.append('"').append(a).append(b).append("\":0}");
        List<String> names = read(json.toString());
        for (int i = 0; i < letters.length(); i++) {
          assertThat(names.get(i)).isEqualTo("" + a + b + letters.charAt(i));
        }
        assertThat(names.get(letters.length())).isEqualTo("" + a + b);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"iss\":1,\"iss\":2}", "{\"iss\":1,\"\\u0069ss\":2}"})
  void commonName_twice_isADuplicate(String json) {
    assertThat(kind(json)).isEqualTo(JsonException.Kind.DUPLICATE);
  }

  private static List<String> read(String json) throws JsonException {
    return Json.parseObject(json.getBytes(US_ASCII), JsonLimits.ofBytes(4096)).names();
  }

  private static JsonException.Kind kind(String json) {
    try {
      throw new AssertionError("read: " + read(json));
    } catch (JsonException e) {
      return e.kind();
    }
  }
}
