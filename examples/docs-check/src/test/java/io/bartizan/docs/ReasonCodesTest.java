package io.bartizan.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.Reason;
import io.bartizan.integrity.jwt.AuthenticationScheme;
import io.bartizan.integrity.jwt.JwtReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The page of reason codes has every reason of every module, and no other. */
class ReasonCodesTest {

  private static final Path PAGE = Pages.ROOT.resolve("docs/reference/reason-codes.md");

  private static final Pattern ENUM =
      Pattern.compile("^public final enum (\\S+Reason) implements io\\.bartizan\\.core\\.Reason$");

  /** The enums as the API files name them. */
  static List<String> enums() throws IOException {
    try (Stream<Path> files = Files.list(Pages.ROOT.resolve("api"))) {
      return files
          .filter(file -> file.toString().endsWith(".txt"))
          .flatMap(ReasonCodesTest::lines)
          .map(ENUM::matcher)
          .filter(java.util.regex.Matcher::matches)
          .map(matcher -> matcher.group(1))
          .sorted()
          .toList();
    }
  }

  private static Stream<String> lines(Path file) {
    try {
      return Files.readAllLines(file).stream();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void enums_areFound() throws Exception {
    assertThat(enums()).hasSizeGreaterThan(10);
  }

  @ParameterizedTest
  @MethodSource("enums")
  void reason_ofAnEnum_hasItsRow(String name) throws Exception {
    Class<?> type = Class.forName(name);
    List<String> constants =
        Arrays.stream(type.getEnumConstants()).map(each -> ((Enum<?>) each).name()).toList();
    String text = Files.readString(PAGE);
    int section = text.indexOf("\n`" + type.getSimpleName() + "`");
    assertThat(section).as("a section for %s", type.getSimpleName()).isPositive();
    int end = text.indexOf("\n## ", section);
    String rows = text.substring(section, end < 0 ? text.length() : end);
    List<String> listed =
        Pattern.compile("(?m)^\\| `([A-Z0-9_]+)` \\|")
            .matcher(rows)
            .results()
            .map(result -> result.group(1))
            .toList();
    assertThat(listed).isEqualTo(constants);
  }

  @Test
  void status_ofATokensReason_isTheOneThatIsAnswered() {
    List<List<String>> rows = Pages.rows(PAGE, "Tokens");
    assertThat(rows).hasSize(JwtReason.values().length);
    for (List<String> row : rows) {
      Reason reason = JwtReason.valueOf(row.get(0));
      assertThat(row.get(1))
          .as(row.get(0))
          .isEqualTo("" + AuthenticationScheme.bearer().status(reason));
    }
  }
}
