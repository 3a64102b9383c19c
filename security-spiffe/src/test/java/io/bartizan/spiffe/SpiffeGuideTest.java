package io.bartizan.spiffe;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.tests.CompiledExamples;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The guide's example compiles, as those of the Javadoc do, and its reasons are all there are. */
class SpiffeGuideTest {

  private static final Path ROOT = Path.of(System.getProperty("bartizan.root", ".."));

  @TempDir Path folder;

  @Test
  void examples_ofGuideAndJavadoc_compile() throws Exception {
    Path sources = ROOT.resolve("security-spiffe/src/main/java/io/bartizan/spiffe");
    String guide = Files.readString(ROOT.resolve("docs/guides/spiffe.md"));
    String javadoc =
        Files.readString(sources.resolve("WorkloadApi.java"))
            + Files.readString(sources.resolve("package-info.java"));
    List<String> examples = new ArrayList<>(CompiledExamples.of(guide));
    Pattern.compile("<pre>\\{@code\\n(.*?)\\n \\* \\}</pre>", Pattern.DOTALL)
        .matcher(javadoc)
        .results()
        .map(found -> found.group(1).replaceAll("(?m)^ \\* ?", ""))
        .forEach(examples::add);
    assertThat(examples).hasSize(3);
    CompiledExamples.compile(
        folder,
        examples,
        number ->
            """
            import io.bartizan.mtls.*;
            import io.bartizan.spiffe.*;

            class Example%d {
              void example() {
            """
                .formatted(number));
  }

  @Test
  void guide_namesEveryReasonOfARefusedResponse() throws Exception {
    String guide = Files.readString(ROOT.resolve("docs/guides/spiffe.md"));
    List<String> named =
        Pattern.compile("`([A-Z]+(?:_[A-Z]+)+)`")
            .matcher(guide)
            .results()
            .map((MatchResult found) -> found.group(1))
            .filter(name -> !name.equals(Endpoint.VARIABLE))
            .distinct()
            .toList();
    assertThat(named)
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(WorkloadReason.values()).map(Enum::name).toList());
  }
}
