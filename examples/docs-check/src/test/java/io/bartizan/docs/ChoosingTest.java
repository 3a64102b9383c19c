package io.bartizan.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.ratelimit.Limit;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The page that helps to choose names text forms that parse. */
class ChoosingTest {

  private static final Path PAGE = Pages.ROOT.resolve("docs/choosing.md");

  @Test
  void textForm_inTheTable_parses() {
    List<List<String>> rows = Pages.rows(PAGE, "Which limit");
    assertThat(rows).hasSize(4);
    assertThat(rows)
        .allSatisfy(row -> assertThat(Limit.parse(Limit.parse(row.get(1)).toString())).isNotNull());
  }
}
