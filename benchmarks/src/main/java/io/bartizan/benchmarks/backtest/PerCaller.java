package io.bartizan.benchmarks.backtest;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** How often and when each caller was refused; 20 bytes a caller. */
final class PerCaller {
  private final int[] refused;
  private final long[] first;
  private final long[] last;

  PerCaller(int callers) {
    refused = new int[callers];
    first = new long[callers];
    last = new long[callers];
  }

  void clear() {
    Arrays.fill(refused, 0);
  }

  /** Counts a refusal; true if it is the caller's first. */
  boolean refused(long micros, int caller) {
    last[caller] = micros;
    if (refused[caller]++ > 0) {
      return false;
    }
    first[caller] = micros;
    return true;
  }

  int refused(int caller) {
    return refused[caller];
  }

  /** When a caller that was refused was so first; microseconds since the epoch. */
  long first(int caller) {
    return first[caller];
  }

  /** When a caller that was refused was so last; microseconds since the epoch. */
  long last(int caller) {
    return last[caller];
  }

  /** Those refused most often, the most often first; of equals the first of the log. */
  List<Integer> worst(int most) {
    return IntStream.range(0, refused.length)
        .filter(caller -> refused[caller] > 0)
        .boxed()
        .sorted((a, b) -> Integer.compare(refused[b], refused[a]))
        .limit(most)
        .toList();
  }
}
