package io.bartizan.benchmarks.backtest;

import org.jspecify.annotations.Nullable;

/** What a line says: when, and who as text or as a slice of the line's bytes. */
final class Entry {
  long micros;
  byte[] bytes = new byte[0];
  int from;
  int to;
  @Nullable String caller;

  void caller(byte[] newBytes, int newFrom, int newTo) {
    bytes = newBytes;
    from = newFrom;
    to = newTo;
    caller = null;
  }

  void caller(String text) {
    caller = text;
  }
}
