package io.bartizan.ratelimit.adaptive;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.ratelimit.Permit;
import io.bartizan.testkit.ManualTicker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Work that hangs holds its permits; what comes beside it goes on. In virtual time. */
class AdaptiveHangTest {

  private final ManualTicker ticker = new ManualTicker();
  private final SplittableRandom random = new SplittableRandom(1);
  private final PriorityQueue<Running> running = new PriorityQueue<>();
  private long millis;
  private long granted;
  private long lastGrant;
  private long longestPause;

  private record Running(long until, long number, Permit permit) implements Comparable<Running> {
    @Override
    public int compareTo(Running other) {
      int first = Long.compare(until, other.until);
      return first != 0 ? first : Long.compare(number, other.number);
    }
  }

  private AdaptiveConcurrencyLimiter limiter(int most) {
    return AdaptiveConcurrencyLimiter.builder(most).withTicker(ticker).build();
  }

  private boolean ask(AdaptiveConcurrencyLimiter limiter, long lasting) {
    Permit permit = limiter.tryAcquire(Priority.CRITICAL, 1);
    if (permit.isGranted()) {
      granted++;
      longestPause = Math.max(longestPause, millis - lastGrant);
      lastGrant = millis;
      running.add(new Running(millis + lasting, granted, permit));
    }
    return permit.isGranted();
  }

  /** So many ask in each millisecond, for work of 2 to 5 ms. */
  private void run(AdaptiveConcurrencyLimiter limiter, int arrivals, long lasting) {
    granted = 0;
    longestPause = 0;
    lastGrant = millis;
    for (long end = millis + lasting; millis < end; millis++) {
      while (!running.isEmpty() && running.element().until <= millis) {
        running.remove().permit.close();
      }
      for (int i = 0; i < arrivals; i++) {
        boolean unused = ask(limiter, 2 + random.nextLong(4));
      }
      ticker.advance(Duration.ofMillis(1));
    }
    longestPause = Math.max(longestPause, millis - lastGrant);
  }

  @ParameterizedTest
  @CsvSource({"2, 100, 2", "5, 100, 2", "8, 100, 2", "12, 100, 2", "15, 200, 4", "30, 200, 20"})
  void work_that_hangs_keeps_nobody_out(int hanging, int most, int arrivals) {
    AdaptiveConcurrencyLimiter limiter = limiter(most);
    run(limiter, arrivals, 5_000);
    for (int hung = 0; hung < hanging; hung += ask(limiter, Long.MAX_VALUE / 2) ? 1 : 0) {
      run(limiter, arrivals, 10);
      assertThat(millis).as("until %d of %d hang", hung, hanging).isLessThan(60_000);
    }
    run(limiter, arrivals, 60_000);
    assertThat(longestPause).as("ms in which nobody was let in").isLessThan(1_500);
    assertThat(limiter.held()).isGreaterThanOrEqualTo(hanging);
    run(limiter, arrivals, 60_000);
    assertThat(longestPause).as("ms once it is known what hangs").isLessThan(1_500);
    assertThat(granted).isGreaterThan(arrivals * 60_000L * 8 / 10);
  }

  @Test
  void work_that_hangs_from_the_beginning_keeps_nobody_out_for_long() {
    AdaptiveConcurrencyLimiter limiter = limiter(100);
    while (ask(limiter, Long.MAX_VALUE / 2)) {
      assertThat(running).hasSizeLessThan(100);
    }
    run(limiter, 2, 60_000);
    assertThat(longestPause).isBetween(9_000L, 11_000L);
    assertThat(granted).isGreaterThan(2 * 60_000L * 6 / 10);
  }

  /** Nobody gets more than a permit a second out of a service that stands still. */
  @Test
  void service_that_stands_still_gets_one_more_call_a_second() {
    AdaptiveConcurrencyLimiter limiter = limiter(1000);
    run(limiter, 2, 5_000);
    while (ask(limiter, 30_000)) {
      assertThat(running).hasSizeLessThan(1000);
    }
    granted = 0;
    for (int i = 0; i < 2_000; i++) {
      millis += 10;
      ticker.advance(Duration.ofMillis(10));
      while (running.element().until <= millis && running.element().until < 5_100) {
        running.remove().permit.close();
      }
      boolean unused = ask(limiter, 30_000);
    }
    assertThat(granted).isBetween(10L, 45L);
  }

  /** One server with work of two seconds each and a queue, of which one in a while takes longer. */
  @Test
  void work_of_seconds_that_queues_is_not_taken_for_work_that_hangs() {
    AdaptiveConcurrencyLimiter limiter = limiter(100);
    ArrayDeque<Permit> queue = new ArrayDeque<>();
    double limits = 0;
    long free = 0;
    for (int i = 0; i < 400_000; i++) {
      ticker.advance(Duration.ofMillis(10));
      if (!queue.isEmpty() && --free <= 0) {
        queue.remove().close();
        free = (long) (-200 * Math.log(1 - random.nextDouble()));
      }
      Permit next = limiter.tryAcquire(Priority.CRITICAL, 1);
      if (next.isGranted()) {
        queue.add(next);
      }
      limits += i >= 200_000 ? limiter.limit() : 0;
    }
    assertThat(limits / 200_000).isBetween(1.0, 9.0);
  }
}
