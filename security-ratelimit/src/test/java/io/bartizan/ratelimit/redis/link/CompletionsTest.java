package io.bartizan.ratelimit.redis.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.tests.Eventually;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CompletionsTest {

  private static final Duration SOON = Duration.ofSeconds(20);

  private final ScheduledThreadPoolExecutor timer =
      new ScheduledThreadPoolExecutor(1, task -> Daemons.thread("test-timer", task));
  private final AtomicInteger done = new AtomicInteger();

  @AfterEach
  void stop() {
    timer.shutdownNow();
  }

  private void allDone(int count) {
    Eventually.within(SOON, "all are run", () -> done.get() == count);
  }

  @Test
  void what_comes_while_no_thread_can_be_had_is_run_once_there_is_one() {
    AtomicBoolean none = new AtomicBoolean(true);
    Completions completions =
        new Completions(
            timer,
            task -> {
              if (none.get()) {
                throw new OutOfMemoryError("unable to create native thread");
              }
              return Daemons.thread("test-completion", task);
            });
    for (int i = 0; i < 3; i++) {
      completions.execute(done::incrementAndGet);
    }
    assertThat(done).hasValue(0);
    none.set(false);
    allDone(3);
    completions.execute(done::incrementAndGet);
    allDone(4);
    completions.close();
  }

  @Test
  void what_comes_after_the_end_is_run_also_behind_what_blocks() {
    Completions completions = new Completions(timer);
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    completions.execute(
        () -> {
          begun.countDown();
          Eventually.awaitUninterruptibly(end);
        });
    Eventually.awaitUninterruptibly(begun);
    timer.shutdown();
    completions.close();
    for (int i = 1; i <= 3; i++) {
      completions.execute(done::incrementAndGet);
      allDone(i);
    }
    end.countDown();
  }
}
