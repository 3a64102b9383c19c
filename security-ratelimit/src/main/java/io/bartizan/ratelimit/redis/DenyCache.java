package io.bartizan.ratelimit.redis;

import io.bartizan.ratelimit.Decision;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Remembers refusals until their retry time, so that a key under attack costs no round trip.
 *
 * <p>It answers the same or a larger weight only, for at most a set age, and forgets a key that
 * gets permits back here. It can refuse what a refund elsewhere would have allowed, for that age at
 * most; it never allows anything. Each key has one of a fixed number of slots, so it stays small.
 */
final class DenyCache {

  private static final int SLOTS = 8192;

  private final long maxAgeNanos;
  private final AtomicReferenceArray<@Nullable Denial> slots = new AtomicReferenceArray<>(SLOTS);

  private record Denial(
      LimitScript script, String key, long sinceNanos, long untilNanos, Decision decision) {}

  DenyCache(Duration maxAge) {
    this.maxAgeNanos = maxAge.toNanos();
  }

  /** Notes a refusal of a request. */
  void refused(Request request, Decision decision) {
    long sinceNanos = request.madeNanos;
    Duration retry = decision.retryAfter();
    if (decision.isNeverAllowed() || retry.isZero()) {
      return;
    }
    long nanos = retry.compareTo(Duration.ofNanos(maxAgeNanos)) < 0 ? retry.toNanos() : maxAgeNanos;
    slots.set(
        slot(request.key),
        new Denial(request.script, request.key, sinceNanos, sinceNanos + nanos, decision));
  }

  void forget(String key) {
    slots.set(slot(key), null);
  }

  /** The refusal that still holds, as seen now. */
  @Nullable Decision answer(LimitScript script, String key, long permits, long now) {
    Denial denial = slots.get(slot(key));
    if (denial == null
        || now - denial.untilNanos >= 0
        || denial.script != script
        || permits < denial.decision.permits()
        || !denial.key.equals(key)) {
      return null;
    }
    Duration age = Duration.ofNanos(Math.max(0, now - denial.sinceNanos));
    Decision decision = denial.decision;
    return Decision.of(
        decision.limit(),
        false,
        permits,
        decision.remaining(),
        less(decision.retryAfter(), age),
        less(decision.resetAfter(), age),
        Decision.Source.DENY_CACHE);
  }

  private static Duration less(Duration duration, Duration age) {
    return duration.compareTo(age) > 0 ? duration.minus(age) : Duration.ZERO;
  }

  private static int slot(String key) {
    int hash = key.hashCode();
    return (hash ^ hash >>> 16) & (SLOTS - 1);
  }
}
