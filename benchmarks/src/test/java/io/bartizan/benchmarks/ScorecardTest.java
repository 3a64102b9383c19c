package io.bartizan.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.util.JSONArrayUtils;
import java.io.File;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

@Tag("deep")
class ScorecardTest {
  private static final Map<String, String> SIZES =
      Map.of("files", "3", "mebibytes", "1", "keyCount", "1000");
  private static final Pattern DISTURBED =
      Pattern.compile("(\\S+) could not be run: \\d+ rounds are worth");
  private static final int MOST_TRIES = 20;
  private static final Budget TINY = tiny(0);
  private static final Budget TINY_FORKED = tiny(1);

  private static final Side SIDE = Side.of("ours", "1", HmacBenchmark.class, "sign");

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  @TempDir Path folder;

  /** It completes and writes valid JSON; how fast anything was is not looked at. */
  @Test
  void scorecard_everyJvmRow_completesAndWritesJson() throws Exception {
    List<Row> rows =
        Catalogue.rows().stream()
            .filter(row -> row.backing() == Row.Backing.NONE)
            .filter(row -> row.measure() != Measure.BYTES) // see the next test
            .toList();
    Path file = folder.resolve("scorecard.json");

    List<Object> written = new ArrayList<>();
    List<Row> left = rows;
    for (int i = 0; i < MOST_TRIES && !left.isEmpty(); i++) {
      err.getBuffer().setLength(0);
      int status = run(left, TINY, "--quick", "--json", file.toString());
      written.addAll(JSONArrayUtils.parse(Files.readString(file)));
      Set<String> disturbed = disturbed();
      left = left.stream().filter(row -> disturbed.contains(row.name())).toList();
      assertThat(status).as(err.toString()).isIn(left.isEmpty() ? List.of(0, 1) : List.of(3));
    }

    assertThat(rows).hasSizeGreaterThan(20);
    assertThat(written.stream().map(element -> ((Map<?, ?>) element).get("row").toString()))
        .containsExactlyInAnyOrderElementsOf(rows.stream().map(Row::name).toList());
    for (Object element : written) {
      Map<?, ?> row = (Map<?, ?>) element;
      assertThat(row.keySet().stream().map(String::valueOf))
          .contains("row", "ours", "peer", "unit", "peerName", "peerVersion")
          .contains("ratio", "goal", "verdict");
      assertThat(((Number) row.get("ours")).doubleValue()).as("%s", row).isPositive();
      assertThat(((Number) row.get("peer")).doubleValue()).as("%s", row).isPositive();
      assertThat(row.get("verdict")).isIn("met", "missed", "undecided");
      assertThat((List<?>) row.get("oursRounds")).hasSize(7);
    }
  }

  /** In one JVM one side's heap is weighed while the other's is freed, which can be negative. */
  @Test
  void scorecard_heapRow_completesInJvmsOfItsOwn() {
    List<Row> rows =
        Catalogue.rows().stream().filter(row -> row.measure() == Measure.BYTES).toList();

    int status = completed(rows, TINY_FORKED);

    assertThat(status).as(err.toString()).isIn(0, 1);
    assertThat(rows).hasSize(1);
    assertThat(out.toString()).contains("keyed-heap");
  }

  @Test
  void scorecard_forkedRow_measuresInJvmsOfItsOwn() {
    Row row = Catalogue.rows().get(0);

    int status = completed(List.of(row), TINY_FORKED);

    assertThat(status).as(err.toString()).isIn(0, 1);
    assertThat(out.toString()).contains(row.name());
  }

  @Test
  void catalogue_names_areUniqueAndGoalsPositive() {
    Set<String> names = new HashSet<>();
    for (Row row : Catalogue.rows()) {
      assertThat(names.add(row.name())).as(row.name()).isTrue();
      assertThat(row.goal()).as(row.name()).isPositive();
      assertThat(row.peers()).allSatisfy(side -> assertThat(side.version()).isNotBlank());
    }
  }

  @Test
  void scorecard_unknownRow_oneSentenceAndStatus2() {
    assertThat(run(Catalogue.rows(), TINY, "--row", "nonsense")).isEqualTo(2);
    assertThat(err.toString().lines()).hasSize(1);
    assertThat(err.toString()).contains("nonsense").contains("--list");
  }

  @Test
  void scorecard_unknownOption_oneSentenceAndStatus2() {
    assertThat(run(Catalogue.rows(), TINY, "--fast")).isEqualTo(2);
    assertThat(err.toString().lines()).hasSize(1);
  }

  @Test
  void scorecard_jsonIntoMissingFolder_refusedBeforeMeasuring() {
    Path file = folder.resolve("missing").resolve("x.json");

    assertThat(run(Catalogue.rows(), TINY, "--json", file.toString())).isEqualTo(2);
    assertThat(err.toString().lines()).hasSize(1);
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void scorecard_rowThatBreaks_oneSentenceAndStatus3() {
    Side missing = Side.of("missing", "1", ScorecardTest.class, "noSuchBenchmark");
    Row row = Row.of("broken", "", Measure.TIME, 1.0, missing, missing);

    assertThat(run(List.of(row), TINY)).isEqualTo(3);
    assertThat(err.toString().lines()).hasSize(1);
    assertThat(err.toString()).contains("broken");
  }

  /** In this JVM nobody else closes its line, so that once it was waited for in vain. */
  @Test
  void scorecard_sideThatFailsWhileItRuns_oneSentenceAndStatus3() {
    Side broken = Side.of("broken", "1", HmacBenchmark.class, "sign").with("payload", "-1");
    Side sound = Side.of("sound", "1", HmacBenchmark.class, "jdkEachTime").with("payload", "1");
    Row row = Row.of("broken", "", Measure.TIME, 1.0, broken, sound);

    assertThat(run(List.of(row), TINY)).isEqualTo(3);
    assertThat(err.toString().lines()).hasSize(1);
    assertThat(err.toString()).contains("broken");
  }

  /** The older build is this one, so that all of its measures are there; speed is not looked at. */
  @Test
  void scorecard_againstAnotherBuild_measuresBothInJvmsOfTheirOwn() throws Exception {
    Path older = jarOfThisClassPath();
    Path file = folder.resolve("change.json");
    List<Row> rows =
        Catalogue.rows().stream()
            .filter(row -> Set.of("hmac-200", "keyed-heap").contains(row.name()))
            .toList();
    List<Row> all = new ArrayList<>(rows);
    all.add(Row.of("sampled", "", Measure.LATENCY, 1.0, rows.get(1).ours().get(0), SIDE));

    int status =
        completed(all, TINY_FORKED, "--against", older.toString(), "--json", file.toString());

    assertThat(status).as(err.toString()).isIn(0, 1);
    assertThat(out.toString().lines()).hasSize(2 + 3);
    for (Object element : JSONArrayUtils.parse(Files.readString(file))) {
      Map<?, ?> row = (Map<?, ?>) element;
      assertThat(((Number) row.get("before")).doubleValue()).as("%s", row).isPositive();
      assertThat(((Number) row.get("now")).doubleValue()).as("%s", row).isPositive();
      assertThat((List<?>) row.get("beforeRounds")).hasSize(7);
      assertThat((List<?>) row.get("nowRounds")).hasSize(7);
      if (!row.get("row").equals("keyed-heap")) {
        assertThat(((Number) row.get("nowBytes")).doubleValue()).as("%s", row).isPositive();
      }
    }
  }

  @Test
  void scorecard_againstABuildWithoutTheBenchmark_oneSentenceAndStatus3() throws Exception {
    Side missing = Side.of("missing", "1", ScorecardTest.class, "noSuchBenchmark");
    Row row = Row.of("broken", "", Measure.TIME, 1.0, missing, missing);

    assertThat(run(List.of(row), TINY_FORKED, "--against", jarOfThisClassPath().toString()))
        .isEqualTo(3);
    assertThat(err.toString().lines()).hasSize(1);
    assertThat(err.toString()).contains("broken");
  }

  @Test
  void scorecard_againstAMissingJar_refusedBeforeMeasuring() {
    assertThat(run(Catalogue.rows(), TINY, "--against", "no-such.jar")).isEqualTo(2);
    assertThat(err.toString().lines()).hasSize(1);
    assertThat(err.toString()).contains("no-such.jar");
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void scorecard_rowsByCommaAndStar_areTheNamedOnes() {
    assertThat(run(Catalogue.rows(), TINY, "--list", "--rows", "hmac-200,mtls-*")).isZero();
    assertThat(out.toString().lines().map(line -> line.split("\t", -1)[0]))
        .containsExactly("hmac-200", "mtls-overhead", "mtls-trust", "mtls-full-bc", "mtls-resume");
  }

  private Path jarOfThisClassPath() throws Exception {
    StringBuilder urls = new StringBuilder();
    for (String part : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      urls.append(Path.of(part).toUri()).append(' ');
    }
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, urls.toString());
    Path jar = folder.resolve("older.jar");
    new JarOutputStream(Files.newOutputStream(jar), manifest).close();
    return jar;
  }

  @Test
  void scorecard_markdown_oneTableRowEach() {
    Row row = Catalogue.rows().get(0);

    int status = completed(List.of(row), TINY, "--markdown");

    assertThat(status).as(err.toString()).isIn(0, 1);
    assertThat(out.toString().lines()).hasSize(3).allMatch(line -> line.startsWith("|"));
    assertThat(out.toString()).contains("| local-1t | ");
  }

  /** The rows are those of the page, so that none is claimed and not measured. */
  @Test
  void catalogue_rows_areThoseOfTheDocumentation() throws Exception {
    assertThat(documented().stream().map(row -> row.group(1) + " " + number(row.group(2))))
        .containsExactlyInAnyOrderElementsOf(
            Catalogue.rows().stream().map(known -> known.name() + " " + known.goal()).toList());
  }

  /** What is met comes first, no verdict says other than its figure, and the sums are right. */
  @Test
  void verdicts_ofTheDocumentation_fitTheirFigures() throws Exception {
    List<String> verdicts = new ArrayList<>();
    for (MatchResult row : documented()) {
      verdicts.add(row.group(4));
      double ratio = number(row.group(3));
      double goal = number(row.group(2));
      switch (row.group(4)) {
        case "met" -> assertThat(ratio).as(row.group(1)).isGreaterThanOrEqualTo(goal);
        case "missed" -> assertThat(ratio).as(row.group(1)).isLessThan(goal);
        default -> assertThat(row.group(4)).as(row.group(1)).isEqualTo("undecided");
      }
    }
    List<String> order = List.of("met", "undecided", "missed");
    assertThat(verdicts).isSortedAccordingTo(Comparator.comparing(order::indexOf));
    assertThat(Files.readString(Path.of("../docs/scorecard.md")))
        .contains(
            "%d of %d rows met, %d undecided, %d missed"
                .formatted(
                    Collections.frequency(verdicts, "met"),
                    verdicts.size(),
                    Collections.frequency(verdicts, "undecided"),
                    Collections.frequency(verdicts, "missed")));
  }

  /** Name, goal, ratio and verdict of each row of the page. */
  private static List<MatchResult> documented() throws Exception {
    return Pattern.compile(
            "^\\| ([a-z0-9-]+) \\| [^|]+ \\| [^|]+ \\| ≥ ([0-9.]+) \\| ([0-9.]+)[^|]* \\| (\\w+) \\|",
            Pattern.MULTILINE)
        .matcher(Files.readString(Path.of("../docs/scorecard.md")))
        .results()
        .toList();
  }

  private static Budget tiny(int generations) {
    return new Budget(
        generations,
        1,
        Duration.ofMillis(5),
        7,
        Duration.ofMillis(5),
        0,
        Duration.ZERO,
        Duration.ZERO,
        SIZES,
        null);
  }

  private static double number(String text) {
    return Double.parseDouble(text);
  }

  /** Runs until no row is one that a busy machine disturbed. */
  private int completed(List<Row> rows, Budget budget, String... arguments) {
    int status = 3;
    for (int i = 0; i < MOST_TRIES && status == 3; i++) {
      out.getBuffer().setLength(0);
      err.getBuffer().setLength(0);
      status = run(rows, budget, arguments);
      if (disturbed().isEmpty()) {
        return status;
      }
    }
    return status;
  }

  /** Rows whose few short rounds depended on each other, so that they have no interval. */
  private Set<String> disturbed() {
    return DISTURBED
        .matcher(err.toString())
        .results()
        .map(row -> row.group(1))
        .collect(Collectors.toSet());
  }

  private int run(List<Row> rows, @Nullable Budget budget, String... arguments) {
    System.setProperty("jmh.ignoreLock", "true");
    System.setProperty("scorecard.logs", folder.resolve("logs").toString());
    CommandLine command = OneSentence.command(new Scorecard(rows, budget));
    command.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    return command.execute(arguments);
  }
}
