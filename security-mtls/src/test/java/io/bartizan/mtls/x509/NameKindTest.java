package io.bartizan.mtls.x509;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a value of each kind of name may be, at the last accepted and the first refused. */
class NameKindTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          URI       | urn:x:1                       | urn:x:1
          URI       | urn:x:!                       | urn:x:!
          URI       | urn:x:a~                      | urn:x:a~
          URI       | urn:x: a                      | ''
          URI       | urn:x:\u007f                  | ''
          URI       | urn:x:\u00e9                  | ''
          URI       | x                             | ''
          URI       | spiffe://td.example/x         | ''
          URI       | urn:x:%                       | ''
          SPIFFE_ID | spiffe://td.example/x         | spiffe://td.example/x
          SPIFFE_ID | spiffe://td.example           | ''
          SPIFFE_PATH | spiffe://td.example/x/y     | spiffe://td.example/x/y
          SPIFFE_PATH | spiffe://td.example         | ''
          TRUST_DOMAIN | td.example                 | td.example
          TRUST_DOMAIN | TD.example                 | ''
          IP        | 10.0.0.1                      | 10.0.0.1
          IP        | localhost                     | ''
          EMAIL     | a@b.example                   | a@b.example
          EMAIL     | A@B.EXAMPLE                   | A@b.example
          EMAIL     | a@b@c.example                 | a@b@c.example
          EMAIL     | @b.example                    | ''
          EMAIL     | b.example                     | ''
          EMAIL     | a@                            | ''
          EMAIL     | !@b.example                   | !@b.example
          EMAIL     | a b@c.example                 | ''
          EMAIL     | a\u007f@c.example             | ''
          DNS       | b.example                     | b.example
          DNS       | *.example                     | ''
          """)
  void value_isNormalizedOrNone(NameKind kind, String value, String expected) {
    assertThat(kind.normalized(value)).isEqualTo(expected.isEmpty() ? null : expected);
  }

  @Test
  void lengths_areAcceptedUpToTheirBound() {
    String uri = "urn:x:" + "a".repeat(2042);
    assertThat(NameKind.URI.normalized(uri)).isEqualTo(uri);
    assertThat(NameKind.URI.normalized(uri + "a")).isNull();
    String mail = "a".repeat(310) + "@b.example";
    assertThat(NameKind.EMAIL.normalized(mail)).isEqualTo(mail);
    assertThat(NameKind.EMAIL.normalized("a" + mail)).isNull();
  }

  @Test
  void pin_isTheOneSpellingOf32Bytes() {
    for (int bytes : new int[] {0, 31, 32, 33}) {
      String pin = "sha256/" + Base64.getEncoder().encodeToString(new byte[bytes]);
      assertThat(NameKind.SPKI_PIN.normalized(pin)).isEqualTo(bytes == 32 ? pin : null);
    }
    String zeros = "A".repeat(43);
    assertThat(NameKind.SPKI_PIN.normalized("sha256/" + zeros + "=")).isNotNull();
    assertThat(NameKind.SPKI_PIN.normalized("sha256/" + zeros)).isNull();
    assertThat(NameKind.SPKI_PIN.normalized("sha256/" + zeros.substring(1) + "B=")).isNull();
    assertThat(NameKind.SPKI_PIN.normalized("sha256/" + zeros.substring(1) + "?=")).isNull();
    assertThat(NameKind.SPKI_PIN.normalized("sha512/" + zeros + "=")).isNull();
  }

  /** What stands bare in a policy's text is what the parser reads without quotes. */
  @Test
  void everyCharacter_isBareOrQuoted() {
    for (char c = 0; c < 0x200; c++) {
      boolean bare = c > 0x20 && c < 0x7f && "(),\"\\".indexOf(c) < 0;
      assertThat(NameKind.isBare(c)).as("%x", (int) c).isEqualTo(bare);
      String escaped = c == '"' || c == '\\' ? "\\" + c : "" + c;
      assertThat(NameKind.quoted("a" + c)).isEqualTo(bare ? "a" + c : "\"a" + escaped + '"');
    }
  }
}
