package io.bartizan.integrity.attest.sigstore;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.testkit.sigstore.BadBundle;
import io.bartizan.testkit.sigstore.BadStatement;
import io.bartizan.testkit.sigstore.BadTrustedRoot;
import io.bartizan.tests.CompiledExamples;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples of docs/guides/testing-signatures.md and of the Javadoc of DevSigstore compile. */
class TestingSignaturesPageTest {

  private static final Path ROOT = Path.of(System.getProperty("bartizan.root", ".."));

  @TempDir Path folder;

  @Test
  void examples_ofPageAndJavadoc_compile() throws Exception {
    String javadoc =
        Files.readString(
            ROOT.resolve(
                "security-testkit/src/main/java/io/bartizan/testkit/sigstore/DevSigstore.java"));
    List<String> examples = new ArrayList<>(CompiledExamples.of(page()));
    Pattern.compile("<pre>\\{@code\\n(.*?)\\n \\* \\}</pre>", Pattern.DOTALL)
        .matcher(javadoc)
        .results()
        .map(found -> found.group(1).replaceAll("(?m)^ \\* ?", ""))
        .forEach(examples::add);
    assertThat(examples).hasSize(4);
    List<String> parameters =
        List.of(
            "",
            "DevSigstore sigstore, DevIdentity release, byte[] jar",
            "DevSigstore sigstore, DevIdentity release, byte[] jar",
            "byte[] artifact");
    CompiledExamples.compile(
        folder,
        examples,
        number ->
            """
            import static java.nio.charset.StandardCharsets.UTF_8;
            import static org.assertj.core.api.Assertions.assertThat;
            import io.bartizan.integrity.attest.sigstore.*;
            import io.bartizan.testkit.sigstore.*;
            import java.nio.file.Path;
            import java.time.Instant;

            abstract class Example%d {
              abstract boolean accepts(byte[] bundle);
              void example(%s) throws Exception {
            """
                .formatted(number, parameters.get(number)));
  }

  @Test
  void page_saysHowManyFaultsThereAre() throws Exception {
    assertThat(page())
        .contains("lists " + BadBundle.values().length + " faults")
        .contains("`BadStatement` lists " + BadStatement.values().length + " faults")
        .contains("`BadTrustedRoot` lists " + BadTrustedRoot.values().length + ".");
  }

  private static String page() throws Exception {
    return Files.readString(ROOT.resolve("docs/guides/testing-signatures.md"));
  }
}
