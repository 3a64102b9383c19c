package io.bartizan.ratelimit.prepaid;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.Limit;
import io.bartizan.tests.Eventually;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Threads that draw, sweep and close at once: no permit is drawn twice, none is lost. */
class PrepaidThreadsTest {

  private static final Limit LIMIT = Limit.parse("1000000 burst, 100/h").named("limit");

  @Test
  void every_permit_taken_is_used_once_or_given_back_or_lapsed() throws InterruptedException {
    for (int round = 0; round < 20; round++) {
      AtomicLong nanos = new AtomicLong();
      MemoryPlace place = new MemoryPlace(LIMIT);
      PrepaidRateLimiter limiter =
          PrepaidRateLimiter.builder(place).withTicker(nanos::get).withoutTimer().build();
      AtomicLong admitted = new AtomicLong();
      AtomicLong fromLots = new AtomicLong();
      Queue<Throwable> thrown = new ConcurrentLinkedQueue<>();
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        int weight = 1 + i % 3;
        threads.add(
            new Thread(
                () -> {
                  for (int j = 0; j < 5000; j++) {
                    Decision decision = limiter.blocking().tryAcquire("key", weight);
                    admitted.addAndGet(decision.isAllowed() ? weight : 0);
                    boolean lot = decision.source() == Decision.Source.PREPAID;
                    fromLots.addAndGet(lot ? weight : 0);
                    nanos.addAndGet(20_000);
                  }
                }));
      }
      threads.add(
          new Thread(
              () -> {
                for (int j = 0; j < 2000; j++) {
                  limiter.sweep();
                  nanos.addAndGet(100_000);
                }
              }));
      threads.forEach(thread -> thread.setUncaughtExceptionHandler((its, e) -> thrown.add(e)));
      threads.forEach(Thread::start);
      for (Thread thread : threads) {
        thread.join();
      }
      limiter.close();
      PrepaidCounts counts = limiter.counts();
      assertThat(thrown).isEmpty();
      assertThat(counts.used()).isEqualTo(fromLots.get()).isPositive();
      assertThat(counts.held()).isZero();
      assertThat(counts.taken()).isEqualTo(counts.used() + counts.returned() + counts.lapsed());
      long left = place.counts.peek("key").remaining();
      assertThat(1_000_000 - left).isEqualTo(admitted.get() + counts.lapsed());
    }
  }

  /** The draw that empties it finds the lock taken, so that nobody moves it to the front. */
  @Test
  void lot_that_was_emptied_behind_another_is_counted_before_the_next_takes_its_place()
      throws InterruptedException {
    PrepaidRateLimiter limiter =
        PrepaidRateLimiter.builder(new MemoryPlace(LIMIT))
            .withTicker(() -> 0)
            .withoutTimer()
            .build();
    long taken = 0;
    while (limiter.counts().lots() < 2 || limiter.counts().held() < 20) {
      taken += limiter.blocking().tryAcquire("key", 1).permits();
      assertThat(taken).isLessThan(10_000);
    }
    KeyLots lots = limiter.lots("key", 1);
    assertThat(lots).isNotNull();
    CountDownLatch held = new CountDownLatch(1);
    CountDownLatch drawn = new CountDownLatch(1);
    Thread other =
        new Thread(
            () -> {
              lots.lock.lock();
              try {
                held.countDown();
                Eventually.awaitUninterruptibly(drawn);
              } finally {
                lots.lock.unlock();
              }
            });
    other.start();
    held.await();
    long most = limiter.counts().held();
    while (lots.peek(most, 0) == null) { // the larger lot, which is the one behind
      most--;
    }
    assertThat(lots.decide(most, 0)).isNotNull();
    drawn.countDown();
    other.join();
    assertThat(lots.held()).as("left in the first").isPositive();
    for (int i = 0; i < 3; i++) {
      assertThat(limiter.blocking().tryAcquire("key", most).isAllowed()).isTrue();
    }
    limiter.close();
    PrepaidCounts counts = limiter.counts();
    assertThat(counts.taken()).isEqualTo(counts.used() + counts.returned() + counts.lapsed());
  }
}
