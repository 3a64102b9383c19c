package io.bartizan.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.tests.AllocatedBytes;
import io.bartizan.tests.Eventually;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ConcurrencyLimiterTest {

  private final ConcurrencyLimiter two = ConcurrencyLimiter.of(2);

  @Test
  void limiter_shows_how_many_are_held() {
    Permit first = two.tryAcquire();
    assertThat(two.held()).isEqualTo(1);
    assertThat(two).hasToString("ConcurrencyLimiter[1 of 2 held]");
    first.close();
    assertThat(two.held()).isZero();
    assertThatThrownBy(() -> ConcurrencyLimiter.of(0)).hasMessageContaining("most is 0");
  }

  @Test
  void granted_permit_is_one_object() {
    long bytes =
        AllocatedBytes.leastOf(
            () -> {
              int granted = 0;
              for (int i = 0; i < 20_000; i++) {
                Permit permit = two.tryAcquire();
                granted += permit.isGranted() ? 1 : 0;
                permit.close();
              }
              assertThat(granted).isEqualTo(20_000);
            });
    assertThat(bytes / 20_000).isBetween(0L, 56L);
  }

  @Test
  void waiters_are_served_in_order_and_not_passed_by() throws InterruptedException {
    ConcurrencyLimiter one = ConcurrencyLimiter.of(1);
    Permit held = one.tryAcquire();
    List<Integer> served = Collections.synchronizedList(new ArrayList<>());
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      int number = i;
      Thread thread = new Thread(() -> serve(one, served, number));
      threads.add(thread);
      thread.start();
      Eventually.within(
          Duration.ofSeconds(20),
          "the caller waits",
          () -> thread.getState() == Thread.State.TIMED_WAITING);
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
      try (Permit permit = limiter.acquire(Duration.ofSeconds(20))) {
        if (permit.isGranted()) {
          served.add(number);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
