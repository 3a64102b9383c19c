package io.bartizan.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.core.Health;
import io.bartizan.tests.Eventually;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class KeyedConcurrencyLimiterTest {

  private final KeyedConcurrencyLimiter two = KeyedConcurrencyLimiter.of(2, 3);

  @Test
  void keys_are_held_apart_and_vanish_when_closed() {
    Permit first = two.tryAcquire("a");
    Permit second = two.tryAcquire("a");
    assertThat(two.tryAcquire("a").isGranted()).isFalse();
    Permit other = two.tryAcquire("b", 2);
    assertThat(List.of(first.isGranted(), second.isGranted(), other.isGranted()))
        .containsOnly(true);
    assertThat(two.health()).isEqualTo(Health.up("2 of 3 keys"));
    first.close();
    first.close();
    assertThat(two.tryAcquire("a", 2).remaining()).isEqualTo(1);
    second.close();
    other.close();
    assertThat(two.health()).isEqualTo(Health.up("0 of 3 keys"));
  }

  @Test
  void keys_beyond_the_most_are_refused_until_one_is_free() throws InterruptedException {
    List<Permit> held = new ArrayList<>();
    for (String key : List.of("a", "b", "c")) {
      held.add(two.tryAcquire(key));
    }
    Permit without = two.tryAcquire("d");
    assertThat(without.isGranted()).isFalse();
    assertThat(without.source()).isEqualTo(Decision.Source.OVERFLOW);
    assertThat(without.remaining()).isZero();
    assertThat(two.acquire("d", 1, Duration.ofDays(1)).isGranted()).isFalse();
    assertThat(two.tryAcquire("a").isGranted()).isTrue();
    assertThat(two.health()).isEqualTo(Health.degraded("3 of 3 keys"));
    held.get(1).close();
    assertThat(two.tryAcquire("d").isGranted()).isTrue();
  }

  @Test
  void refused_and_interrupted_calls_leave_no_key_behind() throws InterruptedException {
    assertThat(two.tryAcquire("a", 3).isGranted()).isFalse();
    assertThat(two.acquire("a", 3, Duration.ofDays(1)).isGranted()).isFalse();
    Permit both = two.tryAcquire("a", 2);
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Thread waiter =
        new Thread(
            () -> {
              try {
                Permit unused = two.acquire("a", Duration.ofHours(1));
              } catch (Throwable e) {
                thrown.set(e);
              }
            });
    waiter.start();
    Eventually.within(
        Duration.ofSeconds(20),
        "the caller waits",
        () -> waiter.getState() == Thread.State.TIMED_WAITING);
    waiter.interrupt();
    waiter.join();
    assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
    both.close();
    assertThat(two.health().detail()).isEqualTo("0 of 3 keys");
  }

  @Test
  void waiter_gets_what_was_closed() throws InterruptedException {
    Permit both = two.tryAcquire("a", 2);
    AtomicLong got = new AtomicLong();
    Thread waiter =
        new Thread(
            () -> {
              try (Permit permit = two.acquire("a", 2, Duration.ofSeconds(20))) {
                got.set(permit.isGranted() ? permit.permits() : -1);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    waiter.start();
    Eventually.within(
        Duration.ofSeconds(20),
        "the caller waits",
        () -> waiter.getState() == Thread.State.TIMED_WAITING);
    both.close();
    waiter.join();
    assertThat(got.get()).isEqualTo(2);
    assertThat(two.health().detail()).isEqualTo("0 of 3 keys");
  }

  @Test
  void bad_arguments_name_themselves() {
    assertThatThrownBy(() -> KeyedConcurrencyLimiter.of(0, 1)).hasMessageContaining("most is 0");
    assertThatThrownBy(() -> KeyedConcurrencyLimiter.of(1, 0)).hasMessageContaining("maxKeys is 0");
    assertThatThrownBy(() -> two.tryAcquire("a", 0)).hasMessageContaining("permits is 0");
    assertThatThrownBy(() -> two.acquire("a", 1, Duration.ofNanos(-1)))
        .hasMessageContaining("maxWait is");
    assertThatThrownBy(() -> two.tryAcquire(null)).isInstanceOf(NullPointerException.class);
  }

  @Test
  void never_more_than_the_most_of_a_key_and_never_more_keys() throws InterruptedException {
    AtomicInteger[] inside = {new AtomicInteger(), new AtomicInteger(), new AtomicInteger()};
    AtomicInteger worst = new AtomicInteger();
    AtomicInteger done = new AtomicInteger();
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      SplittableRandom random = new SplittableRandom(t);
      Thread thread =
          new Thread(
              () -> {
                for (int i = 0; i < 3000; i++) {
                  int key = random.nextInt(3);
                  try (Permit permit = two.tryAcquire("key" + key)) {
                    if (permit.isGranted()) {
                      worst.accumulateAndGet(inside[key].incrementAndGet(), Math::max);
                      inside[key].decrementAndGet();
                      done.incrementAndGet();
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
    assertThat(two.health().detail()).isEqualTo("0 of 3 keys");
  }
}
