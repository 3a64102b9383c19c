package io.bartizan.ratelimit.adaptive;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.ratelimit.Permit;
import io.bartizan.testkit.ManualTicker;
import io.bartizan.tests.Eventually;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class AdaptiveWaitingTest {

  private static final Duration LONG = Duration.ofHours(1);

  private final ManualTicker ticker = new ManualTicker();
  private final List<String> served = new ArrayList<>();
  private final List<Permit> permits = new ArrayList<>();

  private AdaptiveConcurrencyLimiter one(int queue) {
    return AdaptiveConcurrencyLimiter.builder(1).withQueue(queue).withTicker(ticker).build();
  }

  private void ask(AdaptiveConcurrencyLimiter limiter, Priority priority, String name) {
    CompletionStage<Void> unused =
        limiter
            .acquireAsync(priority, 1, LONG)
            .thenAccept(
                permit -> {
                  served.add((permit.isGranted() ? "" : "no ") + name);
                  permits.add(permit);
                });
  }

  private void closeAll() {
    for (int i = 0; i < permits.size(); i++) {
      permits.get(i).close();
    }
  }

  @Test
  void line_is_served_by_importance_and_then_as_it_came() {
    AdaptiveConcurrencyLimiter limiter = one(10);
    permits.add(limiter.tryAcquire());
    for (String name : List.of("a", "b")) {
      ask(limiter, Priority.LOW, "low " + name);
      ask(limiter, Priority.CRITICAL, "critical " + name);
    }
    assertThat(limiter.waiting()).isEqualTo(4);
    assertThat(served).isEmpty();
    closeAll();
    assertThat(served).containsExactly("critical a", "critical b", "low a", "low b");
    assertThat(limiter.held()).isZero();
    assertThat(limiter.waiting()).isZero();
  }

  @Test
  void line_that_stands_is_served_last_come_first_until_it_was_empty() {
    AdaptiveConcurrencyLimiter limiter = one(10);
    permits.add(limiter.tryAcquire());
    ask(limiter, Priority.NORMAL, "a");
    ask(limiter, Priority.NORMAL, "b");
    ticker.advance(Duration.ofMillis(100));
    ask(limiter, Priority.NORMAL, "c");
    closeAll();
    assertThat(served).containsExactly("c", "b", "a");
    served.clear();
    permits.clear();
    permits.add(limiter.tryAcquire());
    ask(limiter, Priority.NORMAL, "d");
    ask(limiter, Priority.NORMAL, "e");
    closeAll();
    assertThat(served).containsExactly("d", "e");
  }

  @Test
  void full_line_sheds_the_last_of_the_least_important_for_the_more_important_only() {
    AdaptiveConcurrencyLimiter limiter = one(2);
    permits.add(limiter.tryAcquire());
    ask(limiter, Priority.LOW, "low a");
    ask(limiter, Priority.LOW, "low b");
    ask(limiter, Priority.LOW, "low c");
    ask(limiter, Priority.BULK, "bulk");
    assertThat(served).containsExactly("no low c", "no bulk");
    ask(limiter, Priority.CRITICAL, "critical");
    assertThat(served).containsExactly("no low c", "no bulk", "no low b");
    assertThat(limiter.refused(Priority.LOW)).isEqualTo(2);
    assertThat(limiter.refused(Priority.BULK)).isEqualTo(1);
    closeAll();
    assertThat(served).endsWith("critical", "low a").hasSize(5);
  }

  @Test
  void who_only_tries_passes_nobody_by_who_is_as_important() {
    AdaptiveConcurrencyLimiter limiter =
        AdaptiveConcurrencyLimiter.builder(3).withMinimum(3).withTicker(ticker).build();
    Permit held = limiter.tryAcquire(2);
    CompletableFuture<Permit> waits =
        limiter.acquireAsync(Priority.NORMAL, 2, LONG).toCompletableFuture();
    assertThat(limiter.tryAcquire(Priority.NORMAL, 1).isGranted()).isFalse();
    assertThat(limiter.tryAcquire(Priority.LOW, 1).isGranted()).isFalse();
    try (Permit more = limiter.tryAcquire(Priority.CRITICAL, 1)) {
      assertThat(more.isGranted()).isTrue();
    }
    held.close();
    assertThat(waits.join().isGranted()).isTrue();
  }

  @Test
  void who_gives_up_leaves_no_place_taken_and_lets_those_behind_through() {
    AdaptiveConcurrencyLimiter limiter =
        AdaptiveConcurrencyLimiter.builder(3).withMinimum(3).withTicker(ticker).build();
    Permit held = limiter.tryAcquire(2);
    CompletableFuture<Permit> heavy =
        limiter.acquireAsync(Priority.NORMAL, 3, LONG).toCompletableFuture();
    CompletableFuture<Permit> light =
        limiter.acquireAsync(Priority.NORMAL, 1, LONG).toCompletableFuture();
    assertThat(light).isNotDone();
    assertThat(heavy.cancel(false)).isTrue();
    assertThat(light).isDone();
    assertThat(limiter.held()).isEqualTo(3);
    light.join().close();
    held.close();
    assertThat(limiter.held()).isZero();
    assertThat(limiter.waiting()).isZero();
  }

  @Test
  void wait_that_is_over_is_refused_and_counted() {
    AdaptiveConcurrencyLimiter limiter = one(2);
    Permit held = limiter.tryAcquire();
    CompletableFuture<Permit> late =
        limiter.acquireAsync(Priority.LOW, 1, Duration.ofMillis(20)).toCompletableFuture();
    assertThat(late.join().isGranted()).isFalse();
    Eventually.within(
        Duration.ofSeconds(20), "it left the line", () -> limiter.refused(Priority.LOW) == 1);
    assertThat(limiter.waiting()).isZero();
    held.close();
    assertThat(limiter.tryAcquire().isGranted()).isTrue();
  }

  @Test
  void limiter_without_a_line_refuses_at_once() throws InterruptedException {
    AdaptiveConcurrencyLimiter limiter = one(0);
    Permit held = limiter.acquire(LONG);
    assertThat(held.isGranted()).isTrue();
    assertThat(limiter.acquire(LONG).isGranted()).isFalse();
    held.close();
    assertThat(limiter.acquire(LONG).isGranted()).isTrue();
  }

  /** Each who is served serves the next; within one another they would fill the stack. */
  @Test
  void line_of_callers_that_give_back_at_once_is_served_to_its_end() {
    int callers = 20_000;
    AdaptiveConcurrencyLimiter limiter = one(callers);
    Permit first = limiter.tryAcquire();
    AtomicInteger granted = new AtomicInteger();
    for (int i = 0; i < callers; i++) {
      CompletionStage<Void> unused =
          limiter
              .acquireAsync(Priority.NORMAL, 1, LONG)
              .thenAccept(
                  permit -> {
                    if (permit.isGranted()) {
                      granted.incrementAndGet();
                    }
                    permit.close();
                  });
    }
    assertThat(limiter.waiting()).isEqualTo(callers);
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long before = threads.getTotalStartedThreadCount();
    first.close();
    Eventually.within(Duration.ofSeconds(30), "all are served", () -> granted.get() == callers);
    Eventually.within(Duration.ofSeconds(30), "all came back", () -> limiter.held() == 0);
    // on few processors each task of the default executor is a thread of its own
    assertThat(threads.getTotalStartedThreadCount() - before).isLessThan(callers / 4);
    assertThat(limiter.waiting()).isZero();
    assertThat(limiter.tryAcquire().isGranted()).isTrue();
  }

  /** A search through the line for each of them takes over a minute. */
  @Test
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void callers_that_leave_the_longest_line_in_any_order_are_not_searched_for() {
    int callers = 1_000_000;
    WaitingLine line = new WaitingLine(callers);
    List<Waiter> waiters = new ArrayList<>();
    for (int i = 0; i < callers; i++) {
      Waiter waiter = new Waiter(Priority.NORMAL, 1);
      waiters.add(waiter);
      assertThat(line.add(waiter, 0)).isNull();
    }
    Collections.shuffle(waiters, new Random(1));
    for (Waiter waiter : waiters) {
      assertThat(line.remove(waiter)).isTrue();
    }
    assertThat(line.remove(waiters.get(0))).isFalse();
    assertThat(line.size()).isZero();
    assertThat(line.next(0)).isNull();
    assertThat(line.first()).isEqualTo(Integer.MAX_VALUE);
  }

  /** As where the process may start no more threads, and where the common pool is blocked. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void line_is_served_where_no_other_thread_goes_on(boolean refuses) throws InterruptedException {
    Settings settings = new Settings(100);
    settings.minimum(100);
    settings.queue(20_000);
    settings.others = refuses ? AdaptiveWaitingTest::refused : task -> {};
    Admission admission = new Admission(settings);
    Permit all = admission.tryAcquire(Priority.CRITICAL, 100);
    AtomicInteger granted = new AtomicInteger();
    for (int i = 0; i < 20_000; i++) {
      CompletionStage<Void> unused =
          admission
              .acquireAsync(Priority.CRITICAL, 100, LONG.toNanos())
              .thenAccept(
                  permit -> {
                    granted.incrementAndGet();
                    permit.close();
                  });
    }
    all.close();
    assertThat(granted).hasValue(20_000);
    assertThat(admission.held()).isZero();
    assertThat(admission.waiting()).isZero();
  }

  /** Stages that stay are many deep, but not within one another. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void who_waits_is_served_however_many_stay_in_their_stages(boolean refuses) throws Exception {
    int stages = 40;
    Settings settings = new Settings(100);
    settings.minimum(100);
    settings.others = refuses ? AdaptiveWaitingTest::refused : task -> {};
    Admission admission = new Admission(settings);
    List<Permit> held = new ArrayList<>();
    for (int i = 0; i < stages; i++) {
      held.add(admission.tryAcquire(Priority.CRITICAL, 1));
    }
    Permit rest = admission.tryAcquire(Priority.CRITICAL, 100 - stages);
    CountDownLatch within = new CountDownLatch(stages);
    CountDownLatch end = new CountDownLatch(1);
    List<Thread> threads = new ArrayList<>();
    for (Permit each : held) {
      CompletionStage<Void> unused =
          admission
              .acquireAsync(Priority.CRITICAL, 1, LONG.toNanos())
              .thenAccept(
                  permit -> {
                    within.countDown();
                    Eventually.awaitUninterruptibly(end);
                    permit.close();
                  });
      threads.add(new Thread(each::close));
    }
    for (Thread thread : threads) {
      thread.setDaemon(true);
      thread.start();
    }
    assertThat(within.await(20, TimeUnit.SECONDS)).isTrue();
    CompletableFuture<Permit> waits =
        admission.acquireAsync(Priority.CRITICAL, 10, LONG.toNanos()).toCompletableFuture();
    assertThat(waits).isNotDone();
    rest.close();
    assertThat(waits).isDone();
    waits.join().close();
    end.countDown();
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(admission.held()).isZero();
    assertThat(admission.waiting()).isZero();
  }

  private static void refused(Runnable task) {
    throw new OutOfMemoryError("unable to create native thread");
  }
}
