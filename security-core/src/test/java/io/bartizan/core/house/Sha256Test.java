package io.bartizan.core.house;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class Sha256Test {

  /** The first example of FIPS 180-2, appendix B. */
  @Test
  void digest_isThatOfTheStandard() {
    byte[] abc = "abc".getBytes(US_ASCII);
    String expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assertThat(HexFormat.of().formatHex(Sha256.of(abc))).isEqualTo(expected);
    assertThat(HexFormat.of().formatHex(Sha256.newDigest().digest(abc))).isEqualTo(expected);
    assertThat(Sha256.newDigest()).isNotSameAs(Sha256.newDigest());
  }
}
