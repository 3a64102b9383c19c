package io.bartizan.ratelimit;

import io.bartizan.testkit.ManualTicker;
import java.time.Duration;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Every interleaving that Lincheck's model checker comes upon gives answers that some order of the
 * same calls, one at a time, gives too: no permit is lost and none is given twice.
 */
class LimiterLincheckTest {

  private static final int ITERATIONS = Integer.getInteger("lincheck.iterations", 3);

  @Test
  void bucket_of_one_word() {
    check(OneWord.class);
  }

  @Test
  @Tag("deep")
  void gauges_behind_a_flag() {
    check(Flagged.class);
  }

  @Test
  @Tag("deep")
  void sliding_log() {
    check(Log.class);
  }

  @Test
  void keys_that_come_go_and_overflow() {
    check(Keys.class);
  }

  @Test
  void limit_that_is_changed_under_way() {
    check(Changed.class);
  }

  @Test
  void reservation_that_is_canceled_twice() {
    check(Canceled.class);
  }

  private static void check(Class<?> subject) {
    new ModelCheckingOptions()
        .iterations(ITERATIONS)
        .invocationsPerIteration(100 * ITERATIONS / 3)
        .threads(2)
        .actorsPerThread(3)
        .actorsBefore(1)
        .actorsAfter(2)
        .check(subject);
  }

  private static RateLimiter limiter(String limits, ManualTicker ticker) {
    return RateLimiter.builder(Limits.parse(limits)).withTicker(ticker).build();
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
      return limiter.tryAcquire(1).allowed();
    }

    @Operation
    public boolean two() {
      return limiter.tryAcquire(2).allowed();
    }

    @Operation
    public long left() {
      return limiter.peek(1).remaining();
    }

    @Operation
    public void refund() {
      limiter.refund(1);
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

  /** Two keys where one has room; time may pass, so that cells are swept and overflow ends. */
  public static class Keys {
    private final ManualTicker ticker = new ManualTicker();
    private final KeyedRateLimiter limiter =
        KeyedRateLimiter.builder(Limit.parse("2 burst, 2/s"), 1).withTicker(ticker).build();

    @Operation
    public boolean first() {
      return limiter.tryAcquire("a").allowed();
    }

    @Operation
    public boolean second() {
      return limiter.tryAcquire("a", 2).allowed();
    }

    @Operation
    public void refund() {
      limiter.refund("a", 1);
    }

    @Operation
    public boolean other() {
      // shares or not as it comes, so only its effect on the first key is judged
      return limiter.tryAcquire("b", 3).allowed();
    }

    @Operation(runOnce = true)
    public void later() {
      ticker.advance(Duration.ofSeconds(1));
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
