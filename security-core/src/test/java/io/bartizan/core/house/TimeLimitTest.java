package io.bartizan.core.house;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class TimeLimitTest {

  private static final long SOON = TimeUnit.MILLISECONDS.toNanos(5);
  private static final long NEVER = TimeUnit.DAYS.toNanos(1);

  @Test
  void late_stage_fails_or_gets_its_value() throws Exception {
    CompletableFuture<String> failing = TimeLimit.failing(new CompletableFuture<>(), SOON);
    assertThatThrownBy(() -> failing.get(30, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(TimeoutException.class);
    CompletableFuture<String> late = TimeLimit.completing(new CompletableFuture<>(), "late", SOON);
    assertThat(late.get(30, TimeUnit.SECONDS)).isEqualTo("late");
  }

  @Test
  void stage_that_ends_by_itself_keeps_its_end() {
    CompletableFuture<String> stage = new CompletableFuture<>();
    assertThat(TimeLimit.failing(stage, NEVER)).isSameAs(stage);
    assertThat(stage.complete("early")).isTrue();
    assertThat(stage).isCompletedWithValue("early");
    CompletableFuture<String> ended = CompletableFuture.completedFuture("before");
    assertThat(TimeLimit.completing(ended, "late", 0)).isCompletedWithValue("before");
  }

  /** On few processors each task of the default executor is a thread of its own. */
  @Test
  void stage_that_ends_by_itself_costs_no_task() {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long before = threads.getTotalStartedThreadCount();
    for (int i = 0; i < 1000; i++) {
      CompletableFuture<Integer> stage = new CompletableFuture<>();
      TimeLimit.failing(stage, NEVER);
      assertThat(stage.complete(i)).isTrue();
    }
    assertThat(threads.getTotalStartedThreadCount() - before).isLessThan(100);
  }

  /** On the timer thread of the JVM no time-out would end any more. */
  @Test
  void dependent_may_wait_for_the_next_time_out() throws Exception {
    CompletableFuture<String> second =
        TimeLimit.completing(new CompletableFuture<>(), "first", SOON)
            .thenApply(
                first -> first + TimeLimit.completing(new CompletableFuture<>(), "+", SOON).join());
    assertThat(second.get(30, TimeUnit.SECONDS)).isEqualTo("first+");
  }
}
