package io.bartizan.ratelimit;

import io.bartizan.core.Health;
import io.bartizan.ratelimit.count.Count;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A cell for each key that has consumed something; a key without one has consumed nothing.
 *
 * <p><b>Finding.</b> Keys are spread over segments, each a {@link Sweep.Segment} (a concurrent hash
 * map, whose bins become trees when an attacker makes hashes collide). A check of a known key is a
 * lookup and the cell's own step, without a lock.
 *
 * <p><b>Coming and going.</b> A cell is added, replaced and asked in overflow only inside {@code
 * compute} of its key, so that a key never has two counts at a time. A cell whose count has run out
 * is the same as none: the {@link Sweep} retires it (it is dead from then on) and removes it.
 */
class MemoryKeyedRateLimiter implements KeyedRateLimiter {

  private static final int KEYS_PER_SEGMENT = 16_384;
  private static final int MAX_SEGMENTS = 1024;
  private static final int MAX_SHARED = 1024;

  private final Plan plan;
  private final int maxKeys;
  private final Overflow policy;
  private final MicroClock clock;
  private final Sweep.Segment[] segments;
  private final int seed;
  private final AtomicInteger size = new AtomicInteger();
  private final OverflowCells overflow;
  private final Sweep sweep;

  MemoryKeyedRateLimiter(Plan plan, int maxKeys, Overflow policy, MicroClock clock) {
    this.plan = plan;
    this.maxKeys = maxKeys;
    this.policy = policy;
    this.clock = clock;
    int wanted = Math.min(MAX_SEGMENTS, 1 + (maxKeys - 1) / KEYS_PER_SEGMENT);
    int count = Integer.highestOneBit(2 * wanted - 1);
    this.segments = new Sweep.Segment[count];
    Arrays.setAll(segments, i -> new Sweep.Segment());
    SecureRandom random = new SecureRandom();
    this.seed = random.nextInt() | 1;
    this.overflow = new OverflowCells(Math.min(MAX_SHARED, maxKeys), maxKeys, random.nextLong());
    this.sweep = new Sweep(segments, size, maxKeys);
  }

  @Override
  public Decision tryAcquire(String given, long permits) {
    Waiting.check(permits);
    String key = Key.bounded(given);
    Limits limits = plan.limitsOf(key);
    long time = clock.micros();
    Cell cell = find(key, time);
    Decision decision = cell != null && cell.counts(limits) ? cell.tryAcquire(time, permits) : null;
    return decision != null ? decision : decide(key, limits, permits, new Take(permits));
  }

  /** The key's cell, dead or alive; and now and then a little sweeping. */
  final @Nullable Cell find(String key, long now) {
    sweep.some(now);
    return segment(key).get(key);
  }

  final long now() {
    return clock.micros();
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
    Limits limits = plan.limitsOf(key);
    Sweep.Segment segment = segment(key);
    Cell cell = segment.get(key);
    while (cell != null) {
      long now = clock.micros();
      if (!cell.counts(limits)) {
        change(segment, key, cell, limits, now);
      } else if (cell.refund(now, permits)) {
        return;
      } else {
        forget(segment, key, cell);
      }
      cell = segment.get(key);
    }
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
    Sweep.Segment segment = segment(key);
    Answer<R> answer = new Answer<>();
    while (!answer.given) {
      long now = clock.micros();
      Cell cell = segment.get(key);
      if (cell == null) {
        sweep.forNewKey(now);
        segment.compute(
            key,
            (k, present) -> present == null ? begin(k, limits, now, question, answer) : present);
      } else if (!cell.counts(limits)) {
        change(segment, key, cell, limits, now);
      } else {
        R value = question.ask(cell, now);
        if (value != null) {
          answer.give(value, false);
        } else {
          forget(segment, key, cell);
        }
      }
    }
    return answer;
  }

  /** The first cell of a key, or null if the key does without; inside {@code compute}. */
  private <R> @Nullable Cell begin(
      String key, Limits limits, long now, OverflowCells.Question<R> question, Answer<R> answer) {
    if (makeRoom()) {
      Cell fresh = overflow.own(key, limits, now);
      answer.give(question.ask(fresh, now), false);
      if (!fresh.retire(now, 0)) {
        return fresh;
      }
      size.decrementAndGet();
    } else if (policy == Overflow.SHARE) {
      answer.give(overflow.ask(key, limits, now, question), true);
    } else {
      answer.give(null, true);
    }
    return null;
  }

  private void forget(Sweep.Segment segment, String key, Cell dead) {
    if (segment.remove(key, dead)) {
      size.decrementAndGet();
    }
  }

  private void change(Sweep.Segment segment, String key, Cell cell, Limits limits, long now) {
    segment.computeIfPresent(
        key, (k, present) -> present == cell ? changed(cell, limits, now) : present);
  }

  private @Nullable Cell changed(Cell cell, Limits limits, long now) {
    Cell.Frozen before = cell.freeze();
    if (before == null) {
      size.decrementAndGet();
      return null;
    }
    return Cell.of(limits, before, now);
  }

  private boolean makeRoom() {
    if (size.incrementAndGet() <= maxKeys) {
      return true;
    }
    size.decrementAndGet();
    return false;
  }

  private static Decision noRoom(Limits limits, long permits) {
    Limit limit = limits.list().get(0);
    Duration window = limit.window();
    return Decision.refused(limit, permits, window, Decision.Source.OVERFLOW).leaving(0, window);
  }

  private Sweep.Segment segment(String key) {
    int hash = key.hashCode() * seed;
    return segments[(hash >>> 16 ^ hash >>> 6) & (segments.length - 1)];
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
