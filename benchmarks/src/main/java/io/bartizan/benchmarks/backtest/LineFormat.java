package io.bartizan.benchmarks.backtest;

import org.jspecify.annotations.Nullable;

/** Reads lines of one format. Not thread-safe. */
interface LineFormat {

  /** The format's name, such as {@code json}. */
  String name();

  /** Puts what the line says into the entry; why it can't, or null if it could. */
  @Nullable Fault read(byte[] bytes, int from, int to, Entry into);
}
