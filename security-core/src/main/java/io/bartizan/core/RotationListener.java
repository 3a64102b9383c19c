package io.bartizan.core;

/**
 * Callbacks for the rotations of a {@link Rotating} value, on the thread that reads the source;
 * what a listener throws is logged and ignored.
 */
public interface RotationListener {

  /**
   * There is a new value.
   *
   * @param health up
   */
  default void rotated(Health health) {}

  /**
   * The source could not be read or was refused, and the last good value stays; at every interval
   * while it lasts.
   *
   * @param health degraded, or down if there was no good value yet; with the cause in words
   * @param cause what was thrown
   */
  default void failed(Health health, Exception cause) {}

  /**
   * The source can be read again and holds what it held before.
   *
   * @param health up
   */
  default void recovered(Health health) {}
}
