package io.bartizan.ratelimit.redis;

import io.bartizan.core.SafeText;
import io.bartizan.core.house.Require;
import java.util.Locale;

/**
 * The decision for a rate limit check while Redis cannot be reached. That is no connection, no
 * answer within the time-out, or a server that says it can't serve ({@code LOADING}, {@code
 * READONLY}, {@code CLUSTERDOWN}, {@code MASTERDOWN}, {@code TRYAGAIN}, {@code BUSY}, {@code OOM},
 * {@code MISCONF}, {@code NOREPLICAS}).
 *
 * <p>It is never asked about mistakes: wrong types, missing permissions, keys of several slots and
 * errors of the script reach the caller as Lettuce's exceptions. Immutable.
 */
public final class FailurePolicy {

  private static final FailurePolicy CLOSED = new FailurePolicy("fail closed", false, 0);
  private static final FailurePolicy OPEN = new FailurePolicy("fail open", true, 0);

  private final String words;
  private final boolean open;
  private final int instances;

  private FailurePolicy(String words, boolean open, int instances) {
    this.words = words;
    this.open = open;
    this.instances = instances;
  }

  /**
   * Every check is refused, with a retry time of one second; the default.
   *
   * @return the policy
   */
  public static FailurePolicy failClosed() {
    return CLOSED;
  }

  /**
   * Every check is allowed: nothing is limited while Redis is away.
   *
   * @return the policy
   */
  public static FailurePolicy failOpen() {
    return OPEN;
  }

  /**
   * This process keeps its share of each limit in memory, beginning with nothing consumed.
   *
   * <p>A capacity is divided by the number of processes and rounded up, so that together they admit
   * at most processes × ⌈capacity / processes⌉ at once; a token bucket's refill is divided exactly.
   *
   * @param instances how many processes share the limits; 1 to 10 000
   * @return the policy
   * @throws IllegalArgumentException if {@code instances} is outside its range
   */
  public static FailurePolicy localShare(int instances) {
    int processes = Require.within("instances", instances, 1, 10_000);
    return new FailurePolicy("local share of 1/" + processes, false, processes);
  }

  /**
   * Reads a policy from configuration; {@link #toString} prints it back.
   *
   * @param text {@code fail closed}, {@code fail open}, or {@code local share of 1/4} with the
   *     number of processes
   * @return the policy
   * @throws NullPointerException if {@code text} is null
   * @throws IllegalArgumentException if it is none of these
   */
  public static FailurePolicy parse(String text) {
    if (text.equals(CLOSED.words)) {
      return CLOSED;
    }
    if (text.equals(OPEN.words)) {
      return OPEN;
    }
    if (text.matches("local share of 1/[0-9]{1,5}")) {
      return localShare(Integer.parseInt(text.substring(text.indexOf('/') + 1)));
    }
    throw new IllegalArgumentException(
        "policy is \""
            + SafeText.of(text)
            + "\"; "
            + wish(text)
            + "\"fail closed\", \"fail open\" and \"local share of 1/N\" are accepted, N being the"
            + " number of processes");
  }

  /** What was probably meant, such as the name of a factory or of a constant. */
  private static String wish(String text) {
    if (text.length() > 100) {
      return "";
    }
    String letters = text.toLowerCase(Locale.ROOT).replaceAll("[^a-z]", "");
    String digits = text.replaceAll(".*?([0-9]*)[^0-9]*$", "$1");
    if (letters.equals("open") || letters.equals("failopen")) {
      return "write \"fail open\"; ";
    }
    if (letters.equals("closed") || letters.equals("failclosed")) {
      return "write \"fail closed\"; ";
    }
    if (letters.startsWith("localshare")) {
      return "write \"local share of 1/" + (digits.isEmpty() ? "4" : digits) + "\"; ";
    }
    return "";
  }

  /**
   * The same as {@link #parse}, under the name that configuration frameworks look for.
   *
   * @param text a policy's text
   * @return the policy
   * @throws NullPointerException if {@code text} is null
   * @throws IllegalArgumentException as {@link #parse}
   */
  public static FailurePolicy valueOf(String text) {
    return parse(text);
  }

  boolean isOpen() {
    return open;
  }

  /** How many processes share the limits, or 0. */
  int instances() {
    return instances;
  }

  /** The policy in the words that {@link #parse} reads. */
  @Override
  public String toString() {
    return words;
  }
}
