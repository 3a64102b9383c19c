package io.bartizan.adapters.answer;

import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/** Names under which a request bears the mark that one filter has counted it. */
public final class CountedMark {

  /** Another copy of this class in the JVM has another. */
  private static final String PREFIX = "io.bartizan.counted." + UUID.randomUUID() + ".";

  private static final AtomicLong FILTERS = new AtomicLong();

  private CountedMark() {}

  /**
   * The name of a filter's own mark.
   *
   * @return a name that no other filter has
   */
  public static String next() {
    return PREFIX + FILTERS.incrementAndGet();
  }
}
