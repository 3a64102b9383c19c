package io.bartizan.ratelimit.redis;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.Limits;
import io.bartizan.ratelimit.Plan;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Answers the requests that Redis did not. */
final class Fallback {

  private static final Duration RETRY = Duration.ofSeconds(1);
  private static final int MAX_LOCAL_KEYS = 100_000;

  private final FailurePolicy policy;
  private final @Nullable KeyedRateLimiter local;
  private final LongAdder decided = new LongAdder();

  Fallback(FailurePolicy policy, Plan plan) {
    this.policy = policy;
    this.local =
        policy.instances() == 0
            ? null
            : KeyedRateLimiter.of(new LocalShare(plan, policy.instances()), MAX_LOCAL_KEYS);
  }

  /** How many requests it has answered. */
  long decided() {
    return decided.sum();
  }

  FailurePolicy policy() {
    return policy;
  }

  /** Whether it refuses everything. */
  boolean refuses() {
    return local == null && !policy.isOpen();
  }

  /** Completes the request unless it is; gives the decision if it did. */
  @CanIgnoreReturnValue
  @Nullable Decision decide(Request request) {
    if (!request.isDone()) {
      KeyedRateLimiter share = request.kind.givesBack() ? null : local;
      try {
        Decision decision = share == null ? unheld(request) : held(share, request);
        request.fellBack = true;
        if (request.complete(decision)) {
          decided.increment();
          return decision;
        }
      } catch (RuntimeException planFailed) {
        request.fellBack = true;
        request.completeExceptionally(planFailed);
      }
    }
    return null;
  }

  private Decision unheld(Request request) {
    boolean allowed = policy.isOpen() || request.kind.givesBack();
    Decision.Source source =
        policy.isOpen() ? Decision.Source.FAILED_OPEN : Decision.Source.FAILED_CLOSED;
    Limits limits = request.script.limits();
    Limit limit = limits.list().get(0);
    return allowed
        ? Decision.allowed(limit, request.permitsDecided(), source)
        : Decision.refused(limit, request.permitsDecided(), RETRY, source);
  }

  /** What who waits for promised permits gets when the wait is broken off. */
  static Decision refusal(Decision promise) {
    return Decision.refused(
        promise.limit(), promise.permits(), RETRY, Decision.Source.FAILED_CLOSED);
  }

  private static Decision held(KeyedRateLimiter local, Request request) {
    Decision decision =
        switch (request.kind) {
          case PEEK -> local.peek(request.key, request.permits);
          case CHARGE -> local.charge(request.key, request.permits);
          default -> local.tryAcquire(request.key, request.permits);
        };
    List<Decision> parts =
        decision.parts().stream().map(part -> ofShare(part, request.permitsDecided())).toList();
    return parts.size() == 1 ? parts.get(0) : Decision.allOf(parts);
  }

  private static Decision ofShare(Decision part, long permits) {
    Limit limit = part.limit();
    Decision told =
        part.isAllowed()
            ? Decision.allowed(limit, permits, Decision.Source.LOCAL_SHARE)
            : Decision.refused(limit, permits, part.retryAfter(), Decision.Source.LOCAL_SHARE);
    return told.leaving(part.remaining(), part.resetAfter());
  }
}
