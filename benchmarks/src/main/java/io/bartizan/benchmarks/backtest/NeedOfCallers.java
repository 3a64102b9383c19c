package io.bartizan.benchmarks.backtest;

/**
 * With how many permits of one kind of limit each caller is known to be refused, and with how many
 * not: who is not refused is not with more permits, and who is refused is with fewer. Threads may
 * use it at once for different callers.
 */
final class NeedOfCallers {
  private final int[] refused;
  private final int[] notRefused;

  /** Nobody needs more permits than requests. */
  NeedOfCallers(Callers callers) {
    refused = new int[callers.size()];
    notRefused = new int[callers.size()];
    for (int caller = 0; caller < notRefused.length; caller++) {
      notRefused[caller] = callers.requests(caller);
    }
  }

  boolean isNotRefused(int caller, long permits) {
    return permits >= notRefused[caller];
  }

  boolean isRefused(int caller, long permits) {
    return permits <= refused[caller];
  }

  void learn(int caller, long permits, boolean isRefused) {
    if (isRefused) {
      refused[caller] = Math.max(refused[caller], (int) permits);
    } else {
      notRefused[caller] = Math.min(notRefused[caller], (int) permits);
    }
  }
}
