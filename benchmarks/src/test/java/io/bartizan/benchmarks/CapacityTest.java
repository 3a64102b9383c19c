package io.bartizan.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.util.JSONObjectUtils;
import io.bartizan.testkit.RedisServer;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.api.AbstractStringAssert;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("deep")
class CapacityTest {
  private static final String NOWHERE = "redis://127.0.0.1:1";

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  @TempDir Path folder;

  /** It completes, writes valid JSON and a page that needs nothing else, and leaves no key. */
  @Test
  void capacity_againstARedisOfItsOwn_writesJsonAndPage() throws Exception {
    List<LoadSubject> subjects =
        Stream.of(LoadSubject.Mode.values())
            .map(mode -> LoadSubject.of("tokenBucket", mode))
            .toList();
    int status;
    try (RedisServer server = RedisServer.start()) {
      String uri = server.uri();
      status = run(subjects, "--redis", uri, "--keys", "50", "--rate", "5000", "--seconds", "0.05");
      assertThat(server.command("DBSIZE")).isEqualTo("0");
    }

    assertThat(status).as(err.toString()).isZero();
    String text = Files.readString(folder.resolve("c.json"));
    Map<String, Object> written = JSONObjectUtils.parse(text);
    assertThat(written)
        .containsKeys("title", "date", "machine", "java", "bartizan", "redis", "bucket4j")
        .containsKeys("command", "budgetP99Micros", "keys", "threads", "secondsPerStep", "knees");
    assertThat((List<?>) written.get("steps"))
        .hasSizeGreaterThanOrEqualTo(subjects.size())
        .allSatisfy(
            step ->
                assertThat(((Map<?, ?>) step).keySet().stream().map(String::valueOf))
                    .contains("mode", "algorithm", "askedPerSecond", "decisionsPerSecond")
                    .contains("p50Micros", "p99Micros", "p999Micros", "redisCpu"));
    assertThat((List<?>) written.get("concurrency")).hasSize(6 * subjects.size());
    assertThat((List<?>) written.get("keyCost"))
        .isNotEmpty()
        .allSatisfy(point -> assertThat(bytesOf((Map<?, ?>) point)).isPositive());
    assertThat(((Map<?, ?>) written.get("connections")).values())
        .allSatisfy(count -> assertThat(((Number) count).intValue()).isEqualTo(1));
    String page = Files.readString(folder.resolve("c.html"));
    assertThat(page).contains(text.strip()).contains("Chart.js v4");
    assertThat(page).as("nor may the browser ask for more").contains("default-src 'none'");
    assertThat(page).doesNotContain("@DATA@").doesNotContain("sourceMappingURL");
    assertThat(page).doesNotContainPattern("<(script|link|img|iframe)[^>]+(src|href)");
    assertThat(page).doesNotContainPattern("@import|[^A-Za-z]url\\(");
  }

  @Test
  void capacity_noRedisThere_oneSentenceAndStatus3() {
    assertThat(run(LoadSubject.all(), "--redis", NOWHERE)).isEqualTo(3);
    assertOneSentence("no Redis answers");
  }

  @Test
  void capacity_wrongArguments_oneSentenceAndStatus2() {
    assertThat(run(LoadSubject.all())).isEqualTo(2);
    assertOneSentence("--redis");
    assertThat(run(LoadSubject.all(), "--redis", "elsewhere:secret@x")).isEqualTo(2);
    assertOneSentence("--redis").doesNotContain("secret");
    for (String[] wrong :
        new String[][] {
          {"--keys", "0"},
          {"--keys", "many"},
          {"--threads", "-1"},
          {"--rate", "0"},
          {"--seconds", "NaN"},
          {"--p99", "0"},
          {"--html", folder + "/no/x"}
        }) {
      assertThat(run(LoadSubject.all(), "--redis", NOWHERE, wrong[0], wrong[1])).isEqualTo(2);
      assertOneSentence(wrong[0]);
    }
    assertThat(run(LoadSubject.all(), "--redis", NOWHERE, "--fast")).isEqualTo(2);
    assertOneSentence("--fast");
  }

  @Test
  void capacity_tooLittleMemory_oneSentenceAndStatus3() {
    assertThat(run(LoadSubject.all(), "--redis", NOWHERE, "--keys", "100000000")).isEqualTo(3);
    assertOneSentence("-Xmx");
  }

  private static double bytesOf(Map<?, ?> point) {
    Object bytes = point.get("bytesPerKey");
    return bytes instanceof Number number ? number.doubleValue() : Double.NaN;
  }

  private AbstractStringAssert<?> assertOneSentence(String part) {
    String told = err.toString();
    err.getBuffer().setLength(0);
    assertThat(told.lines()).as(told).hasSize(1);
    return assertThat(told).startsWith("capacity: ").contains(part);
  }

  private int run(List<LoadSubject> subjects, String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    for (String kind : List.of("json", "html")) {
      if (!all.contains("--" + kind)) {
        all.addAll(List.of("--" + kind, folder.resolve("c." + kind).toString()));
      }
    }
    return OneSentence.command(new Capacity(subjects))
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(all.toArray(String[]::new));
  }
}
