package io.bartizan.integrity.jwt;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.integrity.json.StrictBase64;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class CompactTokenTest {

  /** Each text of up to six letters and dots. */
  @Test
  void split_textWithExactlyTwoDots_givesItsThreeParts_andNoOtherDoes() {
    int accepted = 0;
    for (int length = 0; length <= 6; length++) {
      for (int dots = 0; dots < (1 << length); dots++) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
          text.append(((dots >> i) & 1) == 1 ? '.' : 'A');
        }
        CompactToken token = CompactToken.split(text.toString());
        if (Integer.bitCount(dots) != 2) {
          assertThat(token).as("%s", text).isNull();
          continue;
        }
        accepted++;
        assertThat(token).as("%s", text).isNotNull();
        assertThat(token.headerEnd).isEqualTo(text.indexOf("."));
        assertThat(token.payloadEnd).isEqualTo(text.lastIndexOf("."));
        assertThat(token.bytes).asString().isEqualTo(text.toString());
      }
    }
    assertThat(accepted).isEqualTo(1 + 3 + 6 + 10 + 15);
  }

  /**
   * A surrogate pair is two characters and one byte, so that the dots would not be where they are.
   */
  @Test
  void split_textWithASurrogatePair_isNone() {
    String pair = "\ud83d\ude00";
    for (String text : List.of("%s.QQ.Qg", "AA.%s.Qg", "AA.QQ.%s", "%s%s%s.A.B", "AA.QQ.%s%s")) {
      assertThat(CompactToken.split(text.replace("%s", pair))).as(text).isNull();
      assertThat(CompactToken.split(text.replace("%s", "\ud83d"))).as(text).isNotNull();
      assertThat(CompactToken.split(text.replace("%s", "\ude00"))).as(text).isNotNull();
    }
  }

  @Test
  void parts_areDecodedInTheirOneSpelling_andTheSignatureIsNotEmpty() {
    assertThat(split("AA.QQ.Qg").payload()).asString().isEqualTo("A");
    assertThat(split("AA.QQ.Qg").signature()).asString().isEqualTo("B");
    assertThat(split(".QQ.Qg").payload()).asString().isEqualTo("A");
    assertThat(split("AA..Qg").payload()).isEmpty();
    assertThat(split("AA.QQ.").signature()).isNull();
    for (String other : new String[] {"A", "QR", "QQ==", "Q Q", "QQ\n", "+w", "\u0100w"}) {
      assertThat(split("AA." + other + ".Qg").payload()).as(other).isNull();
      assertThat(split("AA." + other + ".Qg").signature()).as(other).isNotNull();
      assertThat(split("AA.QQ." + other).signature()).as(other).isNull();
      assertThat(split("AA.QQ." + other).payload()).as(other).isNotNull();
    }
  }

  /** Of a cached token nobody must be able to read from memory what he could send. */
  @Test
  void takePayload_leavesTheHeaderAndThePayload_andNothingOfTheRest() {
    CompactToken token = split("AA.QUJDREVG.Qg");
    assertThat(token.takePayload()).isEqualTo(9);
    assertThat(token.bytes).asString().isEqualTo("AA.ABCDEF" + "\0".repeat(5));
    CompactToken empty = split("AA..Qg");
    assertThat(empty.takePayload()).isEqualTo(empty.payloadStart()).isEqualTo(3);
    assertThat(empty.bytes).asString().isEqualTo("AA.\0\0\0");
    for (String other : new String[] {"A", "QR", "QQ==", "QUJDREV*", "\u0100w"}) {
      CompactToken bad = split("AA." + other + ".Qg");
      assertThat(bad.takePayload()).as(other).isNegative();
      assertThat(bad.bytes).as(other).asString().matches("AA\\.\0+");
    }
  }

  @Test
  void takePayload_ofEachLength_isWhatPayloadGives() {
    for (int length = 0; length < 70; length++) {
      byte[] bytes = new byte[length];
      for (int i = 0; i < length; i++) {
        bytes[i] = (byte) (255 - i);
      }
      String text = "AA." + StrictBase64.encodeUrl(bytes) + ".Qg";
      assertThat(split(text).payload()).isEqualTo(bytes);
      CompactToken token = split(text);
      assertThat(token.takePayload()).isEqualTo(3 + length);
      byte[] left = Arrays.copyOf("AA.".getBytes(US_ASCII), text.length());
      System.arraycopy(bytes, 0, left, 3, length);
      assertThat(token.bytes).isEqualTo(left);
    }
  }

  @Test
  void hasShortPayload_countsThePayloadAlone_upToTheBound() {
    for (int before : new int[] {0, 1, 3_000}) {
      for (int after : new int[] {0, 1, 3_000}) {
        for (int chars : new int[] {0, 1, 2_047, 2_048, 2_049, 6_000}) {
          String text = "A".repeat(before) + "." + "A".repeat(chars) + "." + "A".repeat(after);
          assertThat(split(text).hasShortPayload())
              .as("%d.%d.%d", before, chars, after)
              .isEqualTo(chars <= 2_048);
        }
      }
    }
  }

  private static CompactToken split(String token) {
    return Objects.requireNonNull(CompactToken.split(token), token);
  }
}
