package io.bartizan.ratelimit.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.Decision.Source;
import io.bartizan.ratelimit.Limit;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Checks of unlike limiters that travel in one call of the script. */
class RedisSharedCallsIT {

  private static final Duration LONG = Duration.ofSeconds(10);

  @RegisterExtension final RedisFixture redis = new RedisFixture();

  private final List<RedisRateLimiter> limiters = new ArrayList<>();

  @AfterEach
  void close() {
    limiters.forEach(RedisRateLimiter::close);
  }

  private RedisRateLimiter limiter(RedisClient client, Limit limit, boolean coalescing) {
    RedisRateLimiter made =
        RedisRateLimiter.builder(client, limit)
            .withTimeout(LONG)
            .withDenyCache(Duration.ZERO)
            .withCoalescing(coalescing)
            .build();
    limiters.add(made);
    return made;
  }

  private List<RedisRateLimiter> limiters(List<Limit> limits, boolean coalescing) {
    return limits.stream().map(limit -> limiter(redis.client(), limit, coalescing)).toList();
  }

  @Test
  void RL14_twenty_limiters_with_unlike_numbers_need_as_many_calls_as_one() {
    List<Limit> unlike =
        IntStream.rangeClosed(1, 20)
            .mapToObj(i -> Limit.parse(100 * i + " burst, 1/h").named("n" + i))
            .toList();
    List<RedisRateLimiter> twenty = limiters(unlike, true);
    for (RedisRateLimiter each : twenty) {
      assertThat(each.blocking().peek("k", 1).source()).isEqualTo(Source.REMOTE);
    }
    long before = redis.scriptCalls();
    redis.server().pause();
    List<CompletableFuture<Decision>> stages = new ArrayList<>();
    for (int check = 0; check < 200; check++) {
      stages.add(twenty.get(check % 20).tryAcquire("k").toCompletableFuture());
    }
    redis.server().resume();
    for (int check = 0; check < 200; check++) {
      int used = check / 20 + 1;
      assertThat(stages.get(check).join().remaining()).isEqualTo(100L * (check % 20 + 1) - used);
    }
    assertThat(redis.scriptCalls() - before)
        .as("the first alone, then the others")
        .isLessThanOrEqualTo(4);
  }

  @Test
  void RL14_whatever_travels_together_is_decided_as_if_alone() {
    List<String> limits =
        List.of(
            "5 burst, 1/365d",
            "5 burst, 1/365d",
            "9 burst, 1/365d",
            "6 burst, 1/365d, in steps",
            "8 burst, 1/365d, in steps",
            "5/365d from first request",
            "7/365d from first request",
            "5/365d fixed",
            "7/365d fixed",
            "5/365d sliding counter",
            "7/365d sliding counter",
            "5/365d sliding",
            "7/365d sliding",
            "9/365d sliding",
            "4/month in UTC",
            "5/month in UTC");
    List<RedisRateLimiter> shared = limiters(named(limits, "t"), true);
    List<RedisRateLimiter> single = limiters(named(limits, "a"), false);
    Random random = new Random(20261129);
    for (int round = 0; round < 40; round++) {
      List<CompletableFuture<?>> together = new ArrayList<>();
      List<CompletableFuture<?>> alone = new ArrayList<>();
      redis.server().pause();
      for (int check = 0; check < 60; check++) {
        int index = random.nextInt(limits.size());
        int verb = random.nextInt(10);
        long permits = random.nextLong(1, 4);
        String key = "k" + random.nextInt(3);
        together.add(ask(shared.get(index), verb, key, permits));
        alone.add(ask(single.get(index), verb, key, permits));
      }
      redis.server().resume();
      for (int check = 0; check < together.size(); check++) {
        assertThat(told(together.get(check))).isEqualTo(told(alone.get(check)));
      }
    }
  }

  private static List<Limit> named(List<String> limits, String prefix) {
    return IntStream.range(0, limits.size())
        .mapToObj(i -> Limit.parse(limits.get(i)).named(prefix + i))
        .toList();
  }

  private static CompletableFuture<?> ask(
      RedisRateLimiter limiter, int verb, String key, long permits) {
    return switch (verb) {
      case 0 -> limiter.peek(key, permits).toCompletableFuture();
      case 1 -> limiter.charge(key, permits).toCompletableFuture();
      case 2, 3 -> limiter.refund(key, permits).toCompletableFuture();
      default -> limiter.tryAcquire(key, permits).toCompletableFuture();
    };
  }

  private static String told(CompletableFuture<?> stage) {
    return stage.join() instanceof Decision decision
        ? decision.source() + " " + decision.isAllowed() + " " + decision.remaining()
        : "given back";
  }

  @Test
  void RL09_limiter_whose_keys_the_user_may_not_use_fails_no_one_else() {
    redis.command("ACL SETUSER some on >pw ~bartizan:mine* +@all".split(" ", -1));
    RedisClient client = RedisClient.create("redis://some:pw@127.0.0.1:" + redis.server().port());
    try {
      RedisRateLimiter mine = limiter(client, Limit.parse("1000 burst, 1/h").named("mine"), true);
      RedisRateLimiter other = limiter(client, Limit.parse("1000 burst, 1/h").named("other"), true);
      assertThat(mine.blocking().tryAcquire("k").isAllowed()).isTrue();
      for (int round = 1; round <= 10; round++) {
        List<CompletableFuture<Decision>> good = new ArrayList<>();
        List<CompletableFuture<Decision>> bad = new ArrayList<>();
        redis.server().pause();
        for (int check = 0; check < 20; check++) {
          good.add(mine.tryAcquire("k").toCompletableFuture());
          bad.add(other.tryAcquire("k").toCompletableFuture());
        }
        redis.server().resume();
        for (int check = 0; check < 20; check++) {
          assertThat(good.get(check).join().remaining())
              .as("charged once")
              .isEqualTo(999 - 20 * (round - 1) - check - 1);
          assertThatThrownBy(bad.get(check)::join)
              .isInstanceOf(CompletionException.class)
              .hasCauseInstanceOf(RedisCommandExecutionException.class)
              .hasMessageContaining("NOPERM");
        }
      }
    } finally {
      close();
      limiters.clear();
      RedisFixture.shutDown(client);
    }
  }
}
