package io.bartizan.core;

import java.util.Objects;

/**
 * The health of one part of the library, in the words of health endpoints: up, degraded or down,
 * with a sentence.
 *
 * @param status whether it does its work
 * @param detail one sentence for people, safe to log and without secrets
 */
public record Health(Status status, String detail) {

  /** How many characters of a detail are kept. */
  public static final int MAX_DETAIL_CHARS = 1000;

  /** The state of a part: up, degraded or down. */
  public enum Status {
    /** It works. */
    UP,
    /** It works on a fallback or on material that is getting old. */
    DEGRADED,
    /** It can't answer. */
    DOWN
  }

  /**
   * A state.
   *
   * @param status whether it does its work
   * @param detail one sentence; passed through {@link SafeText#of(CharSequence, int)}, which keeps
   *     {@value #MAX_DETAIL_CHARS} characters
   * @throws NullPointerException if an argument is null
   */
  public Health {
    Objects.requireNonNull(status, "status");
    detail = SafeText.of(detail, MAX_DETAIL_CHARS);
  }

  /**
   * It works.
   *
   * @param detail one sentence
   * @return an {@link Status#UP} state
   */
  public static Health up(String detail) {
    return new Health(Status.UP, detail);
  }

  /**
   * It works on a fallback or on material that is getting old.
   *
   * @param detail one sentence
   * @return a {@link Status#DEGRADED} state
   */
  public static Health degraded(String detail) {
    return new Health(Status.DEGRADED, detail);
  }

  /**
   * It can't answer.
   *
   * @param detail one sentence
   * @return a {@link Status#DOWN} state
   */
  public static Health down(String detail) {
    return new Health(Status.DOWN, detail);
  }
}
