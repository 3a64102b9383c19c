package io.bartizan.integrity.artifact;

import static io.bartizan.integrity.Refusals.refused;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Entries 19 to 27 of the attack matrix: the text of a digest. */
class DigestTextMatrixTest {

  /** FIPS 180-4 example: the SHA-256 of "abc". */
  private static final String ABC =
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

  private static final Digest DIGEST = Digest.parseSha256(ABC);

  @Test
  void N19_upperCaseHex_isReadOnlyWhereAsked() {
    String upper = ABC.toUpperCase(Locale.ROOT);
    refused(ArtifactReason.DIGEST_MALFORMED, () -> Digest.parseSha256(upper));
    refused(ArtifactReason.DIGEST_MALFORMED, () -> Digest.parseOci("sha256:" + upper));
    refused(ArtifactReason.ALGORITHM_UNKNOWN, () -> Digest.parseOci("SHA256:" + ABC));
    assertThat(Digest.parseHexAnyCase(DigestAlgorithm.SHA_256, upper)).isEqualTo(DIGEST);
  }

  @Test
  void N20_otherLengthOrCharacter_isRefused() {
    for (String text :
        new String[] {
          "",
          ABC.substring(1),
          ABC + "0",
          ABC.substring(2) + " 0",
          ' ' + ABC.substring(1),
          '\0' + ABC.substring(1),
          '\ufeff' + ABC.substring(1),
          ABC.substring(1) + '\n',
          "0x" + ABC.substring(2)
        }) {
      refused(ArtifactReason.DIGEST_MALFORMED, () -> Digest.parseSha256(text));
      refused(
          ArtifactReason.DIGEST_MALFORMED,
          () -> Digest.parseHexAnyCase(DigestAlgorithm.SHA_256, text));
      refused(ArtifactReason.DIGEST_MALFORMED, () -> Digest.parseOci("sha256:" + text));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"\uff11", "\u0661", "\u07c1", "\uff21", "\u0131"})
  void N21_digitOfAnotherScript_isRefused(String digit) {
    String hex = digit + ABC.substring(1);
    refused(ArtifactReason.DIGEST_MALFORMED, () -> Digest.parseSha256(hex));
    refused(
        ArtifactReason.DIGEST_MALFORMED,
        () -> Digest.parseHexAnyCase(DigestAlgorithm.SHA_256, hex));
    String sri = "sha256-" + digit + DIGEST.base64().substring(1);
    refused(ArtifactReason.DIGEST_MALFORMED, () -> Digest.parseSri(sri));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0", // no padding
        "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa1=", // loose bits
        "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0=", // the URL alphabet
        "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=\n",
        " ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=",
        "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa==",
        "====",
        ""
      })
  void N22_looseBase64_isRefused(String text) {
    refused(
        ArtifactReason.DIGEST_MALFORMED, () -> Digest.parseBase64(DigestAlgorithm.SHA_256, text));
    refused(ArtifactReason.DIGEST_MALFORMED, () -> Digest.parseSri("sha256-" + text));
  }

  @Test
  void N22_paddedBase64Url_isRefusedWhereTheFormatHasNone() {
    refused(ArtifactReason.DIGEST_MALFORMED, () -> Digest.parseNi(DIGEST.ni() + "="));
    refused(
        ArtifactReason.DIGEST_MALFORMED,
        () -> Digest.parseNi("ni:///sha-256;ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"blake3", "sha512256", "sha3-256", "", "sha-256", "sha2"})
  void N23_unknownAlgorithm_isRefused(String name) {
    refused(ArtifactReason.ALGORITHM_UNKNOWN, () -> Digest.parseOci(name + ':' + ABC));
  }

  @Test
  void N24_lengthOfAnotherAlgorithm_isRefused() {
    refused(ArtifactReason.DIGEST_MALFORMED, () -> Digest.parseOci("sha256:" + ABC + ABC));
    refused(ArtifactReason.DIGEST_MALFORMED, () -> Digest.parseOci("sha512:" + ABC));
    refused(ArtifactReason.DIGEST_MALFORMED, () -> Digest.parseSri("sha512-" + DIGEST.base64()));
    refused(
        ArtifactReason.DIGEST_MALFORMED,
        () -> Digest.parseContentDigest("sha-512=:" + DIGEST.base64() + ':'));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "md5:900150983cd24fb0d6963f7d28e17f72",
        "sha1:a9993e364706816aba3e25717850c26c9cd0d89d",
        "MD5:900150983cd24fb0d6963f7d28e17f72",
        "sha-1:a9993e364706816aba3e25717850c26c9cd0d89d"
      })
  void N25_weakAlgorithm_isRefusedAsWeak(String text) {
    refused(ArtifactReason.ALGORITHM_WEAK, () -> Digest.parseOci(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"sh\u0430256", "sha\u200b256", "\u202esha256", "sha256\u0000"})
  void N26_confusableAlgorithmName_isRefusedAndEscaped(String name) {
    assertThat(refused(ArtifactReason.ALGORITHM_UNKNOWN, () -> Digest.parseOci(name + ':' + ABC)))
        .contains("algorithm-unknown");
    refused(ArtifactReason.ALGORITHM_UNKNOWN, () -> Digest.parseSri(name + '-' + DIGEST.base64()));
  }

  @Test
  void N27_digests_areComparedAsBytes() {
    assertThat(Digest.parseSri(DIGEST.sri())).isEqualTo(DIGEST).hasSameHashCodeAs(DIGEST);
    assertThat(Digest.parseHexAnyCase(DigestAlgorithm.SHA_256, ABC.toUpperCase(Locale.ROOT)))
        .isEqualTo(DIGEST);
    byte[] other = DIGEST.bytes();
    other[31] ^= 1;
    assertThat(Digest.ofValue(DigestAlgorithm.SHA_256, other)).isNotEqualTo(DIGEST);
    assertThat(DIGEST.bytes()).isNotEqualTo(other);
  }
}
