package io.bartizan.integrity.json;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class PlainTextTest {

  @Test
  void end_isAtTheFirstByteOfAnotherKind_whateverFollows() {
    for (int special = 0; special < 256; special++) {
      for (int next : new int[] {'a', '"', 0, 0xff, 0x21, 0x23}) {
        for (int at = 0; at < 20; at++) {
          byte[] text = new byte[20];
          Arrays.fill(text, (byte) 'a');
          text[at] = (byte) special;
          if (at + 1 < text.length) {
            text[at + 1] = (byte) next;
          }
          assertThat(PlainText.end(text, 0, text.length)).isEqualTo(expected(text));
        }
      }
    }
  }

  @Test
  void end_ofEachPart_isInsideIt() {
    byte[] text = "aaaaaaaaaaaaaaaaaaa\"a".getBytes(US_ASCII);
    for (int from = 0; from <= text.length; from++) {
      for (int end = from; end <= text.length; end++) {
        assertThat(PlainText.end(text, from, end)).isEqualTo(from > 19 ? end : Math.min(end, 19));
      }
    }
  }

  private static int expected(byte[] text) {
    for (int i = 0; i < text.length; i++) {
      int b = text[i];
      if (b < 0x20 || b == '"' || b == '\\') {
        return i;
      }
    }
    return text.length;
  }
}
