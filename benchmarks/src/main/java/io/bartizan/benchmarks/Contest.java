package io.bartizan.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs a row: all of its sides are started and warmed alike, and then take turns, A B A B, one
 * iteration each, until each has its rounds. Where the budget says so, the whole is repeated in
 * fresh JVMs, since one JVM's luck with its compiler is not a property of the library.
 */
final class Contest {
  private final Budget budget;
  private final Path logs;

  Contest(Budget budget, Path logs) {
    this.budget = budget;
    this.logs = logs;
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
      int steps = budget.warmUps() * row.warmth() + budget.rounds(row.measure());
      for (int step = 0; step < steps; step++) {
        for (Contender contender : turns) {
          contender.step();
        }
      }
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
}
