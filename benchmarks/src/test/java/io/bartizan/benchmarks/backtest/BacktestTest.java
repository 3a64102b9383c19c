package io.bartizan.benchmarks.backtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.util.JSONObjectUtils;
import io.bartizan.benchmarks.Browser;
import io.bartizan.benchmarks.OneSentence;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.Limits;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.AbstractStringAssert;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BacktestTest {
  private static final Instant START = Logs.at("2015-05-17T10:00:00Z");

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  @TempDir Path folder;

  @Test
  void backtest_ofALog_printsWritesJsonAndPage() throws Exception {
    Path log = log(busy("198.18.0.1", 30), busy("198.18.0.2", 3), List.of("garbage"));

    int status = run(log, "--limits", "10 burst, 1/h; 25 per 1d fixed");

    assertThat(status).as(err.toString()).isZero();
    assertThat(out.toString())
        .contains("34 lines read (common), 33 requests of 2 callers (address) replayed")
        .contains("Left out, and not in any figure below: 1 lines")
        .contains("line 34: garbage")
        .contains("refused 20 requests (60.606 %), 1 callers (50.000 %)")
        .contains("by limit: limit-1 20, limit-2 0")
        .contains("198.18.0.1");
    Map<String, Object> json = json();
    assertThat(json).containsEntry("lines", 34L).containsEntry("requests", 33L);
    assertThat(map(json.get("given"))).containsEntry("refused", 20L);
    assertThat(map(map(json.get("leftOut")).get("garbled"))).containsEntry("lines", 1L);
    assertThat((List<?>) json.get("worstCallers")).hasSize(1);
    assertThat(map(((List<?>) json.get("worstCallers")).get(0)))
        .containsEntry("caller", "198.18.0.1")
        .containsEntry("refused", 20L)
        .containsEntry("firstRefused", "2015-05-17T10:00:10Z");
    assertThat((List<?>) json.get("algorithms"))
        .hasSize(4)
        .allSatisfy(one -> assertThat(Limits.parse(text(one))).isNotNull());
    assertThat((List<?>) json.get("smallest"))
        .hasSizeGreaterThan(4)
        .allSatisfy(one -> assertThat(Limit.parse(text(one))).isNotNull());
    assertThat(Files.readString(folder.resolve("b.html")))
        .contains(Files.readString(folder.resolve("b.json")).strip())
        .contains("Chart.js v4")
        .contains("default-src 'none'")
        .doesNotContainPattern("<(script|link|img|iframe)[^>]+(src|href)");
  }

  @Test
  @Tag("deep")
  void page_ofABacktest_isDrawnByABrowser() throws Exception {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      String caller = "198.18.0." + i % 9 + (i % 50 == 0 ? "</script>" + "x".repeat(150) : "");
      lines.add("{\"time\":" + (1431857103 + i / 5) + ",\"ip\":\"" + caller + "\"}");
    }
    assertThat(run(log(lines), "--limits", "10 burst, 10/min")).as(err.toString()).isZero();

    Browser.assertShows(folder.resolve("b.html"), 3);
  }

  /** Callers and lines that would be markup, end the script, or steer a terminal. */
  @Test
  void backtest_ofHostileCallers_escapesThemOnPageAndTerminal() throws Exception {
    String script = "</script><script>alert(1)</script>";
    List<String> json = new ArrayList<>();
    for (String who : List.of(script, "\\u001b[2J\\u202eevil", "\\ud800", "@DATA@ @PAGE@ $1")) {
      for (int i = 0; i < 5; i++) {
        json.add("{\"time\":1431857103,\"ip\":\"" + who + "\"}");
      }
    }
    json.add("</script><img src=x onerror=alert(1)>\u001b]0;x\u0007");

    int status = run(log(json), "--limits", "1 burst, 1/h");

    assertThat(status).as(err.toString()).isZero();
    String page = Files.readString(folder.resolve("b.html"));
    String data = page.substring(page.indexOf("id=\"data\">") + 10);
    data = data.substring(0, data.indexOf("</script>"));
    assertThat(data).contains("alert(1)").doesNotContain("<");
    assertThat(JSONObjectUtils.parse(data)).isEqualTo(json());
    assertThat((List<?>) json().get("worstCallers"))
        .extracting(one -> map(one).get("caller"))
        .contains(script, "\\u001b[2J\\u202eevil");
    assertThat(page).doesNotContain("<img src=x").contains("@DATA@ @PAGE@ $1");
    assertThat(out.toString())
        .contains("\\u001b[2J\\u202eevil")
        .contains("\\ud800")
        .contains("\\u001b]0;x\\u0007");
    assertThat(out.toString().chars())
        .allMatch(c -> c == '\n' || c == '\r' || !Character.isISOControl(c))
        .noneMatch(c -> c == 0x202e);
  }

  @Test
  void backtest_ofMoreCallersThanAreRemembered_saysWhatIsLeftOut() throws Exception {
    Path log = log(busy("a", 5), busy("b", 5), busy("c", 5));

    assertThat(run(log, "--limits", "1 burst, 1/h", "--max-callers", "2")).isZero();

    assertThat(out.toString())
        .contains("10 requests of 2 callers")
        .contains("5  caller is beyond the first --max-callers");
    assertThat(map(map(json().get("leftOut")).get("crowded"))).containsEntry("lines", 5L);
  }

  @Test
  void backtest_withoutSpare_looksForNoLimits() throws Exception {
    assertThat(run(log(busy("a", 5)), "--limits", "1 burst, 1/h", "--spare", "none")).isZero();

    assertThat(out.toString()).doesNotContain("smallest");
    assertThat(json()).doesNotContainKey("smallest");
  }

  @Test
  void backtest_wrongArguments_oneSentenceAndStatus2() throws IOException {
    Path log = log(busy("a", 1));
    for (String[] wrong :
        new String[][] {
          {"--limits", "100 a minute"},
          {"--limits", "1/s"},
          {"--limits", "1 burst, 1/s;"},
          {"--key", "cookie"},
          {"--key", "field:"},
          {"--format", "xml"},
          {"--unsorted", "soon"},
          {"--gap", "-1d"},
          {"--max-line", "1"},
          {"--max-callers", "0"},
          {"--top", "-1"},
          {"--spare", "callers=2"},
          {"--json", folder + "/no/x"},
          {"--html", folder.toString()},
          {"--fast", "x"}
        }) {
      List<String> arguments = new ArrayList<>(List.of(wrong));
      if (!wrong[0].equals("--limits")) {
        arguments.addAll(List.of("--limits", "1 burst, 1/s"));
      }
      assertThat(run(log, arguments.toArray(String[]::new))).as("%s", arguments).isEqualTo(2);
      assertOneSentence(wrong[0]);
    }
    assertThat(run(log)).isEqualTo(2);
    assertOneSentence("--limits");
  }

  @Test
  void backtest_whereNothingCanBeReplayed_oneSentenceAndStatus3() throws IOException {
    String[] limits = {"--limits", "1 burst, 1/s"};

    assertThat(run(folder.resolve("missing.log"), limits)).isEqualTo(3);
    assertOneSentence("missing.log");
    assertThat(run(log(List.of("no \u001b log")), limits)).isEqualTo(3);
    assertOneSentence("no \\u001b log");
    assertThat(run(log(busy("a", 3)), "--limits", "1 burst, 1/s", "--key", "user")).isEqualTo(3);
    assertOneSentence("none of 3 lines can be replayed; 3: caller is missing");
    assertThat(run(log(List.of()), limits)).isEqualTo(3);
    assertOneSentence("can't be told");
    assertThat(run(log(busy("a", 3)), "--limits", "1 burst, 1/s", "--max-callers", "100000000"))
        .isEqualTo(3);
    assertOneSentence("-Xmx");
  }

  @Test
  void help_saysDefaultsExitCodesAndAnExample() {
    assertThat(
            OneSentence.command(new Backtest())
                .setOut(new PrintWriter(out, true))
                .execute("--help"))
        .isZero();

    assertThat(out.toString().replaceAll("\\s+", " "))
        .contains("(default: callers=0.99)")
        .contains("(default: 1m)")
        .contains("timestamp,@timestamp,ts")
        .contains("Exit codes:")
        .contains("./benchmarks/backtest --log access.log.gz");
  }

  @Test
  void limits_withAndWithoutNames_areRead() {
    assertThat(Backtest.limits("100 burst, 50/s; 1000 per 1h sliding"))
        .hasToString("limit-1: 100 burst, 50/s; limit-2: 1000/h sliding");
    assertThat(Backtest.limits("burst: 100 burst, 50/s; 1000/day in +02:00"))
        .hasToString("burst: 100 burst, 50/s; limit-2: 1000/day in +02:00");
    assertThat(Backtest.limits("5 per min fixed")).hasToString("default: 5/min fixed");
    assertThatThrownBy(() -> Backtest.limits("5 per minute"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void span_inEachUnit_isRead() {
    assertThat(Backtest.span("0s")).isZero();
    assertThat(Backtest.span("0.5s")).isEqualTo(Duration.ofMillis(500));
    assertThat(Backtest.span("2h")).isEqualTo(Duration.ofHours(2));
    assertThat(Backtest.span("3d")).isEqualTo(Duration.ofDays(3));
  }

  private static List<String> busy(String caller, int count) {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      lines.add(Logs.line(caller, START.plusSeconds(i)));
    }
    return lines;
  }

  @SafeVarargs
  private Path log(List<String>... parts) throws IOException {
    List<String> lines = new ArrayList<>();
    for (List<String> part : parts) {
      lines.addAll(part);
    }
    return Files.write(folder.resolve("access.log"), lines, StandardCharsets.UTF_8);
  }

  private Map<String, Object> json() throws IOException, ParseException {
    return JSONObjectUtils.parse(Files.readString(folder.resolve("b.json")));
  }

  @SuppressWarnings("unchecked") // what the parser makes of an object
  private static Map<String, Object> map(Object value) {
    return (Map<String, Object>) value;
  }

  private static String text(Object one) {
    return String.valueOf(map(one).get("limits"));
  }

  private AbstractStringAssert<?> assertOneSentence(String part) {
    String told = err.toString();
    err.getBuffer().setLength(0);
    assertThat(told.lines()).as(told).hasSize(1);
    return assertThat(told).startsWith("backtest: ").contains(part);
  }

  private int run(Path log, String... arguments) {
    List<String> all = new ArrayList<>(List.of("--log", log.toString(), "--quiet"));
    all.addAll(List.of(arguments));
    for (String kind : List.of("json", "html")) {
      if (!all.contains("--" + kind)) {
        all.addAll(List.of("--" + kind, folder.resolve("b." + kind).toString()));
      }
    }
    if (!all.contains("--max-callers")) {
      all.addAll(List.of("--max-callers", "1000"));
    }
    return OneSentence.command(new Backtest())
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(all.toArray(String[]::new));
  }
}
