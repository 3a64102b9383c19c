package io.bartizan.spiffe;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The guide's example compiles, as those of the Javadoc do, and its reasons are all there are. */
class SpiffeGuideTest {

  private static final Path ROOT = Path.of(System.getProperty("bartizan.root", ".."));

  @TempDir Path folder;

  @Test
  void examples_ofGuideAndJavadoc_compile() throws Exception {
    Path sources = ROOT.resolve("security-spiffe/src/main/java/io/bartizan/spiffe");
    String guide = Files.readString(ROOT.resolve("docs/spiffe.md"));
    String javadoc =
        Files.readString(sources.resolve("WorkloadApi.java"))
            + Files.readString(sources.resolve("package-info.java"));
    List<String> examples =
        new java.util.ArrayList<>(
            Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL)
                .matcher(guide)
                .results()
                .map(found -> found.group(1))
                .toList());
    Pattern.compile("<pre>\\{@code\\n(.*?)\\n \\* \\}</pre>", Pattern.DOTALL)
        .matcher(javadoc)
        .results()
        .map(found -> found.group(1).replaceAll("(?m)^ \\* ?", ""))
        .forEach(examples::add);
    assertThat(examples).hasSize(3);
    for (String example : examples) {
      compile(example);
    }
  }

  private void compile(String example) {
    String code =
        """
        import io.bartizan.mtls.*;
        import io.bartizan.spiffe.*;

        class Example {
          void example() {
        """
            + example
            + "\n  }\n}\n";
    JavaFileObject source =
        new SimpleJavaFileObject(URI.create("string:///Example.java"), JavaFileObject.Kind.SOURCE) {
          @Override
          public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return code;
          }
        };
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter errors = new StringWriter();
    List<String> options =
        List.of(
            "-d", folder.toString(), "-cp", System.getProperty("java.class.path"), "-proc:none");
    boolean compiled = compiler.getTask(errors, null, null, options, null, List.of(source)).call();
    assertThat(compiled).as(errors + "\n" + code).isTrue();
  }

  @Test
  void guide_namesEveryReasonOfARefusedResponse() throws Exception {
    String guide = Files.readString(ROOT.resolve("docs/spiffe.md"));
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
