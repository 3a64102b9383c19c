package io.bartizan.benchmarks.backtest;

import java.util.Arrays;
import java.util.List;

/** How many in each of at most {@value #MOST} equal stretches of time. */
final class Timeline {
  static final int MOST = 200;

  private static final List<Long> SECONDS =
      List.of(1L, 5L, 10L, 30L, 60L, 300L, 600L, 1_800L, 3_600L, 10_800L, 43_200L, 86_400L);

  private final long start;
  private final long width;
  private final long[] counts;

  Timeline(long firstMicros, long lastMicros) {
    long span = lastMicros - firstMicros + 1;
    long seconds =
        SECONDS.stream()
            .filter(step -> span / (step * 1_000_000) < MOST - 1)
            .findFirst()
            .orElse(86_400 * (1 + span / (86_400_000_000L * (MOST - 1))));
    width = seconds * 1_000_000;
    start = Math.floorDiv(firstMicros, width) * width;
    counts = new long[(int) ((lastMicros - start) / width) + 1];
  }

  void count(long micros) {
    counts[(int) ((micros - start) / width)]++;
  }

  /** Adds a timeline of the same span. */
  void add(Timeline other) {
    for (int i = 0; i < counts.length; i++) {
      counts[i] += other.counts[i];
    }
  }

  long startMicros() {
    return start;
  }

  long widthSeconds() {
    return width / 1_000_000;
  }

  List<Long> counts() {
    return Arrays.stream(counts).boxed().toList();
  }

  /** Where the most were. */
  int worst() {
    int worst = 0;
    for (int i = 1; i < counts.length; i++) {
      worst = counts[i] > counts[worst] ? i : worst;
    }
    return worst;
  }
}
