package io.bartizan.integrity.mac;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.integrity.json.Json;
import io.bartizan.integrity.json.JsonLimits;
import io.bartizan.integrity.json.JsonObject;
import io.bartizan.integrity.json.JsonValue;
import io.bartizan.tests.OptionalTool;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** C2SP Wycheproof on the engine: every tag agrees, and a modified one never does. */
class HmacWycheproofTest {

  @ParameterizedTest
  @EnumSource
  void engine_everyVector_agrees(HmacAlgorithm algorithm) throws Exception {
    String file = "wycheproof/hmac_sha" + algorithm.tagLength() * 8 + "_test.json";
    byte[] text = Files.readAllBytes(OptionalTool.vectors(file));
    JsonObject root = Json.parseObject(text, JsonLimits.ofBytes(1 << 20).withMaxValues(1_000_000));
    int valid = 0;
    int invalid = 0;
    for (JsonValue g : root.array("testGroups")) {
      JsonObject group = (JsonObject) g;
      int tagBytes = (int) group.number("tagSize").longValue() / 8;
      for (JsonValue t : group.array("tests")) {
        JsonObject test = (JsonObject) t;
        byte[] tag = Hmac.ofAnyLength(algorithm, hex(test, "key")).sign(hex(test, "msg"));
        boolean same = Arrays.equals(Arrays.copyOf(tag, tagBytes), hex(test, "tag"));
        boolean expected = "valid".equals(test.string("result"));
        assertThat(same).as("tcId %s", test.number("tcId").text()).isEqualTo(expected);
        valid += expected ? 1 : 0;
        invalid += expected ? 0 : 1;
      }
    }
    assertThat(valid).isEqualTo(66);
    assertThat(invalid).isEqualTo(108);
  }

  private static byte[] hex(JsonObject test, String name) throws Exception {
    return HexFormat.of().parseHex(test.string(name));
  }
}
