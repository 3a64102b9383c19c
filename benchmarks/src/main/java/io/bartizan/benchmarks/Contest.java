package io.bartizan.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * A row under measurement: all of its sides are started and warmed alike and at the same time, and
 * then take turns, A B A B, one iteration each, until each has its rounds. Where the budget says
 * so, the whole is repeated in fresh JVMs, since one JVM's luck with its compiler is not a property
 * of the library. A second look goes on in fresh JVMs too, for as many rounds as the first says are
 * needed, and the row is judged by all rounds together.
 */
final class Contest implements TwoLooks.Subject {
  /** Longer than any look may take. */
  private static final Duration NEVER = Duration.ofDays(1000);

  /** For a row that can't be judged without a second look: the run fails if there is none. */
  private static final Duration SOON = Duration.ofNanos(1);

  private final Row row;
  private final Function<Row, Placed> place;
  private final Budget budget;
  private final Path logs;
  private final Map<Side, List<Score>> scores = new LinkedHashMap<>();
  private int generations;
  private int roundsRun;
  private long roundsNanos;
  private long nanos;

  /**
   * A row that nobody has looked at.
   *
   * @param place starts the servers of a look
   */
  Contest(Row row, Function<Row, Placed> place, Budget budget, Path logs) {
    this.row = row.sized(budget.sizes());
    this.place = place;
    this.budget = budget.of(row);
    this.logs = logs;
  }

  Row row() {
    return row;
  }

  /**
   * Judges the row by all rounds so far.
   *
   * @throws TooFewRounds if they are worth too few
   */
  Outcome outcome() {
    return Outcome.of(row, scores);
  }

  @Override
  public void look() throws IOException {
    look(budget, Math.max(1, budget.generations()));
  }

  @Override
  public Duration toDecide() {
    try {
      double rounds = roundsWanted(outcome());
      double wanted = rounds == 0 ? 0 : nanosBeside() + rounds * roundsNanos / roundsRun;
      return wanted < NEVER.toNanos() ? Duration.ofNanos((long) wanted) : NEVER;
    } catch (TooFewRounds e) {
      return SOON;
    }
  }

  /**
   * Measures on until the row is decided by what the first look says is needed. Where even these
   * rounds are worth too few there was no interval to look at, so it goes on within the time.
   */
  @Override
  public void lookAgain(Duration most) throws IOException {
    long before = nanos;
    int left = fitting(most);
    int rest = roundsToGo(row, scores, left);
    while (rest > 0) {
      look(budget.again(rest), 1);
      left = Math.min(left - rest, fitting(most.minusNanos(nanos - before)));
      rest = roundsMissing(row, scores, left);
    }
  }

  private int fitting(Duration time) {
    return fitting(time.minusNanos(nanosBeside()), budget.more(), roundsRun, roundsNanos);
  }

  /** What a generation takes beside its rounds. */
  private long nanosBeside() {
    return (nanos - roundsNanos) / generations;
  }

  /**
   * How many more rounds would decide the row: none if it is decided or {@code most} are too few.
   */
  static int roundsToGo(Row row, Map<Side, List<Score>> scores, int most) {
    try {
      return bounded(roundsWanted(Outcome.of(row, scores)), most);
    } catch (TooFewRounds e) {
      return roundsMissing(row, scores, most);
    }
  }

  /** How many more rounds would decide the row, without a bound: none if it is decided. */
  private static double roundsWanted(Outcome outcome) {
    return outcome.verdict() == Verdict.UNDECIDED
        ? Math.max(Budget.LEAST_ROUNDS, outcome.roundsToDecide() - outcome.ours().rounds().size())
        : 0;
  }

  /**
   * How many more rounds would be worth enough for an interval: none if these are or {@code most}
   * are too few.
   */
  static int roundsMissing(Row row, Map<Side, List<Score>> scores, int most) {
    try {
      Outcome.of(row, scores);
      return 0;
    } catch (TooFewRounds e) {
      return bounded(Math.max(Budget.LEAST_ROUNDS, 2.0 * e.needed() - had(row, scores)), most);
    }
  }

  /** How many of so many rounds fit into that time if each takes as long as those before. */
  static int fitting(Duration longest, int most, int before, long tookNanos) {
    return (int) Math.min(most, longest.toNanos() * before / Math.max(1, tookNanos));
  }

  private static int had(Row row, Map<Side, List<Score>> scores) {
    return scores.getOrDefault(row.ours().get(0), List.of()).size();
  }

  private static int bounded(double wanted, int most) {
    return most < Budget.LEAST_ROUNDS || wanted > 2.0 * most // an estimate is easily twice too high
        ? 0
        : (int) Math.min(wanted, most);
  }

  private void look(Budget rounds, int times) throws IOException {
    Files.createDirectories(logs);
    long start = System.nanoTime();
    try (Placed placed = place.apply(row)) {
      for (int i = 0; i < times; i++) {
        generation(rounds, placed.row());
      }
    }
    nanos += System.nanoTime() - start;
  }

  private void generation(Budget rounds, Row placed) throws IOException {
    List<Contender> contenders = new ArrayList<>();
    try {
      for (Side side : sides(placed)) {
        Path log = logs.resolve(row.name() + "-" + contenders.size() + "-" + generations + ".log");
        contenders.add(new Contender(side, row.measure(), row.warmth(), rounds, log));
      }
      for (Contender contender : contenders) {
        contender.awaitReady();
      }
      List<Contender> turns = new ArrayList<>(contenders);
      if (generations % 2 == 1) {
        Collections.reverse(turns); // so that nobody always comes first
      }
      for (int i = 0; i < rounds.warmUps() * row.warmth(); i++) {
        warmUp(turns);
      }
      takeTurns(turns, rounds.rounds());
      List<Side> sides = sides(row);
      for (int i = 0; i < sides.size(); i++) {
        scores
            .computeIfAbsent(sides.get(i), side -> new ArrayList<>())
            .addAll(contenders.get(i).scores());
      }
      generations++;
    } finally {
      for (Contender contender : contenders) {
        contender.close();
      }
    }
  }

  private static List<Side> sides(Row row) {
    List<Side> sides = new ArrayList<>(row.ours());
    sides.addAll(row.peers());
    return sides;
  }

  private void takeTurns(List<Contender> turns, int rounds) throws IOException {
    long start = System.nanoTime();
    for (int round = 0; round < rounds; round++) {
      for (Contender contender : turns) {
        contender.step();
      }
    }
    roundsRun += rounds;
    roundsNanos += System.nanoTime() - start;
  }

  /** One iteration of all sides at a time, but one by one where they share this JVM. */
  private void warmUp(List<Contender> contenders) throws IOException {
    boolean together = budget.generations() > 0;
    for (Contender contender : contenders) {
      contender.begin();
      if (!together) {
        contender.end();
      }
    }
    if (together) {
      for (Contender contender : contenders) {
        contender.end();
      }
    }
  }
}
