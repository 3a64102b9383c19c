package io.bartizan.core;

/**
 * A verification that {@link Checked#of} runs.
 *
 * @param <T> the verified type
 * @param <X> what it may throw besides refusals, such as {@link java.io.IOException}; {@link
 *     RuntimeException} if nothing
 */
@FunctionalInterface
public interface Verification<T, X extends Exception> {

  /**
   * Verifies.
   *
   * @return the verified value
   * @throws X if it could not be found out
   * @throws VerificationException if it is refused
   */
  T run() throws X;
}
