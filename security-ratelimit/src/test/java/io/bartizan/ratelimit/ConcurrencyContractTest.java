package io.bartizan.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.tests.Eventually;
import io.bartizan.tests.SeededCases;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/**
 * What every concurrency limiter and its permits promise in every place: one abstract class, one
 * subclass for each place. Bounds on real time are bounds on hanging only.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
public abstract class ConcurrencyContractTest {

  private static final Duration LONG = Duration.ofSeconds(20);

  /** The permits of one subject, none of them held yet. */
  public interface Place extends AutoCloseable {
    /** Takes permits if they are free. */
    Permit tryAcquire(int permits);

    /** Waits for permits. */
    Permit acquire(int permits, Duration maxWait) throws InterruptedException;

    @Override
    void close();
  }

  /** A new place where so many permits may be held at a time. */
  protected abstract Place place(int most);

  /** Who decides there. */
  protected abstract Decision.Source source();

  /** How many times each of several threads tries. */
  protected int tries() {
    return 2000;
  }

  @Test
  void permits_up_to_the_most_are_granted_and_no_more() {
    try (Place two = place(2)) {
      Permit first = two.tryAcquire(1);
      Permit second = two.tryAcquire(1);
      Permit third = two.tryAcquire(1);
      assertThat(List.of(first.isGranted(), second.isGranted(), third.isGranted()))
          .containsExactly(true, true, false);
      assertThat(List.of(first.remaining(), second.remaining(), third.remaining()))
          .containsExactly(1L, 0L, 0L);
      assertThat(first.permits()).isEqualTo(1);
      assertThat(List.of(first.source(), third.source())).containsOnly(source());
      assertThat(first.toString()).startsWith("Permit[1 held, remaining 1");
      assertThat(third.toString()).startsWith("Permit[1 refused, remaining 0");
      second.close();
      assertThat(two.tryAcquire(1).isGranted()).isTrue();
      assertThat(two.tryAcquire(1).isGranted()).isFalse();
    }
  }

  @Test
  void permits_closed_twice_come_back_once() {
    try (Place two = place(2)) {
      Permit first = two.tryAcquire(1);
      assertThat(two.tryAcquire(1).isGranted()).isTrue();
      first.close();
      first.close();
      assertThat(two.tryAcquire(2).isGranted()).isFalse();
      assertThat(two.tryAcquire(1).isGranted()).isTrue();
      first.close();
      assertThat(two.tryAcquire(1).isGranted()).isFalse();
    }
  }

  @Test
  void heavy_work_takes_all_its_permits_or_none() {
    try (Place three = place(3)) {
      Permit both = three.tryAcquire(2);
      assertThat(both.isGranted()).isTrue();
      assertThat(both.permits()).isEqualTo(2);
      Permit refused = three.tryAcquire(2);
      assertThat(refused.isGranted()).isFalse();
      assertThat(refused.remaining()).isEqualTo(1);
      assertThat(three.tryAcquire(1).isGranted()).isTrue();
      both.close();
      assertThat(three.tryAcquire(2).isGranted()).isTrue();
    }
  }

  @Test
  void more_than_there_are_is_refused_at_once_however_long_the_caller_would_wait()
      throws InterruptedException {
    try (Place two = place(2)) {
      assertThat(two.tryAcquire(3).isGranted()).isFalse();
      assertThat(two.acquire(3, Duration.ofDays(1)).isGranted()).isFalse();
      assertThat(two.tryAcquire(Integer.MAX_VALUE).isGranted()).isFalse();
      assertThat(two.tryAcquire(2).isGranted()).isTrue();
    }
  }

  @Test
  void granted_permits_are_held_and_renewed_until_they_are_closed() {
    try (Place two = place(2)) {
      Permit permit = two.tryAcquire(1);
      assertThat(permit.isHeld()).isTrue();
      assertThat(permit.renew().toCompletableFuture().join()).isTrue();
      assertThat(permit.isHeld()).isTrue();
      permit.close();
      assertThat(permit.isHeld()).isFalse();
      assertThat(permit.isGranted()).isTrue();
      assertThat(permit.renew().toCompletableFuture().join()).isFalse();
      assertThat(permit.toString()).startsWith("Permit[1 over");
    }
  }

  @Test
  void refusal_holds_nothing_renews_nothing_and_gives_nothing_back() {
    try (Place one = place(1)) {
      Permit held = one.tryAcquire(1);
      Permit refused = one.tryAcquire(1);
      assertThat(refused.isHeld()).isFalse();
      assertThat(refused.renew().toCompletableFuture().join()).isFalse();
      refused.close();
      assertThat(one.tryAcquire(1).isGranted()).isFalse();
      assertThat(held.isHeld()).isTrue();
    }
  }

  @Test
  void waiter_gets_what_is_closed_and_not_before() throws InterruptedException {
    try (Place two = place(2)) {
      Permit both = two.tryAcquire(2);
      AtomicReference<Permit> got = new AtomicReference<>();
      Thread waiter = waiting(two, 2, got, new AtomicReference<>());
      assertThat(got.get()).isNull();
      both.close();
      waiter.join();
      assertThat(got.get().isGranted()).isTrue();
      assertThat(two.tryAcquire(1).isGranted()).isFalse();
      got.get().close();
      assertThat(two.tryAcquire(2).isGranted()).isTrue();
    }
  }

  @Test
  void free_permits_are_had_without_a_wait_and_others_not_after_the_longest_wait()
      throws InterruptedException {
    try (Place one = place(1)) {
      Permit held = one.acquire(1, Duration.ZERO);
      assertThat(held.isGranted()).isTrue();
      assertThat(one.acquire(1, Duration.ZERO).isGranted()).isFalse();
      long start = System.nanoTime();
      assertThat(one.acquire(1, Duration.ofMillis(50)).isGranted()).isFalse();
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(LONG);
      held.close();
      assertThat(one.tryAcquire(1).isGranted()).isTrue();
    }
  }

  @Test
  void interrupted_waiter_holds_nothing() throws InterruptedException {
    try (Place one = place(1)) {
      Permit held = one.tryAcquire(1);
      AtomicReference<Permit> got = new AtomicReference<>();
      AtomicReference<Throwable> thrown = new AtomicReference<>();
      Thread waiter = waiting(one, 1, got, thrown);
      waiter.interrupt();
      waiter.join();
      assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
      assertThat(got.get()).isNull();
      held.close();
      Eventually.within(LONG, "the permit is free", () -> one.tryAcquire(1).isGranted());
    }
  }

  private static Thread waiting(
      Place place, int permits, AtomicReference<Permit> got, AtomicReference<Throwable> thrown)
      throws InterruptedException {
    CountDownLatch started = new CountDownLatch(1);
    Thread waiter =
        new Thread(
            () -> {
              started.countDown();
              try {
                got.set(place.acquire(permits, LONG));
              } catch (Throwable e) {
                thrown.set(e);
              }
            });
    waiter.start();
    started.await();
    Eventually.within(
        LONG,
        "the caller waits",
        () ->
            waiter.getState() == Thread.State.TIMED_WAITING
                || waiter.getState() == Thread.State.WAITING);
    return waiter;
  }

  @Test
  void bad_arguments_name_themselves() {
    try (Place two = place(2)) {
      assertThatThrownBy(() -> two.tryAcquire(0))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("permits is 0");
      assertThatThrownBy(() -> two.acquire(0, LONG)).hasMessageContaining("permits is 0");
      assertThatThrownBy(() -> two.acquire(1, Duration.ofNanos(-1)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("maxWait is");
      assertThat(two.tryAcquire(2).isGranted()).isTrue();
    }
  }

  @Test
  void never_more_than_the_most_at_a_time() throws InterruptedException {
    try (Place two = place(2)) {
      AtomicInteger inside = new AtomicInteger();
      AtomicInteger worst = new AtomicInteger();
      AtomicInteger done = new AtomicInteger();
      List<Thread> threads = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        Thread thread =
            new Thread(
                () -> {
                  for (int i = 0; i < tries(); i++) {
                    try (Permit permit = two.tryAcquire(1)) {
                      if (permit.isGranted()) {
                        worst.accumulateAndGet(inside.incrementAndGet(), Math::max);
                        done.incrementAndGet();
                        inside.decrementAndGet();
                      }
                    }
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
      Eventually.within(LONG, "both are free", () -> two.tryAcquire(2).isGranted());
    }
  }

  /** Each call is decided by the place and by a sum. */
  @Test
  void random_calls_are_decided_as_by_a_sum_of_what_is_held() {
    SeededCases.check(
        20,
        random -> {
          int most = random.nextInt(1, 6);
          List<Permit> held = new ArrayList<>();
          try (Place place = place(most)) {
            for (int step = 0; step < 60; step++) {
              long sum = held.stream().mapToLong(Permit::permits).sum();
              if (!held.isEmpty() && random.nextInt(3) == 0) {
                held.remove(random.nextInt(held.size())).close();
                continue;
              }
              int permits = random.nextInt(1, most + 2);
              Permit permit = place.tryAcquire(permits);
              boolean fits = sum + permits <= most;
              assertThat(permit.isGranted())
                  .as("%d of %d with %d held", permits, most, sum)
                  .isEqualTo(fits);
              assertThat(permit.remaining()).isEqualTo(most - sum - (fits ? permits : 0));
              if (fits) {
                held.add(permit);
              }
            }
          }
        });
  }
}
