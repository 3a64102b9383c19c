package io.bartizan.benchmarks.backtest;

import java.io.IOException;

/** Hears of one caller after the other. */
@FunctionalInterface
interface Replayed {

  /** A caller asked at these times, of which not all need be taken; false to hear no more. */
  boolean caller(int caller, CallerTimes times) throws IOException;
}
