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
 * of the library. Rows that have a side in common have their first look together, in which that
 * side is measured once. A second look goes on in fresh JVMs too, with the row's own sides, for as
 * many rounds as the first says are needed, and the row is judged by all rounds together.
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

  /** Those whose first look is this one's, itself among them. */
  private List<Contest> company = List.of(this);

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

  /** Contests of rows, those with a side in common together. */
  static List<Contest> of(List<Row> rows, Function<Row, Placed> place, Budget budget, Path logs) {
    List<Contest> contests = new ArrayList<>();
    for (Row row : rows) {
      Contest contest = new Contest(row, place, budget, logs);
      List<Contest> together = new ArrayList<>();
      for (Contest other : contests) {
        if (other.hasSideOf(contest) && !together.contains(other)) {
          together.addAll(other.company);
        }
      }
      contests.add(contest);
      together.add(contest);
      together.forEach(each -> each.company = together);
    }
    return List.copyOf(contests);
  }

  private boolean hasSideOf(Contest other) {
    return row.measure() == other.row.measure()
        && row.backing() == other.row.backing()
        && budget.equals(other.budget)
        && sides(row).stream().anyMatch(side -> indexOf(side, sides(other.row)) >= 0);
  }

  Row row() {
    return row;
  }

  /** Returns the rounds of a side of this row so far. */
  List<Score> scores(Side side) {
    return List.copyOf(scores.getOrDefault(side, List.of()));
  }

  /**
   * Judges the row by all rounds so far.
   *
   * @throws TooFewRounds if they are worth too few
   */
  Outcome outcome() {
    return Outcome.of(row, scores);
  }

  /** Does nothing where this row was seen when another one was looked at. */
  @Override
  public void look() throws IOException {
    List<Contest> together = company;
    together.forEach(each -> each.company = List.of(each));
    if (roundsRun > 0) {
      return;
    }
    try {
      look(budget, Math.max(1, budget.generations()), together);
    } catch (IOException | RuntimeException e) {
      if (together.size() == 1) {
        throw e;
      }
      together.forEach(Contest::forget); // any side may have failed, so each row looks alone
      look();
    }
  }

  private void forget() {
    scores.clear();
    generations = 0;
    roundsRun = 0;
    roundsNanos = 0;
    nanos = 0;
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
      look(budget.again(rest), 1, company);
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

  private void look(Budget rounds, int times, List<Contest> together) throws IOException {
    Files.createDirectories(logs);
    Row joint = joint(together);
    long start = System.nanoTime();
    try (Placed placed = place.apply(joint)) {
      for (int i = 0; i < times; i++) {
        generation(rounds, joint, placed.row(), together);
      }
    }
    long took = System.nanoTime() - start;
    together.forEach(each -> each.nanos += each.share(took, joint));
  }

  /** All sides of these, warmed so long that each has as much of the processors as alone. */
  private static Row joint(List<Contest> together) {
    Row joint = together.stream().map(Contest::row).reduce(Row::with).orElseThrow();
    int all = sides(joint).size();
    int warmth = 0;
    for (Contest each : together) {
      int alone = sides(each.row).size();
      warmth = Math.max(warmth, (each.row.warmth() * all + alone - 1) / alone);
    }
    return joint.warmed(warmth);
  }

  private void generation(Budget rounds, Row joint, Row placed, List<Contest> together)
      throws IOException {
    List<Contender> contenders = new ArrayList<>();
    try {
      for (Side side : sides(placed)) {
        Path log = logs.resolve(row.name() + "-" + contenders.size() + "-" + generations + ".log");
        contenders.add(new Contender(side, row.measure(), joint.warmth(), rounds, log));
      }
      for (Contender contender : contenders) {
        contender.awaitReady();
      }
      List<Contender> turns = new ArrayList<>(contenders);
      if (generations % 2 == 1) {
        Collections.reverse(turns); // so that nobody always comes first
      }
      for (int i = 0; i < rounds.warmUps() * joint.warmth(); i++) {
        warmUp(turns);
      }
      long took = takeTurns(turns, rounds.rounds());
      for (Contest each : together) {
        each.seen(joint, contenders, rounds.rounds(), took);
      }
    } finally {
      for (Contender contender : contenders) {
        contender.close();
      }
    }
  }

  /** Takes the scores of this row's sides. */
  private void seen(Row joint, List<Contender> contenders, int rounds, long took)
      throws IOException {
    List<Side> measured = sides(joint);
    for (Side side : sides(row)) {
      scores
          .computeIfAbsent(side, unused -> new ArrayList<>())
          .addAll(contenders.get(indexOf(side, measured)).scores());
    }
    roundsRun += rounds;
    roundsNanos += share(took, joint);
    generations++;
  }

  /** What of a time this row would have taken alone: it grows with the number of sides. */
  private long share(long took, Row joint) {
    return took * sides(row).size() / sides(joint).size();
  }

  private static int indexOf(Side side, List<Side> sides) {
    for (int i = 0; i < sides.size(); i++) {
      if (sides.get(i).runsAs(side)) {
        return i;
      }
    }
    return -1;
  }

  private static List<Side> sides(Row row) {
    List<Side> sides = new ArrayList<>(row.ours());
    sides.addAll(row.peers());
    return sides;
  }

  /** Returns the time that it took. */
  private static long takeTurns(List<Contender> turns, int rounds) throws IOException {
    long start = System.nanoTime();
    for (int round = 0; round < rounds; round++) {
      for (Contender contender : turns) {
        contender.step();
      }
    }
    return System.nanoTime() - start;
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
