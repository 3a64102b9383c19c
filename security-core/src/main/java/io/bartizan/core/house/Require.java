package io.bartizan.core.house;

import java.time.Duration;
import java.util.Objects;

/**
 * Checks of arguments, each with a sentence that names the argument, its value and what would be
 * accepted; all throw {@link IllegalArgumentException} with it, and {@link NullPointerException} if
 * the value is null.
 */
public final class Require {

  private Require() {}

  /**
   * A number within bounds: {@code maxIds is 0, 1 to 100000000 are accepted}.
   *
   * @param name the argument
   * @param value its value
   * @param min the least accepted
   * @param max the most accepted
   * @return the value
   */
  public static long within(String name, long value, long min, long max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          name + " is " + value + ", " + min + " to " + max + " are accepted");
    }
    return value;
  }

  /**
   * A number within bounds: {@code maxIds is 0, 1 to 100000000 are accepted}.
   *
   * @param name the argument
   * @param value its value
   * @param min the least accepted
   * @param max the most accepted
   * @return the value
   */
  public static int within(String name, int value, int min, int max) {
    return (int) within(name, (long) value, min, max);
  }

  /**
   * A duration within bounds: {@code timeout is 0, 1 millisecond to 10 seconds are accepted}.
   *
   * @param name the argument
   * @param value its value
   * @param min the least accepted
   * @param max the most accepted
   * @return the value
   */
  public static Duration within(String name, Duration value, Duration min, Duration max) {
    Objects.requireNonNull(value, name);
    if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
      throw new IllegalArgumentException(
          name
              + " is "
              + Span.exact(value)
              + ", "
              + Span.exact(min)
              + " to "
              + Span.exact(max)
              + " are accepted");
    }
    return value;
  }

  /**
   * A duration that is not negative: {@code maxWait is -1 seconds, zero or more is accepted}.
   *
   * @param name the argument
   * @param value its value
   * @return the value
   */
  public static Duration notNegative(String name, Duration value) {
    Objects.requireNonNull(value, name);
    if (value.isNegative()) {
      throw new IllegalArgumentException(
          name + " is " + Span.exact(value) + ", zero or more is accepted");
    }
    return value;
  }

  /**
   * A number with a least value: {@code permits is 0, at least 1 is needed}.
   *
   * @param name the argument
   * @param value its value
   * @param min the least accepted
   * @return the value
   */
  public static long atLeast(String name, long value, long min) {
    if (value < min) {
      throw new IllegalArgumentException(
          name + " is " + value + ", at least " + min + " is needed");
    }
    return value;
  }

  /**
   * A number with a least value: {@code permits is 0, at least 1 is needed}.
   *
   * @param name the argument
   * @param value its value
   * @param min the least accepted
   * @return the value
   */
  public static int atLeast(String name, int value, int min) {
    return (int) atLeast(name, (long) value, min);
  }

  /**
   * A size within bounds: {@code key has 5 bytes, 16 to 512 are accepted}.
   *
   * @param name the argument
   * @param value how many it has
   * @param unit what is counted, in the plural
   * @param min the least accepted
   * @param max the most accepted
   * @return the value
   */
  public static int sized(String name, int value, String unit, int min, int max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          name + " has " + value + " " + unit + ", " + min + " to " + max + " are accepted");
    }
    return value;
  }
}
