package io.bartizan.benchmarks;

import java.math.BigDecimal;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The options of {@code capacity} that say what is wanted. */
final class WantedOptions {
  @Option(
      names = "--rate",
      paramLabel = "R",
      defaultValue = "4000",
      description = "wanted: checks a second of all processes (default: ${DEFAULT-VALUE})")
  private double rate;

  @Option(
      names = "--keys",
      paramLabel = "N",
      defaultValue = "10000",
      description = "wanted: keys at a time (default: ${DEFAULT-VALUE})")
  private long keys;

  @Option(
      names = "--processes",
      paramLabel = "P",
      defaultValue = "4",
      description =
          "wanted: processes that check; as many clients send, 32 at most"
              + " (default: ${DEFAULT-VALUE})")
  private int processes;

  @Option(
      names = "--p99",
      paramLabel = "MILLIS",
      defaultValue = "5",
      description = "wanted: 99 %% answered within (default: ${DEFAULT-VALUE})")
  private double budgetMillis;

  @Option(
      names = "--headroom",
      paramLabel = "SHARE",
      defaultValue = "0.3",
      description = "what stays free of each server (default: ${DEFAULT-VALUE})")
  private double headroom;

  @Option(
      names = "--skew",
      paramLabel = "S",
      defaultValue = "0",
      description =
          "exponent of Zipf's law over the keys; 0: all alike (default: ${DEFAULT-VALUE})")
  private double skew;

  @Option(
      names = "--refused",
      paramLabel = "SHARE",
      defaultValue = "0",
      description =
          "share of checks that Redis refuses; no deny cache takes them off"
              + " (default: ${DEFAULT-VALUE})")
  private double refused;

  Wanted wanted() {
    return new Wanted(
        rate, keys, processes, Math.round(budgetMillis * 1000), headroom, skew, refused);
  }

  /** As a command line has them. */
  String words() {
    return String.format(
        Locale.ROOT,
        "--rate %s --keys %d --processes %d --p99 %s --headroom %s --skew %s --refused %s",
        plain(rate),
        keys,
        processes,
        plain(budgetMillis),
        plain(headroom),
        plain(skew),
        plain(refused));
  }

  void check(CommandLine line) {
    within(line, "--rate", rate, 1, 10_000_000);
    within(line, "--keys", (double) keys, 1, 100_000_000_000L);
    within(line, "--processes", processes, 1, 100_000);
    within(line, "--p99", budgetMillis, 0.1, 60_000);
    within(line, "--headroom", headroom, 0, 0.9);
    within(line, "--skew", skew, 0, 4);
    within(line, "--refused", refused, 0, 1);
  }

  static void within(CommandLine line, String name, double value, double least, double most) {
    if (!(value >= least && value <= most)) {
      throw new ParameterException(
          line,
          String.format(
              Locale.ROOT, "%s %s: from %s to %s", name, plain(value), plain(least), plain(most)));
    }
  }

  static String plain(double value) {
    return Double.isFinite(value)
        ? BigDecimal.valueOf(value).stripTrailingZeros().toPlainString()
        : Double.toString(value);
  }
}
