package io.bartizan.spiffe;

import io.bartizan.core.Refusal;
import io.bartizan.core.Refused;
import org.jspecify.annotations.Nullable;

/** Thrown when the agent gives no usable material before the deadline of the first response. */
public final class WorkloadApiException extends RuntimeException implements Refused {

  private static final long serialVersionUID = 1L;

  private final transient Refusal refusal;

  WorkloadApiException(WorkloadReason reason, String detail) {
    this(reason, detail, null);
  }

  WorkloadApiException(WorkloadReason reason, String detail, @Nullable Throwable cause) {
    this(Refusal.of(reason, detail), cause);
  }

  WorkloadApiException(Refusal refusal, @Nullable Throwable cause) {
    super(refusal.message(), cause);
    this.refusal = refusal;
  }

  /** Its reason is a {@link WorkloadReason}. */
  @Override
  public Refusal refusal() {
    return refusal;
  }
}
