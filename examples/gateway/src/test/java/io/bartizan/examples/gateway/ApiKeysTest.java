package io.bartizan.examples.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.core.SecretBytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ApiKeysTest {

  @Test
  void key_ofTheFile_isKnownByANameThatTellsNothing() {
    ApiKeys keys = parse("# shop\r\nkey-of-the-shop\r\n\nkey-of-another");
    String shop = keys.caller("key-of-the-shop").orElseThrow();
    assertThat(shop).matches("[0-9a-f]{64}").isNotEqualTo(keys.caller("key-of-another").get());
    assertThat(keys.caller("# shop")).isEmpty();
    assertThat(keys.caller("")).isEmpty();
    assertThat(keys.caller("key-of-the-shop\r")).isEmpty();
    assertThat(keys).hasToString("ApiKeys[2]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"short", "key with blanks", "schlüssel-sieben", "key-of-the-shop\nno"})
  void line_thatIsNoKey_isRefusedByItsNumber(String text) {
    assertThatThrownBy(() -> parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("line ")
        .hasMessageNotContaining(text);
  }

  private static ApiKeys parse(String text) {
    try (SecretBytes secret = SecretBytes.ofUtf8(text)) {
      return ApiKeys.parse(secret);
    }
  }
}
