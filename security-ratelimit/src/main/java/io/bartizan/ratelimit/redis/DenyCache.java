package io.bartizan.ratelimit.redis;

import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.redis.link.RedisKeys;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Remembers refusals until their retry time, so that a key under attack costs no round trip.
 *
 * <p>It answers the same weight only, since a larger one has a longer wait, for at most a set age,
 * and forgets a key that gets permits back, or is reset, through any limiter of this process. It
 * can refuse what a refund by another process would have allowed, for that age at most; it never
 * allows anything. Each key has one of a fixed number of slots, so it stays small. The limiters of
 * one client share it, each with an age of its own.
 */
final class DenyCache {

  private static final int SLOTS = 8192;

  private final AtomicReferenceArray<@Nullable Denial> slots = new AtomicReferenceArray<>(SLOTS);

  /** When each slot was emptied last, of {@code System.nanoTime}; zero if never. */
  private final AtomicLongArray emptied = new AtomicLongArray(SLOTS);

  private record Denial(
      LimitScript script,
      RedisKeys keys,
      String key,
      long sinceNanos,
      long untilNanos,
      List<Decision> refusals) {

    long permits() {
      return refusals.get(0).permits();
    }
  }

  /** Notes a refusal of a request. */
  void refused(Request request, Decision decision, long maxAgeNanos) {
    long sinceNanos = request.madeNanos;
    Duration retry = decision.retryAfter();
    if (decision.isNeverAllowed() || retry.isZero()) {
      return;
    }
    long nanos = retry.compareTo(Duration.ofNanos(maxAgeNanos)) < 0 ? retry.toNanos() : maxAgeNanos;
    int slot = slot(request.script.keyHead(), request.key);
    if (isOlder(sinceNanos, slot)) {
      return;
    }
    slots.set(
        slot,
        new Denial(
            request.script,
            request.asker.keys(),
            request.key,
            sinceNanos,
            sinceNanos + nanos,
            decision.parts().stream().filter(part -> !part.isAllowed()).toList()));
    if (isOlder(sinceNanos, slot)) {
      slots.set(slot, null);
    }
  }

  /** Whether a refusal may have been decided before the key got permits back. */
  private boolean isOlder(long sinceNanos, int slot) {
    long when = emptied.get(slot);
    return when != 0 && sinceNanos - when <= 0;
  }

  /** Forgets a key, and refusals of it that are on their way. */
  void forget(String keyHead, String key, long now) {
    int slot = slot(keyHead, key);
    emptied.set(slot, now == 0 ? 1 : now);
    slots.set(slot, null);
  }

  /** The refusal that still holds, as seen now. */
  @Nullable Decision answer(
      LimitScript script, RedisKeys keys, String key, long permits, long now, long maxAgeNanos) {
    Denial denial = slots.get(slot(script.keyHead(), key));
    if (denial == null
        || now - denial.untilNanos >= 0
        || now - denial.sinceNanos >= maxAgeNanos
        || denial.script != script
        || permits != denial.permits()
        || denial.keys != keys
        || !denial.key.equals(key)) {
      return null;
    }
    Duration age = Duration.ofNanos(Math.max(0, now - denial.sinceNanos));
    List<Decision> refusals = denial.refusals;
    return refusals.size() == 1
        ? again(refusals.get(0), permits, age)
        : Decision.allOf(refusals.stream().map(each -> again(each, permits, age)).toList());
  }

  private static Decision again(Decision refusal, long permits, Duration age) {
    Duration retry = less(refusal.retryAfter(), age);
    return Decision.refused(refusal.limit(), permits, retry, Decision.Source.DENY_CACHE)
        .leaving(refusal.remaining(), less(refusal.resetAfter(), age));
  }

  private static Duration less(Duration duration, Duration age) {
    return duration.compareTo(age) > 0 ? duration.minus(age) : Duration.ZERO;
  }

  private static int slot(String keyHead, String key) {
    int hash = key.hashCode() + 31 * keyHead.hashCode();
    return (hash ^ hash >>> 16) & (SLOTS - 1);
  }
}
