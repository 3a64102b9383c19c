package io.bartizan.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.util.JSONObjectUtils;
import io.bartizan.testkit.DevCa;
import io.bartizan.testkit.RedisCluster;
import io.bartizan.testkit.RedisServer;
import io.lettuce.core.RedisURI;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
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

  /** It answers, judges itself, writes JSON and a page that needs nothing else, leaves no key. */
  @Test
  void capacity_againstARedisOfItsOwn_answersAndLeavesNoKey() throws Exception {
    int status;
    try (RedisServer server = RedisServer.start()) {
      status =
          run(
              ("--redis "
                      + server.uri()
                      + " --keys 50 --rate 1000 --seconds 0.05 --p99 200"
                      + " --processes 2 --skew 1 --refused 0.2")
                  .split(" "));
      assertThat(server.command("DBSIZE")).isEqualTo("0");
    }

    assertThat(status).as("steps too short for a plan: " + err).isEqualTo(1);
    String text = Files.readString(folder.resolve("c.json"));
    Map<String, Object> written = JSONObjectUtils.parse(text);
    assertThat(written)
        .containsKeys("title", "date", "machine", "java", "bartizan", "redis", "knees")
        .containsEntry("processes", 2L);
    Map<?, ?> answer = (Map<?, ?>) written.get("answer");
    assertThat(answer.get("servers")).isEqualTo(1L);
    assertThat(answer.get("connections")).isEqualTo(2L);
    assertThat(out.toString()).contains(String.valueOf(answer.get("sentence")), "not for a plan");
    assertThat((List<?>) written.get("steps"))
        .extracting(step -> String.valueOf(((Map<?, ?>) step).get("mode")))
        .contains("Bartizan, coalescing", "Bartizan, one call a check", "Bartizan, leased permits");
    assertThat((List<?>) written.get("steps"))
        .as("a refusal that was wanted is no error")
        .allSatisfy(step -> assertThat(((Map<?, ?>) step).get("errors")).isEqualTo(0L));
    assertThat((List<?>) written.get("concurrency")).hasSize(6 * 3);
    assertThat(((Number) written.get("bytesPerKey")).doubleValue()).isBetween(50.0, 1_000.0);
    String page = Files.readString(folder.resolve("c.html"));
    assertThat(page).contains(text.strip()).contains("Chart.js v4");
    assertThat(page).as("nor may the browser ask for more").contains("default-src 'none'");
    assertThat(page).doesNotContain("@DATA@").doesNotContain("sourceMappingURL");
    assertThat(page).doesNotContainPattern("<(script|link|img|iframe)[^>]+(src|href)");
    assertThat(page).doesNotContainPattern("@import|[^A-Za-z]url\\(");
    Browser.assertShows(folder.resolve("c.html"), 5);
  }

  @Test
  void target_tlsWithAnAuthorityOfItsOwn_isTrustedByTheFileAlone() throws Exception {
    DevCa ca = DevCa.of("capacity");
    ca.leaf("redis").ip("127.0.0.1").forServer().issue().writeTo(folder);
    try (RedisServer server =
        RedisServer.builder()
            .withTls(
                folder.resolve("cert.pem"), folder.resolve("key.pem"), folder.resolve("ca.pem"))
            .start()) {
      RedisURI uri = RedisURI.create(server.tlsUri());
      try (RedisTarget target = RedisTarget.connect(uri, folder.resolve("ca.pem"), 2)) {
        assertThat(target.isTls()).isTrue();
        assertThat(oneCheck(target)).isTrue();
      }
      assertThatThrownBy(() -> RedisTarget.connect(uri, null, 1))
          .hasMessage("no Redis answers at the URI");
    }
  }

  @Test
  void target_nodeOfACluster_isTheWholeCluster() throws Exception {
    try (RedisCluster cluster = RedisCluster.start();
        RedisTarget target = RedisTarget.connect(RedisURI.create(cluster.uri()), null, 2)) {
      assertThat(target.isCluster()).isTrue();
      assertThat(target.gauge().servers()).isEqualTo(3);
      assertThat(oneCheck(target)).isTrue();
      target.gauge().forget("p");
      assertThat(cluster.nodes()).allMatch(node -> node.command("DBSIZE").equals("0"));
    }
  }

  private static boolean oneCheck(RedisTarget target) throws Exception {
    LoadSubject subject = LoadSubject.of("fixedWindow", LoadSubject.Mode.COALESCING);
    try (LoadSubject.Asked asked = subject.open(target, "p", 10, 0)) {
      return asked.check(1).toCompletableFuture().get(10, TimeUnit.SECONDS)
          && asked.check(2).toCompletableFuture().get(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void capacity_noRedisThere_oneSentenceAndStatus3() {
    assertThat(run("--redis", NOWHERE)).isEqualTo(3);
    assertOneSentence("no Redis answers");
  }

  @Test
  void capacity_wrongArguments_oneSentenceAndStatus2() {
    assertThat(run()).isEqualTo(2);
    assertOneSentence("--redis");
    assertThat(run("--redis", "elsewhere:secret@x")).isEqualTo(2);
    assertOneSentence("--redis").doesNotContain("secret");
    for (String[] wrong :
        new String[][] {
          {"--keys", "0"},
          {"--keys", "many"},
          {"--threads", "-1"},
          {"--rate", "0"},
          {"--seconds", "NaN"},
          {"--p99", "0"},
          {"--processes", "0"},
          {"--headroom", "1"},
          {"--skew", "-0.1"},
          {"--refused", "1.5"},
          {"--measured-keys", "0"},
          {"--algorithm", "leakyBucket"},
          {"--tls-authorities", folder + "/none.pem"},
          {"--html", folder + "/no/x"}
        }) {
      assertThat(run("--redis", NOWHERE, wrong[0], wrong[1])).isEqualTo(2);
      assertOneSentence(wrong[0]);
    }
    assertThat(run("--redis", NOWHERE, "--fast")).isEqualTo(2);
    assertOneSentence("--fast");
  }

  @Test
  void capacity_tooLittleMemory_oneSentenceAndStatus3() {
    assertThat(run("--redis", NOWHERE, "--keys", "100000000", "--measured-keys", "100000000"))
        .isEqualTo(3);
    assertOneSentence("-Xmx");
  }

  @Test
  void capacity_help_saysDefaultsDurationExitCodesExampleAndWarning() {
    assertThat(run("--help")).isZero();
    assertThat(out.toString())
        .contains("WARNING", "minute", "Exit codes:", "Examples:", "(default: 0.3)")
        .contains("--compare", "--skew", "--refused", "--tls-authorities");
  }

  private AbstractStringAssert<?> assertOneSentence(String part) {
    String told = err.toString();
    err.getBuffer().setLength(0);
    assertThat(told.lines()).as(told).hasSize(1);
    return assertThat(told).startsWith("capacity: ").contains(part);
  }

  private int run(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    for (String kind : List.of("json", "html")) {
      if (!all.contains("--" + kind)) {
        all.addAll(List.of("--" + kind, folder.resolve("c." + kind).toString()));
      }
    }
    return OneSentence.command(new Capacity())
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(all.toArray(String[]::new));
  }
}
