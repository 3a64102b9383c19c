package io.bartizan.ratelimit.redis;

import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.Limit;
import io.lettuce.core.RedisCommandExecutionException;
import java.time.Duration;

/** Answers the checks that Redis did not. */
final class Fallback {

  private final Limit limit;
  private final boolean open;
  private final Duration retryAfter;

  Fallback(Limit limit, boolean open, Duration retryAfter) {
    this.limit = limit;
    this.open = open;
    this.retryAfter = retryAfter;
  }

  void decide(Check check, Throwable cause) {
    if (cause instanceof RedisCommandExecutionException || cause instanceof IllegalStateException) {
      check.completeExceptionally(cause);
      return;
    }
    Decision.Source source = open ? Decision.Source.FAILED_OPEN : Decision.Source.FAILED_CLOSED;
    check.complete(Decision.of(limit, open, check.permits, 0, retryAfter, Duration.ZERO, source));
  }
}
