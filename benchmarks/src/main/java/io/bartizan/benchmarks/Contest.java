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

/**
 * Runs a row: all of its sides are started and warmed alike and at the same time, and then take
 * turns, A B A B, one iteration each, until each has its rounds. Where the budget says so, the
 * whole is repeated in fresh JVMs, since one JVM's luck with its compiler is not a property of the
 * library.
 */
final class Contest {
  private final Budget budget;
  private final Path logs;
  private int roundsRun;
  private long roundsNanos;

  Contest(Budget budget, Path logs) {
    this.budget = budget;
    this.logs = logs;
  }

  /**
   * Measures a row and judges it. If that leaves it undecided, it is measured on in fresh JVMs, for
   * as many rounds as this first look says are needed, and judged by all rounds together. Where
   * even these are worth too few there was no interval to look at, so it goes on within the budget.
   */
  Outcome judged(Row row) throws IOException {
    Map<Side, List<Score>> scores = run(row);
    int number = Math.max(1, budget.generations());
    int left = fitting(budget.longest(), budget.more(), roundsRun, roundsNanos);
    int rest = roundsToGo(row, scores, left);
    while (rest > 0) {
      new Contest(budget.again(rest), logs).generation(row, number++, scores);
      left -= rest;
      rest = roundsMissing(row, scores, left);
    }
    return Outcome.of(row, scores);
  }

  /**
   * How many more rounds would decide the row: none if it is decided or {@code most} are too few.
   */
  static int roundsToGo(Row row, Map<Side, List<Score>> scores, int most) {
    try {
      Outcome outcome = Outcome.of(row, scores);
      return outcome.verdict() == Verdict.UNDECIDED
          ? bounded(outcome.roundsToDecide() - had(row, scores), most)
          : 0;
    } catch (TooFewRounds e) {
      return roundsMissing(row, scores, most);
    }
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
      return bounded(2.0 * e.needed() - had(row, scores), most);
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
        : (int) Math.min(Math.max(wanted, Budget.LEAST_ROUNDS), most);
  }

  /** Returns the rounds of each side, the sides in the order of the row, ours first. */
  Map<Side, List<Score>> run(Row row) throws IOException {
    Files.createDirectories(logs);
    Map<Side, List<Score>> scores = new LinkedHashMap<>();
    for (int i = 0; i < Math.max(1, budget.generations()); i++) {
      generation(row, i, scores);
    }
    return scores;
  }

  private void generation(Row row, int number, Map<Side, List<Score>> scores) throws IOException {
    List<Side> sides = new ArrayList<>(row.ours());
    sides.addAll(row.peers());
    List<Contender> contenders = new ArrayList<>();
    try {
      for (Side side : sides) {
        Path log = logs.resolve(row.name() + "-" + contenders.size() + "-" + number + ".log");
        contenders.add(new Contender(side, row.measure(), row.warmth(), budget, log));
      }
      for (Contender contender : contenders) {
        contender.awaitReady();
      }
      List<Contender> turns = new ArrayList<>(contenders);
      if (number % 2 == 1) {
        Collections.reverse(turns); // so that nobody always comes first
      }
      for (int i = 0; i < budget.warmUps() * row.warmth(); i++) {
        warmUp(turns);
      }
      long start = System.nanoTime();
      for (int round = 0; round < budget.rounds(row.measure()); round++) {
        for (Contender contender : turns) {
          contender.step();
        }
        roundsRun++;
      }
      roundsNanos += System.nanoTime() - start;
      for (int i = 0; i < sides.size(); i++) {
        scores
            .computeIfAbsent(sides.get(i), side -> new ArrayList<>())
            .addAll(contenders.get(i).scores());
      }
    } finally {
      for (Contender contender : contenders) {
        contender.close();
      }
    }
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
