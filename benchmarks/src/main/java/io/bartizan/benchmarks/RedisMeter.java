package io.bartizan.benchmarks;

/** What Redis has used so far; the difference of two readings belongs to what was in between. */
interface RedisMeter {
  /** One reading. */
  record Reading(long nanoTime, double cpuSeconds, long scriptCalls) {
    /** The processor's share of one core since {@code earlier}. */
    double cpuSince(Reading earlier) {
      return (cpuSeconds - earlier.cpuSeconds) * 1e9 / (nanoTime - earlier.nanoTime);
    }

    double callsSince(Reading earlier) {
      return (scriptCalls - earlier.scriptCalls) * 1e9 / (nanoTime - earlier.nanoTime);
    }
  }

  Reading read();
}
