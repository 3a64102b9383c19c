package io.bartizan.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * A benchmark of ours in this build and in an older one: whether it has become slower, or allocates
 * more. The outcome's ours is this build, its peer the older one.
 */
record Change(Outcome outcome) {

  /** What the rounds say of the time. */
  enum Speed {
    FASTER("faster"),
    AS_BEFORE("as before"),
    /**
     * The medians differ and the interval holds "as before" too: more rounds, a quieter machine.
     */
    UNDECIDED("undecided"),
    SLOWER("slower");

    private final String words;

    Speed(String words) {
      this.words = words;
    }

    @Override
    public String toString() {
      return words;
    }
  }

  /** A median that differs by less is no change. */
  private static final double LEAST = 0.03;

  private static final String HEAD =
      String.format(
          "%-28s %22s %22s %8s %17s %12s %12s  %s",
          "row", "before", "now", "ratio", "interval", "B before", "B now", "verdict");

  /**
   * The rows as pairs, each benchmark of ours once.
   *
   * @param rows of this build
   * @param before class path of the older build
   * @param now class path of this build
   */
  static List<Row> pairs(List<Row> rows, String before, String now) {
    Set<Object> met = new LinkedHashSet<>();
    List<Row> pairs = new ArrayList<>();
    for (Row row : rows) {
      for (Side side : row.ours()) {
        // One with a class path of its own would lose it here.
        if (side.classPath() == null && met.add(List.of(side.named(""), row.measure()))) {
          String name = row.ours().size() == 1 ? row.name() : row.name() + "." + side.method();
          pairs.add(
              new Row(
                  name,
                  row.what(),
                  row.measure().byClock(),
                  1.0,
                  row.backing(),
                  row.warmth(),
                  List.of(side.in("now", now)),
                  List.of(side.in("before", before))));
        }
      }
    }
    return pairs;
  }

  Speed speed() {
    double ratio = outcome.ratio();
    if (Math.abs(ratio - 1) <= LEAST) {
      return Speed.AS_BEFORE;
    }
    if (ratio < 1) {
      return outcome.high() < 1 ? Speed.SLOWER : Speed.UNDECIDED;
    }
    return outcome.low() > 1 ? Speed.FASTER : Speed.UNDECIDED;
  }

  /** More than a byte and a hundredth, and more in the best round than before in the worst. */
  boolean allocatesMore() {
    double now = bytes(outcome.ours());
    double before = bytes(outcome.peer());
    return now - before > Math.max(1, before / 100) && least(outcome.ours()) > most(outcome.peer());
  }

  boolean isWorse() {
    return speed() == Speed.SLOWER || allocatesMore();
  }

  private String verdict() {
    return allocatesMore() ? speed() + ", allocates more" : speed().toString();
  }

  static String head(boolean markdown) {
    return markdown
        ? "| row | before | now | ratio (interval) | bytes before | bytes now | verdict |\n"
            + "|---|---|---|---|---|---|---|"
        : HEAD + "\n" + "-".repeat(HEAD.length() + 5);
  }

  String line(boolean markdown) {
    return String.format(
        Locale.ROOT,
        markdown
            ? "| %s | %s | %s | %s (%s) | %s | %s | %s |"
            : "%-28s %22s %22s %8s %17s %12s %12s  %s",
        outcome.row().name(),
        Report.value(outcome, outcome.peer()),
        Report.value(outcome, outcome.ours()),
        Report.figure(outcome.ratio()),
        Report.figure(outcome.low()) + " – " + Report.figure(outcome.high()),
        shown(bytes(outcome.peer())),
        shown(bytes(outcome.ours())),
        verdict());
  }

  static String json(List<Change> changes) {
    List<Map<String, Object>> rows = new ArrayList<>();
    for (Change change : changes) {
      Outcome outcome = change.outcome();
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("row", outcome.row().name());
      row.put("unit", outcome.row().measure().unit());
      row.put("before", outcome.peer().median());
      row.put("now", outcome.ours().median());
      row.put("ratio", outcome.ratio());
      row.put("ratioLow", outcome.low());
      row.put("ratioHigh", outcome.high());
      row.put("noise", outcome.noise());
      row.put("beforeBytes", bytes(outcome.peer()));
      row.put("nowBytes", bytes(outcome.ours()));
      row.put("beforeRounds", outcome.peer().rounds().stream().map(Score::value).toList());
      row.put("nowRounds", outcome.ours().rounds().stream().map(Score::value).toList());
      row.put("verdict", change.verdict());
      row.put("jdk", Versions.jdk());
      rows.add(row);
    }
    return Json.of(rows);
  }

  private static double bytes(Outcome.Contestant contestant) {
    return contestant.median(Score::allocatedBytes);
  }

  private static double least(Outcome.Contestant contestant) {
    return contestant.rounds().stream().mapToDouble(Score::allocatedBytes).min().orElseThrow();
  }

  private static double most(Outcome.Contestant contestant) {
    return contestant.rounds().stream().mapToDouble(Score::allocatedBytes).max().orElseThrow();
  }

  private static String shown(double bytes) {
    return Double.isFinite(bytes) ? String.format(Locale.ROOT, "%.0f", bytes) : "–";
  }
}
