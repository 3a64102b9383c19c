package io.bartizan.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.bartizan.tests.SeededCases;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PemTest {

  private static final String BLOCK = "-----BEGIN X-----\nAQID\n-----END X-----\n";

  @Test
  void parse_writtenBlock_returnsTheSame() {
    SeededCases.check(
        500,
        random -> {
          byte[] content = new byte[random.nextInt(300)];
          random.nextBytes(content);
          var blocks = Pem.parse(Pem.encode("PRIVATE KEY", content));
          assertThat(blocks).hasSize(1);
          assertThat(blocks.get(0).label()).isEqualTo("PRIVATE KEY");
          assertThat(blocks.get(0).content()).isEqualTo(content);
        });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "subject=CN\n-----BEGIN X-----\nAQID\n-----END X-----",
        "-----BEGIN X-----\r\nAQ\r\nID\r\n-----END X-----\r\n",
        "-----BEGIN X-----\n  AQID  \n\n-----END X-----  \ntext after",
        """
        -----BEGIN X-----
        Proc-Type: 4,ENCRYPTED
        DEK-Info: AES-128-CBC,00

        AQID
        -----END X-----\
        """
      })
  void parse_lenientForms_returnsTheBlock(String text) {
    assertThat(Pem.parse(text))
        .singleElement()
        .satisfies(block -> assertThat(block.content()).containsExactly(1, 2, 3));
  }

  @Test
  void parse_headers_areKept() {
    assertThat(Pem.parse("-----BEGIN X-----\nA: b\n\nAQID\n-----END X-----").get(0).headers())
        .containsExactly("A: b");
  }

  @Test
  void parse_textWithoutBlocks_returnsNothing() {
    assertThat(Pem.parse("hello")).isEmpty();
    assertThat(Pem.parse("")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-----BEGIN X-----\nAQID\n-----END Y-----",
        "-----BEGIN X-----\nAQID\n",
        "-----BEGIN X-----\n-----BEGIN X-----\nAQID\n-----END X-----",
        "-----END X-----",
        "-----BEGIN X----\nAQID\n-----END X-----",
        "-----BEGIN X-----\nAQ=D\n-----END X-----",
        "-----BEGIN X-----\nAR==\n-----END X-----",
        "-----BEGIN X-----\nAQ\n-----END X-----",
        "-----BEGIN X-----\nAQI\u0661\n-----END X-----",
        "-----BEGIN X  Y-----\nAQID\n-----END X  Y-----",
        "-----BEGIN -X-----\nAQID\n-----END -X-----",
      })
  void parse_malformedBlock_isRefusedWithItsLine(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Pem.parse(text))
        .withMessageMatching("PEM line \\d+: .*");
  }

  @Test
  void parse_everyTruncation_isRefusedOrEmpty() {
    for (int length = 1; length < BLOCK.length() - 1; length++) {
      String cut = BLOCK.substring(0, length);
      if (cut.startsWith("-----BEGIN ")) {
        assertThatIllegalArgumentException().isThrownBy(() -> Pem.parse(cut));
      } else {
        assertThat(Pem.parse(cut)).isEmpty();
      }
    }
  }

  @Test
  void parse_tooLongText_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Pem.parse("x".repeat(Pem.MAX_CHARS + 1)))
        .withMessageContaining("at most");
  }

  @Test
  void parse_mutatedText_isRefusedOrParsed() {
    SeededCases.check(
        2000,
        random -> {
          StringBuilder text = new StringBuilder(BLOCK);
          for (int i = 0; i < 3; i++) {
            text.setCharAt(random.nextInt(text.length()), (char) random.nextInt(0x2100));
          }
          try {
            assertThat(Pem.parse(text)).hasSizeLessThan(2);
          } catch (IllegalArgumentException expected) {
            assertThat(expected).hasMessageStartingWith("PEM line ");
          }
        });
  }

  @Test
  void parse_mostCharactersAndBlocks_areReadAndOneMoreIsNot() {
    assertThat(Pem.parse("x".repeat(Pem.MAX_CHARS))).isEmpty();
    String most = "-----BEGIN X-----\n-----END X-----\n".repeat(Pem.MAX_BLOCKS);
    assertThat(Pem.parse(most)).hasSize(Pem.MAX_BLOCKS);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Pem.parse(most + BLOCK))
        .withMessage("PEM line 20001: more than 10000 blocks");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          -----END X-----                          | 1 | END without BEGIN
          a;-----END X-----                        | 2 | END without BEGIN
          -----BEGIN X-----;AQID                   | 2 | the block has no END
          -----BEGIN X-----;AQID;-----END Y-----   | 3 | the END label is not the BEGIN label
          -----BEGIN X-----;-----BEGIN X-----      | 2 | BEGIN inside a block
          -----BEGIN X-----;A;-----END X-----      | 3 | the block that ends here is not canonical base64
          -----BEGIN X----                         | 1 | the line must end with five dashes
          -----BEGIN ----                          | 1 | the line must end with five dashes
          -----BEGIN X-----;-----END               | 2 | the block has no END
          -----BEGIN X-----;-----END X             | 2 | the line must end with five dashes
          -----BEGIN X------                       | 1 | the label is not one of RFC 7468
          -----BEGIN X -----                       | 1 | the label is not one of RFC 7468
          -----BEGIN  X-----                       | 1 | the label is not one of RFC 7468
          a; -----BEGIN X-----;AQID                | 2 | blanks or quotation marks stand before the dashes
          a;\t-----BEGIN X-----                     | 2 | blanks or quotation marks stand before the dashes
          "-----BEGIN X-----;AQID                  | 1 | blanks or quotation marks stand before the dashes
          -----BEGIN X-----;AQID;  -----END X----- | 3 | blanks or quotation marks stand before the dashes
          -----BEGIN X-----\\nAQID\\n-----END X-----\\n | 1 | BEGIN and END stand in one line; its line ends are missing, or written as \\n
          -----BEGIN X----- AQID -----END X-----   | 1 | BEGIN and END stand in one line; its line ends are missing, or written as \\n
          -----BEGIN X-----;-----END X----------BEGIN X-----   | 2 | BEGIN and END stand in one line; its line ends are missing, or written as \\n
          """)
  void parse_malformed_isToldWithItsLineWhateverEndsLines(String text, int line, String what) {
    for (String end : new String[] {"\n", "\r\n", "\r"}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Pem.parse(text.replace(";", end)))
          .withMessage("PEM line " + line + ": " + what);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Pem.parse(text.replace(";", end) + end))
          .withMessage("PEM line " + line + ": " + what);
      assertThat(Pem.parse("text" + end + BLOCK.replace("\n", end))).hasSize(1);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'', true",
    "X, true",
    "!, true",
    "~, true",
    "A B-C, true",
    "X509 CRL, true",
    "' ', false",
    "A  B, false",
    "A--B, false",
    "A- B, false",
    "-A, false",
    "A-, false",
    "A\u007f, false",
    "A\u00e9, false",
    "A\tB, false"
  })
  void label_isWordsOfVisibleAsciiJoinedByOneBlankOrHyphen(String label, boolean accepted) {
    assertThat(Pem.isLabel(label)).isEqualTo(accepted);
    if (accepted) {
      assertThat(Pem.parse(Pem.encode(label, new byte[] {5})))
          .singleElement()
          .satisfies(block -> assertThat(block.label()).isEqualTo(label));
    } else {
      assertThatIllegalArgumentException().isThrownBy(() -> Pem.encode(label, new byte[0]));
    }
  }

  @Test
  void parse_byteOrderMarks_asEditorsWriteThem_areNoPartOfTheText() {
    assertThat(Pem.parse("\ufeff" + BLOCK + "\ufeff" + BLOCK)).hasSize(2);
    assertThat(Pem.parse("\ufeff")).isEmpty();
  }

  @Test
  void encode_isLinesOf64Characters() {
    assertThat(Pem.encode("X", new byte[0])).isEqualTo("-----BEGIN X-----\n-----END X-----\n");
    assertThat(Pem.encode("X", new byte[48]))
        .isEqualTo("-----BEGIN X-----\n" + "A".repeat(64) + "\n-----END X-----\n");
    assertThat(Pem.encode("X", new byte[49]))
        .isEqualTo("-----BEGIN X-----\n" + "A".repeat(64) + "\nAA==\n-----END X-----\n");
  }

  @Test
  void parse_headers_mayBeFolded_andEndWithTheFirstOtherLine() {
    Pem block = Pem.parse("-----BEGIN X-----\n: b\n c\nD: e\n\nAQID\n-----END X-----").get(0);
    assertThat(block.headers()).containsExactly(": b", "c", "D: e");
    assertThat(block.content()).containsExactly(1, 2, 3);
    Pem bare = Pem.parse("-----BEGIN X-----\n AQID\n-----END X-----").get(0);
    assertThat(bare.headers()).isEmpty();
    assertThat(bare.content()).containsExactly(1, 2, 3);
    for (String late : new String[] {"AQID\nA: b", "AQID\n A:"}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Pem.parse("-----BEGIN X-----\n" + late + "\n-----END X-----"));
    }
  }

  @Test
  void content_isACopyEachTime() {
    Pem block = Pem.parse(BLOCK).get(0);
    block.content()[0] = 9;
    assertThat(block.content()).containsExactly(1, 2, 3);
  }

  @Test
  void encode_labelOfLowerCaseControl_isRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> Pem.encode("A\nB", new byte[0]));
  }

  @Test
  void toString_hidesTheContent() {
    assertThat(Pem.parse(BLOCK).get(0)).hasToString("Pem[X, 3 bytes]");
  }
}
