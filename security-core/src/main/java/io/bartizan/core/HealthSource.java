package io.bartizan.core;

/** A part of the library that reports its {@link Health}; thread-safe, never blocks. */
public interface HealthSource {

  /**
   * Whether it does its work now.
   *
   * @return the state, with one sentence for people
   */
  Health health();
}
