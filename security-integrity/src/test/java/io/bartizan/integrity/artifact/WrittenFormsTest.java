package io.bartizan.integrity.artifact;

import static io.bartizan.integrity.Refusals.utf8;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.integrity.attest.oci.ImageReference;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** ML-23: what is written, letter by letter, and not only read back by the same code. */
class WrittenFormsTest {

  /** Digests of "abc", as FIPS 180-4 and the programs of coreutils give them. */
  private static final Map<DigestAlgorithm, List<String>> ABC =
      Map.of(
          DigestAlgorithm.SHA_256,
          List.of(
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
              "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=",
              "sha256"),
          DigestAlgorithm.SHA_384,
          List.of(
              "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
                  + "8086072ba1e7cc2358baeca134c825a7",
              "ywB1P0WjXou1oD1pmsZQBycsMqsO3tFjGotgWkP/W+2AhgcroefMI1i67KE0yCWn",
              "sha384"),
          DigestAlgorithm.SHA_512,
          List.of(
              "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                  + "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
              "3a81oZNherrMQXNJriBBMRLm+k6JqX6iCp7u5ktV05ohkpkqJ0/BqDa6PCOj/uu9RU1EI2Q86A4qmslPpUyknw==",
              "sha512"));

  private static Digest abc(DigestAlgorithm algorithm) {
    return Digest.compute(algorithm, utf8("abc"));
  }

  @ParameterizedTest
  @EnumSource
  void ML23_digest_isWrittenInEachForm(DigestAlgorithm algorithm) {
    Digest digest = abc(algorithm);
    String hex = ABC.get(algorithm).get(0);
    String base64 = ABC.get(algorithm).get(1);
    String label = ABC.get(algorithm).get(2);
    assertThat(digest.hex()).isEqualTo(hex);
    assertThat(digest.base64()).isEqualTo(base64);
    assertThat(digest.sri()).isEqualTo(label + "-" + base64);
    assertThat(digest.oci()).isEqualTo(label + ":" + hex);
    assertThat(digest).hasToString(label + ":" + hex);
    String url = base64.replace("=", "").replace('+', '-').replace('/', '_');
    String registered = label.replace("sha", "sha-");
    assertThat(digest.ni()).isEqualTo("ni:///" + registered + ";" + url);
    if (algorithm != DigestAlgorithm.SHA_384) {
      assertThat(digest.contentDigest()).isEqualTo(registered + "=:" + base64 + ":");
    }
    assertThat(Sri.of(digest)).hasToString(label + "-" + base64);
    assertThat(Sri.of(digest).attributes())
        .isEqualTo("integrity=\"" + label + "-" + base64 + "\" crossorigin=\"anonymous\"");
  }

  @ParameterizedTest
  @EnumSource
  void ML23_manifest_isWrittenInEachForm(ManifestFormat format) {
    String hex = ABC.get(DigestAlgorithm.SHA_256).get(0);
    String hex512 = ABC.get(DigestAlgorithm.SHA_512).get(0);
    Map<String, Digest> digests = new LinkedHashMap<>();
    digests.put("b.txt", abc(DigestAlgorithm.SHA_256));
    digests.put("folder/a b", abc(DigestAlgorithm.SHA_512));
    digests.put("#c", abc(DigestAlgorithm.SHA_256));
    digests.put("two\nlines", abc(DigestAlgorithm.SHA_256));
    digests.put("r\\n\r", abc(DigestAlgorithm.SHA_256));
    digests.put("\u00e9 (1) = x", abc(DigestAlgorithm.SHA_256));
    String expected =
        switch (format) {
          case GNU ->
              hex
                  + "  b.txt\n"
                  + hex512
                  + "  folder/a b\n"
                  + hex
                  + "  ./#c\n"
                  + "\\"
                  + hex
                  + "  two\\nlines\n"
                  + "\\"
                  + hex
                  + "  r\\\\n\\r\n"
                  + hex
                  + "  \u00e9 (1) = x\n";
          case GNU_ZERO ->
              hex
                  + "  b.txt\0"
                  + hex512
                  + "  folder/a b\0"
                  + hex
                  + "  ./#c\0"
                  + hex
                  + "  two\nlines\0"
                  + hex
                  + "  r\\n\r\0"
                  + hex
                  + "  \u00e9 (1) = x\0";
          case BSD_TAG ->
              "SHA256 (b.txt) = "
                  + hex
                  + "\n"
                  + "SHA512 (folder/a b) = "
                  + hex512
                  + "\n"
                  + "SHA256 (#c) = "
                  + hex
                  + "\n"
                  + "\\SHA256 (two\\nlines) = "
                  + hex
                  + "\n"
                  + "\\SHA256 (r\\\\n\\r) = "
                  + hex
                  + "\n"
                  + "SHA256 (\u00e9 (1) = x) = "
                  + hex
                  + "\n";
        };
    Manifest manifest = Manifest.of(digests, NameRule.POSIX_ONLY);
    assertThat(new String(manifest.format(format), UTF_8)).isEqualTo(expected);
  }

  @Test
  void ML23_severalDigestsOfAName_areALineEach() {
    String hex = ABC.get(DigestAlgorithm.SHA_256).get(0);
    String hex384 = ABC.get(DigestAlgorithm.SHA_384).get(0);
    Manifest manifest = Manifest.parse(utf8(hex + "  a\n" + hex384 + "  a\n"));
    assertThat(new String(manifest.format(ManifestFormat.GNU), UTF_8))
        .isEqualTo(hex + "  a\n" + hex384 + "  a\n");
    assertThat(new String(manifest.format(ManifestFormat.BSD_TAG), UTF_8))
        .isEqualTo("SHA256 (a) = " + hex + "\nSHA384 (a) = " + hex384 + "\n");
    assertThat(new String(manifest.format(ManifestFormat.GNU_ZERO), UTF_8))
        .isEqualTo(hex + "  a\0" + hex384 + "  a\0");
  }

  @Test
  void ML23_metadataOfSeveralHashes_isWrittenWithoutWhatWasPassedOver() {
    String weak = abc(DigestAlgorithm.SHA_256).sri();
    String strong = abc(DigestAlgorithm.SHA_512).sri();
    assertThat(Sri.parse(" " + weak + "?opt\tmd5-x " + strong + " " + weak))
        .hasToString(weak + " " + strong);
    assertThat(Sri.parseAsSpecified("md5-x")).hasToString("");
    assertThat(Sri.parseAsSpecified(weak + " sha512-x")).hasToString(weak + " sha512-");
  }

  @Test
  void ML23_imageReference_isWrittenAsItWasRead() {
    String digest = abc(DigestAlgorithm.SHA_256).oci();
    for (String text :
        List.of(
            "ghcr.io/team/app:1.2@" + digest,
            "ghcr.io/team/app@" + digest,
            "ghcr.io/team/app:1.2",
            "localhost:5000/app",
            "[::1]:5000/app:x",
            "team/app",
            "app")) {
      assertThat(ImageReference.parse(text)).hasToString(text);
    }
  }
}
