package io.bartizan.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CapacityComparisonTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  @TempDir Path folder;

  @Test
  void runs_withinWhatRunsDiffer_areTheSame() {
    CapacityComparison comparison =
        CapacityComparison.of(run(40_000, 20, 2_000), run(33_000, 24, 2_400));

    assertThat(comparison.isWorse()).isFalse();
    assertThat(comparison.lines()).hasSize(4).allMatch(line -> line.endsWith("runs differ"));
  }

  @Test
  void knee_lowerByMore_isWorse_higherIsBetter() {
    CapacityComparison lower =
        CapacityComparison.of(run(40_000, 20, 2_000), run(30_000, 20, 2_000));
    CapacityComparison higher =
        CapacityComparison.of(run(30_000, 20, 2_000), run(40_000, 20, 2_000));

    assertThat(lower.isWorse()).isTrue();
    assertThat(lower.lines()).anyMatch(line -> line.contains("knee") && line.endsWith(": worse"));
    assertThat(higher.isWorse()).isFalse();
    assertThat(higher.lines()).anyMatch(line -> line.contains("knee") && line.endsWith("better"));
  }

  @Test
  void cost_higherByMore_isWorse() {
    assertThat(CapacityComparison.of(run(1, 20, 9), run(1, 26, 9)).isWorse()).isTrue();
    assertThat(CapacityComparison.of(run(1, 26, 9), run(1, 20, 9)).isWorse()).isFalse();
  }

  @Test
  void knee_thatIsGone_isWorse() {
    assertThat(CapacityComparison.of(run(40_000, 20, 9), run(0, 20, 9)).isWorse()).isTrue();
    assertThat(CapacityComparison.of(run(0, 20, 9), run(40_000, 20, 9)).isWorse()).isFalse();
  }

  @Test
  void runs_ofUnlikeWishesOrStampedOnes_areWarnedOf() {
    Map<String, Object> other = new HashMap<>(run(1, 20, 9));
    other.put("wanted", Map.of("rate", 2L));
    other.put("tls", true);
    other.put("judgement", Map.of("stamp", "not for a plan"));

    assertThat(CapacityComparison.of(run(1, 20, 9), other).lines())
        .anyMatch(line -> line.startsWith("warning: rate differs (1, then 2)"))
        .anyMatch(line -> line.startsWith("warning: tls differs"))
        .anyMatch(line -> line.contains("not for a plan"));
  }

  @Test
  void way_thatOneRunHasAlone_isTold() {
    Map<String, Object> without = new HashMap<>(run(1, 20, 9));
    without.put("ways", List.of(Map.of("mode", "other", "knee", 1)));

    assertThat(CapacityComparison.of(run(1, 20, 9), without).lines())
        .filteredOn(line -> line.endsWith(": in one run alone"))
        .hasSize(2);
  }

  @Test
  void text_ofTheFiles_isSafeToPrint() {
    Map<String, Object> other = new HashMap<>(run(1, 20, 9));
    other.put("machine", "\u001b[2Jnone");
    other.put("date", "\u001b]0;x\u0007");
    other.put("judgement", Map.of("stamp", "not for a plan"));

    assertThat(CapacityComparison.of(run(1, 20, 9), other).lines())
        .anyMatch(line -> line.contains("\\u001b[2Jnone"))
        .anyMatch(line -> line.contains("µs of Redis a check"))
        .noneMatch(line -> line.chars().anyMatch(Character::isISOControl));
  }

  @Test
  void command_twoFiles_comparesThem() throws Exception {
    Path old = Files.writeString(folder.resolve("old.json"), Json.of(run(40_000, 20, 9)));
    Path now = Files.writeString(folder.resolve("new.json"), Json.of(run(10_000, 20, 9)));

    assertThat(compare(old, now)).isEqualTo(1);
    assertThat(out.toString()).contains("40,000, then 10,000: worse");
    assertThat(compare(old, old)).isZero();
  }

  @Test
  void command_hostileFiles_oneSentenceAndStatus3() throws Exception {
    Path good = Files.writeString(folder.resolve("good.json"), Json.of(run(1, 20, 9)));
    for (String text :
        List.of("", "[]", "{}", "{\"ways\": 3}", "{\"ways\": [3]}", "[".repeat(50_000), "\u0000")) {
      Path bad = Files.writeString(folder.resolve("bad.json"), text);
      assertThat(compare(good, bad)).isEqualTo(3);
      assertThat(err.toString().lines()).as(err.toString()).hasSize(1);
      assertThat(err.toString()).contains("bad.json: not the JSON of a capacity run");
      err.getBuffer().setLength(0);
    }
    Files.write(folder.resolve("bad.json"), new byte[] {(byte) 0xff, '{', '}'});
    assertThat(compare(folder.resolve("bad.json"), good)).isEqualTo(3);
    assertThat(compare(good, folder.resolve("none.json"))).isEqualTo(3);
    assertThat(err.toString()).contains("none.json: no such file");
    assertThat(
            OneSentence.command(new Capacity()).setErr(new PrintWriter(err)).execute("--compare"))
        .isEqualTo(2);
  }

  private int compare(Path old, Path now) {
    return OneSentence.command(new Capacity())
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute("--compare", old.toString(), now.toString());
  }

  private static Map<String, Object> run(double knee, double micros, long p99) {
    return Map.of(
        "date",
        "2026-11-29",
        "wanted",
        Map.of("rate", 1L),
        "judgement",
        Map.of("stamp", "usable"),
        "bytesPerKey",
        200,
        "ways",
        List.of(
            Map.of(
                "mode",
                "Bartizan, coalescing",
                "knee",
                knee,
                "redisCpuMicrosPerCheck",
                micros,
                "p99MicrosAtRate",
                p99)));
  }
}
