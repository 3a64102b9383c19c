package io.bartizan.ratelimit.redis;

import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.Limits;
import io.bartizan.ratelimit.Plan;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Answers the checks that Redis did not. */
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

  /** How many checks it has answered. */
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

  void decide(Check check) {
    if (!check.isDone()) {
      KeyedRateLimiter share = check.kind.givesBack() ? null : local;
      try {
        if (check.complete(share == null ? unheld(check) : held(share, check))) {
          decided.increment();
        }
      } catch (RuntimeException planFailed) {
        check.completeExceptionally(planFailed);
      }
    }
  }

  private Decision unheld(Check check) {
    boolean allowed = policy.isOpen() || check.kind.givesBack();
    Decision.Source source =
        policy.isOpen() ? Decision.Source.FAILED_OPEN : Decision.Source.FAILED_CLOSED;
    Limits limits = check.script.limits();
    Limit limit = limits.list().get(0);
    return Decision.of(limit, allowed, check.permits, 0, RETRY, Duration.ZERO, source);
  }

  private static Decision held(KeyedRateLimiter local, Check check) {
    Decision decision =
        check.kind == Check.Kind.PEEK
            ? local.peek(check.key, check.permits)
            : local.tryAcquire(check.key, check.permits);
    return Decision.of(
        decision.limit(),
        decision.isAllowed(),
        check.permits,
        decision.remaining(),
        decision.retryAfter(),
        decision.resetAfter(),
        Decision.Source.LOCAL_SHARE);
  }
}
