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
  void end_ofEachPart_isInsideIt_whereverTheFirstByteOfAnotherKindIs() {
    for (int place = 0; place < 26; place++) {
      byte[] text = "a".repeat(26).getBytes(US_ASCII);
      text[place] = '"';
      for (int from = 0; from <= text.length; from++) {
        for (int end = from; end <= text.length; end++) {
          assertThat(PlainText.end(text, from, end))
              .as("%d in [%d, %d)", place, from, end)
              .isEqualTo(place >= from && place < end ? place : end);
        }
      }
    }
  }

  /** Whatever stands before and after the part; a letter beyond ASCII is not its lowest byte. */
  @Test
  void isSame_ofEachPart_isTrueOfItsOwnLettersAlone() {
    String all = "abcdefghijklmnopqrst";
    byte[] text = all.getBytes(US_ASCII);
    for (int from = 0; from <= text.length; from++) {
      for (int end = from; end <= text.length; end++) {
        String part = all.substring(from, end);
        assertThat(PlainText.isSame(text, from, end, part)).as(part).isTrue();
        assertThat(PlainText.isSame(text, from, end, part + "u")).as(part).isFalse();
        for (int at = 0; at < part.length(); at++) {
          String cut = part.substring(0, at) + part.substring(at + 1);
          assertThat(PlainText.isSame(text, from, end, cut)).as(cut).isFalse();
          for (int other : new int[] {0, 'A', part.charAt(at) + 0x100}) {
            StringBuilder changed = new StringBuilder(part);
            changed.setCharAt(at, (char) other);
            assertThat(PlainText.isSame(text, from, end, changed.toString()))
                .as("%s", changed)
                .isFalse();
          }
        }
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
