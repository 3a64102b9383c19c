package io.bartizan.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.testkit.ManualTicker;
import io.bartizan.tests.Eventually;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Reserving and waiting; bounds on real time are bounds on hanging only. */
@Timeout(30)
class WaitingTest {

  private final ManualTicker ticker = new ManualTicker();

  @Test
  void acquire_returns_no_earlier_than_the_limit_allows() throws InterruptedException {
    RateLimiter limiter = RateLimiter.of(Limit.paced(Rate.per(50, Duration.ofSeconds(1))));
    long start = System.nanoTime();
    for (int i = 0; i < 6; i++) {
      assertThat(limiter.acquire(1, Duration.ofSeconds(1)).isAllowed()).isTrue();
    }
    assertThat(Duration.ofNanos(System.nanoTime() - start))
        .isBetween(Duration.ofMillis(5 * 20), Duration.ofSeconds(20));
  }

  @Test
  void hopeless_acquire_is_refused_at_once_and_charges_nothing() throws InterruptedException {
    RateLimiter limiter = limiter("1 burst, 1/h");
    assertThat(limiter.tryAcquire().isAllowed()).isTrue();
    Decision refused = limiter.acquire(1, Duration.ofMinutes(59));
    assertThat(refused.isAllowed()).isFalse();
    assertThat(refused.retryAfter()).isEqualTo(Duration.ofHours(1));
    assertThat(limiter.acquire(2, Duration.ofDays(999_999)).isNeverAllowed()).isTrue();
    ticker.advance(Duration.ofHours(1));
    assertThat(limiter.tryAcquire().isAllowed()).isTrue();
  }

  @Test
  void interrupted_acquire_gives_its_permits_back() throws InterruptedException {
    for (String text : new String[] {"1 burst, 1/h", "1 burst, 1/h, in steps"}) {
      RateLimiter limiter = limiter(text);
      assertThat(limiter.tryAcquire().isAllowed()).isTrue();
      CountDownLatch done = new CountDownLatch(1);
      AtomicReference<Throwable> thrown = new AtomicReference<>();
      Thread waiter =
          new Thread(
              () -> {
                try {
                  Decision unused = limiter.acquire(1, Duration.ofHours(2));
                } catch (Throwable e) {
                  thrown.set(e);
                }
                done.countDown();
              });
      waiter.start();
      Eventually.within(
          Duration.ofSeconds(20),
          "the caller waits",
          () -> waiter.getState() == Thread.State.TIMED_WAITING);
      waiter.interrupt();
      done.await();
      assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
      ticker.advance(Duration.ofHours(1));
      assertThat(limiter.tryAcquire().isAllowed()).as(text).isTrue();
    }
  }

  @Test
  void waiters_are_served_in_the_order_in_which_they_came() throws InterruptedException {
    // So long that a thread that was served says so before the next one is.
    RateLimiter limiter = RateLimiter.of(Limit.parse("1 burst, 1/250ms"));
    List<Integer> served = Collections.synchronizedList(new ArrayList<>());
    List<Thread> threads = new ArrayList<>();
    assertThat(limiter.tryAcquire().isAllowed()).isTrue();
    for (int i = 0; i < 5; i++) {
      int number = i;
      Thread thread =
          new Thread(
              () -> {
                try {
                  if (limiter.acquire(1, Duration.ofSeconds(10)).isAllowed()) {
                    served.add(number);
                  }
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              });
      threads.add(thread);
      thread.start();
      Eventually.within(
          Duration.ofSeconds(20),
          "the caller waits",
          () ->
              thread.getState() != Thread.State.NEW && thread.getState() != Thread.State.RUNNABLE);
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(served).containsExactly(0, 1, 2, 3, 4);
  }

  @Test
  void several_buckets_promise_the_latest_time_of_all() {
    RateLimiter limiter = limiter("a: 2 burst, 2/s; b: 5 burst, 1/s, in steps; c: 1 burst, 1/ms");
    assertThat(limiter.tryAcquire(1).isAllowed()).isTrue();
    assertThat(limiter.reserve(1, Duration.ZERO).isGranted()).isFalse();
    assertThat(limiter.reserve(1, Duration.ofMillis(1)).delay()).isEqualTo(Duration.ofMillis(1));
    Reservation third = limiter.reserve(1, Duration.ofSeconds(1));
    assertThat(third.delay()).isEqualTo(Duration.ofMillis(500));
    third.cancel();
    third.cancel();
    assertThat(limiter.reserve(1, Duration.ofSeconds(1)).delay()).isEqualTo(Duration.ofMillis(500));
  }

  @Test
  void canceled_reservation_gives_back_what_has_not_flowed_back_yet() {
    RateLimiter limiter = limiter("2 burst, 1/s");
    Reservation early = limiter.reserve(1, Duration.ZERO);
    ticker.advance(Duration.ofMillis(500));
    assertThat(limiter.tryAcquire(1).isAllowed()).isTrue();
    early.cancel();
    // half of the permit was back already: one permit was taken half a second after a full bucket
    assertThat(limiter.peek(1).resetAfter()).isEqualTo(Duration.ofSeconds(1));
    Reservation late = limiter.reserve(1, Duration.ZERO);
    ticker.advance(Duration.ofSeconds(5));
    assertThat(limiter.tryAcquire(2).isAllowed()).isTrue();
    late.cancel();
    assertThat(limiter.peek(1).remaining()).isZero();
  }

  @Test
  void window_promises_no_time_and_says_so() {
    for (String text : new String[] {"1/s sliding", "1/s sliding counter", "1/s fixed"}) {
      assertThatThrownBy(() -> limiter(text).reserve(1, Duration.ZERO))
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessageContaining("can't promise a time");
    }
    assertThatThrownBy(() -> limiter("1 burst, 1/s").reserve(1, Duration.ofNanos(-1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("maxWait is -0.000000001 seconds");
  }

  private RateLimiter limiter(String limits) {
    return RateLimiter.builder(Limits.parse(limits)).withTicker(ticker).build();
  }
}
