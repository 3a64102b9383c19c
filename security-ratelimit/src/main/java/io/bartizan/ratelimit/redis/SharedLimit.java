package io.bartizan.ratelimit.redis;

import io.bartizan.ratelimit.FixedWindow;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.Rate;
import io.bartizan.ratelimit.SlidingWindow;
import io.bartizan.ratelimit.SlidingWindowCounter;
import io.bartizan.ratelimit.TokenBucket;
import io.bartizan.ratelimit.count.BucketCount;
import io.bartizan.ratelimit.count.BucketUnits;
import io.bartizan.ratelimit.count.Count;
import io.bartizan.ratelimit.count.Micros;
import io.bartizan.ratelimit.count.SlidingCount;
import io.bartizan.ratelimit.count.SteppedCount;
import io.bartizan.ratelimit.count.WindowCount;
import io.bartizan.ratelimit.count.WindowEdges;
import io.bartizan.ratelimit.redis.link.ScriptReply;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * One limit as the script knows it: the letter of its algorithm, the numbers that define it, and
 * how what was counted is read from the script's reply and named in a cancellation.
 */
final class SharedLimit {

  /** Reads a state that the script gives. */
  private interface Restorer {
    Count restore(ScriptReply reply, long serverMicros);
  }

  /** Names where what was taken last ends, as the script reads it. */
  private interface Marker {
    String mark(Count count, long serverMicros);
  }

  private final char letter;
  private final boolean timed;
  private final LongFunction<List<Long>> arguments;
  private final Restorer restorer;
  private final @Nullable Marker marker;

  private SharedLimit(
      char letter,
      boolean timed,
      LongFunction<List<Long>> arguments,
      Restorer restorer,
      @Nullable Marker marker) {
    this.letter = letter;
    this.timed = timed;
    this.arguments = arguments;
    this.restorer = restorer;
    this.marker = marker;
  }

  /** The limit for an algorithm's definition. */
  static SharedLimit of(Limit limit) {
    if (limit instanceof TokenBucket bucket) {
      return bucket.isStepped() ? stepped(bucket) : bucket(bucket);
    }
    if (limit instanceof FixedWindow window) {
      return fixed(window);
    }
    if (limit instanceof SlidingWindowCounter counter) {
      return counter(counter);
    }
    if (limit instanceof SlidingWindow window) {
      return log(window);
    }
    throw new IllegalArgumentException(limit + " has no part in the script");
  }

  private static SharedLimit of(
      char letter, List<Long> numbers, Restorer restorer, @Nullable Marker marker) {
    return new SharedLimit(letter, false, time -> numbers, restorer, marker);
  }

  /** A token bucket: pairs of whole microseconds and a rest in units. */
  private static SharedLimit bucket(TokenBucket bucket) {
    BucketUnits units =
        BucketUnits.of(
            bucket.capacity(), bucket.refill().permits(), Micros.of(bucket.refill().period()));
    long scale = units.perMicro();
    long first = units.first(bucket.initialPermits());
    List<Long> numbers =
        List.of(
            bucket.capacity(),
            scale,
            units.perPermit() / scale,
            units.perPermit() % scale,
            units.full() / scale,
            units.full() % scale,
            first / scale,
            first % scale);
    return of(
        'B',
        numbers,
        (reply, now) -> BucketCount.of(units, now, reply.next() * scale + reply.next()),
        (count, now) -> {
          long backlog = ((BucketCount) count).backlog(now);
          return now + backlog / scale + ":" + backlog % scale;
        });
  }

  /** A token bucket in steps: permits used, and where in the period. */
  private static SharedLimit stepped(TokenBucket bucket) {
    long capacity = bucket.capacity();
    long step = bucket.refill().permits();
    long period = Micros.of(bucket.refill().period());
    return of(
        'S',
        List.of(capacity, step, period, capacity - bucket.initialPermits()),
        (reply, now) -> {
          long used = reply.next();
          long unusedIntoPeriod = reply.next();
          return SteppedCount.of(capacity, step, period, now, used);
        },
        (count, now) -> now / period + ":" + count.used(now));
  }

  private static SharedLimit fixed(FixedWindow window) {
    long capacity = window.capacity();
    long period = Micros.of(window.window());
    return switch (window.start()) {
      case EPOCH -> {
        WindowEdges edges = WindowEdges.epoch(period);
        yield of('F', List.of(capacity, period), windows(capacity, edges), null);
      }
      case FIRST_REQUEST -> {
        WindowEdges edges = WindowEdges.firstRequest(period);
        Restorer restorer =
            (reply, now) -> {
              long used = reply.next();
              long left = reply.next();
              return left == 0
                  ? WindowCount.of(capacity, edges)
                  : WindowCount.of(capacity, edges, now + left - period, used);
            };
        yield of('R', List.of(capacity, period), restorer, null);
      }
      case DAY -> calendar(capacity, WindowEdges.day(zone(window)), zone(window), 0);
      case MONTH -> calendar(capacity, WindowEdges.month(zone(window)), zone(window), 1);
    };
  }

  private static ZoneId zone(FixedWindow window) {
    return window.zone().orElseThrow();
  }

  /** Permits used in the present window. */
  private static Restorer windows(long capacity, WindowEdges edges) {
    return (reply, now) -> WindowCount.of(capacity, edges, edges.startMicros(now), reply.next());
  }

  /**
   * Days or months, whose edges the server can't compute: the capacity, a number for the zone's
   * days or months, and where the window before the present one, it and the next one begin and the
   * next one ends.
   */
  private static SharedLimit calendar(long capacity, WindowEdges edges, ZoneId zone, int kind) {
    long name = 2L * Integer.toUnsignedLong(zone.getId().hashCode()) + kind;
    LongFunction<List<Long>> arguments =
        time -> {
          long present = edges.startMicros(time);
          long next = edges.endMicros(present);
          long before = edges.startMicros(present - 1);
          return List.of(capacity, name, before, present, next, edges.endMicros(next));
        };
    return new SharedLimit('Z', true, arguments, windows(capacity, edges), null);
  }

  /** Permits of this window and of the one before. */
  private static SharedLimit counter(SlidingWindowCounter counter) {
    long capacity = counter.capacity();
    long period = Micros.of(counter.window());
    return of(
        'C',
        List.of(capacity, period),
        (reply, now) -> SlidingCount.of(capacity, period, now, reply.next(), reply.next()),
        null);
  }

  private static SharedLimit log(SlidingWindow window) {
    long capacity = window.capacity();
    return of(
        'L',
        List.of(capacity, Micros.of(window.window())),
        (reply, now) -> new ToldCount(capacity, reply),
        null);
  }

  /** A limit of the same algorithm with other numbers; only a bucket in steps has a step. */
  SharedLimit other(long capacity, long step, long periodMicros) {
    Duration period = Micros.duration(periodMicros);
    Rate rate = Rate.per(step > 0 ? step : capacity, period);
    return of(
        switch (letter) {
          case 'F' -> Limit.fixedWindow(rate);
          case 'R' -> Limit.fixedWindow(rate).fromFirstRequest();
          case 'S' -> Limit.tokenBucket(capacity, rate).inSteps();
          case 'C' -> Limit.slidingWindowCounter(rate);
          case 'L' -> Limit.slidingWindow(rate);
          default -> throw new IllegalStateException(letter + " is bound by no other definition");
        });
  }

  /** The algorithm's name in the script. */
  char letter() {
    return letter;
  }

  /** The script's arguments after the letter, for calls at about this time of the server. */
  List<Long> arguments(long serverMicros) {
    return arguments.apply(serverMicros);
  }

  /** Whether the arguments depend on the time. */
  boolean isTimed() {
    return timed;
  }

  /** Whether the limit can promise a time, so that permits can be reserved. */
  boolean promisesTimes() {
    return marker != null;
  }

  /** Reads what the limit has counted of a key. */
  Count restore(ScriptReply reply, long serverMicros) {
    return restorer.restore(reply, serverMicros);
  }

  /** Where what was taken last ends, as the script reads it in a cancellation. */
  String mark(Count count, long serverMicros) {
    if (marker == null) {
      throw new UnsupportedOperationException("only token buckets can be reserved");
    }
    return marker.mark(count, serverMicros);
  }
}
