package io.bartizan.ratelimit.redis;

import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.FixedWindow;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.SlidingWindow;
import io.bartizan.ratelimit.SlidingWindowCounter;
import io.bartizan.ratelimit.redis.link.ScriptReply;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.LongFunction;

/**
 * A window in the script: permits used, microseconds until none counts, the same once some more
 * were taken, and for a refusal the microseconds until they would fit.
 */
final class SharedWindow implements SharedLimit {

  private final Limit limit;
  private final char letter;
  private final boolean timed;
  private final LongFunction<List<Long>> arguments;

  private SharedWindow(
      Limit limit, char letter, boolean timed, LongFunction<List<Long>> arguments) {
    this.limit = limit;
    this.letter = letter;
    this.timed = timed;
    this.arguments = arguments;
  }

  static SharedWindow fixed(FixedWindow window) {
    long capacity = window.capacity();
    List<Long> definition = List.of(capacity, micros(window.window()));
    return switch (window.start()) {
      case EPOCH -> new SharedWindow(window, 'F', false, time -> definition);
      case FIRST_REQUEST -> new SharedWindow(window, 'R', false, time -> definition);
      case DAY, MONTH -> new SharedWindow(window, 'Z', true, time -> edges(window, time));
    };
  }

  static SharedWindow counter(SlidingWindowCounter counter) {
    List<Long> definition =
        List.of(
            counter.capacity(), micros(counter.window()), counter.grainMicros(), counter.grains());
    return new SharedWindow(counter, 'C', false, time -> definition);
  }

  static SharedWindow log(SlidingWindow window) {
    List<Long> definition = List.of(window.capacity(), micros(window.window()));
    return new SharedWindow(window, 'L', false, time -> definition);
  }

  /** The capacity, and where the window before the present one, it and the next one begin. */
  private static List<Long> edges(FixedWindow window, long serverMicros) {
    Instant present = window.windowStart(Instant.EPOCH.plus(serverMicros, ChronoUnit.MICROS));
    Instant before = window.windowStart(present.minusNanos(1000));
    Instant next = window.windowEnd(present);
    return List.of(
        window.capacity(),
        epochMicros(before),
        epochMicros(present),
        epochMicros(next),
        epochMicros(window.windowEnd(next)));
  }

  static long micros(Duration duration) {
    return duration.getSeconds() * 1_000_000 + duration.getNano() / 1000;
  }

  static long epochMicros(Instant instant) {
    return instant.getEpochSecond() * 1_000_000 + instant.getNano() / 1000;
  }

  @Override
  public char letter() {
    return letter;
  }

  @Override
  public List<Long> arguments(long serverMicros) {
    return arguments.apply(serverMicros);
  }

  @Override
  public boolean isTimed() {
    return timed;
  }

  @Override
  public boolean promisesTimes() {
    return false;
  }

  @Override
  public State read(ScriptReply reply) {
    return new Count(reply.next(), reply.next(), reply.next());
  }

  private final class Count implements State {

    private final long resetOnceTaken;
    private long used;
    private long reset;
    private long retry;

    Count(long used, long reset, long resetOnceTaken) {
      this.used = used;
      this.reset = reset;
      this.resetOnceTaken = resetOnceTaken;
    }

    @Override
    public boolean fits(long permits) {
      return permits <= limit.capacity() - used;
    }

    @Override
    public void take(long permits) {
      used += permits;
      reset = resetOnceTaken;
    }

    @Override
    public void readWait(ScriptReply reply) {
      retry = reply.next();
    }

    @Override
    public Decision decision(boolean allowed, long permits) {
      return Decision.of(
          limit,
          allowed,
          permits,
          Math.max(0, limit.capacity() - used),
          Duration.of(retry, ChronoUnit.MICROS),
          Duration.of(reset, ChronoUnit.MICROS),
          Decision.Source.REMOTE);
    }
  }
}
