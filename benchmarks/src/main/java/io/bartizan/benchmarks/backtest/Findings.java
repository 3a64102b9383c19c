package io.bartizan.benchmarks.backtest;

import io.bartizan.ratelimit.Limits;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a backtest found.
 *
 * @param reader what was read and what was left out
 * @param traffic all requests over time
 * @param given what the given limits would have done
 * @param perCaller and to whom
 * @param algorithms what each algorithm would have done in their place
 * @param spare what the smallest limits must spare; null if they were not looked for
 * @param smallest the smallest limits
 * @param linesPerSecond lines read and replayed through the given limits in a second
 */
record Findings(
    LogReader reader,
    Timeline traffic,
    Outcome given,
    PerCaller perCaller,
    List<Compared> algorithms,
    @Nullable Spare spare,
    List<Search.Found> smallest,
    double linesPerSecond) {

  /**
   * The given limits, each as this algorithm.
   *
   * @param outcome what they would have done; null if they can't be of this algorithm
   * @param whyNot why they can't; empty if they can
   */
  record Compared(Algorithm algorithm, @Nullable Outcome outcome, String whyNot) {}

  /**
   * Replays what was read.
   *
   * @param startedNanos when reading began, as {@link System#nanoTime()}
   */
  static Findings of(
      LogReader reader, Limits limits, @Nullable Spare spare, Progress progress, long startedNanos)
      throws IOException {
    Spool spool = reader.spool();
    Callers callers = reader.callers();
    Replay replay = new Replay(spool, callers, progress);
    PerCaller perCaller = new PerCaller(callers.size());
    Outcome given = replay.through(limits, perCaller);
    double seconds = (System.nanoTime() - startedNanos) / 1e9;
    Timeline traffic = replay.traffic();
    List<Compared> compared = new ArrayList<>();
    for (Algorithm algorithm : Algorithm.values()) {
      compared.add(compare(algorithm, given, replay));
    }
    List<Search.Found> smallest = new ArrayList<>();
    if (spare != null) {
      Search search = new Search(replay, spare, spool, callers);
      Duration span = Duration.ofMillis((spool.lastMicros() - spool.firstMicros()) / 1000);
      for (Search.Family family : Search.families(limits, span)) {
        smallest.add(search.smallest(family));
      }
    }
    return new Findings(
        reader,
        traffic,
        given,
        perCaller,
        compared,
        spare,
        smallest,
        reader.lines() / Math.max(seconds, 1e-3));
  }

  private static Compared compare(Algorithm algorithm, Outcome given, Replay replay)
      throws IOException {
    try {
      Limits limits = algorithm.like(given.limits());
      Outcome outcome = limits.equals(given.limits()) ? given : replay.through(limits);
      return new Compared(algorithm, outcome, "");
    } catch (IllegalArgumentException | IllegalStateException e) {
      return new Compared(algorithm, null, String.valueOf(e.getMessage()));
    }
  }

  long requests() {
    return reader.spool().size();
  }

  int callers() {
    return reader.callers().active();
  }
}
