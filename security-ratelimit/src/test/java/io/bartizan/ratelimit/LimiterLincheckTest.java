package io.bartizan.ratelimit;

import io.bartizan.testkit.ManualTicker;
import java.time.Duration;
import java.time.Instant;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every interleaving that Lincheck's model checker comes upon gives answers that some order of the
 * same calls, one at a time, gives too: no permit is lost and none is given twice.
 */
@Tag("deep")
class LimiterLincheckTest {

  private static final int ITERATIONS = Integer.getInteger("lincheck.iterations", 3);

  @Test
  void bucket_of_one_word() {
    check(OneWord.class, 1, 30);
  }

  @Test
  void limit_that_is_changed_under_way() {
    check(Changed.class, 1, 30);
  }

  @Test
  void permits_held_at_a_time() {
    check(Held.class, 1, 30);
  }

  @ParameterizedTest
  @Tag("deep")
  @ValueSource(
      classes = {
        OneWord.class,
        Flagged.class,
        Log.class,
        Keys.class,
        Table.class,
        Changed.class,
        Canceled.class,
        Counter.class,
        Opened.class,
        Steps.class,
        Shared.class,
        Held.class,
        HeldByKey.class
      })
  void many_interleavings(Class<?> subject) {
    check(subject, ITERATIONS, 100 * ITERATIONS / 3);
  }

  private static void check(Class<?> subject, int iterations, int invocations) {
    new ModelCheckingOptions()
        .iterations(iterations)
        .invocationsPerIteration(invocations)
        .threads(2)
        .actorsPerThread(3)
        .actorsBefore(1)
        .actorsAfter(2)
        .check(subject);
  }

  /** At the same wall time each time: a call's answer may not depend on when it is repeated. */
  private static RateLimiter limiter(String limits, ManualTicker ticker) {
    return RateLimiter.builder(Limits.parse(limits))
        .withTicker(ticker)
        .withClock(() -> Instant.EPOCH)
        .build();
  }

  /** Calls of one subject. */
  public abstract static class Subject {
    final ManualTicker ticker = new ManualTicker();
    final RateLimiter limiter;

    Subject(String limits) {
      limiter = limiter(limits, ticker);
    }

    @Operation
    public boolean one() {
      return limiter.tryAcquire(1).isAllowed();
    }

    @Operation
    public boolean two() {
      return limiter.tryAcquire(2).isAllowed();
    }

    @Operation
    public long left() {
      return limiter.peek(1).remaining();
    }

    @Operation
    public void refund() {
      limiter.refund(1);
    }

    @Operation
    public long charge() {
      return limiter.charge(2).resetAfter().toMinutes();
    }
  }

  /** A bucket without its clock's help. */
  public static class OneWord extends Subject {
    public OneWord() {
      super("3 burst, 1/h");
    }
  }

  /** Two limits decided together. */
  public static class Flagged extends Subject {
    public Flagged() {
      super("a: 3 burst, 1/h; b: 4/h fixed");
    }
  }

  /** A window's log. */
  public static class Log extends Subject {
    public Log() {
      super("3/h sliding");
    }
  }

  /** Two counts whose window may end. */
  public static class Counter extends Subject {
    public Counter() {
      super("3/h sliding counter");
    }

    @Operation(runOnce = true)
    public void later() {
      ticker.advance(Duration.ofMinutes(90));
    }
  }

  /** A window that opens and ends. */
  public static class Opened extends Subject {
    public Opened() {
      super("3/h from first request");
    }

    @Operation(runOnce = true)
    public void later() {
      ticker.advance(Duration.ofHours(1));
    }
  }

  /** A bucket that gets two permits at a time. */
  public static class Steps extends Subject {
    public Steps() {
      super("3 burst, 2/h, in steps");
    }

    @Operation(runOnce = true)
    public void later() {
      ticker.advance(Duration.ofHours(1));
    }
  }

  /** Keys beyond the only one that has room: all in the same overflow cells, without a clock. */
  public static class Shared {
    private final KeyedRateLimiter limiter =
        KeyedRateLimiter.builder(Limit.parse("3 burst, 1/h"), 1)
            .withTicker(new ManualTicker())
            .build();

    public Shared() {
      Decision unused = limiter.tryAcquire("room");
    }

    @Operation
    public boolean one() {
      return limiter.tryAcquire("over").isAllowed();
    }

    @Operation
    public boolean two() {
      return limiter.tryAcquire("over", 2).isAllowed();
    }

    @Operation
    public void refund() {
      limiter.refund("over", 1);
    }

    @Operation
    public long left() {
      return limiter.peek("over", 1).remaining();
    }
  }

  /** Permits that each thread takes and closes for itself. */
  public static class Held {
    private final ConcurrencyLimiter limiter = ConcurrencyLimiter.of(2);
    private final Permit[] own = new Permit[9];

    @Operation
    public boolean take(@Param(gen = ThreadIdGen.class) int thread) {
      return own[thread] == null && keep(thread, limiter.tryAcquire());
    }

    @Operation
    public boolean takeBoth(@Param(gen = ThreadIdGen.class) int thread) {
      return own[thread] == null && keep(thread, limiter.tryAcquire(2));
    }

    private boolean keep(int thread, Permit permit) {
      if (permit.isGranted()) {
        own[thread] = permit;
      }
      return permit.isGranted();
    }

    @Operation
    public boolean close(@Param(gen = ThreadIdGen.class) int thread) {
      Permit held = own[thread];
      if (held != null) {
        held.close();
        held.close();
        own[thread] = null;
      }
      return held != null;
    }

    @Operation
    public int held() {
      return limiter.held();
    }
  }

  /** The same by key, where only one key has room at a time. */
  public static class HeldByKey {
    private final KeyedConcurrencyLimiter limiter = KeyedConcurrencyLimiter.of(2, 1);
    private final Permit[] own = new Permit[9];

    private boolean take(int thread, String key, int permits) {
      if (own[thread] != null) {
        return false;
      }
      Permit permit = limiter.tryAcquire(key, permits);
      if (permit.isGranted()) {
        own[thread] = permit;
      }
      return permit.isGranted();
    }

    @Operation
    public boolean first(@Param(gen = ThreadIdGen.class) int thread) {
      return take(thread, "a", 1);
    }

    @Operation
    public boolean firstTwice(@Param(gen = ThreadIdGen.class) int thread) {
      return take(thread, "a", 2);
    }

    @Operation
    public boolean second(@Param(gen = ThreadIdGen.class) int thread) {
      return take(thread, "b", 1);
    }

    @Operation
    public boolean tooMany(@Param(gen = ThreadIdGen.class) int thread) {
      return take(thread, "b", 3);
    }

    @Operation
    public boolean close(@Param(gen = ThreadIdGen.class) int thread) {
      Permit held = own[thread];
      if (held != null) {
        held.close();
        own[thread] = null;
      }
      return held != null;
    }

    @Operation
    public long held() {
      return limiter.tryAcquire("a", 3).remaining();
    }
  }

  /** Two keys where one has room; time may pass, so that cells are swept and overflow ends. */
  public static class Keys {
    private final ManualTicker ticker = new ManualTicker();
    private final KeyedRateLimiter limiter =
        KeyedRateLimiter.builder(Limit.parse("2 burst, 2/s"), 1).withTicker(ticker).build();

    @Operation
    public boolean first() {
      return limiter.tryAcquire("a").isAllowed();
    }

    @Operation
    public boolean second() {
      return limiter.tryAcquire("a", 2).isAllowed();
    }

    @Operation
    public void refund() {
      limiter.refund("a", 1);
    }

    @Operation
    public boolean other() {
      // shares or not as it comes, so only its effect on the first key is judged
      return limiter.tryAcquire("b", 3).isAllowed();
    }

    @Operation(runOnce = true)
    public void later() {
      ticker.advance(Duration.ofSeconds(1));
    }
  }

  /** A key of a table whose segments grow under way. */
  public static class Table {
    private final KeyedRateLimiter limiter =
        KeyedRateLimiter.builder(Limit.parse("4 burst, 1/h"), 30)
            .withTicker(new ManualTicker())
            .build();

    @Operation
    public boolean one() {
      return limiter.tryAcquire("a").isAllowed();
    }

    @Operation
    public boolean two() {
      return limiter.tryAcquire("a", 2).isAllowed();
    }

    @Operation
    public void refund() {
      limiter.refund("a", 1);
    }

    @Operation
    public long charge() {
      return limiter.charge("a", 1).resetAfter().toMinutes();
    }

    @Operation(runOnce = true)
    public void grow() {
      for (int i = 0; i < 20; i++) {
        Decision unused = limiter.tryAcquire("new" + i);
      }
    }
  }

  /** One subject whose limit grows once. */
  public static class Changed extends Subject {
    private static final Limits GROWN = Limits.parse("4 burst, 1/h");

    public Changed() {
      super("2 burst, 1/h");
    }

    @Operation(runOnce = true)
    public void grow() {
      limiter.change(GROWN);
    }
  }

  /** A reservation made first and given back by whoever comes. */
  public static class Canceled extends Subject {
    private final Reservation reservation = limiter.reserve(2, Duration.ZERO);

    public Canceled() {
      super("3 burst, 1/h");
    }

    @Operation
    public void cancel() {
      reservation.cancel();
    }
  }
}
