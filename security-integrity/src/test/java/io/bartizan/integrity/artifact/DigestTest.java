package io.bartizan.integrity.artifact;

import static io.bartizan.integrity.Refusals.refused;
import static io.bartizan.integrity.Refusals.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.bartizan.core.VerificationException;
import io.bartizan.tests.SeededCases;
import java.io.ByteArrayInputStream;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class DigestTest {

  @ParameterizedTest
  @CsvSource({
    "SHA_256,ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=",
    "SHA_384,ywB1P0WjXou1oD1pmsZQBycsMqsO3tFjGotgWkP/W+2AhgcroefMI1i67KE0yCWn",
    "SHA_512,3a81oZNherrMQXNJriBBMRLm+k6JqX6iCp7u5ktV05ohkpkqJ0/BqDa6PCOj/uu9RU1EI2Q86A4qmslPpUyknw=="
  })
  void compute_abc_isTheExampleOfTheStandard(DigestAlgorithm algorithm, String base64)
      throws Exception {
    Digest expected = Digest.parseBase64(algorithm, base64);
    assertThat(Digest.compute(algorithm, utf8("abc"))).isEqualTo(expected);
    assertThat(Digest.compute(algorithm, new ByteArrayInputStream(utf8("abc"))))
        .isEqualTo(expected);
  }

  @Test
  void examples_ofTheRfcs_areReadAndWritten() {
    // RFC 6920 section 8.2, the digest of "Hello World!"
    String ni = "ni:///sha-256;f4OxZX_x_FO5LcGBSKHWXfwtSx-j1ncoSt3SABJtkGk";
    Digest hello = Digest.sha256Of(utf8("Hello World!"));
    assertThat(hello.ni()).isEqualTo(ni);
    assertThat(Digest.parseNi(ni)).isEqualTo(hello);
    assertThat(Digest.parseNi(ni.replace("///", "//example.com/") + "?ct=text/plain"))
        .isEqualTo(hello);
    // RFC 9530 appendix B.1, the digest of {"hello": "world"} and a line feed
    String field = "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:";
    Digest json = Digest.sha256Of(utf8("{\"hello\": \"world\"}\n"));
    assertThat(json.contentDigest()).isEqualTo(field);
    assertThat(Digest.parseContentDigest(field)).containsExactly(json);
  }

  @ParameterizedTest
  @EnumSource
  void everySpelling_readBack_isTheSame(DigestAlgorithm algorithm) {
    SeededCases.check(
        200,
        random -> {
          byte[] value = new byte[algorithm.length()];
          random.nextBytes(value);
          Digest digest = Digest.ofValue(algorithm, value);
          assertThat(digest.bytes()).isEqualTo(value);
          assertThat(Digest.parseHex(algorithm, digest.hex())).isEqualTo(digest);
          assertThat(Digest.parseBase64(algorithm, digest.base64())).isEqualTo(digest);
          assertThat(Digest.parseSri(digest.sri())).isEqualTo(digest);
          assertThat(Digest.parseOci(digest.oci())).isEqualTo(digest);
          assertThat(Digest.parseOci(digest.toString())).isEqualTo(digest);
          assertThat(Digest.parseNi(digest.ni())).isEqualTo(digest);
          if (algorithm != DigestAlgorithm.SHA_384) {
            assertThat(Digest.parseContentDigest(digest.contentDigest())).containsExactly(digest);
          }
        });
  }

  /** What people paste, told with the value and with what reads it. */
  @Test
  void US07_textOfAnotherForm_isToldWithItsReader() {
    Digest digest = Digest.sha256Of(utf8("x"));
    String hex = digest.hex();
    for (String[] each :
        new String[][] {
          {digest.oci(), "; Digest.parseOci reads that form"},
          {digest.sri(), "; Digest.parseSri reads that form"},
          {digest.ni(), "; Digest.parseNi reads that form"},
          {hex.toUpperCase(Locale.ROOT), "; Digest.parseHexAnyCase reads upper case"},
          {digest.base64(), "; Digest.parseBase64 reads that form"},
          {hex + "\n", "; give the digits alone, or read a list with Manifest"},
          {hex + "  x.iso", "; give the digits alone, or read a list with Manifest"},
          {hex.substring(1), "hexadecimal digits, found 63, in \"" + hex.substring(1) + "\""},
        }) {
      assertThatExceptionOfType(VerificationException.class)
          .as(each[0])
          .isThrownBy(() -> Digest.parseSha256(each[0]))
          .withMessageEndingWith(each[1])
          .withMessageContaining(each[0].substring(0, 20));
    }
    assertThatExceptionOfType(VerificationException.class)
        .isThrownBy(() -> Digest.parseOci("sha256:" + hex.substring(1)))
        .withMessageEndingWith("found 63, in \"sha256:" + hex.substring(1) + "\"");
  }

  @Test
  void parseContentDigest_severalMembers_givesTheKnownOnes() {
    Digest one = Digest.sha256Of(utf8("1"));
    Digest two = Digest.compute(DigestAlgorithm.SHA_512, utf8("1"));
    String field = one.contentDigest() + ",\t" + two.contentDigest() + " , md5=:AAAA:";
    assertThat(Digest.parseContentDigest(field)).containsExactly(one, two);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "sha-256",
        "sha-256=",
        "sha-256=:",
        "sha-256=::,",
        "sha-256=:AAAA:",
        "SHA-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:",
        "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:;",
        "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:;q=",
        "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:;Q=1",
        "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:;a;;b",
        "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:;a=\"x",
        "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:x",
        "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:,sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:",
        "sha-256=RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg="
      })
  void parseContentDigest_otherForm_isRefused(String field) {
    refused(ArtifactReason.DIGEST_MALFORMED, () -> Digest.parseContentDigest(field));
  }

  @ParameterizedTest
  @ValueSource(strings = {";q=1", ";a", "; a=\"x y\";b=?1", ";a=:AAAA:", ";a=1.5; *b=tok/en"})
  void AR19_parametersOfAMember_arePassedOver(String parameters) {
    Digest one = Digest.sha256Of(utf8("1"));
    Digest two = Digest.compute(DigestAlgorithm.SHA_512, utf8("1"));
    String field = one.contentDigest() + parameters + ", " + two.contentDigest() + parameters;
    assertThat(Digest.parseContentDigest(field)).containsExactly(one, two);
  }

  @Test
  void parseContentDigest_onlyOthers_isRefused() {
    refused(ArtifactReason.ALGORITHM_WEAK, () -> Digest.parseContentDigest("md5=:AAAA:"));
    refused(ArtifactReason.ALGORITHM_UNKNOWN, () -> Digest.parseContentDigest("crc32c=:AAAA:"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "ni:", "ni:///", "ni:///sha-256", "ni:/sha-256;AA", "nih:///x;AA"})
  void parseNi_otherForm_isRefused(String uri) {
    refused(ArtifactReason.DIGEST_MALFORMED, () -> Digest.parseNi(uri));
  }

  @Test
  void contentDigest_sha384_hasNoName() {
    assertThatIllegalStateException()
        .isThrownBy(() -> Digest.compute(DigestAlgorithm.SHA_384, utf8("")).contentDigest());
  }

  @Test
  void ofValue_otherLength_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Digest.ofValue(DigestAlgorithm.SHA_256, new byte[31]))
        .withMessageContaining("31");
  }

  @Test
  void expected_contradictions_areRefused() {
    Digest one = Digest.sha256Of(utf8("1"));
    Digest two = Digest.sha256Of(utf8("2"));
    assertThatIllegalArgumentException().isThrownBy(() -> Expected.of(one, two));
    assertThatIllegalArgumentException().isThrownBy(() -> Expected.of(one).withSize(-1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Expected.of(one).withMaxSize(5).withSize(6));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Expected.of(one).withSize(6).withMaxSize(5));
    assertThat(Expected.of(one).withSize(6).digests()).isEqualTo(List.of(one));
  }
}
