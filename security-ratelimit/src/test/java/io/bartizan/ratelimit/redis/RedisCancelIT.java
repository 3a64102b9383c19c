package io.bartizan.ratelimit.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.Health;
import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.Decision.Source;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.Permit;
import io.bartizan.ratelimit.Reservation;
import io.bartizan.tests.Eventually;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Callers that leave, and clients and limiters that close in any order. */
class RedisCancelIT {

  private static final Duration SOON = Duration.ofSeconds(20);
  private static final Limit ONE_A_SECOND = Limit.parse("1 burst, 1/min").named("q");

  @RegisterExtension final RedisFixture redis = new RedisFixture();

  private RedisRateLimiter limiter(Limit limit) {
    return RedisRateLimiter.builder(redis.proxied(), limit)
        .withTimeout(Duration.ofSeconds(5))
        .withDenyCache(Duration.ZERO)
        .build();
  }

  @Test
  void RL11_cancelled_waits_give_their_places_back() {
    try (RedisRateLimiter limiter = limiter(ONE_A_SECOND)) {
      assertThat(limiter.blocking().tryAcquire("k").isAllowed()).isTrue();
      List<CompletableFuture<?>> waits = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        waits.add(limiter.acquire("k", 1, Duration.ofHours(1)).toCompletableFuture());
        waits.add(limiter.reserve("k", 1, Duration.ofHours(1)).toCompletableFuture());
      }
      Eventually.within(SOON, "all are queued", () -> next(limiter) > 9 * 60);
      for (int i = 0; i < waits.size(); i += 2) {
        assertThat(waits.get(i).cancel(true)).isTrue();
        assertThat(waits.get(i).cancel(true)).isTrue();
        Reservation reserved = (Reservation) waits.get(i + 1).join();
        reserved.cancel();
        reserved.cancel();
      }
      Eventually.within(SOON, "their places are free", () -> next(limiter) <= 60);
      assertThat(next(limiter)).isGreaterThan(0);
    }
  }

  private static long next(RedisRateLimiter limiter) {
    Decision decision = limiter.blocking().peek("k", 1);
    return decision.retryAfter().toSeconds();
  }

  @Test
  void RL11_check_that_is_cancelled_under_way_gives_back_what_it_took() {
    Limit limit = Limit.parse("10 burst, 10/h").named("c");
    try (RedisRateLimiter limiter = limiter(limit)) {
      assertThat(limiter.blocking().tryAcquire("k").remaining()).isEqualTo(9);
      redis.proxy().delayReplies(Duration.ofMillis(200));
      List<CompletableFuture<?>> left = new ArrayList<>();
      left.add(limiter.tryAcquire("k", 3).toCompletableFuture());
      left.add(limiter.reserve("k", 2, Duration.ZERO).toCompletableFuture());
      left.add(limiter.acquire("k", 2, Duration.ZERO).toCompletableFuture());
      left.forEach(stage -> assertThat(stage.cancel(true)).isTrue());
      CompletableFuture<Decision> bored =
          limiter.tryAcquire("k", 2).toCompletableFuture().orTimeout(1, TimeUnit.MILLISECONDS);
      Eventually.within(SOON, "it times out", bored::isCompletedExceptionally);
      redis.proxy().restore();
      Eventually.within(
          SOON, "all is given back", () -> limiter.blocking().peek("k", 1).remaining() == 9);
    }
  }

  @Test
  void RL11_callers_that_leave_are_no_failure_of_the_server() {
    Limit limit = Limit.parse("1000 burst, 1000/h").named("n");
    try (RedisRateLimiter limiter =
        RedisRateLimiter.builder(redis.proxied(), limit)
            .withTimeout(Duration.ofMillis(150))
            .withCoalescing(false)
            .build()) {
      assertThat(limiter.blocking().tryAcquire("k").source()).isEqualTo(Source.REMOTE);
      redis.proxy().stall();
      for (int i = 0; i < 20; i++) {
        assertThat(limiter.tryAcquire("k").toCompletableFuture().cancel(true)).isTrue();
      }
      Eventually.within(
          SOON, "they are let go", () -> limiter.health().detail().contains(" 0 checks are"));
      assertThat(limiter.health().status()).isEqualTo(Health.Status.UP);
      redis.proxy().restore();
      Eventually.within(
          SOON,
          "Redis decides",
          () -> limiter.blocking().tryAcquire("k").source() == Source.REMOTE);
    }
  }

  /** As when a load balancer drops its clients: each had asked for a permit and left. */
  @Test
  @Tag("deep")
  void RL11_hundred_thousand_cancelled_callers_leave_nothing_behind() {
    Limit limit = Limit.parse("1000000 burst, 100000/365d").named("n");
    int callers = 100_000;
    try (RedisRateLimiter limiter =
        RedisRateLimiter.builder(redis.client(), limit)
            .withTimeout(Duration.ofSeconds(10))
            .build()) {
      assertThat(limiter.blocking().tryAcquire("k").remaining()).isEqualTo(999_999);
      int left = 0;
      long start = System.nanoTime();
      for (int i = 0; i < callers; i++) {
        left += limiter.tryAcquire("k").toCompletableFuture().cancel(true) ? 1 : 0;
      }
      long gone = System.nanoTime() - start;
      long answered = (long) callers - left; // before it was cancelled
      Eventually.within(
          Duration.ofSeconds(60),
          "all that was taken is given back",
          () -> limiter.blocking().peek("k").remaining() == 999_999 - answered);
      long back = System.nanoTime() - start;
      assertThat(left).isGreaterThan(callers / 2);
      assertThat(limiter.health().status()).isEqualTo(Health.Status.UP);
      assertThat(limiter.health().detail()).contains(" 0 checks are pending, 0 were decided");
      System.getLogger("deep")
          .log(
              System.Logger.Level.INFO,
              "{0} of {1} callers cancelled in {2} ms, all given back after {3} ms",
              left,
              callers,
              gone / 1_000_000,
              back / 1_000_000);
    }
  }

  @Test
  void RL11_cancelled_leases_are_given_back() {
    try (RedisConcurrencyLimiter leases =
        RedisConcurrencyLimiter.builder(redis.proxied(), "jobs", 2, Duration.ofMinutes(1))
            .withTimeout(Duration.ofSeconds(5))
            .build()) {
      assertThat(leases.blocking().tryAcquire("k").isGranted()).isTrue();
      redis.proxy().delayReplies(Duration.ofMillis(100));
      assertThat(leases.tryAcquire("k").toCompletableFuture().cancel(true)).isTrue();
      redis.proxy().restore();
      Eventually.within(
          SOON,
          "it is free",
          () -> {
            Permit permit = leases.blocking().tryAcquire("k");
            permit.close();
            permit.close();
            return permit.isGranted();
          });
    }
  }

  @Test
  void RL11_client_that_is_shut_down_first_leaves_each_caller_a_decision() throws Exception {
    try (RedisRateLimiter limiter = limiter(Limit.parse("5 burst, 1/min").named("s"));
        RedisConcurrencyLimiter leases =
            RedisConcurrencyLimiter.builder(redis.proxied(), "jobs", 2, Duration.ofMinutes(1))
                .withTimeout(Duration.ofSeconds(5))
                .build()) {
      Reservation reserved = limiter.blocking().reserve("r", 1, Duration.ZERO);
      Permit held = leases.blocking().tryAcquire("k", 2);
      assertThat(held.isGranted()).isTrue();
      CompletableFuture<Permit> waiting =
          leases.acquire("k", 1, Duration.ofMinutes(1)).toCompletableFuture();
      assertThat(limiter.blocking().tryAcquire("w", 5).isAllowed()).isTrue();
      CompletableFuture<Decision> promised =
          limiter.acquire("w", 1, Duration.ofMinutes(2)).toCompletableFuture();
      Eventually.within(
          SOON,
          "it is promised",
          () -> limiter.blocking().peek("w", 1).retryAfter().toSeconds() > 61);
      redis.proxy().stall();
      List<CompletableFuture<Decision>> stages = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        stages.add(limiter.tryAcquire("k" + i).toCompletableFuture());
      }
      RedisFixture.shutDown(redis.proxied());
      for (int i = 0; i < 6; i++) {
        stages.add(limiter.tryAcquire("l" + i).toCompletableFuture());
      }
      reserved.cancel();
      limiter.close();
      leases.close();
      for (CompletableFuture<Decision> stage : stages) {
        assertThat(stage.get(20, TimeUnit.SECONDS).source()).isEqualTo(Source.FAILED_CLOSED);
      }
      assertThat(promised.get(20, TimeUnit.SECONDS).isAllowed()).isFalse();
      assertThat(waiting.get(20, TimeUnit.SECONDS).isGranted()).isFalse();
      reserved.cancel();
      held.close();
      held.close();
      limiter.close();
    }
  }

  /** Their questions end while the timer does, which would have asked again. */
  @Test
  void RL11_limiter_that_is_closed_while_its_waits_ask_leaves_each_a_decision() throws Exception {
    List<CompletableFuture<Permit>> waits = new ArrayList<>();
    for (int round = 0; round < 20; round++) {
      try (RedisConcurrencyLimiter leases =
          RedisConcurrencyLimiter.builder(redis.proxied(), "jobs", 2, Duration.ofMinutes(1))
              .withTimeout(Duration.ofSeconds(5))
              .build()) {
        assertThat(leases.health().status()).isEqualTo(Health.Status.UP);
        redis.proxy().stall();
        for (int i = 0; i < 20; i++) {
          waits.add(leases.acquire("k" + i, 1, Duration.ofHours(1)).toCompletableFuture());
        }
      }
      redis.proxy().restore();
    }
    for (CompletableFuture<Permit> wait : waits) {
      assertThat(wait.get(20, TimeUnit.SECONDS).isGranted()).isFalse();
    }
  }
}
