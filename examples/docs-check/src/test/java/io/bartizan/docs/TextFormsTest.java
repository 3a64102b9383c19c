package io.bartizan.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.core.VerificationException;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.artifact.Sri;
import io.bartizan.integrity.attest.oci.ImageReference;
import io.bartizan.mtls.PeerPolicy;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.Limits;
import io.bartizan.ratelimit.redis.FailurePolicy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Each text form of the page is read and printed back, and each reader of text is on the page. */
class TextFormsTest {

  private static final Path PAGE = Pages.ROOT.resolve("docs/reference/text-forms.md");

  private static void readAndPrinted(String heading, int rows, Function<String, Object> parse) {
    List<List<String>> table = Pages.rows(PAGE, heading);
    assertThat(table).as(heading).hasSize(rows);
    for (List<String> row : table) {
      assertThat(parse.apply(row.get(0))).hasToString(row.get(0));
      assertThatThrownBy(() -> parse.apply(row.get(0) + " x"))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void limit_ofThePage_isReadAndPrintedBack() {
    List<List<String>> table = Pages.rows(PAGE, "Limits");
    assertThat(table).hasSize(11);
    for (List<String> row : table.subList(0, 10)) {
      assertThat(Limit.parse(row.get(0))).hasToString(row.get(0));
      assertThatThrownBy(() -> Limit.parse(row.get(0) + " x"))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(Limits.parse(table.get(10).get(0))).hasToString(table.get(10).get(0));
  }

  @Test
  void policy_ofThePage_isReadAndPrintedBack() {
    readAndPrinted("Failure policies", 3, FailurePolicy::parse);
    readAndPrinted("Peer policies", 12, PeerPolicy::parse);
  }

  @Test
  void digest_ofThePage_isThatOfAbc_andTheImageHasIt() throws Exception {
    Digest abc = Digest.sha256Of(new byte[] {'a', 'b', 'c'});
    List<List<String>> table = Pages.rows(PAGE, "Digests and images");
    assertThat(table).hasSize(6);
    assertThat(
            List.of(
                Digest.parseSha256(table.get(0).get(1)),
                Digest.parseOci(table.get(1).get(1)),
                Digest.valueOf(table.get(1).get(1)),
                Digest.parseSri(table.get(2).get(1)),
                Digest.parseNi(table.get(3).get(1)),
                Digest.parseContentDigest(table.get(4).get(1)).get(0)))
        .allSatisfy(digest -> assertThat(digest).isEqualTo(abc));
    assertThat(Sri.parse(table.get(2).get(1))).isNotNull();
    ImageReference image = ImageReference.parse(table.get(5).get(1));
    assertThat(image.toString()).isEqualTo(table.get(5).get(1));
    assertThatThrownBy(() -> Digest.parseSha256(table.get(1).get(1)))
        .isInstanceOf(VerificationException.class);
  }

  @Test
  void readerOfText_isOnThePage() throws Exception {
    Set<String> readers = new TreeSet<>();
    try (Stream<Path> files = Files.list(Pages.ROOT.resolve("api"))) {
      for (Path file : (Iterable<Path>) files.sorted()::iterator) {
        Matcher method =
            Pattern.compile(
                    "public static \\S+ (parse\\w*)\\(|^\\S.* (?:class|interface|record) "
                        + "io\\.bartizan\\.([\\w.]+)",
                    Pattern.MULTILINE)
                .matcher(Files.readString(file));
        String type = "";
        while (method.find()) {
          if (method.group(2) != null) {
            type = method.group(2).replaceFirst(".*\\.(?=[A-Z])", "");
          } else {
            readers.add(type + "." + method.group(1));
          }
        }
      }
    }
    String page = Files.readString(PAGE);
    assertThat(readers).hasSizeGreaterThan(15);
    assertThat(readers).allSatisfy(reader -> assertThat(page).contains("`" + reader + "`"));
  }
}
