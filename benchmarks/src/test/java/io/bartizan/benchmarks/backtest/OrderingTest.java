package io.bartizan.benchmarks.backtest;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.benchmarks.backtest.Logs.Request;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class OrderingTest {
  private static final Instant START = Logs.at("2015-05-17T10:00:00Z");

  @Test
  void lines_shuffledWithinTheWindow_areReplayedInOrder() throws IOException {
    long seed = 41;
    List<Request> stable = new ArrayList<>();
    StringBuilder lines = new StringBuilder();
    Random random = new Random(seed);
    for (int i = 0; i < 5_000; i++) {
      Instant time = START.plusSeconds(60 * (i / 100) + random.nextInt(60));
      String caller = "a" + random.nextInt(100);
      stable.add(new Request(Logs.micros(time.toString()), caller));
      lines.append(Logs.line(caller, time)).append('\n');
    }

    LogReader reader = Logs.read(lines.toString());

    assertThat(Logs.requests(reader))
        .as("seed %d", seed)
        .isSortedAccordingTo(Comparator.comparingLong(Request::micros))
        .containsExactlyInAnyOrderElementsOf(stable);
    assertThat(reader.faults().total()).isZero();
  }

  /** Steps about as long as the window look like jumps, and are none. */
  @Test
  void lines_inOrder_areAllReplayedHoweverFarApart() throws IOException {
    for (int seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      Faults faults = new Faults();
      Callers callers = new Callers(10);
      int caller = callers.of("a");
      try (Spool spool = new Spool(1)) {
        Ordering ordering =
            new Ordering(Duration.ofMinutes(1), Duration.ofDays(1), 1000, spool, callers, faults);
        long time = 1_431_857_103_000_000L;
        for (int line = 1; line <= 200; line++) {
          time += random.nextInt(random.nextInt(4) == 0 ? 90_000_000 : 2_000_000);
          ordering.add(time, caller, line);
        }
        ordering.end();
        assertThat(spool.size()).as("seed %d %s", seed, faults.json()).isEqualTo(200);
      }
    }
  }

  /** A quiet log: many steps are longer than the window, and lines come up to a window late. */
  @Test
  void lines_shuffledWithinTheWindow_areAllReplayedHoweverFarApart() throws IOException {
    for (int seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      List<long[]> timeAndArrival = new ArrayList<>();
      long time = 1_431_857_103_000_000L;
      for (int line = 1; line <= 200; line++) {
        time += random.nextInt(random.nextInt(4) == 0 ? 150_000_000 : 40_000_000);
        timeAndArrival.add(new long[] {time, time + random.nextInt(60_000_000)});
      }
      timeAndArrival.sort(Comparator.comparingLong(line -> line[1]));
      Faults faults = new Faults();
      Callers callers = new Callers(10);
      int caller = callers.of("a");
      try (Spool spool = new Spool(1)) {
        Ordering ordering =
            new Ordering(Duration.ofMinutes(1), Duration.ofDays(1), 1000, spool, callers, faults);
        long line = 0;
        for (long[] one : timeAndArrival) {
          ordering.add(one[0], caller, ++line);
        }
        ordering.end();
        assertThat(spool.size()).as("seed %d %s", seed, faults.json()).isEqualTo(200);
      }
    }
  }

  @Test
  void line_olderThanTheWindow_isLateAndOneOnItsEdgeIsNot() throws IOException {
    List<String> lines =
        List.of(
            Logs.line("a", START),
            Logs.line("b", START.plusSeconds(30)),
            Logs.line("c", START.plusSeconds(90)), // lets go what is no later than second 30
            Logs.line("late", START.plusSeconds(29)),
            Logs.line("edge", START.plusSeconds(30)));

    LogReader reader = Logs.read(String.join("\n", lines));

    assertThat(callers(reader)).containsExactly("a", "b", "edge", "c");
    assertThat(reader.faults().count(Fault.LATE)).isEqualTo(1);
    assertThat(reader.faults().samples(Fault.LATE)).containsExactly("line 4: 2015-05-17T10:00:29Z");
    assertThat(reader.callers().active()).as("who was never replayed is no caller").isEqualTo(4);
  }

  @Test
  void lines_beyondTheBoundOfWaitingOnes_areLetGoEarly() throws IOException {
    Faults faults = new Faults();
    Callers callers = new Callers(10);
    try (Spool spool = new Spool(1)) {
      Ordering ordering =
          new Ordering(Duration.ofHours(1), Duration.ofDays(1), 100, spool, callers, faults);
      for (int i = 0; i < 1000; i++) {
        ordering.add(i * 1000L, callers.of("a"), i);
      }
      assertThat(spool.size()).isEqualTo(900);
      ordering.end();
      assertThat(spool.size()).isEqualTo(1000);
      assertThat(faults.total()).isZero();
    }
  }

  @Test
  void oneLine_farAhead_isLeftOutAndMakesNobodyLate() throws IOException {
    List<String> lines = new ArrayList<>();
    lines.add(Logs.line("first", Logs.at("2099-01-01T00:00:00Z")));
    for (int i = 0; i < 40; i++) {
      lines.add(Logs.line("a", START.plusSeconds(i)));
      if (i % 2 == 1 && i > 16) {
        lines.add(Logs.line("bad", Logs.at("2150-01-01T00:00:00Z")));
      }
    }
    lines.add(Logs.line("old", Logs.at("1971-01-01T00:00:00Z")));

    LogReader reader = Logs.read(String.join("\n", lines));

    assertThat(callers(reader)).hasSize(40).containsOnly("a");
    assertThat(reader.faults().count(Fault.FAR_OFF)).isEqualTo(1 + 12 + 1);
    assertThat(reader.faults().total()).isEqualTo(14);
  }

  @Test
  void jump_thatSixteenLinesAgreeOn_isBelievedAndOneOfFifteenIsNot() throws IOException {
    for (int count : new int[] {15, 16}) {
      List<String> lines = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        lines.add(Logs.line("before", START.plusSeconds(i)));
      }
      for (int i = 0; i < count; i++) {
        lines.add(Logs.line("after", START.plus(Duration.ofDays(3)).plusSeconds(i)));
      }

      LogReader reader = Logs.read(String.join("\n", lines));

      assertThat(reader.faults().count(Fault.FAR_OFF)).isEqualTo(count == 16 ? 0 : 15);
      assertThat(reader.spool().size()).isEqualTo(count == 16 ? 36 : 20);
    }
  }

  /** Ahead by less than a gap, which made an hour of others late before lines confirmed jumps. */
  @Test
  void oneLine_anHourAhead_isLeftOutAndMakesNobodyLate() throws IOException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      lines.add(Logs.line("a", START.plusSeconds(i)));
    }
    lines.add(50, Logs.line("ahead", START.plusSeconds(3600)));
    lines.add(2, Logs.line("ahead", START.plusSeconds(3600)));
    lines.add(0, Logs.line("ahead", START.plusSeconds(7200)));

    LogReader reader = Logs.read(String.join("\n", lines));

    assertThat(callers(reader)).hasSize(100).containsOnly("a");
    assertThat(reader.faults().count(Fault.FAR_OFF)).isEqualTo(3);
  }

  @Test
  void lines_fartherApartThanTheWindow_areAllReplayed() throws IOException {
    for (int count : new int[] {1, 15, 16, 17, 40}) {
      List<String> lines = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        lines.add(Logs.line("a" + i, START.plus(Duration.ofHours(20L * i))));
      }

      LogReader reader = Logs.read(String.join("\n", lines));

      assertThat(callers(reader)).hasSize(count).startsWith("a0").endsWith("a" + (count - 1));
    }
  }

  @Test
  void line_fromBeforeAJump_doesNotRefuteIt() throws IOException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      lines.add(Logs.line("before", START.plusSeconds(i)));
    }
    for (int i = 0; i < 20; i++) {
      lines.add(Logs.line("after", START.plusSeconds(3600 + i)));
    }
    lines.add(25, Logs.line("straggler", START.plusSeconds(19)));

    LogReader reader = Logs.read(String.join("\n", lines));

    assertThat(callers(reader)).hasSize(41).contains("straggler");
    assertThat(reader.faults().total()).isZero();
  }

  @Test
  void log_shorterThanAConfirmation_isReplayed() throws IOException {
    assertThat(callers(Logs.read(Logs.line("a", START)))).containsExactly("a");
  }

  @Test
  void logs_givenOneAfterTheOther_areOne() throws IOException {
    LogReader reader = new LogReader(Logs.options("address"), new Spool(1), Logs.quiet());
    for (int hour = 0; hour < 2; hour++) {
      String line = Logs.line("h" + hour, START.plus(Duration.ofHours(hour)));
      reader.read(new ByteArrayInputStream(line.getBytes(StandardCharsets.UTF_8)));
    }
    reader.end();

    assertThat(callers(reader)).containsExactly("h0", "h1");
  }

  private static List<String> callers(LogReader reader) throws IOException {
    return Logs.requests(reader).stream().map(Request::caller).toList();
  }
}
