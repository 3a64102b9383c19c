package io.bartizan.tests;

import java.util.SplittableRandom;

/**
 * Runs a property over many random cases whose seed is fixed, and names the case that failed.
 *
 * <p>{@code -Dcases.seed=N} replays other cases, {@code -Dcases.factor=N} runs N times as many.
 */
public final class SeededCases {

  private static final long DEFAULT_SEED = 20261121L;

  private SeededCases() {}

  /** A property of one random case. */
  @FunctionalInterface
  public interface Property {
    /** Fails with any throwable when the property does not hold. */
    void holds(SplittableRandom random) throws Exception;
  }

  /** Checks the property for {@code count} cases, each with its own generator. */
  public static void check(int count, Property property) {
    long seed = Long.getLong("cases.seed", DEFAULT_SEED);
    int total = count * Integer.getInteger("cases.factor", 1);
    for (int i = 0; i < total; i++) {
      long caseSeed = seed + i;
      try {
        property.holds(new SplittableRandom(caseSeed));
      } catch (Throwable failure) {
        throw new AssertionError(
            "case " + i + " of " + total + " failed; replay with -Dcases.seed=" + caseSeed,
            failure);
      }
    }
  }
}
