package io.bartizan.ratelimit.redis;

import static java.time.temporal.ChronoUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.core.Health;
import io.bartizan.ratelimit.AsyncKeyedRateLimiter;
import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.Decision.Source;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.Limits;
import io.bartizan.ratelimit.Plan;
import io.bartizan.ratelimit.Rate;
import io.bartizan.ratelimit.RateLimitListener;
import io.bartizan.tests.Eventually;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.protocol.ProtocolVersion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RedisFailureIT {

  private static final Limit LIMIT = Limit.tokenBucket(1000, Rate.per(1, SECONDS)).named("f");
  private static final String KEY = "bartizan:f:B:{k}";

  @RegisterExtension final RedisFixture redis = new RedisFixture();

  private RedisRateLimiter limiter(FailurePolicy policy) {
    return RedisRateLimiter.builder(redis.proxied(), LIMIT).withFailurePolicy(policy).build();
  }

  @Test
  void silent_server_costs_the_time_out_then_nothing_and_is_found_again() {
    try (RedisRateLimiter limiter = limiter(FailurePolicy.failClosed())) {
      KeyedRateLimiter blocking = limiter.blocking();
      assertThat(blocking.tryAcquire("k").source()).isEqualTo(Source.REMOTE);
      redis.proxy().stall();
      for (int i = 0; i < 3; i++) {
        Decision decision = blocking.tryAcquire("k");
        assertThat(decision.source()).isEqualTo(Source.FAILED_CLOSED);
        assertThat(decision.isAllowed()).isFalse();
        assertThat(decision.retryAfter()).isEqualTo(Duration.ofSeconds(1));
      }
      await(() -> limiter.health().status() == Health.Status.DOWN);
      List<Decision> whileOpen = new ArrayList<>();
      for (int i = 0; i < 1000; i++) {
        whileOpen.add(blocking.tryAcquire("k"));
      }
      assertThat(whileOpen).allMatch(decision -> decision.source() == Source.FAILED_CLOSED);
      redis.proxy().restore();
      await(() -> blocking.tryAcquire("k").source() == Source.REMOTE);
      assertThat(limiter.health().status()).isEqualTo(Health.Status.UP);
    }
  }

  @Test
  void lost_reply_is_charged_once_and_never_sent_again() {
    try (RedisRateLimiter limiter = limiter(FailurePolicy.failOpen())) {
      KeyedRateLimiter blocking = limiter.blocking();
      assertThat(blocking.tryAcquire("k", 100).remaining()).isEqualTo(900);
      redis.proxy().dropReplies();
      Decision unknown = blocking.tryAcquire("k", 100);
      assertThat(unknown.source()).isEqualTo(Source.FAILED_OPEN);
      assertThat(unknown.isAllowed()).isTrue();
      redis.proxy().restore();
      await(() -> blocking.peek("k", 1).source() == Source.REMOTE);
      assertThat(blocking.peek("k", 1).remaining()).isBetween(800L, 809L);
    }
  }

  @Test
  void checks_in_flight_when_the_connection_dies_are_each_answered_once() {
    try (RedisRateLimiter limiter = limiter(FailurePolicy.failClosed())) {
      assertThat(limiter.blocking().tryAcquire("k").isAllowed()).isTrue();
      redis.proxy().stall();
      var stages = new ArrayList<java.util.concurrent.CompletableFuture<Decision>>();
      for (int i = 0; i < 100; i++) {
        stages.add(limiter.tryAcquire("k").toCompletableFuture());
      }
      redis.proxy().cut();
      redis.proxy().restore();
      // The first was in the air; the others may have found the new connection in time.
      assertThat(stages.get(0).join().source()).isEqualTo(Source.FAILED_CLOSED);
      assertThat(stages)
          .allMatch(stage -> stage.join().isAllowed() == (stage.join().source() == Source.REMOTE));
      await(() -> limiter.blocking().tryAcquire("k").source() == Source.REMOTE);
    }
  }

  @Test
  void killed_server_that_comes_back_empty_is_found_within_seconds() {
    try (RedisRateLimiter limiter = limiter(FailurePolicy.localShare(4))) {
      KeyedRateLimiter blocking = limiter.blocking();
      assertThat(blocking.tryAcquire("k", 1000).isAllowed()).isTrue();
      redis.server().kill();
      await(() -> blocking.peek("k", 1).source() == Source.LOCAL_SHARE);
      assertThat(blocking.tryAcquire("k", 251).isAllowed()).isFalse();
      assertThat(blocking.tryAcquire("k", 250).isAllowed()).isTrue();
      assertThat(blocking.tryAcquire("k", 1).isAllowed()).isFalse();
      assertThat(limiter.health().status()).isEqualTo(Health.Status.DEGRADED);
      redis.server().restartEmpty();
      await(() -> blocking.peek("k", 1).source() == Source.REMOTE);
      assertThat(blocking.tryAcquire("k", 1000).isAllowed()).isTrue();
      assertThat(blocking.tryAcquire("k", 1000).isAllowed()).isFalse();
    }
  }

  @Test
  void limiter_that_is_built_while_redis_is_down_begins_with_its_policy() {
    redis.proxy().cut();
    try (RedisRateLimiter limiter = limiter(FailurePolicy.failOpen())) {
      assertThat(limiter.blocking().tryAcquire("k").source()).isEqualTo(Source.FAILED_OPEN);
      redis.proxy().restore();
      await(() -> limiter.blocking().tryAcquire("k").source() == Source.REMOTE);
    }
  }

  @Test
  void mistakes_surface_at_once_whatever_the_policy() {
    try (RedisRateLimiter limiter = limiter(FailurePolicy.failOpen())) {
      redis.command("LPUSH", KEY, "x");
      for (int i = 0; i < 5; i++) {
        assertThatThrownBy(() -> limiter.blocking().tryAcquire("k"))
            .isInstanceOf(RedisCommandExecutionException.class)
            .hasMessageContaining("WRONGTYPE");
      }
      redis.command("DEL", KEY);
      redis.command("SET", KEY, "not a state");
      assertThatThrownBy(() -> limiter.blocking().tryAcquire("k"))
          .hasMessageContaining("something else than the state");
      assertThat(limiter.blocking().tryAcquire("other").source()).isEqualTo(Source.REMOTE);
    }
  }

  @Test
  void user_limited_to_a_prefix_needs_few_commands_and_others_are_refused_loudly() {
    redis.command(
        "ACL SETUSER limiter on >pw ~bartizan:* +evalsha +eval +time +get +set +del +getrange +setrange +pexpire +ping"
            .split(" ", -1));
    RedisClient limited =
        RedisClient.create("redis://limiter:pw@127.0.0.1:" + redis.server().port());
    try (RedisRateLimiter allowed = RedisRateLimiter.of(limited, LIMIT);
        RedisRateLimiter log =
            RedisRateLimiter.of(limited, Limit.slidingWindow(Rate.per(5, SECONDS)).named("f"));
        RedisRateLimiter foreign =
            RedisRateLimiter.builder(limited, LIMIT)
                .withKeyPrefix("other")
                .withFailurePolicy(FailurePolicy.failOpen())
                .build()) {
      assertThat(allowed.blocking().tryAcquire("k").source()).isEqualTo(Source.REMOTE);
      assertThat(log.blocking().tryAcquire("k").source()).isEqualTo(Source.REMOTE);
      assertThatThrownBy(() -> foreign.blocking().tryAcquire("k"))
          .isInstanceOf(RedisCommandExecutionException.class)
          .hasMessageContaining("NOPERM");
    } finally {
      RedisFixture.shutDown(limited);
    }
  }

  /** A client that asks nothing when it connects learns of it by its first command. */
  @Test
  void RL02_server_that_wants_a_password_now_is_away_until_it_does_not() {
    RedisClient unasked = RedisClient.create(redis.server().uri());
    unasked.setOptions(
        ClientOptions.builder()
            .pingBeforeActivateConnection(false)
            .protocolVersion(ProtocolVersion.RESP2)
            .build());
    try (var admin = redis.client().connect()) {
      admin.sync().configSet("requirepass", "new");
      givesWayWhileLocked(unasked, admin);
    } finally {
      RedisFixture.shutDown(unasked);
    }
  }

  private static void givesWayWhileLocked(
      RedisClient unasked, StatefulRedisConnection<String, String> admin) {
    try (RedisRateLimiter limiter =
        RedisRateLimiter.builder(unasked, LIMIT)
            .withFailurePolicy(FailurePolicy.failOpen())
            .build()) {
      await(
          () -> {
            assertThat(limiter.blocking().tryAcquire("k").source()).isEqualTo(Source.FAILED_OPEN);
            return limiter.health().detail().contains("uthenticat");
          });
      for (int i = 0; i < 40; i++) {
        assertThat(limiter.blocking().tryAcquire("k" + i).source()).isEqualTo(Source.FAILED_OPEN);
        assertThat(limiter.health().status()).isEqualTo(Health.Status.DEGRADED);
        LockSupport.parkNanos(Duration.ofMillis(40).toNanos());
      }
      admin.sync().configSet("requirepass", "");
      await(() -> limiter.blocking().tryAcquire("k").source() == Source.REMOTE);
    }
  }

  @Test
  void wrong_password_is_thrown_when_the_limiter_is_built() {
    redis.command("CONFIG", "SET", "requirepass", "right");
    RedisClient wrong = RedisClient.create("redis://:wrong@127.0.0.1:" + redis.server().port());
    try {
      assertThatThrownBy(() -> RedisRateLimiter.of(wrong, LIMIT))
          .isInstanceOf(RedisException.class);
    } finally {
      RedisFixture.shutDown(wrong);
    }
  }

  @Test
  void refused_key_is_refused_here_until_its_retry_time_or_a_refund() {
    try (RedisRateLimiter limiter = limiter(FailurePolicy.failClosed())) {
      KeyedRateLimiter blocking = limiter.blocking();
      assertThat(blocking.tryAcquire("k", 1000).isAllowed()).isTrue();
      assertThat(blocking.tryAcquire("k", 500).source()).isEqualTo(Source.REMOTE);
      assertThat(blocking.tryAcquire("k", 500).source()).isEqualTo(Source.DENY_CACHE);
      assertThat(blocking.tryAcquire("k", 501).source()).as("longer").isEqualTo(Source.REMOTE);
      assertThat(blocking.tryAcquire("k", 499).source()).isEqualTo(Source.REMOTE);
      assertThat(blocking.tryAcquire("other", 500).isAllowed()).isTrue();
      blocking.refund("k", 1000);
      assertThat(blocking.tryAcquire("k", 500).isAllowed()).isTrue();
    }
  }

  @Test
  void refusal_here_tells_the_refusing_limits_own_times() {
    Limits limits = Limits.parse("few: 1 burst, 1/h; some: 2 burst, 1/h; daily: 9/50d fixed");
    try (RedisRateLimiter limiter =
        RedisRateLimiter.builder(redis.proxied(), limits)
            .withTimeout(Duration.ofSeconds(2))
            .withFailurePolicy(FailurePolicy.localShare(1))
            .build()) {
      KeyedRateLimiter blocking = limiter.blocking();
      assertThat(blocking.tryAcquire("k").isAllowed()).isTrue();
      assertThat(blocking.tryAcquire("k").source()).isEqualTo(Source.REMOTE);
      assertRefused(blocking.tryAcquire("k"), Source.DENY_CACHE, "few");
      redis.proxy().cut();
      await(() -> blocking.tryAcquire("l").source() == Source.LOCAL_SHARE);
      Decision share = blocking.tryAcquire("l");
      assertRefused(share, Source.LOCAL_SHARE, "few", "some", "daily");
      assertThat(share.parts()).extracting(Decision::isAllowed).containsExactly(false, true, true);
    }
  }

  /** The first limit refuses, and is as new within an hour; the last one only in days. */
  private static void assertRefused(Decision refused, Source source, String... names) {
    assertThat(refused.isAllowed()).isFalse();
    assertThat(refused.source()).isEqualTo(source);
    assertThat(refused.parts()).extracting(part -> part.limit().name()).containsExactly(names);
    Decision first = refused.parts().get(0);
    assertThat(first.isAllowed()).isFalse();
    assertThat(first.limit()).isEqualTo(refused.limit());
    assertThat(first.resetAfter()).isBetween(Duration.ofMinutes(59), Duration.ofHours(1));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void checks_beyond_those_that_may_be_pending_are_decided_at_once(boolean coalescing) {
    try (RedisRateLimiter limiter =
        RedisRateLimiter.builder(redis.proxied(), LIMIT)
            .withTimeout(Duration.ofSeconds(10))
            .withCoalescing(coalescing)
            .withMaxPending(50)
            .build()) {
      assertThat(limiter.blocking().tryAcquire("k").source()).isEqualTo(Source.REMOTE);
      for (int round = 0; round < 2; round++) {
        await(() -> limiter.health().detail().contains(" 0 checks are pending"));
        redis.proxy().stall();
        List<CompletableFuture<Decision>> stages = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
          stages.add(limiter.tryAcquire("k" + i % 7).toCompletableFuture());
        }
        assertThat(stages.subList(0, 50)).noneMatch(CompletableFuture::isDone);
        assertThat(stages.subList(50, 200))
            .allMatch(CompletableFuture::isDone)
            .allMatch(stage -> stage.join().source() == Source.FAILED_CLOSED);
        redis.proxy().restore();
        assertThat(stages.subList(0, 50)).allMatch(stage -> stage.join().isAllowed());
      }
      assertThat(limiter.toString()).contains("at most 50 pending");
      assertThatThrownBy(() -> RedisRateLimiter.builder(redis.proxied(), LIMIT).withMaxPending(0))
          .hasMessageContaining("maxPending is 0, 1 to");
    }
  }

  @Test
  void checks_that_timed_out_make_room_for_others() {
    try (RedisRateLimiter limiter =
        RedisRateLimiter.builder(redis.proxied(), LIMIT).withMaxPending(10).build()) {
      assertThat(limiter.blocking().tryAcquire("k").source()).isEqualTo(Source.REMOTE);
      for (int round = 0; round < 5; round++) {
        redis.proxy().stall();
        List<CompletableFuture<Decision>> stages = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
          stages.add(limiter.tryAcquire("k").toCompletableFuture());
        }
        assertThat(stages).allMatch(stage -> stage.join().source() == Source.FAILED_CLOSED);
        redis.proxy().restore();
        await(() -> limiter.blocking().tryAcquire("k").source() == Source.REMOTE);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void broken_listeners_end_no_time_outs(boolean error) {
    Runnable breaks =
        () -> {
          if (error) {
            throw new AssertionError("broken");
          }
          throw new IllegalStateException("broken");
        };
    RateLimitListener broken =
        new RateLimitListener() {
          @Override
          public void decided(Verb verb, Decision decision) {
            breaks.run();
          }

          @Override
          public void serverLost(String server, String reason) {
            breaks.run();
          }

          @Override
          public void serverFound(String server) {
            breaks.run();
          }
        };
    try (RedisRateLimiter limiter =
        RedisRateLimiter.builder(redis.proxied(), LIMIT).withListener(broken).build()) {
      AsyncKeyedRateLimiter observed = limiter;
      for (int round = 0; round < 3; round++) {
        await(() -> sourceOf(observed) == Source.REMOTE);
        redis.proxy().stall();
        for (int i = 0; i < 5; i++) {
          assertThat(sourceOf(observed)).isEqualTo(Source.FAILED_CLOSED);
        }
        redis.proxy().restore();
      }
    }
  }

  /** Who answered; fails, rather than hangs, where nobody does. */
  private static Source sourceOf(AsyncKeyedRateLimiter limiter) {
    return limiter
        .tryAcquire("k")
        .toCompletableFuture()
        .orTimeout(20, TimeUnit.SECONDS)
        .join()
        .source();
  }

  @Test
  void plan_that_throws_while_redis_is_away_fails_its_own_check_and_no_other() throws Exception {
    AtomicBoolean broken = new AtomicBoolean();
    Plan plan =
        key -> {
          if (broken.get() && key.equals("bad")) {
            throw new IllegalStateException("no such plan");
          }
          return LIMIT.limitsOf(key);
        };
    try (RedisRateLimiter limiter =
        RedisRateLimiter.builder(redis.proxied(), plan)
            .withFailurePolicy(FailurePolicy.localShare(2))
            .build()) {
      assertThat(limiter.blocking().tryAcquire("k").source()).isEqualTo(Source.REMOTE);
      redis.proxy().stall();
      CompletableFuture<Decision> bad = limiter.tryAcquire("bad").toCompletableFuture();
      CompletableFuture<Decision> good = limiter.tryAcquire("good").toCompletableFuture();
      broken.set(true);
      assertThatThrownBy(() -> bad.get(20, TimeUnit.SECONDS)).hasRootCauseMessage("no such plan");
      assertThat(good.get(20, TimeUnit.SECONDS).source()).isEqualTo(Source.LOCAL_SHARE);
    }
  }

  @Test
  void closed_limiter_says_so() {
    RedisRateLimiter limiter = limiter(FailurePolicy.failOpen());
    limiter.close();
    limiter.close();
    assertThatThrownBy(() -> limiter.tryAcquire("k")).isInstanceOf(IllegalStateException.class);
    assertThat(limiter.health().status()).isEqualTo(Health.Status.DOWN);
  }

  private static void await(Callable<Boolean> condition) {
    Eventually.within(Duration.ofSeconds(20), "what is awaited comes", condition);
  }
}
