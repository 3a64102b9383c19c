package io.bartizan.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The scorecard as a table for people and as JSON for programs. */
final class Report {
  /** A row and, where a second JDK was measured beside, the same row there. */
  record Line(Outcome outcome, @Nullable Outcome beside) {}

  private static final String HEAD =
      String.format(
          "%-19s %22s %22s  %-34s %8s %17s %6s  %s",
          "row", "ours", "peer", "against", "ratio", "interval", "goal", "verdict");

  private Report() {}

  static String head() {
    return HEAD + "\n" + "-".repeat(HEAD.length() + 5);
  }

  static String line(Line line) {
    Outcome outcome = line.outcome();
    Outcome beside = line.beside();
    String text =
        String.format(
            Locale.ROOT,
            "%-19s %22s %22s  %-34s %8s %17s %6s  %s",
            outcome.row().name(),
            shown(outcome, outcome.ours()),
            shown(outcome, outcome.peer()),
            peerOf(outcome),
            figure(outcome.ratio()),
            figure(outcome.low()) + " – " + figure(outcome.high()),
            figure(outcome.row().goal()),
            outcome.verdict());
    return beside == null ? text : text + ", on the other JDK " + figure(beside.ratio());
  }

  static String markdownHead() {
    return "| row | ours | peer | ratio (interval) | goal | verdict |\n|---|---|---|---|---|---|";
  }

  static String markdown(Line line) {
    Outcome outcome = line.outcome();
    Outcome beside = line.beside();
    return String.format(
        "| %s | %s | %s: %s | %s (%s – %s) | %s | %s%s |",
        outcome.row().name(),
        shown(outcome, outcome.ours()),
        peerOf(outcome),
        shown(outcome, outcome.peer()),
        figure(outcome.ratio()),
        figure(outcome.low()),
        figure(outcome.high()),
        figure(outcome.row().goal()),
        outcome.verdict(),
        beside == null ? "" : ", on the other JDK " + figure(beside.ratio()));
  }

  private static String peerOf(Outcome outcome) {
    Side side = outcome.peer().side();
    return side.name() + " " + side.version();
  }

  private static String shown(Outcome outcome, Outcome.Contestant contestant) {
    String value = value(outcome, contestant);
    double p99 = contestant.median(Score::p99Nanos);
    return Double.isFinite(p99) ? value : value + allocated(contestant);
  }

  /** The median and, where it was measured, the 99th percentile. */
  static String value(Outcome outcome, Outcome.Contestant contestant) {
    double p99 = contestant.median(Score::p99Nanos);
    String value = withUnit(contestant.median(), outcome.row().measure());
    return Double.isFinite(p99) ? value + ", p99 " + withUnit(p99, Measure.TIME) : value;
  }

  private static String allocated(Outcome.Contestant contestant) {
    double bytes = contestant.median(Score::allocatedBytes);
    return Double.isFinite(bytes) ? String.format(Locale.ROOT, ", %.0f B", bytes) : "";
  }

  private static String withUnit(double value, Measure measure) {
    return switch (measure) {
      case TIME, PROCESSOR_TIME, LATENCY, TAIL ->
          value < 1e4
              ? figure(value) + " ns"
              : value < 1e7 ? figure(value / 1e3) + " µs" : figure(value / 1e6) + " ms";
      case RATE, LOAD, GOODPUT ->
          value < 1e4
              ? figure(value) + "/s"
              : value < 1e7 ? figure(value / 1e3) + " k/s" : figure(value / 1e6) + " M/s";
      case BYTES -> figure(value) + " B/key";
      case REDIS_CPU -> figure(value) + " ms/M";
    };
  }

  /** Three figures; more would claim what was not measured. */
  static String figure(double value) {
    double size = Math.abs(value);
    String format = size >= 100 ? "%.0f" : size >= 10 ? "%.1f" : "%.2f";
    return String.format(Locale.ROOT, format, value);
  }

  static String json(List<Line> lines) {
    List<Map<String, Object>> rows = new ArrayList<>();
    for (Line line : lines) {
      rows.add(row(line));
    }
    return Json.of(rows);
  }

  private static Map<String, Object> row(Line line) {
    Outcome outcome = line.outcome();
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("row", outcome.row().name());
    row.put("ours", outcome.ours().median());
    row.put("peer", outcome.peer().median());
    row.put("unit", outcome.row().measure().unit());
    row.put("peerName", outcome.peer().side().name());
    row.put("peerVersion", outcome.peer().side().version());
    row.put("ratio", outcome.ratio());
    row.put("goal", outcome.row().goal());
    row.put("verdict", outcome.verdict().toString());
    row.put("ratioLow", outcome.low());
    row.put("ratioHigh", outcome.high());
    row.put("noise", outcome.noise());
    row.put("independentRounds", outcome.independent());
    row.put("oursRounds", rounds(outcome.ours()));
    row.put("peerRounds", rounds(outcome.peer()));
    row.put("oursP99Nanos", outcome.ours().median(Score::p99Nanos));
    row.put("peerP99Nanos", outcome.peer().median(Score::p99Nanos));
    row.put("oursAllocatedBytes", outcome.ours().median(Score::allocatedBytes));
    row.put("peerAllocatedBytes", outcome.peer().median(Score::allocatedBytes));
    row.put("jdk", Versions.jdk());
    Outcome beside = line.beside();
    if (beside != null) {
      row.put("ratioOnOtherJdk", beside.ratio());
    }
    return row;
  }

  private static List<Double> rounds(Outcome.Contestant contestant) {
    return contestant.rounds().stream().map(Score::value).toList();
  }
}
