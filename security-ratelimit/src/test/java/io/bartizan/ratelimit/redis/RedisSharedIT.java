package io.bartizan.ratelimit.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.Decision.Source;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.Limits;
import io.bartizan.ratelimit.Plan;
import io.bartizan.tests.Eventually;
import io.lettuce.core.RedisClient;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Many limiters of one process on one client. */
class RedisSharedIT {

  private static final Duration SOON = Duration.ofSeconds(20);
  private static final Duration LONG = Duration.ofSeconds(10);

  @RegisterExtension final RedisFixture redis = new RedisFixture();

  private RedisRateLimiter limiter(String name) {
    return RedisRateLimiter.builder(redis.client(), Limit.parse("100 burst, 100/h").named(name))
        .withTimeout(LONG)
        .build();
  }

  /** Clients but the one that asks. */
  private long connections() {
    return redis.command("CLIENT", "LIST").lines().filter(line -> line.contains("id=")).count() - 1;
  }

  @Test
  void RL14_limiters_of_a_client_are_one_connection_and_are_closed_by_themselves() {
    long others = connections();
    List<RedisRateLimiter> limiters = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      limiters.add(limiter("n" + i));
    }
    RedisConcurrencyLimiter leases =
        RedisConcurrencyLimiter.builder(redis.client(), "jobs", 5, Duration.ofMinutes(1))
            .withTimeout(LONG)
            .build();
    for (RedisRateLimiter limiter : limiters) {
      assertThat(limiter.blocking().tryAcquire("k").remaining()).isEqualTo(99);
    }
    assertThat(leases.blocking().tryAcquire("k").source()).isEqualTo(Source.REMOTE);
    assertThat(connections() - others).isEqualTo(1);
    for (RedisRateLimiter limiter : limiters.subList(1, 100)) {
      limiter.close();
      limiter.close();
      assertThatThrownBy(() -> limiter.tryAcquire("k")).isInstanceOf(IllegalStateException.class);
    }
    leases.close();
    leases.close();
    assertThat(limiters.get(0).blocking().tryAcquire("k").remaining()).isEqualTo(98);
    assertThat(connections() - others).isEqualTo(1);
    limiters.get(0).close();
    Eventually.within(SOON, "the connection is closed", () -> connections() == others);
    try (RedisRateLimiter again = limiter("n0")) {
      assertThat(again.blocking().tryAcquire("k").remaining()).isEqualTo(97);
    }
  }

  @Test
  void RL14_checks_of_many_limiters_travel_together() {
    try (RedisRateLimiter one = limiter("one");
        RedisRateLimiter same = limiter("one");
        RedisRateLimiter other = limiter("other")) {
      for (RedisRateLimiter each : List.of(one, same, other)) {
        assertThat(each.blocking().peek("k", 1).source()).isEqualTo(Source.REMOTE);
      }
      long before = redis.scriptCalls();
      redis.server().pause();
      List<CompletableFuture<Decision>> stages = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        for (RedisRateLimiter each : List.of(one, same, other)) {
          stages.add(each.tryAcquire("k").toCompletableFuture());
        }
      }
      redis.server().resume();
      assertThat(stages).allMatch(stage -> stage.join().source() == Source.REMOTE);
      assertThat(redis.scriptCalls() - before).as("60 checks").isLessThan(5);
      assertThat(one.blocking().peek("k", 1).remaining()).isEqualTo(60);
      assertThat(other.blocking().peek("k", 1).remaining()).isEqualTo(80);
    }
  }

  @Test
  void RL14_refusal_says_nothing_of_a_larger_weight_which_waits_longer() {
    try (RedisRateLimiter limiter = limiter("weights")) {
      assertThat(limiter.blocking().tryAcquire("k", 100).isAllowed()).isTrue();
      assertThat(limiter.blocking().tryAcquire("k").isAllowed()).isFalse();
      Decision ten = limiter.blocking().tryAcquire("k", 10);
      assertThat(ten.source()).isEqualTo(Source.REMOTE);
      assertThat(ten.retryAfter()).isGreaterThan(Duration.ofMinutes(5));
      assertThat(limiter.blocking().tryAcquire("k", 10).source()).isEqualTo(Source.DENY_CACHE);
    }
  }

  @Test
  void RL14_refusal_is_remembered_for_all_limiters_that_agree_and_no_other() {
    try (RedisRateLimiter one = limiter("one");
        RedisRateLimiter same = limiter("one");
        RedisRateLimiter without =
            RedisRateLimiter.builder(redis.client(), Limit.parse("100 burst, 100/h").named("one"))
                .withDenyCache(Duration.ZERO)
                .withTimeout(LONG)
                .build();
        RedisRateLimiter larger =
            RedisRateLimiter.builder(redis.client(), Limit.parse("200 burst, 200/h").named("one"))
                .withTimeout(LONG)
                .build();
        RedisRateLimiter other = limiter("other")) {
      assertThat(one.blocking().tryAcquire("k", 100).isAllowed()).isTrue();
      assertThat(one.blocking().tryAcquire("k").source()).isEqualTo(Source.REMOTE);
      assertThat(same.blocking().tryAcquire("k").source()).isEqualTo(Source.DENY_CACHE);
      assertThat(without.blocking().tryAcquire("k").source()).isEqualTo(Source.REMOTE);
      assertThat(larger.blocking().tryAcquire("k").isAllowed()).as("has others").isTrue();
      assertThat(other.blocking().tryAcquire("k").isAllowed()).isTrue();
      same.blocking().refund("k", 50);
      assertThat(one.blocking().tryAcquire("k").isAllowed()).isTrue();
    }
  }

  @Test
  void RL14_time_outs_differ_and_each_holds() {
    try (RedisRateLimiter slow = limiter("slow");
        RedisRateLimiter quick =
            RedisRateLimiter.builder(redis.client(), Limit.parse("9 burst, 9/h").named("quick"))
                .withTimeout(Duration.ofMillis(50))
                .build()) {
      assertThat(slow.blocking().peek("k", 1).source()).isEqualTo(Source.REMOTE);
      redis.server().pause();
      List<CompletableFuture<Decision>> patient = new ArrayList<>();
      List<CompletableFuture<Decision>> impatient = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        patient.add(slow.tryAcquire("k" + i).toCompletableFuture());
        impatient.add(quick.tryAcquire("k" + i).toCompletableFuture());
      }
      for (CompletableFuture<Decision> stage : impatient) {
        assertThat(stage.join().source()).isEqualTo(Source.FAILED_CLOSED);
      }
      assertThat(patient).noneMatch(CompletableFuture::isDone);
      redis.server().resume();
      assertThat(patient).allMatch(stage -> stage.join().source() == Source.REMOTE);
    }
  }

  /** Spring Boot's connection factory shuts its client down before it closes any bean. */
  @Test
  @SuppressWarnings("SystemOut") // where slf4j-simple writes
  void RL14_limiter_of_a_client_that_was_shut_down_is_closed_without_a_warning() {
    RedisClient own = RedisClient.create(redis.server().uri());
    RedisRateLimiter limiter = RedisRateLimiter.of(own, Limit.parse("9 burst, 9/h").named("own"));
    assertThat(limiter.blocking().tryAcquire("k").source()).isEqualTo(Source.REMOTE);
    own.shutdown();
    PrintStream before = System.err;
    ByteArrayOutputStream log = new ByteArrayOutputStream();
    System.setErr(new PrintStream(log, true, UTF_8));
    try {
      limiter.close();
    } finally {
      System.setErr(before);
    }
    assertThat(log.toString(UTF_8)).doesNotContain("already closed");
  }

  /** A plan by key makes its scripts when a key first needs them, which is after the build. */
  @Test
  void RL14_builder_that_goes_on_changes_no_limiter_that_was_built() {
    Plan plan = key -> Limits.allOf(Limit.parse("5 burst, 5/h").named(key));
    RedisRateLimiter.Builder builder =
        RedisRateLimiter.builder(redis.client(), plan).withTimeout(LONG).withKeyPrefix("first");
    try (RedisRateLimiter first = builder.build();
        RedisRateLimiter second = builder.withKeyPrefix("second").build()) {
      assertThat(first.blocking().tryAcquire("k", 5).isAllowed()).isTrue();
      assertThat(second.blocking().tryAcquire("k", 5).isAllowed()).isTrue();
      assertThat(first.blocking().tryAcquire("k").isAllowed()).isFalse();
      assertThat(redis.command("KEYS", "*:k:*")).contains("first:k:", "second:k:");
    }
  }
}
