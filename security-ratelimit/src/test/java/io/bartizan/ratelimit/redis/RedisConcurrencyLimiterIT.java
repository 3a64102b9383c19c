package io.bartizan.ratelimit.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.core.Health;
import io.bartizan.core.SecretBytes;
import io.bartizan.ratelimit.Decision.Source;
import io.bartizan.ratelimit.Permit;
import io.bartizan.testkit.FaultProxy;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class RedisConcurrencyLimiterIT {

  private static final Duration LEASE = Duration.ofSeconds(30);
  private static final String KEY = "bartizan:jobs:H:{k}";

  @RegisterExtension static final RedisFixture REDIS = new RedisFixture();

  private final AtomicLong micros = new AtomicLong(1_790_000_000_000_000L);

  private RedisConcurrencyLimiter limiter(int most) {
    return RedisConcurrencyLimiter.builder(REDIS.client(), "jobs", most, LEASE)
        .withTimeout(Duration.ofSeconds(10))
        .withClock(micros::get)
        .build();
  }

  private static long members() {
    return Long.parseLong(REDIS.command("ZCARD", KEY));
  }

  @Test
  void permits_are_held_across_limiters_until_closed_once() {
    try (RedisConcurrencyLimiter one = limiter(3);
        RedisConcurrencyLimiter other = limiter(3)) {
      Permit two = one.blocking().tryAcquire("k", 2);
      Permit third = other.blocking().tryAcquire("k");
      assertThat(two.isGranted() && two.isHeld()).isTrue();
      assertThat(two.remaining()).isEqualTo(1);
      assertThat(two.source()).isEqualTo(Source.REMOTE);
      assertThat(third.isGranted()).isTrue();
      Permit refused = other.blocking().tryAcquire("k");
      assertThat(refused.isGranted() || refused.isHeld()).isFalse();
      assertThat(refused.remaining()).isZero();
      refused.close();
      assertThat(one.blocking().tryAcquire("elsewhere", 3).isGranted()).isTrue();
      two.close();
      two.close();
      assertThat(two.isHeld()).isFalse();
      // a release is sent on the same connection before the next question
      Permit again = one.blocking().tryAcquire("k", 2);
      assertThat(again.isGranted()).isTrue();
      assertThat(members()).isEqualTo(3);
      two.close();
      third.close();
      again.close();
      await(() -> members() == 0);
      assertThat(REDIS.command("EXISTS", KEY)).as("no key is left").isEqualTo("0");
    }
  }

  @Test
  void lease_of_a_holder_that_died_is_over_by_the_servers_time() {
    try (RedisConcurrencyLimiter limiter = limiter(1)) {
      Permit dead = limiter.blocking().tryAcquire("k");
      micros.addAndGet(LEASE.toMillis() * 1000 - 1);
      assertThat(limiter.blocking().tryAcquire("k").isGranted()).isFalse();
      micros.addAndGet(1);
      Permit next = limiter.blocking().tryAcquire("k");
      assertThat(next.isGranted()).isTrue();
      assertThat(members()).as("what is over was removed").isEqualTo(1);
      // the old holder, back again, frees nothing that is not its own
      assertThat(dead.renew().toCompletableFuture().join()).isFalse();
      assertThat(dead.isHeld()).isFalse();
      dead.close();
      assertThat(limiter.blocking().tryAcquire("k").isGranted()).isFalse();
      assertThat(members()).isEqualTo(1);
      next.close();
    }
  }

  @Test
  void renewed_lease_lasts_anew_and_a_closed_one_can_not_be_renewed() {
    try (RedisConcurrencyLimiter limiter = limiter(2)) {
      Permit lease = limiter.blocking().tryAcquire("k", 2);
      for (int i = 0; i < 5; i++) {
        micros.addAndGet(LEASE.toMillis() * 1000 - 1);
        assertThat(lease.renew().toCompletableFuture().join()).isTrue();
        assertThat(limiter.blocking().tryAcquire("k").isGranted()).isFalse();
      }
      lease.close();
      assertThat(lease.renew().toCompletableFuture().join()).isFalse();
      assertThat(limiter.blocking().tryAcquire("k", 2).isGranted()).isTrue();
    }
  }

  @Test
  void lease_that_is_over_can_not_be_renewed_even_if_nobody_took_its_place() {
    try (RedisConcurrencyLimiter limiter = limiter(1)) {
      Permit lease = limiter.blocking().tryAcquire("k");
      micros.addAndGet(LEASE.toMillis() * 1000);
      assertThat(lease.renew().toCompletableFuture().join()).isFalse();
    }
  }

  @Test
  void real_lease_ends_and_its_key_vanishes() {
    try (RedisConcurrencyLimiter limiter =
        RedisConcurrencyLimiter.of(REDIS.client(), "jobs", 1, Duration.ofMillis(150))) {
      await(() -> limiter.blocking().tryAcquire("k").source() == Source.REMOTE);
      await(() -> REDIS.command("EXISTS", KEY).equals("0"));
      Permit lease = limiter.blocking().tryAcquire("k");
      assertThat(lease.isGranted()).isTrue();
      await(() -> !lease.isHeld());
      await(() -> limiter.blocking().tryAcquire("k").isGranted());
    }
  }

  @Test
  void server_clock_that_steps_back_lengthens_no_lease() {
    try (RedisConcurrencyLimiter limiter = limiter(1)) {
      assertThat(limiter.blocking().tryAcquire("k").isGranted()).isTrue();
      micros.addAndGet(-3_600_000_000L);
      assertThat(limiter.blocking().tryAcquire("k").isGranted()).isFalse();
      micros.addAndGet(LEASE.toMillis() * 1000 - 1);
      assertThat(limiter.blocking().tryAcquire("k").isGranted()).isFalse();
      micros.addAndGet(1);
      assertThat(limiter.blocking().tryAcquire("k").isGranted()).isTrue();
    }
  }

  @Test
  void leases_of_other_lengths_are_left_alone() {
    try (RedisConcurrencyLimiter limiter = limiter(2);
        RedisConcurrencyLimiter shorter =
            RedisConcurrencyLimiter.builder(REDIS.client(), "jobs", 2, Duration.ofSeconds(1))
                .withTimeout(Duration.ofMillis(900))
                .withClock(micros::get)
                .build()) {
      Permit longer = limiter.blocking().tryAcquire("k");
      await(() -> shorter.blocking().tryAcquire("k").isGranted());
      micros.addAndGet(2_000_000);
      assertThat(longer.renew().toCompletableFuture().join()).isTrue();
      assertThat(Long.parseLong(REDIS.command("PTTL", KEY))).isGreaterThan(25_000);
      await(() -> shorter.blocking().tryAcquire("k").isGranted());
      assertThat(limiter.blocking().tryAcquire("k").isGranted()).isFalse();
    }
  }

  @Test
  void refusal_writes_nothing_and_costs_one_call() {
    try (RedisConcurrencyLimiter limiter = limiter(1)) {
      assertThat(limiter.blocking().tryAcquire("k").isGranted()).isTrue();
      REDIS.command("CONFIG", "RESETSTAT");
      for (int i = 0; i < 10; i++) {
        assertThat(limiter.blocking().tryAcquire("k").isGranted()).isFalse();
        assertThat(limiter.blocking().tryAcquire("k", 2).isGranted()).isFalse();
        assertThat(limiter.blocking().tryAcquire("k", Integer.MAX_VALUE).isGranted()).isFalse();
      }
      String stats = REDIS.command("INFO", "commandstats");
      assertThat(stats).contains("cmdstat_evalsha:calls=30,");
      assertThat(stats).doesNotContain("cmdstat_zadd", "cmdstat_zrem", "cmdstat_pexpire");
    }
  }

  @Test
  void never_more_than_the_most_at_a_time_under_contention() {
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger worst = new AtomicInteger();
    AtomicInteger granted = new AtomicInteger();
    try (RedisConcurrencyLimiter limiter = limiter(5)) {
      List<CompletableFuture<Void>> all = new ArrayList<>();
      for (int i = 0; i < 500; i++) {
        int permits = 1 + i % 3;
        all.add(
            limiter
                .tryAcquire("k", permits)
                .thenAccept(
                    lease -> {
                      if (lease.isGranted()) {
                        worst.accumulateAndGet(inside.addAndGet(permits), Math::max);
                        granted.incrementAndGet();
                        inside.addAndGet(-permits);
                        lease.close();
                      }
                    })
                .toCompletableFuture());
      }
      all.forEach(CompletableFuture::join);
      assertThat(worst.get()).isBetween(1, 5);
      assertThat(granted.get()).isPositive();
      await(() -> members() == 0);
    }
  }

  @Test
  void grant_that_came_too_late_is_given_back() {
    try (FaultProxy proxy = FaultProxy.to(REDIS.server().port())) {
      RedisClient slow = RedisClient.create("redis://127.0.0.1:" + proxy.port());
      try (RedisConcurrencyLimiter limiter = RedisConcurrencyLimiter.of(slow, "jobs", 1, LEASE)) {
        await(() -> limiter.blocking().tryAcquire("warm").source() == Source.REMOTE);
        proxy.delayReplies(Duration.ofMillis(400));
        REDIS.command("CONFIG", "RESETSTAT");
        Permit unknown = limiter.blocking().tryAcquire("k");
        assertThat(unknown.source()).isEqualTo(Source.FAILED_CLOSED);
        assertThat(unknown.isGranted()).isFalse();
        await(() -> REDIS.command("INFO", "commandstats").contains("cmdstat_zrem:"));
        assertThat(members()).isZero();
      } finally {
        slow.shutdown(Duration.ZERO, Duration.ofSeconds(2));
      }
    }
  }

  @Test
  void calls_beyond_those_that_may_be_pending_are_decided_at_once() {
    try (FaultProxy proxy = FaultProxy.to(REDIS.server().port())) {
      RedisClient slow = RedisClient.create("redis://127.0.0.1:" + proxy.port());
      try (RedisConcurrencyLimiter limiter =
          RedisConcurrencyLimiter.builder(slow, "jobs", 100, LEASE)
              .withTimeout(Duration.ofSeconds(10))
              .withMaxPending(5)
              .build()) {
        Permit held = limiter.blocking().tryAcquire("k");
        assertThat(held.source()).isEqualTo(Source.REMOTE);
        proxy.stall();
        List<CompletableFuture<Permit>> stages = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
          stages.add(limiter.tryAcquire("k").toCompletableFuture());
        }
        assertThat(stages.subList(0, 5)).noneMatch(CompletableFuture::isDone);
        assertThat(stages.subList(5, 10))
            .allMatch(CompletableFuture::isDone)
            .allMatch(stage -> stage.join().source() == Source.FAILED_CLOSED);
        held.close();
        proxy.restore();
        assertThat(stages.subList(0, 5)).allMatch(stage -> stage.join().isGranted());
        stages.forEach(stage -> stage.join().close());
        await(() -> members() == 0);
        assertThat(limiter.blocking().tryAcquire("k").isGranted()).isTrue();
      } finally {
        slow.shutdown(Duration.ZERO, Duration.ofSeconds(2));
      }
    }
  }

  @Test
  void policy_decides_while_redis_is_away_and_a_local_share_is_held_and_closed() {
    try (FaultProxy proxy = FaultProxy.to(REDIS.server().port())) {
      RedisClient cut = RedisClient.create("redis://127.0.0.1:" + proxy.port());
      try (RedisConcurrencyLimiter open =
              RedisConcurrencyLimiter.builder(cut, "jobs", 3, LEASE)
                  .withTimeout(Duration.ofSeconds(5))
                  .withFailurePolicy(FailurePolicy.failOpen())
                  .build();
          RedisConcurrencyLimiter share =
              RedisConcurrencyLimiter.builder(cut, "jobs", 3, LEASE)
                  .withTimeout(Duration.ofSeconds(5))
                  .withFailurePolicy(FailurePolicy.localShare(2))
                  .build()) {
        Permit before = share.blocking().tryAcquire("k");
        proxy.cut();
        await(() -> share.blocking().tryAcquire("other").source() == Source.LOCAL_SHARE);
        await(() -> share.health().status() == Health.Status.DEGRADED || poke(share));
        assertThat(before.renew().toCompletableFuture().join()).isFalse();
        assertThat(before.isHeld()).as("its time is not over").isTrue();
        Permit two = share.blocking().tryAcquire("k", 2);
        assertThat(two.isGranted()).isTrue();
        assertThat(two.renew().toCompletableFuture().join()).isTrue();
        assertThat(share.blocking().tryAcquire("k").isGranted()).isFalse();
        two.close();
        assertThat(share.blocking().tryAcquire("k").isGranted()).isTrue();
        await(() -> open.blocking().tryAcquire("k").source() == Source.FAILED_OPEN);
        assertThat(open.blocking().tryAcquire("k").isGranted()).isTrue();
        proxy.restore();
        await(() -> share.blocking().tryAcquire("back").source() == Source.REMOTE);
        assertThat(share.health().status()).isEqualTo(Health.Status.UP);
      } finally {
        cut.shutdown(Duration.ZERO, Duration.ofSeconds(2));
      }
    }
  }

  @Test
  void mistakes_surface_whatever_the_policy() {
    try (RedisConcurrencyLimiter limiter =
        RedisConcurrencyLimiter.builder(REDIS.client(), "jobs", 1, LEASE)
            .withFailurePolicy(FailurePolicy.failOpen())
            .withTimeout(Duration.ofSeconds(10))
            .build()) {
      REDIS.command("SET", KEY, "x");
      assertThatThrownBy(() -> limiter.blocking().tryAcquire("k"))
          .isInstanceOf(RedisCommandExecutionException.class)
          .hasMessageContaining("WRONGTYPE");
    }
  }

  @Test
  void user_limited_to_a_prefix_needs_few_commands() {
    REDIS.command(
        "ACL SETUSER jobs on >pw ~bartizan:* +evalsha +eval +time +zcount +zrangebyscore +zremrangebyscore +zadd +zscore +zrem +pttl +pexpire +ping"
            .split(" ", -1));
    RedisClient limited = RedisClient.create("redis://jobs:pw@127.0.0.1:" + REDIS.server().port());
    try (RedisConcurrencyLimiter limiter =
        RedisConcurrencyLimiter.builder(limited, "jobs", 1, LEASE)
            .withTimeout(Duration.ofSeconds(10))
            .build()) {
      REDIS.command("SCRIPT", "FLUSH");
      Permit lease = limiter.blocking().tryAcquire("k");
      assertThat(lease.isGranted()).isTrue();
      assertThat(lease.renew().toCompletableFuture().join()).isTrue();
      lease.close();
      assertThat(limiter.blocking().tryAcquire("k").isGranted()).isTrue();
    } finally {
      limited.shutdown(Duration.ZERO, Duration.ofSeconds(2));
    }
  }

  @Test
  void keys_are_hashed_if_so_told() {
    try (RedisConcurrencyLimiter limiter =
        RedisConcurrencyLimiter.builder(REDIS.client(), "jobs", 1, LEASE)
            .withHashedKeys(SecretBytes.copyOf(new byte[32]))
            .withTimeout(Duration.ofSeconds(10))
            .build()) {
      assertThat(limiter.blocking().tryAcquire("api-key-in-the-clear").isGranted()).isTrue();
      assertThat(REDIS.command("KEYS", "*"))
          .startsWith("bartizan:jobs:H:{")
          .doesNotContain("clear");
      assertThat(limiter.toString()).contains("keys hashed", "lease 30 seconds");
    }
  }

  @Test
  void bad_arguments_name_themselves() {
    assertThatThrownBy(() -> RedisConcurrencyLimiter.builder(REDIS.client(), "a b", 1, LEASE))
        .hasMessageContaining("name must be");
    assertThatThrownBy(() -> RedisConcurrencyLimiter.builder(REDIS.client(), "a", 0, LEASE))
        .hasMessageContaining("most is 0");
    assertThatThrownBy(() -> RedisConcurrencyLimiter.builder(REDIS.client(), "a", 10_001, LEASE))
        .hasMessageContaining("most is 10001");
    assertThatThrownBy(() -> RedisConcurrencyLimiter.builder(REDIS.client(), "a", 1, Duration.ZERO))
        .hasMessageContaining("lease is 0,");
    assertThatThrownBy(
            () -> RedisConcurrencyLimiter.of(REDIS.client(), "a", 1, Duration.ofMillis(100)))
        .hasMessageContaining("time-out");
    try (RedisConcurrencyLimiter limiter = limiter(1)) {
      assertThatThrownBy(() -> limiter.tryAcquire("k", 0)).hasMessageContaining("permits is 0");
      assertThat(limiter.blocking().tryAcquire("").isGranted()).as("a key like others").isTrue();
      assertThatThrownBy(() -> limiter.tryAcquire(null)).isInstanceOf(NullPointerException.class);
      limiter.close();
      assertThatThrownBy(() -> limiter.tryAcquire("k")).isInstanceOf(IllegalStateException.class);
      assertThat(limiter.health().status()).isEqualTo(Health.Status.DOWN);
    }
  }

  /** One more call, so that the breaker hears that nothing is connected. */
  private static boolean poke(RedisConcurrencyLimiter limiter) {
    limiter.blocking().tryAcquire("poke").close();
    return false;
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + 20_000_000_000L;
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime() - deadline).as("still waiting").isNegative();
      LockSupport.parkNanos(5_000_000);
    }
  }

  @Test
  void waiting_for_permits_ends_when_they_are_free_and_not_before() {
    try (RedisConcurrencyLimiter limiter = limiter(2)) {
      Permit held = limiter.blocking().tryAcquire("k", 2);
      CompletableFuture<Permit> waiting =
          limiter.acquire("k", 1, Duration.ofMinutes(1)).toCompletableFuture();
      CompletableFuture<Permit> given =
          limiter.acquire("k", 1, Duration.ofMinutes(1)).toCompletableFuture();
      assertThat(given.cancel(false)).isTrue();
      assertThat(limiter.acquire("k", 1, Duration.ofMillis(50)).toCompletableFuture().join())
          .matches(permit -> !permit.isGranted());
      assertThat(waiting).isNotDone();
      assertThat(limiter.acquire("k", 3, Duration.ofMinutes(1)).toCompletableFuture().join())
          .as("more than there are")
          .matches(permit -> !permit.isGranted());
      held.close();
      assertThat(waiting.join().isGranted()).isTrue();
      assertThat(limiter.blocking().tryAcquire("k").isGranted())
          .as("who gave up holds nothing")
          .isTrue();
    }
  }
}
