package io.bartizan.core;

/** A part of the library that can say whether it does its work; thread-safe, and never blocks. */
public interface HealthSource {

  /**
   * Whether it does its work now.
   *
   * @return the state, with one sentence for people
   */
  Health health();
}
