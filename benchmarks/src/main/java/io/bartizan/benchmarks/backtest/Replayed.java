package io.bartizan.benchmarks.backtest;

/** Hears requests in the order of their times. */
@FunctionalInterface
interface Replayed {

  /** A caller asked; false to hear no more. */
  boolean next(long micros, int caller);
}
