package io.bartizan.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows with a side in common have one look together. */
@Tag("deep")
class ContestTest {
  private static final int ROUNDS = 7;
  private static final Budget IN_THIS_JVM =
      new Budget(
          0,
          1,
          Duration.ofMillis(5),
          ROUNDS,
          Duration.ofMillis(5),
          0,
          Duration.ZERO,
          Duration.ZERO,
          Map.of(),
          null);
  private static final Side SIGN =
      Side.of("sign", "1", HmacBenchmark.class, "sign").with("payload", "16");
  private static final Side JDK =
      Side.of("JDK", "1", HmacBenchmark.class, "jdkEachTime").with("payload", "16");

  @TempDir Path logs;

  @BeforeEach
  void allowSeveralRuns() {
    System.setProperty("jmh.ignoreLock", "true");
  }

  private static Row row(String name, Side ours, Side... peers) {
    return Row.of(name, "", Measure.TIME, 1.0, ours, peers);
  }

  private List<Contest> contests(Row... rows) {
    return Contest.of(List.of(rows), Placed::together, IN_THIS_JVM, logs);
  }

  private List<Contest> looked(Row... rows) throws IOException {
    List<Contest> contests = contests(rows);
    for (Contest contest : contests) {
      contest.look();
    }
    return contests;
  }

  private List<String> measured() throws IOException {
    try (Stream<Path> files = Files.list(logs)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void look_rowsWithACommonSide_measuresItOnceForAll() throws IOException {
    Side verify = SIGN.with("payload", "200");
    List<Contest> contests =
        looked(
            row("first", SIGN, JDK),
            row("apart", verify, JDK.with("payload", "200")),
            row("second", verify.with("payload", "4096"), SIGN.named("by another name")));
    assertThat(measured())
        .containsExactly(
            "apart-0-0.log", "apart-1-0.log", "first-0-0.log", "first-1-0.log", "first-2-0.log");
    assertThat(contests.get(0).scores(SIGN))
        .hasSize(ROUNDS)
        .isEqualTo(contests.get(2).scores(SIGN.named("by another name")));
    assertThat(contests.get(0).scores(JDK))
        .hasSize(ROUNDS)
        .isNotEqualTo(contests.get(0).scores(SIGN));
  }

  /** Whoever joins two rows that were apart brings all three together. */
  @Test
  void look_chainOfCommonSides_isOne() throws IOException {
    Side large = SIGN.with("payload", "200");
    List<Contest> contests =
        contests(
            row("first", SIGN, JDK),
            row("second", large, JDK.with("payload", "200")),
            row("joint", SIGN, large));
    contests.get(1).look();
    assertThat(measured()).hasSize(4).allMatch(name -> name.startsWith("second-"));
    for (Contest contest : contests) {
      contest.look();
      assertThat(contest.scores(contest.row().ours().get(0))).hasSize(ROUNDS);
    }
    assertThat(measured()).hasSize(4);
  }

  @Test
  void look_sideThatFails_failsItsOwnRowAlone() throws IOException {
    Side broken = SIGN.with("payload", "-1");
    List<Contest> contests = contests(row("broken", SIGN, broken), row("sound", SIGN, JDK));
    assertThatThrownBy(contests.get(0)::look).isInstanceOf(IOException.class);
    contests.get(1).look();
    assertThat(contests.get(1).scores(SIGN)).hasSize(ROUNDS);
    assertThat(contests.get(1).scores(JDK)).hasSize(ROUNDS);
  }

  /** Whatever was measured together by then is not half of what the rows are judged by. */
  @Test
  void look_sideThatFailsLater_leavesNothingOfTheJointLook() throws IOException {
    Row broken = row("broken", SIGN, SIGN.with("payload", "200"), JDK.with("payload", "-1"));
    List<Contest> contests = contests(row("sound", SIGN, JDK), broken);
    contests.get(0).look();
    assertThat(contests.get(0).scores(SIGN)).hasSize(ROUNDS);
    assertThat(contests.get(0).scores(JDK)).hasSize(ROUNDS);
    assertThatThrownBy(contests.get(1)::look).isInstanceOf(IOException.class);
  }

  /** A side has as much of the processors as it would have alone. */
  @Test
  void look_moreSidesThanAlone_warmUpLonger() throws IOException {
    List<Contest> contests =
        contests(
            row("two", SIGN, JDK).warmed(3),
            row("more", SIGN, SIGN.with("payload", "200"), SIGN.with("payload", "4096")));
    contests.get(0).look();
    assertThat(Files.readString(logs.resolve("two-0-0.log"))).contains("# Warmup: 6 iterations");
  }

  @Test
  void of_otherMeasureOrThreads_isApart() throws IOException {
    Row rate = Row.of("rate", "", Measure.RATE, 1.0, SIGN, JDK);
    var unused =
        looked(
            row("first", SIGN, JDK), rate, row("threads", SIGN.withThreads(2), JDK.withThreads(2)));
    assertThat(measured()).hasSize(6);
  }
}
