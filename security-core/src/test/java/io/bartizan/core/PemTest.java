package io.bartizan.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.bartizan.tests.SeededCases;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
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
        "-----BEGIN X-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAQID\n-----END X-----"
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
  void encode_labelOfLowerCaseControl_isRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> Pem.encode("A\nB", new byte[0]));
  }

  @Test
  void toString_hidesTheContent() {
    assertThat(Pem.parse(BLOCK).get(0)).hasToString("Pem[X, 3 bytes]");
  }
}
