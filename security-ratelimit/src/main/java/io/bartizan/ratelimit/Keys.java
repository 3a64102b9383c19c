package io.bartizan.ratelimit;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What each key has consumed; a key without a cell has consumed nothing. For many threads. */
interface Keys {

  /** How many have a cell; counted by who begins one, and here when one is gone. */
  AtomicInteger size();

  /** Asks a key's cell, which from then on counts these limits; null if it has none. */
  <R> @Nullable R ask(String key, Limits limits, long now, OverflowCells.Question<R> question);

  /** Gives a key that has no cell its first one, if any; nobody else asks or begins meanwhile. */
  void begin(String key, Supplier<@Nullable Cell> first);

  /** The same cell for a key, as these keys keep it. */
  Cell first(String key, Cell own);

  /**
   * Looks at one key, for one thread at a time; true if its count had run out, and nobody asked for
   * it for so many microseconds, so that it is gone.
   */
  boolean sweep(long now, long restMicros);
}
