package io.bartizan.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

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

  /** Takes back the last charge, which was made now. */
  abstract void uncharge(long now, long permits);

  /** Compares what the limiter says with what the definition allows now and at the retry time. */
  void check(Decision part, long now, long permits) {
    long remaining = part.remaining();
    assertThat(part.limit()).isEqualTo(limit);
    assertThat(remaining == 0 || fits(now, remaining)).as("remaining of %s", part).isTrue();
    assertThat(fits(now, remaining + 1)).as("one more than remaining of %s", part).isFalse();
    if (!part.isAllowed() && !part.isNeverAllowed()) {
      long wait = part.retryAfter().toNanos() / 1000;
      assertThat(fits(now + wait, permits)).as("after the wait of %s", part).isTrue();
      assertThat(fits(now + wait - 1, permits)).as("just before the wait of %s", part).isFalse();
    }
    long reset = part.resetAfter().toNanos() / 1000;
    assertThat(fits(now + reset, limit.capacity())).as("after the reset of %s", part).isTrue();
  }

  /** Tokens as a fraction of the interval: level × permits per period, in µs × permits. */
  private static final class Bucket extends Oracle {
    private final BigInteger permitCost;
    private final BigInteger microGain;
    private BigInteger level;
    private long at;

    Bucket(TokenBucket bucket, long now) {
      super(bucket);
      // an inexact interval is by definition rounded up to the bucket's unit
      permitCost =
          BigInteger.valueOf(
              bucket.isExact()
                  ? bucket.refill().period().toNanos() / 1000
                  : bucket.unitsPerPermit());
      microGain =
          BigInteger.valueOf(bucket.isExact() ? bucket.refill().permits() : bucket.unitsPerMicro());
      level = permitCost.multiply(BigInteger.valueOf(bucket.initialPermits()));
      at = now;
    }

    private BigInteger levelAt(long now) {
      BigInteger gained = microGain.multiply(BigInteger.valueOf(now - at));
      return level.add(gained).min(permitCost.multiply(capacity));
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
    void uncharge(long now, long permits) {
      charge(now, -permits);
    }
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
      long steps = now / period - at / period;
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
    void uncharge(long now, long permits) {
      charge(now, -permits);
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

    /** By definition the oldest that still count are given back. */
    @Override
    void uncharge(long now, long permits) {
      taken.removeIf(time -> time <= now - period);
      taken.subList(0, (int) permits).clear();
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
      long index = now / period;
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
    void charge(long now, long permits) {
      windows.merge(now / period, permits, Long::sum);
    }

    @Override
    void uncharge(long now, long permits) {
      charge(now, -permits);
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
        Instant instant = Instant.ofEpochSecond(now / 1_000_000);
        LocalDate date = LocalDate.ofInstant(instant, zone);
        LocalDate first = text.contains("/month") ? date.withDayOfMonth(1) : date;
        return first.atStartOfDay(zone).toEpochSecond() * 1_000_000;
      }
      long period = limit.window().toNanos() / 1000;
      if (text.endsWith("fixed")) {
        return now / period * period;
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

    @Override
    void uncharge(long now, long permits) {
      charge(now, -permits);
    }
  }
}
