package io.bartizan.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ConcurrencyLimiterTest {

  private final ConcurrencyLimiter two = ConcurrencyLimiter.of(2);

  @Test
  void permits_are_held_until_closed_once() {
    ConcurrencyLimiter.Permit first = two.tryAcquire().orElseThrow();
    ConcurrencyLimiter.Permit second = two.tryAcquire().orElseThrow();
    assertThat(two.tryAcquire()).isEmpty();
    assertThat(two.held()).isEqualTo(2);
    first.close();
    first.close();
    assertThat(two.held()).isEqualTo(1);
    assertThat(two.tryAcquire(2)).isEmpty();
    second.close();
    assertThat(two.tryAcquire(2)).isPresent();
  }

  @Test
  void more_than_there_are_is_refused_at_once() throws InterruptedException {
    assertThat(two.acquire(3, Duration.ofDays(1))).isEmpty();
    assertThat(two.tryAcquire(3)).isEmpty();
    assertThatThrownBy(() -> two.tryAcquire(0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> ConcurrencyLimiter.of(0)).hasMessageContaining("most is 0");
  }

  @Test
  void waiters_are_served_in_order_and_not_passed_by() throws InterruptedException {
    ConcurrencyLimiter one = ConcurrencyLimiter.of(1);
    ConcurrencyLimiter.Permit held = one.tryAcquire().orElseThrow();
    List<Integer> served = Collections.synchronizedList(new ArrayList<>());
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      int number = i;
      Thread thread = new Thread(() -> serve(one, served, number));
      threads.add(thread);
      thread.start();
      while (thread.getState() != Thread.State.TIMED_WAITING) {
        Thread.onSpinWait();
      }
    }
    held.close();
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(served).containsExactly(0, 1, 2, 3);
    assertThat(one.held()).isZero();
  }

  private static void serve(ConcurrencyLimiter limiter, List<Integer> served, int number) {
    try {
      Optional<ConcurrencyLimiter.Permit> permit = limiter.acquire(Duration.ofSeconds(20));
      try (ConcurrencyLimiter.Permit unused = permit.orElseThrow()) {
        served.add(number);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void never_more_than_the_most_at_a_time() throws InterruptedException {
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger worst = new AtomicInteger();
    AtomicInteger done = new AtomicInteger();
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      Thread thread =
          new Thread(
              () -> {
                for (int i = 0; i < 2000; i++) {
                  two.tryAcquire()
                      .ifPresent(
                          permit -> {
                            worst.accumulateAndGet(inside.incrementAndGet(), Math::max);
                            inside.decrementAndGet();
                            done.incrementAndGet();
                            permit.close();
                          });
                }
              });
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(worst.get()).isBetween(1, 2);
    assertThat(done.get()).isPositive();
    assertThat(two.held()).isZero();
  }
}
