package io.bartizan.adapters.temporal;

import io.bartizan.core.Refusal;
import io.bartizan.core.Refused;
import java.time.Duration;

/**
 * Thrown when a workflow is not started because its turn would come too late. Temporal's client
 * hands it on as the cause of a {@code WorkflowServiceException}.
 *
 * <pre>{@code
 * try {
 *   WorkflowExecution started = workflow.start(order);
 * } catch (WorkflowServiceException e) {
 *   if (e.getCause() instanceof StartRefusedException refused) {
 *     tryAgain(order, refused.retryAfter());
 *   }
 * }
 * }</pre>
 */
public final class StartRefusedException extends RuntimeException implements Refused {

  private static final long serialVersionUID = 1L;

  private final transient Refusal refusal;

  /** Until another try could be let through. */
  private final Duration retryAfter;

  StartRefusedException(TemporalReason reason, String detail, Duration retryAfter) {
    this(Refusal.of(reason, detail), retryAfter);
  }

  private StartRefusedException(Refusal refusal, Duration retryAfter) {
    super(refusal.message());
    this.refusal = refusal;
    this.retryAfter = retryAfter;
  }

  /** Its reason is a {@link TemporalReason}. */
  @Override
  public Refusal refusal() {
    return refusal;
  }

  /**
   * When the start's turn would have come.
   *
   * @return how long from then on; zero if it was interrupted, {@link
   *     io.bartizan.ratelimit.Decision#FOREVER} if to wait is in vain
   */
  public Duration retryAfter() {
    return retryAfter;
  }
}
