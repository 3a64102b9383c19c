package io.bartizan.ratelimit;

import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * The definition of a limit in unbounded integers, as plain and slow as can be; shares no
 * arithmetic with what it judges.
 */
abstract class Oracle {

  final Limit limit;
  final BigInteger capacity;

  Oracle(Limit limit) {
    this.limit = limit;
    this.capacity = BigInteger.valueOf(limit.capacity());
  }

  static Oracle of(Limit limit, long now) {
    if (limit instanceof TokenBucket bucket) {
      return bucket.isStepped() ? new Stepped(bucket, now) : new Bucket(bucket, now);
    }
    if (limit instanceof SlidingWindow window) {
      return new Log(window);
    }
    if (limit instanceof SlidingWindowCounter counter) {
      return new Counter(counter);
    }
    return new Fixed((FixedWindow) limit);
  }

  abstract boolean fits(long now, long permits);

  abstract void charge(long now, long permits);

  /** Counts what another definition let through; a bucket no further than it could have. */
  void also(long now, long permits) {
    charge(now, permits);
  }

  /** Counts what was used already; these oracles know no bound, but for the moments of a log. */
  void owe(long now, long permits, boolean asLast) {
    charge(now, permits);
  }

  /** Whether a log remembers as many moments as it may. */
  boolean isFull(long now) {
    return false;
  }

  /** Whether more counts here than in a definition of the same kind that begins with that one. */
  boolean exceeds(Oracle current, long now) {
    return used(now) > Math.min(current.used(now), limit.capacity());
  }

  /** Whether permits count longer than in that one; buckets are compared by what counts. */
  boolean outlasts(Oracle current) {
    return false;
  }

  /** Gives permits back, whenever and by whomever they were taken; down to nothing consumed. */
  abstract void refund(long now, long permits);

  /** What counts, in permits, rounded up. */
  abstract long used(long now);

  /** How long until permits fit after all that were charged, those reserved ahead too. */
  long waitMicros(long now, long permits) {
    throw new UnsupportedOperationException(limit.toString());
  }

  /** Where the last charge ends. */
  BigInteger mark(long now) {
    throw new UnsupportedOperationException(limit.toString());
  }

  /** Gives back a reservation that ended there, as far as it has not flowed back by itself. */
  void cancel(long now, long permits, BigInteger mark) {
    throw new UnsupportedOperationException(limit.toString());
  }

  /** How long until nothing is reserved beyond the capacity. */
  long aheadMicros(long now) {
    return 0;
  }

  /** The same subject, held to another limit from now on. */
  final Oracle changed(Limit next, long now) {
    Oracle oracle = of(next, now);
    oracle.inherit(this, now);
    return oracle;
  }

  /** By definition what was consumed in permits, at most the capacity. */
  void inherit(Oracle old, long now) {
    long used = Math.min(old.used(now), limit.capacity());
    if (used > 0) {
      charge(now, used);
    }
  }

  /** Tokens as a fraction of the interval: level × permits per period, in µs × permits. */
  private static final class Bucket extends Oracle {
    private final BigInteger permitCost;
    private final BigInteger microGain;
    private final BigInteger full;
    private BigInteger level;
    private long at;

    Bucket(TokenBucket bucket, long now) {
      super(bucket);
      // an inexact interval is by definition rounded up to the bucket's unit
      BigInteger cost =
          BigInteger.valueOf(
              bucket.units().isExact()
                  ? bucket.refill().period().toNanos() / 1000
                  : bucket.units().perPermit());
      BigInteger gain =
          BigInteger.valueOf(
              bucket.units().isExact() ? bucket.refill().permits() : bucket.units().perMicro());
      BigInteger divisor = bucket.units().isExact() ? cost.gcd(gain) : BigInteger.ONE;
      permitCost = cost.divide(divisor);
      microGain = gain.divide(divisor);
      full = permitCost.multiply(capacity);
      level = permitCost.multiply(BigInteger.valueOf(bucket.initialPermits()));
      at = now;
    }

    private BigInteger levelAt(long now) {
      BigInteger gained = microGain.multiply(BigInteger.valueOf(now - at));
      return level.add(gained).min(full);
    }

    @Override
    boolean fits(long now, long permits) {
      return levelAt(now).compareTo(permitCost.multiply(BigInteger.valueOf(permits))) >= 0;
    }

    @Override
    void charge(long now, long permits) {
      level = levelAt(now).subtract(permitCost.multiply(BigInteger.valueOf(permits)));
      at = now;
    }

    @Override
    void refund(long now, long permits) {
      charge(now, -permits);
    }

    @Override
    long used(long now) {
      return ceilDiv(full.subtract(levelAt(now)), permitCost).longValueExact();
    }

    @Override
    long waitMicros(long now, long permits) {
      BigInteger missing = permitCost.multiply(BigInteger.valueOf(permits)).subtract(levelAt(now));
      return ceilDiv(missing.max(BigInteger.ZERO), microGain).longValueExact();
    }

    @Override
    long aheadMicros(long now) {
      return ceilDiv(levelAt(now).negate().max(BigInteger.ZERO), microGain).longValueExact();
    }

    @Override
    void also(long now, long permits) {
      BigInteger before = levelAt(now);
      charge(now, permits);
      level = level.max(before.min(BigInteger.ZERO));
    }

    @Override
    boolean exceeds(Oracle current, long now) {
      if (!(current instanceof Bucket)) {
        return super.exceeds(current, now);
      }
      Bucket met = new Bucket((TokenBucket) limit, now);
      met.inherit(current, now);
      return levelAt(now).compareTo(met.levelAt(now)) < 0;
    }

    /** The moment, in units, at which the bucket will be full again. */
    @Override
    BigInteger mark(long now) {
      return microGain.multiply(BigInteger.valueOf(now)).add(full).subtract(levelAt(now));
    }

    @Override
    void cancel(long now, long permits, BigInteger mark) {
      BigInteger left = mark.subtract(microGain.multiply(BigInteger.valueOf(now)));
      BigInteger taken = permitCost.multiply(BigInteger.valueOf(permits));
      level = levelAt(now).add(left.max(BigInteger.ZERO).min(taken));
      at = now;
    }

    /** Permits stay consumed, at most all; what was reserved ahead keeps its time. */
    @Override
    void inherit(Oracle old, long now) {
      BigInteger consumed =
          full.subtract(level).add(permitCost.multiply(BigInteger.valueOf(old.used(now))));
      if (old instanceof Bucket that) {
        BigInteger backlog = that.full.subtract(that.levelAt(now)).min(that.full);
        consumed = ceilDiv(backlog.multiply(permitCost), that.permitCost);
      }
      BigInteger ahead = microGain.multiply(BigInteger.valueOf(old.aheadMicros(now)));
      level = full.subtract(consumed.min(full)).subtract(ahead);
      at = now;
    }
  }

  private static BigInteger ceilDiv(BigInteger a, BigInteger b) {
    BigInteger[] parts = a.divideAndRemainder(b);
    return parts[0].add(BigInteger.valueOf(parts[1].signum()));
  }

  private static final class Stepped extends Oracle {
    private final long period;
    private final long step;
    private long level;
    private long at;

    Stepped(TokenBucket bucket, long now) {
      super(bucket);
      period = bucket.refill().period().toNanos() / 1000;
      step = bucket.refill().permits();
      level = bucket.initialPermits();
      at = now;
    }

    private long levelAt(long now) {
      long steps = Math.floorDiv(now, period) - Math.floorDiv(at, period);
      return BigInteger.valueOf(steps)
          .multiply(BigInteger.valueOf(step))
          .add(BigInteger.valueOf(level))
          .min(capacity)
          .longValueExact();
    }

    @Override
    boolean fits(long now, long permits) {
      return levelAt(now) >= permits;
    }

    @Override
    void charge(long now, long permits) {
      level = levelAt(now) - permits;
      at = now;
    }

    @Override
    void refund(long now, long permits) {
      charge(now, -permits);
    }

    @Override
    long used(long now) {
      return limit.capacity() - levelAt(now);
    }

    @Override
    long waitMicros(long now, long permits) {
      return untilBack(now, permits - levelAt(now));
    }

    @Override
    long aheadMicros(long now) {
      return untilBack(now, -levelAt(now));
    }

    private long untilBack(long now, long missing) {
      long end = Math.floorDiv(now, period) * period;
      for (long left = missing; left > 0; left -= step) {
        end += period;
      }
      return Math.max(0, end - now);
    }

    @Override
    void also(long now, long permits) {
      long before = levelAt(now);
      charge(now, permits);
      level = Math.max(level, Math.min(before, 0));
    }

    @Override
    boolean exceeds(Oracle current, long now) {
      if (!(current instanceof Stepped)) {
        return super.exceeds(current, now);
      }
      Stepped met = new Stepped((TokenBucket) limit, now);
      met.inherit(current, now);
      return levelAt(now) < met.levelAt(now);
    }

    /** How many permits will have come back in all, counted from the epoch. */
    @Override
    BigInteger mark(long now) {
      return BigInteger.valueOf(Math.floorDiv(now, period))
          .multiply(BigInteger.valueOf(step))
          .add(BigInteger.valueOf(used(now)));
    }

    @Override
    void cancel(long now, long permits, BigInteger mark) {
      long left =
          mark.subtract(
                  BigInteger.valueOf(Math.floorDiv(now, period)).multiply(BigInteger.valueOf(step)))
              .longValueExact();
      refund(now, Math.min(permits, Math.max(0, left)));
    }

    /** What was reserved ahead is added; of another refill as many steps as lie in its time. */
    @Override
    void inherit(Oracle old, long now) {
      long consumed = Math.min(old.used(now), old.limit.capacity());
      long ahead = 0;
      if (old instanceof Stepped that && that.step == step && that.period == period) {
        ahead = old.used(now) - consumed;
      } else {
        consumed += old instanceof Stepped ? 0 : used(now);
        ahead =
            step * (Math.floorDiv(now + old.aheadMicros(now), period) - Math.floorDiv(now, period));
      }
      level = limit.capacity() - Math.min(consumed, limit.capacity()) - ahead;
      at = now;
    }
  }

  private static final class Log extends Oracle {
    private final long period;
    private final List<Long> taken = new ArrayList<>();

    Log(SlidingWindow window) {
      super(window);
      period = window.rate().period().toNanos() / 1000;
    }

    @Override
    boolean fits(long now, long permits) {
      long inWindow = taken.stream().filter(time -> time > now - period).count();
      return inWindow <= limit.capacity() - permits;
    }

    @Override
    void charge(long now, long permits) {
      for (long i = 0; i < permits; i++) {
        taken.add(now);
      }
    }

    /** By definition there are as many moments as the capacity; then the newest becomes now. */
    @Override
    boolean isFull(long now) {
      forget(now);
      return taken.stream().distinct().count() >= limit.capacity();
    }

    @Override
    boolean exceeds(Oracle current, long now) {
      return !(current instanceof Log) && super.exceeds(current, now);
    }

    @Override
    boolean outlasts(Oracle current) {
      return current instanceof Log that && period > that.period;
    }

    @Override
    void owe(long now, long permits, boolean asLast) {
      forget(now);
      if (asLast && !taken.isEmpty()) {
        long newest = taken.get(taken.size() - 1);
        taken.replaceAll(time -> time == newest ? Long.valueOf(now) : time);
      }
      charge(now, permits);
    }

    /** By definition the oldest that still count are given back. */
    @Override
    void refund(long now, long permits) {
      forget(now);
      taken.subList(0, (int) Math.min(permits, taken.size())).clear();
    }

    @Override
    long used(long now) {
      forget(now);
      return taken.size();
    }

    private void forget(long now) {
      taken.removeIf(time -> time <= now - period);
    }

    /** Times are kept, also those beyond a smaller limit. */
    @Override
    void inherit(Oracle old, long now) {
      if (old instanceof Log that) {
        that.forget(now);
        taken.addAll(that.taken);
      } else {
        super.inherit(old, now);
      }
    }
  }

  private static final class Counter extends Oracle {
    private final long period;
    private final long grain;
    private final long grains;
    private final TreeMap<Long, Long> windows = new TreeMap<>();

    Counter(SlidingWindowCounter counter) {
      super(counter);
      period = counter.rate().period().toNanos() / 1000;
      grain = (period + 1023) / 1024;
      grains = (period + grain - 1) / grain;
    }

    @Override
    boolean fits(long now, long permits) {
      long index = Math.floorDiv(now, period);
      long weight = grains - (now - index * period) / grain;
      BigInteger previous = BigInteger.valueOf(windows.getOrDefault(index - 1, 0L));
      BigInteger current = BigInteger.valueOf(windows.getOrDefault(index, 0L) + permits);
      BigInteger all = BigInteger.valueOf(grains);
      return previous
              .multiply(BigInteger.valueOf(weight))
              .add(current.multiply(all))
              .compareTo(capacity.multiply(all))
          <= 0;
    }

    @Override
    long used(long now) {
      long used = limit.capacity();
      while (!fits(now, limit.capacity() - used)) {
        used++;
      }
      while (fits(now, limit.capacity() - used + 1)) {
        used--;
      }
      return used;
    }

    @Override
    void charge(long now, long permits) {
      windows.merge(Math.floorDiv(now, period), permits, Long::sum);
    }

    /** By definition those of the window that is open are given back first. */
    @Override
    void refund(long now, long permits) {
      long index = Math.floorDiv(now, period);
      long ofCurrent = Math.min(permits, windows.getOrDefault(index, 0L));
      windows.merge(index, -ofCurrent, Long::sum);
      long ofPrevious = Math.min(permits - ofCurrent, windows.getOrDefault(index - 1, 0L));
      windows.merge(index - 1, -ofPrevious, Long::sum);
    }

    @Override
    boolean exceeds(Oracle current, long now) {
      boolean same = current instanceof Counter that && that.period == period;
      return !same && super.exceeds(current, now);
    }

    @Override
    boolean outlasts(Oracle current) {
      return current instanceof Counter that && period > that.period;
    }

    /** Both counts are kept where windows have the same length. */
    @Override
    void inherit(Oracle old, long now) {
      if (old instanceof Counter that && that.period == period) {
        windows.putAll(that.windows);
      } else {
        super.inherit(old, now);
      }
    }
  }

  private static final class Fixed extends Oracle {
    private final TreeMap<Long, Long> windows = new TreeMap<>();

    Fixed(FixedWindow window) {
      super(window);
    }

    /** The start of the window that is open now, found in the words of the limit's text. */
    private long start(long now) {
      String text = limit.toString();
      if (text.contains(" in ")) {
        ZoneId zone = ZoneId.of(text.substring(text.indexOf(" in ") + 4));
        Instant instant = Instant.ofEpochSecond(Math.floorDiv(now, 1_000_000L));
        LocalDate date = LocalDate.ofInstant(instant, zone);
        LocalDate first = text.contains("/month") ? date.withDayOfMonth(1) : date;
        return first.atStartOfDay(zone).toEpochSecond() * 1_000_000;
      }
      long period = limit.window().toNanos() / 1000;
      if (text.endsWith("fixed")) {
        return Math.floorDiv(now, period) * period;
      }
      Long last = windows.isEmpty() ? null : windows.lastKey();
      return last != null && now < last + period ? last : now;
    }

    @Override
    boolean fits(long now, long permits) {
      return windows.getOrDefault(start(now), 0L) <= limit.capacity() - permits;
    }

    @Override
    void charge(long now, long permits) {
      windows.merge(start(now), permits, Long::sum);
    }

    /** A window that was opened stays open, though nothing is left that was taken in it. */
    @Override
    void refund(long now, long permits) {
      windows.computeIfPresent(start(now), (start, taken) -> Math.max(0, taken - permits));
    }

    @Override
    long used(long now) {
      return windows.getOrDefault(start(now), 0L);
    }

    @Override
    boolean exceeds(Oracle current, long now) {
      return current instanceof Fixed ? used(now) > current.used(now) : super.exceeds(current, now);
    }

    @Override
    boolean outlasts(Oracle current) {
      if (!(current instanceof Fixed)) {
        return false;
      }
      boolean calendars = limit.toString().contains(" in ");
      boolean theirs = current.limit.toString().contains(" in ");
      return (calendars || theirs)
          ? limit.toString().contains("/month") && current.limit.toString().contains("/day")
          : limit.window().compareTo(current.limit.window()) > 0;
    }

    private boolean isOpened() {
      return limit.toString().endsWith("from first request");
    }

    /** The whole count of the window that is open; an opened window stays where it is. */
    @Override
    void inherit(Oracle old, long now) {
      if (!(old instanceof Fixed that)) {
        super.inherit(old, now);
      } else if (that.windows.containsKey(that.start(now))) {
        boolean stays = isOpened() && that.isOpened();
        charge(stays ? that.start(now) : now, that.used(now));
      }
    }
  }
}
