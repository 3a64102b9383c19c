package io.bartizan.adapters.temporal;

import io.bartizan.core.Reason;

/** The reasons for which an activity or the start of a workflow is refused. */
public enum TemporalReason implements Reason {
  /** The rate limit is reached; it is worth trying again after the stated time. */
  RATE_LIMITED,
  /** As many run as may; it is worth trying again after the configured time. */
  CONCURRENCY_LIMITED,
  /** The limit can never hold the permits that were asked for; to try again is in vain. */
  NEVER_ALLOWED,
  /** The shared place could not be reached, and the limiter's failure policy is to refuse. */
  LIMITER_UNAVAILABLE,
  /** The thread that started a workflow was interrupted before its turn. */
  INTERRUPTED;

  /**
   * The type of the {@code ApplicationFailure} of an activity that is refused for this reason, for
   * {@code RetryOptions.setDoNotRetry} and for workflows that catch it.
   *
   * @return such as {@code io.bartizan.rate-limited}
   */
  public String failureType() {
    return "io.bartizan." + code();
  }
}
