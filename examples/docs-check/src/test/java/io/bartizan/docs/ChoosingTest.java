package io.bartizan.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.ratelimit.Limit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The page that helps to choose names types that exist and text forms that parse. */
class ChoosingTest {

  private static final Path PAGE = Pages.ROOT.resolve("docs/choosing.md");

  @Test
  void type_inTheDiagram_exists() throws Exception {
    String api;
    try (Stream<Path> files = Files.list(Pages.ROOT.resolve("api"))) {
      StringBuilder all = new StringBuilder();
      for (Path file : files.toList()) {
        all.append(Files.readString(file));
      }
      api = all.toString();
    }
    String page = Files.readString(PAGE);
    String diagram = page.substring(page.indexOf("```mermaid"), page.lastIndexOf("```"));
    String nodes = diagram.replaceAll("\\[[^]]*]|\\{[^}]*}|\\|[^|]*\\||LR", "");
    List<String> types =
        Pattern.compile("\\b[A-Z]\\w+").matcher(nodes).results().map(r -> r.group()).toList();
    assertThat(types).hasSizeGreaterThan(15);
    assertThat(types)
        .allSatisfy(
            type ->
                assertThat(api)
                    .containsPattern(
                        "(class|interface) io\\.bartizan\\.[a-z0-9.]+\\." + type + "\\b"));
  }

  @Test
  void textForm_inTheTable_parses() {
    List<List<String>> rows = Pages.rows(PAGE, "Which limit");
    assertThat(rows).hasSize(4);
    assertThat(rows)
        .allSatisfy(row -> assertThat(Limit.parse(Limit.parse(row.get(1)).toString())).isNotNull());
  }
}
