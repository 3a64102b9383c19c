package io.bartizan.ratelimit.adaptive;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.ratelimit.Permit;
import io.bartizan.tests.Eventually;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Several threads at once. */
@Timeout(120)
class AdaptiveThreadsTest {

  /** What is granted is decided by the limit of that very moment, in every interleaving found. */
  @Tag("deep")
  @Test
  void occupancy_with_a_limit_that_changes_answers_as_one_call_after_the_other() {
    new ModelCheckingOptions()
        .iterations(2)
        .invocationsPerIteration(100)
        .threads(2)
        .actorsPerThread(3)
        .actorsBefore(1)
        .actorsAfter(2)
        .check(Moving.class);
  }

  /** Takes one or two of a limit of two that may sink to one. */
  public static class Moving {
    private final Occupancy occupancy = new Occupancy(2);

    @Operation
    public int one() {
      return occupancy.take(1, 100);
    }

    @Operation
    public int half() {
      return occupancy.take(1, 50);
    }

    @Operation
    public int both() {
      return occupancy.take(2, 100);
    }

    @Operation
    public int alone() {
      return occupancy.takeAlone(4, 100);
    }

    @Operation
    public void sink() {
      occupancy.setLimit(1);
    }

    @Operation
    public void rise() {
      occupancy.setLimit(3);
    }

    @Operation
    public int back() {
      int held = occupancy.held();
      return held > 0 ? 1 : 0;
    }
  }

  /** Nobody is forgotten in the line, and nothing stays held; the limit moves all the while. */
  @Test
  void waiters_and_those_who_try_all_get_through_and_leave_nothing_held() throws Exception {
    AdaptiveConcurrencyLimiter limiter =
        AdaptiveConcurrencyLimiter.builder(3).withQueue(100).build();
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger worst = new AtomicInteger();
    AtomicInteger granted = new AtomicInteger();
    AtomicInteger failures = new AtomicInteger();
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 6; t++) {
      SplittableRandom random = new SplittableRandom(20261128 + t);
      Thread thread =
          new Thread(
              () -> {
                try {
                  for (int i = 0; i < 2000; i++) {
                    Priority priority = Priority.ALL.get(random.nextInt(4));
                    boolean waits = random.nextBoolean();
                    Permit permit =
                        waits
                            ? limiter.acquire(priority, 1, Duration.ofMinutes(1))
                            : limiter.tryAcquire(priority, 1);
                    if (permit.isGranted()) {
                      worst.accumulateAndGet(inside.incrementAndGet(), Math::max);
                      granted.incrementAndGet();
                      inside.decrementAndGet();
                      permit.close(
                          random.nextInt(20) == 0
                              ? Permit.Outcome.OVERLOADED
                              : Permit.Outcome.DONE);
                    } else if (waits) {
                      failures.incrementAndGet();
                    }
                  }
                } catch (InterruptedException e) {
                  failures.incrementAndGet();
                }
              });
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(failures.get()).isZero();
    assertThat(worst.get()).isBetween(1, 3);
    assertThat(granted.get()).isGreaterThan(5000);
    Eventually.within(Duration.ofSeconds(20), "nothing is held", () -> limiter.held() == 0);
    assertThat(limiter.waiting()).isZero();
  }
}
