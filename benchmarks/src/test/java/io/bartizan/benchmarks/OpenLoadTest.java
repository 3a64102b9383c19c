package io.bartizan.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

class OpenLoadTest {
  private static final LoadSubject SUBJECT =
      LoadSubject.of("tokenBucket", LoadSubject.Mode.COALESCING);
  private static final int RATE = 2_000;

  /** A closed loop would have met the pause with one check and shown a fine 99th percentile. */
  @Test
  void pauseOf100Millis_isChargedToEachCheckDueInIt() throws Exception {
    List<CompletableFuture<Boolean>> held = new ArrayList<>();
    LoadResult result =
        run(
            number -> {
              CompletableFuture<Boolean> answer = new CompletableFuture<>();
              if (number < 400 || number >= 600) {
                held.forEach(late -> late.complete(true));
                held.clear();
                answer.complete(true);
              } else {
                held.add(answer);
              }
              return answer;
            });

    // Lower bounds, by the schedule alone: the first of the 200 was due 100 ms before the last.
    assertThat(result.max()).isGreaterThanOrEqualTo(99_000);
    assertThat(result.p99()).isGreaterThanOrEqualTo(90_000);
    assertThat(result.errors()).isZero();
    assertThat(result.saturated()).isFalse();
  }

  @Test
  void refusalsAndFailures_areErrors() throws Exception {
    LoadResult result =
        run(
            number ->
                number % 2 == 0
                    ? CompletableFuture.completedFuture(false)
                    : CompletableFuture.failedFuture(new IllegalStateException("down")));

    assertThat(result.errors()).as("with the fifth that does not count").isEqualTo(RATE * 6 / 10);
    assertThat(result.within(Long.MAX_VALUE)).isFalse();
  }

  @Test
  void answersThatNeverCome_saturate() throws Exception {
    LoadResult result = run(number -> new CompletableFuture<>());

    assertThat(result.saturated()).isTrue();
    assertThat(result.achieved()).isZero();
    assertThat(result.p50()).as("at least what was waited").isGreaterThan(1_000_000);
  }

  private static LoadResult run(IntFunction<CompletionStage<Boolean>> answers)
      throws InterruptedException {
    LoadSubject.Asked asked =
        new LoadSubject.Asked() {
          private int number;

          @Override
          public CompletionStage<Boolean> check(int key) {
            return answers.apply(number++);
          }

          @Override
          public void close() {}
        };
    RedisMeter meter = () -> new RedisMeter.Reading(System.nanoTime(), 0, 0);
    return new OpenLoad(SUBJECT, asked, meter, KeyChoice.of(10, 0), 1)
        .run(RATE, Duration.ofMillis(500));
  }
}
