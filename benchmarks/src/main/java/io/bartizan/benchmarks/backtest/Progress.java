package io.bartizan.benchmarks.backtest;

import java.io.PrintWriter;
import java.util.Locale;

/** Says on standard error how far a long run is, every two seconds at most. */
final class Progress {
  private static final long PAUSE_NANOS = 2_000_000_000L;
  private static final int LOOK_EVERY = 1 << 16;

  private final PrintWriter out;
  private final boolean quiet;
  private final long started = System.nanoTime();
  private long told = started;
  private int unseen;

  Progress(PrintWriter out, boolean quiet) {
    this.out = out;
    this.quiet = quiet;
  }

  /** One more of what is counted in these words was done. */
  void step(String words, long count) {
    if (++unseen < LOOK_EVERY || quiet) {
      return;
    }
    unseen = 0;
    long now = System.nanoTime();
    if (now - told > PAUSE_NANOS) {
      told = now;
      out.println(
          String.format(
              Locale.ROOT, "backtest: %,d %s, %.0f s", count, words, (now - started) / 1e9));
      out.flush();
    }
  }
}
