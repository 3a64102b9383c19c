package io.bartizan.ratelimit.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.Decision.Source;
import io.bartizan.ratelimit.Limit;
import io.bartizan.tests.Undisturbed;
import io.lettuce.core.RedisClient;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A line on which each answer takes a fixed part of the time-out. */
@Tag("deep")
class RedisSlowLineIT {

  /** Long, so that a busy machine's pauses are small beside a tenth of it. */
  private static final Duration TIMEOUT = Duration.ofSeconds(2);

  @RegisterExtension static final RedisFixture REDIS = new RedisFixture();

  @ParameterizedTest
  @ValueSource(ints = {45, 55, 75, 90})
  void RL12_answers_within_the_time_out_decide_all_checks(int percent) throws Exception {
    long spare = TIMEOUT.toNanos() * (100 - percent) / 100;
    try (Undisturbed.Pauses pauses = new Undisturbed.Pauses()) {
      // of an answer that several threads hand on, each of them may be kept waiting
      Undisturbed.judge(() -> answersDecide(percent), () -> pauses.longestNanos() > spare / 8);
    }
  }

  private static void answersDecide(int percent) throws IOException {
    try (DelayLine line = new DelayLine(REDIS.server().port())) {
      RedisClient client = RedisClient.create(line.uri());
      try (RedisRateLimiter limiter =
          RedisRateLimiter.builder(client, Limit.parse("1000 burst, 1000/h").named("slow"))
              .withTimeout(TIMEOUT)
              .build()) {
        assertThat(limiter.blocking().tryAcquire("k").source()).isEqualTo(Source.REMOTE);
        line.delay(TIMEOUT.multipliedBy(percent).dividedBy(100));
        List<CompletableFuture<Decision>> stages = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
          stages.add(limiter.tryAcquire("k" + i % 7).toCompletableFuture());
          LockSupport.parkNanos(TIMEOUT.toNanos() / 25);
        }
        assertThat(stages).allMatch(stage -> stage.join().source() == Source.REMOTE);
        assertThat(stages).allMatch(stage -> stage.join().isAllowed());
      } finally {
        RedisFixture.shutDown(client);
      }
    }
  }
}
