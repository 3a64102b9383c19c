package io.bartizan.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What only the source files show: marks of a merge, monitors, sizes, imports of closed rooms. */
class SourcesTest {

  private static final Path MODULE = Path.of("").toAbsolutePath();
  private static final Path ROOT = Path.of(System.getProperty("bartizan.root", ".."));
  private static final int MAX_LINES = 350;
  private static final int MAX_LINES_WITH_BUILDER = 500;
  private static final int MAX_FILES = 55;

  /** One idea all the same. */
  private static final Set<String> MAY_BE_LONG =
      Set.of("BadBundle.java", "BadCertificate.java", "Digest.java");

  /** Where nothing waits inside the monitor. */
  private static final Set<String> MAY_SYNCHRONIZE =
      Set.of(
          "SecretBytes.java", "ReplayStripe.java", "Connections.java", "WebFluxMethodCalls.java");

  private static final Pattern MONITOR = Pattern.compile("^\\s*(\\S+ )*synchronized\\b");
  private static final Pattern MERGE =
      Pattern.compile("^[\\s*/#-]*(<{7}|>{7}|\\|{7})( |$)|^[\\s*/#-]*={7}$");
  private static final Pattern CLOSED =
      Pattern.compile(
          "^import (static )?io\\.bartizan\\.(core\\.house(?!\\.NotExported;)|ratelimit\\.count"
              + "|ratelimit\\.redis\\.link|mtls\\.(jsse|x509)|adapters\\.answer|spring\\.(caller|method|span|tls)"
              + "|integrity\\.(json|keys|der|x509|http|lease|attest\\.search)"
              + "|testkit\\.(json|sigstore\\.draft))\\.");

  /** The first words of a public type's Javadoc, whichever of them nobody searches for. */
  private static final Pattern RIDDLE =
      Pattern.compile(
          "/\\*\\*\\s*(?:\\* )?(?:What|Who|Whom|Whose|Where|When|Why|How|Which|Hears|Learns|Lets"
              + " so)\\b(?:(?!\\*/).)*\\*/\\s*(?:@[^\\n"
              + "]*\\n"
              + ")*public [a-z ]*(?:class|interface|enum|record) (\\w+)",
          Pattern.DOTALL);

  private static final String NO_CODE = "\\s*|(import|package) .*|\\s*(/?\\*|//).*";

  private static final Pattern LOCAL_FORMAT = Pattern.compile("String\\.format\\((?!\\s*Locale)");

  private static final Pattern NUMBER_FORMAT = Pattern.compile("\"[^\"\n]*%[0-9,.]*[dxf]");

  private final List<String> faults = new ArrayList<>();

  @Test
  void no_file_holds_the_marks_of_a_merge() throws IOException {
    eachFile(
        MODULE.resolve("src"),
        (file, lines) -> {
          for (int i = 0; i < lines.size(); i++) {
            if (MERGE.matcher(lines.get(i)).find()) {
              faults.add(file + ":" + (i + 1) + " " + lines.get(i));
            }
          }
        });
    assertThat(faults).isEmpty();
  }

  @Test
  void marks_of_a_merge_are_known_in_comments_too() {
    assertThat(" * <<<<<<< HEAD").containsPattern(MERGE);
    assertThat("=======").containsPattern(MERGE);
    assertThat(">>>>>>> 0aa279a").containsPattern(MERGE);
    assertThat("// ========== a line").doesNotContainPattern(MERGE);
    assertThat("x >>>>>>> y").doesNotContainPattern(MERGE);
  }

  @Test
  void no_monitor_is_held() throws IOException {
    if (MODULE.endsWith("security-testkit")) {
      return;
    }
    eachFile(
        MODULE.resolve("src/main/java"),
        (file, lines) -> {
          for (int i = 0; i < lines.size(); i++) {
            if (MONITOR.matcher(lines.get(i)).find()
                && !MAY_SYNCHRONIZE.contains(file.getFileName().toString())) {
              faults.add(file + ":" + (i + 1) + " " + lines.get(i));
            }
          }
        });
    assertThat(faults).isEmpty();
  }

  /** Else numbers have other digits where the JVM's language is Arabic, in JSON and logs too. */
  @Test
  void no_text_is_formatted_by_the_locale_of_the_machine() throws IOException {
    eachFile(
        MODULE.resolve("src/main/java"),
        (file, lines) -> {
          String all = String.join("\n", lines);
          if (LOCAL_FORMAT.matcher(all).find()
              || (all.contains(".formatted(") && NUMBER_FORMAT.matcher(all).find())) {
            faults.add(file + " formats by the machine's locale; take Locale.ROOT");
          }
        });
    assertThat(faults).isEmpty();
  }

  @Test
  void no_file_is_longer_than_one_idea() throws IOException {
    eachFile(
        MODULE.resolve("src/main/java"),
        (file, lines) -> {
          boolean builder =
              lines.stream().anyMatch(line -> line.matches(" .*\\bclass Builder\\b.*"));
          if (lines.size() > (builder ? MAX_LINES_WITH_BUILDER : MAX_LINES)
              && !MAY_BE_LONG.contains(file.getFileName().toString())) {
            faults.add(file + " has " + lines.size() + " lines");
          }
        });
    assertThat(faults).isEmpty();
  }

  /** Code to read in one go beside the framework's own page; without imports, comments, blanks. */
  @Test
  void no_adapter_is_longer_than_150_lines_of_code() throws IOException {
    if (!MODULE.endsWith("security-adapters")) {
      return;
    }
    eachFile(
        MODULE.resolve("src/main/java"),
        (file, lines) -> {
          long code = lines.stream().filter(line -> !line.matches(NO_CODE)).count();
          if (code > 150) {
            faults.add(file + " has " + code + " lines of code");
          }
        });
    assertThat(faults).isEmpty();
  }

  @Test
  void no_package_has_more_files_than_one_can_overlook() throws IOException {
    Map<Path, Integer> files = new TreeMap<>();
    eachFile(
        MODULE.resolve("src/main/java"),
        (file, lines) -> {
          if (!file.endsWith("package-info.java")) {
            files.merge(MODULE.relativize(file).getParent(), 1, Integer::sum);
          }
        });
    assertThat(files).isNotEmpty();
    files.values().removeIf(count -> count <= MAX_FILES);
    assertThat(files).isEmpty();
  }

  @Test
  void first_sentence_of_a_public_type_says_what_it_is() throws IOException {
    eachFile(
        MODULE.resolve("src/main/java"),
        (file, lines) -> {
          Matcher riddle = RIDDLE.matcher(String.join("\n", lines));
          if (riddle.find() && file.getFileName().toString().equals(riddle.group(1) + ".java")) {
            faults.add(file + " " + riddle.group().lines().limit(2).toList());
          }
        });
    assertThat(faults).isEmpty();
  }

  @Test
  void examples_benchmarks_and_testkit_use_no_closed_package() throws IOException {
    for (String folder : List.of("examples", "benchmarks", "security-testkit")) {
      eachFile(
          ROOT.resolve(folder),
          (file, lines) ->
              lines.stream()
                  .filter(line -> CLOSED.matcher(line).find())
                  .filter(line -> !line.contains(".testkit.") || !folder.contains("testkit"))
                  .filter(line -> !file.toString().contains("target"))
                  .forEach(line -> faults.add(file + " " + line)));
    }
    assertThat(faults).isEmpty();
  }

  private static void eachFile(Path folder, BiConsumer<Path, List<String>> rule)
      throws IOException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : (Iterable<Path>) files.filter(SourcesTest::isText)::iterator) {
        rule.accept(file, Files.readAllLines(file));
      }
    }
  }

  private static boolean isText(Path file) {
    String name = file.getFileName().toString();
    return !file.toString().contains("/target/")
        && (name.endsWith(".java") || name.endsWith(".lua") || name.endsWith(".properties"))
        && Files.isRegularFile(file);
  }
}
