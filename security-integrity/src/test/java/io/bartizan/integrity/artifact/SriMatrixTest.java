package io.bartizan.integrity.artifact;

import static io.bartizan.integrity.Refusals.refused;
import static io.bartizan.integrity.Refusals.utf8;
import static io.bartizan.integrity.artifact.DigestAlgorithm.SHA_384;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.tests.SeededCases;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Entries 28 to 35 of the attack matrix: Subresource Integrity, and npm's lock files. */
class SriMatrixTest {

  private static final byte[] CONTENT = utf8("alert('hello')");
  private static final byte[] OTHER = utf8("alert('evil')");
  private static final String OK256 = sri(DigestAlgorithm.SHA_256, CONTENT);
  private static final String OK512 = sri(DigestAlgorithm.SHA_512, CONTENT);
  private static final String BAD256 = sri(DigestAlgorithm.SHA_256, OTHER);
  private static final String BAD512 = sri(DigestAlgorithm.SHA_512, OTHER);

  @Test
  void N28_anyOfTheStrongest_isAccepted() {
    assertThat(Sri.parse(BAD512 + " " + OK512).verify(CONTENT).sri()).isEqualTo(OK512);
    assertThat(Sri.parse(OK512 + " " + BAD512).verify(CONTENT).sri()).isEqualTo(OK512);
    refused(ArtifactReason.DIGEST_MISMATCH, () -> Sri.parse(BAD512).verify(CONTENT));
  }

  @Test
  void N29_weakerRightStrongerWrong_isRefused() {
    refused(ArtifactReason.DIGEST_MISMATCH, () -> Sri.parse(OK256 + " " + BAD512).verify(CONTENT));
  }

  @Test
  void N30_strongerRightWeakerWrong_isAccepted() {
    assertThat(Sri.parse(OK512 + " " + BAD256).verify(CONTENT).sri()).isEqualTo(OK512);
  }

  @Test
  void N31_malformedHash_isPassedOver() {
    assertThat(Sri.parse(OK256 + " sha256-%").verify(CONTENT).sri()).isEqualTo(OK256);
    refused(ArtifactReason.DIGEST_MISMATCH, () -> Sri.parse("sha256-% " + OK256).verify(OTHER));
  }

  @ParameterizedTest
  @ValueSource(strings = {"sha512-%", "sha512-", "sha512", "sha512-AAAA", "sha512-%?x", "sha384-="})
  void AR02_brokenHashOfTheStrongest_matchesNothingAndIsNoStepDown(String broken) {
    for (String text : new String[] {OK256 + " " + broken, broken + "\t" + OK256, broken}) {
      refused(ArtifactReason.DIGEST_MALFORMED, () -> Sri.parse(text));
      Sri specified = Sri.parseAsSpecified(text);
      refused(ArtifactReason.DIGEST_MALFORMED, () -> specified.verify(CONTENT));
      assertThat(specified.algorithm().label()).isEqualTo(broken.substring(0, 6));
      assertThat(Sri.parseAsSpecified(specified.toString())).isEqualTo(specified);
    }
    assertThat(Sri.parse(OK512 + " " + broken).verify(CONTENT).sri()).isEqualTo(OK512);
  }

  /** The algorithm of the specification, section 3.3, over lists of damaged hashes. */
  @Test
  void AR02_damagedLists_acceptNothingThatTheSpecificationRefuses() {
    String[] right = {OK256, OK512, BAD256, BAD512, Digest.compute(SHA_384, CONTENT).sri()};
    int[] accepted = {0, 0};
    SeededCases.check(
        4_000,
        random -> {
          StringBuilder text = new StringBuilder();
          for (int i = random.nextInt(3); i >= 0; i--) {
            text.append(right[random.nextInt(right.length)]).append(i == 0 ? "" : " ");
          }
          for (int i = random.nextInt(3); i > 0; i--) {
            int at = random.nextInt(text.length());
            switch (random.nextInt(3)) {
              case 0 -> text.deleteCharAt(at);
              case 1 -> text.setCharAt(at, "-=%?a5 ".charAt(random.nextInt(7)));
              default -> text.delete(at, Math.min(text.length(), at + random.nextInt(60)));
            }
            if (text.isEmpty()) {
              return;
            }
          }
          boolean ours = Sri.parseAsSpecified(text.toString()).check(CONTENT).isAccepted();
          boolean specified = specified(text.toString());
          assertThat(!ours || specified).as("only we accept " + text).isTrue();
          accepted[0] += ours ? 1 : 0;
          accepted[1] += specified ? 1 : 0;
        });
    assertThat(accepted[0]).isGreaterThan(500).isGreaterThan(accepted[1] * 9 / 10);
  }

  private static boolean specified(String metadata) {
    List<DigestAlgorithm> algorithms = new ArrayList<>();
    List<String> values = new ArrayList<>();
    for (String item : metadata.strip().split("[ \\t\\n\\f\\r]+", -1)) {
      String expression = item.split("\\?", -1)[0];
      String[] parts = expression.split("-", -1);
      for (DigestAlgorithm known : DigestAlgorithm.values()) {
        if (known.label().equals(parts[0])) {
          algorithms.add(known);
          values.add(parts.length > 1 ? parts[1] : "");
        }
      }
    }
    if (algorithms.isEmpty()) {
      return true;
    }
    DigestAlgorithm strongest = Collections.max(algorithms);
    String actual = Digest.compute(strongest, CONTENT).base64();
    for (int i = 0; i < algorithms.size(); i++) {
      if (algorithms.get(i) == strongest && values.get(i).equals(actual)) {
        return true;
      }
    }
    return false;
  }

  @Test
  void N32_options_areIgnored() {
    assertThat(Sri.parse(OK256 + "?a=b?c").verify(CONTENT).sri()).isEqualTo(OK256);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "   ", "foo666-x", "sha\u0430256-x", "sha1-AAAA", "\u200bsha256-x"})
  void N33_nothingUsable_isRefusedUnlessAsSpecified(String text) {
    assertThat(text).isNotNull();
    ArtifactReason reason =
        text.isBlank()
            ? ArtifactReason.MANIFEST_EMPTY
            : text.startsWith("sha1")
                ? ArtifactReason.ALGORITHM_WEAK
                : ArtifactReason.ALGORITHM_UNKNOWN;
    refused(reason, () -> Sri.parse(text));
    assertThat(Sri.parseAsSpecified(text).verify(OTHER)).isNotNull();
    Sri usable = Sri.parseAsSpecified(text + " " + OK256);
    refused(ArtifactReason.DIGEST_MISMATCH, () -> usable.verify(OTHER));
  }

  @Test
  void N34_orderDoublesAndWhiteSpace_doNotCount() {
    assertThat(Sri.parse("\t" + OK256 + "\n\f" + BAD256 + "\r" + OK256 + " "))
        .isEqualTo(Sri.parse(BAD256 + " " + OK256))
        .hasSameHashCodeAs(Sri.parse(BAD256 + " " + OK256));
  }

  @Test
  void N35_metadata_isImmutableAndRendered() {
    Sri sri = Sri.of(Digest.parseSri(OK256), Digest.parseSri(OK512));
    assertThat(sri.attributes())
        .isEqualTo("integrity=\"" + OK256 + " " + OK512 + "\" crossorigin=\"anonymous\"");
    assertThat(sri.digests()).isUnmodifiable();
    assertThat(Sri.parse(sri.toString())).isEqualTo(sri);
  }

  @Test
  void verify_file_isRead(@TempDir Path directory) throws Exception {
    Path file = Files.write(directory.resolve("f"), CONTENT);
    assertThat(Sri.parse(OK512).verify(file).sri()).isEqualTo(OK512);
    refused(ArtifactReason.DIGEST_MISMATCH, () -> Sri.parse(BAD512).verify(file));
  }

  @Test
  void packageLock_pins_areRead() {
    PackageLock lock = PackageLock.parse(utf8(lock(OK512)));
    assertThat(lock.integrity().get("node_modules/a")).isEqualTo(Sri.parse(OK512));
    assertThat(lock.resolved()).containsEntry("node_modules/a", "https://r/a.tgz");
    assertThat(lock.unpinned()).containsExactly("node_modules/b");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"resolved\":\"HTTPS://evil.example/x.tgz\"",
        "\"version\":\"1.0.0\"", // npm asks its registry for the name
        "\"version\":\"1.0.0\",\"link\":false,\"inBundle\":false",
        "\"resolved\":\"git+ssh://git@github.com/a/b.git#main\"",
        "\"resolved\":\"git+https://github.com/a/b.git\"",
        "\"resolved\":\"ftp://evil.example/x.tgz\""
      })
  void packageLock_whatNothingPins_isTold(String members) {
    String lock =
        lock(OK512)
            .replace(
                "\"node_modules/b\":{",
                "\"x/node_modules/@s/e\":{" + members + "},\"node_modules/b\":{");
    assertThat(PackageLock.parse(utf8(lock)).unpinned())
        .containsExactly("x/node_modules/@s/e", "node_modules/b");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"resolved\":\"packages/e\",\"link\":true",
        "\"resolved\":\"file:../e.tgz\"",
        "\"resolved\":\"git+ssh://git@github.com/a/b.git#0123456789abcdef0123456789abcdef01234567\""
      })
  void packageLock_whatIsHereOrPinnedByItsCommit_isNotTold(String members) {
    String lock =
        lock(OK512)
            .replace(
                "\"node_modules/b\":{",
                "\"packages/w\":{\"version\":\"1.0.0\"},"
                    + "\"x/node_modules/@s/e\":{"
                    + members
                    + "},\"node_modules/b\":{");
    assertThat(PackageLock.parse(utf8(lock)).unpinned()).containsExactly("node_modules/b");
  }

  @Test
  void packageLock_unusable_isRefused() {
    refused(ArtifactReason.ALGORITHM_WEAK, () -> PackageLock.parse(utf8(lock("sha1-AAAA"))));
    refused(ArtifactReason.MANIFEST_MALFORMED, () -> PackageLock.parse(utf8("{}")));
    refused(ArtifactReason.MANIFEST_EMPTY, () -> PackageLock.parse(utf8("{\"packages\":{}}")));
    refused(
        ArtifactReason.MANIFEST_MALFORMED,
        () -> PackageLock.parse(utf8("{\"packages\":{\"a\":[]}}")));
    refused(
        ArtifactReason.MANIFEST_MALFORMED,
        () -> PackageLock.parse(utf8("{\"packages\":{},\"packages\":{}}")));
  }

  private static String lock(String integrity) {
    return "{\"lockfileVersion\":3,\"packages\":{\"\":{\"name\":\"x\"},"
        + "\"node_modules/a\":{\"resolved\":\"https://r/a.tgz\",\"integrity\":\""
        + integrity
        + "\"},\"node_modules/b\":{\"resolved\":\"https://r/b.tgz\"},"
        + "\"node_modules/c\":{\"resolved\":\"../c\",\"link\":true}}}";
  }

  private static String sri(DigestAlgorithm algorithm, byte[] content) {
    return Digest.compute(algorithm, content).sri();
  }
}
