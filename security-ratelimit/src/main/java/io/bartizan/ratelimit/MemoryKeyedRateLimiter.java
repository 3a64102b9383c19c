package io.bartizan.ratelimit;

import io.bartizan.core.Health;
import io.bartizan.ratelimit.count.Count;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Keys that come and go, each with what it has consumed, and cells that share what is beyond. */
class MemoryKeyedRateLimiter implements KeyedRateLimiter {

  private static final int MAX_SHARED = 1024;

  private final Plan plan;
  private final int maxKeys;
  private final Overflow policy;
  private final MicroClock clock;
  private final AtomicInteger size;
  private final OverflowCells overflow;
  private final Keys keys;
  private final Sweep sweep;

  MemoryKeyedRateLimiter(Plan plan, int maxKeys, Overflow policy, MicroClock clock, Keys keys) {
    this.plan = plan;
    this.maxKeys = maxKeys;
    this.policy = policy;
    this.clock = clock;
    this.keys = keys;
    this.size = keys.size();
    this.overflow = new OverflowCells(Math.min(MAX_SHARED, maxKeys), maxKeys);
    this.sweep = new Sweep(keys, maxKeys);
  }

  @Override
  public Decision tryAcquire(String given, long permits) {
    Waiting.check(permits);
    String key = Key.bounded(given);
    Limits limits = plan.limitsOf(key);
    Take take = new Take(permits);
    Decision decision = keys.ask(key, limits, sweptAt(), take);
    return decision != null ? decision : decide(key, limits, permits, take);
  }

  /** The time; and now and then a little sweeping. */
  final long sweptAt() {
    long now = clock.micros();
    sweep.some(now);
    return now;
  }

  @Override
  public Decision peek(String given, long permits) {
    Waiting.check(permits);
    String key = Key.bounded(given);
    return decide(key, plan.limitsOf(key), permits, (cell, now) -> cell.peek(now, permits));
  }

  @Override
  public Decision charge(String given, long permits) {
    Waiting.check(permits);
    String key = Key.bounded(given);
    return decide(key, plan.limitsOf(key), 1, new Charge(permits));
  }

  @Override
  public void refund(String given, long permits) {
    Waiting.check(permits);
    String key = Key.bounded(given);
    Boolean unused =
        keys.ask(
            key,
            plan.limitsOf(key),
            clock.micros(),
            (cell, now) -> cell.refund(now, permits) ? true : null);
  }

  @Override
  public Reservation reserve(String given, long permits, Duration maxWait) {
    Waiting.check(permits);
    String key = Key.bounded(given);
    long maxMicros = Waiting.micros(maxWait);
    Limits limits = plan.limitsOf(key);
    Answer<Reservation> answer = ask(key, limits, new Reserve(clock, permits, maxMicros));
    if (answer.value != null) {
      return answer.value;
    }
    Decision refused = noRoom(limits, permits);
    return Reservation.of(refused, refused.retryAfter(), () -> {});
  }

  @Override
  public Decision acquire(String key, long permits, Duration maxWait) throws InterruptedException {
    return Waiting.until(reserve(key, permits, maxWait));
  }

  @Override
  public Health health() {
    int keys = size.get();
    String detail = keys + " of " + maxKeys + " keys";
    return keys >= maxKeys || !overflow.isEmpty(clock.micros())
        ? Health.degraded(detail)
        : Health.up(detail);
  }

  private Decision decide(
      String key, Limits limits, long permits, OverflowCells.Question<Decision> question) {
    Answer<Decision> answer = ask(key, limits, question);
    if (answer.value == null) {
      return noRoom(limits, permits);
    }
    return answer.shared ? answer.value.from(Decision.Source.OVERFLOW) : answer.value;
  }

  final <R> Answer<R> ask(String key, Limits limits, OverflowCells.Question<R> question) {
    Answer<R> answer = new Answer<>();
    while (!answer.given) {
      long now = clock.micros();
      R value = keys.ask(key, limits, now, question);
      if (value != null) {
        answer.give(value, false);
      } else {
        sweep.forNewKey(now);
        keys.begin(key, () -> begin(key, limits, now, question, answer));
      }
    }
    return answer;
  }

  /** The first cell of a key, or null if the key does without. */
  private <R> @Nullable Cell begin(
      String key, Limits limits, long now, OverflowCells.Question<R> question, Answer<R> answer) {
    if (makeRoom()) {
      boolean kept = false;
      try {
        Cell fresh = keys.first(key, overflow.own(key, limits, now));
        answer.give(question.ask(fresh, now), false);
        kept = !fresh.retire(now, 0);
        return kept ? fresh : null;
      } finally {
        if (!kept) {
          size.decrementAndGet();
        }
      }
    } else if (policy == Overflow.SHARE) {
      answer.give(overflow.ask(key, limits, now, question), true);
    } else {
      answer.give(null, true);
    }
    return null;
  }

  private boolean makeRoom() {
    if (size.incrementAndGet() <= maxKeys) {
      return true;
    }
    size.decrementAndGet();
    return false;
  }

  private static Decision noRoom(Limits limits, long permits) {
    TokenBucket bucket = limits.bucket();
    if (bucket != null) { // as of an empty one
      return BucketCell.decision(bucket, BucketCell.shared(~bucket.full), permits);
    }
    Limit limit = limits.list().get(0);
    Duration window = limit.window();
    return Decision.refused(limit, permits, window, Decision.Source.OVERFLOW).leaving(0, window);
  }

  @Override
  public String toString() {
    String limits = plan instanceof Limit || plan instanceof Limits ? plan.toString() : "by plan";
    return "KeyedRateLimiter[" + limits + ", maxKeys " + maxKeys + ", overflow " + policy + "]";
  }

  private record Take(long permits) implements OverflowCells.Question<Decision> {

    @Override
    public @Nullable Decision ask(Cell cell, long now) {
      return cell.tryAcquire(now, permits);
    }

    @Override
    public long taken(Decision answer) {
      return answer.isAllowed() ? permits : 0;
    }
  }

  private record Charge(long permits) implements OverflowCells.Question<Decision> {

    @Override
    public @Nullable Decision ask(Cell cell, long now) {
      return cell.charge(now, permits);
    }

    @Override
    public long taken(Decision answer) {
      return Math.min(permits, Count.MOST_OWED);
    }
  }

  private record Reserve(MicroClock clock, long permits, long maxMicros)
      implements OverflowCells.Question<Reservation> {

    @Override
    public @Nullable Reservation ask(Cell cell, long now) {
      return cell.reserve(clock, permits, maxMicros);
    }

    @Override
    public long taken(Reservation answer) {
      return answer.isGranted() ? permits : 0;
    }
  }

  /** What a question came to; no value means that there was no room. */
  static final class Answer<R> {

    private boolean given;
    boolean shared;
    @Nullable R value;

    void give(@Nullable R newValue, boolean newShared) {
      value = newValue;
      shared = newShared;
      given = true;
    }
  }
}
