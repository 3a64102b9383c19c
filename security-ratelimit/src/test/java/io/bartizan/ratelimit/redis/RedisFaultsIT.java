package io.bartizan.ratelimit.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.ratelimit.Limit;
import io.bartizan.tests.Eventually;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Faults in mid-traffic of eight threads. In each: nothing is thrown, the waits are told, the
 * server is found again, and what Redis has charged lies between what callers were told and that
 * plus the checks whose outcome they were not told, each at most once.
 */
@Tag("deep")
class RedisFaultsIT {

  private static final int CAPACITY = 1_000_000;
  private static final Limit LIMIT = Limit.parse(CAPACITY + " burst, 30/d").named("f");

  @RegisterExtension final RedisFixture redis = new RedisFixture();

  /** Something that goes wrong and is put right. */
  private interface Fault {
    void run(Load load) throws InterruptedException;
  }

  private void underLoad(String name, Duration timeout, Fault fault) throws InterruptedException {
    try (RedisRateLimiter limiter =
        RedisRateLimiter.builder(redis.proxied(), LIMIT).withTimeout(timeout).build()) {
      KeyedRateLimiter blocking = limiter.blocking();
      Load load = new Load(blocking, "k", 8);
      try (load) {
        moreAnswers(load, 200);
        fault.run(load);
        long over = System.nanoTime();
        moreAnswers(load, 1);
        double recovery = (System.nanoTime() - over) / 1e9;
        moreAnswers(load, 200);
        load.report(name, recovery);
      }
      assertThat(load.thrown()).isEmpty();
      await(() -> blocking.peek("k", 1).source() == io.bartizan.ratelimit.Decision.Source.REMOTE);
      long charged = CAPACITY - blocking.peek("k", 1).remaining();
      assertThat(charged).isBetween(load.admitted(), load.admitted() + load.unanswered());
    }
  }

  private static void moreAnswers(Load load, long count) {
    long wanted = load.answered() + count;
    await(() -> load.answered() >= wanted);
  }

  private static void morePolicy(Load load, long count) {
    long wanted = load.unanswered() + count;
    await(() -> load.unanswered() >= wanted);
  }

  private static final Duration USUAL = Duration.ofMillis(100);
  private static final Duration LONG = Duration.ofSeconds(10);

  @Test
  void stopped_process_goes_on() throws InterruptedException {
    underLoad(
        "SIGSTOP, SIGCONT",
        USUAL,
        load -> {
          for (int i = 0; i < 3; i++) {
            redis.server().pause();
            morePolicy(load, 100);
            redis.server().resume();
            moreAnswers(load, 50);
          }
        });
  }

  @Test
  void scripts_flushed_all_the_time_cost_no_check() throws InterruptedException {
    underLoad(
        "SCRIPT FLUSH",
        LONG,
        load -> {
          for (int i = 0; i < 50; i++) {
            redis.command("SCRIPT", "FLUSH");
            moreAnswers(load, 20);
          }
          assertThat(load.unanswered()).isZero();
        });
  }

  @Test
  void slow_server_is_waited_for_within_the_time_out() throws InterruptedException {
    underLoad(
        "replies 30 ms late",
        LONG,
        load -> {
          redis.proxy().delayReplies(Duration.ofMillis(30));
          moreAnswers(load, 100);
          assertThat(load.unanswered()).isZero();
          redis.proxy().restore();
        });
  }

  @Test
  void slower_than_the_time_out_is_away() throws InterruptedException {
    underLoad(
        "replies 300 ms late",
        USUAL,
        load -> {
          redis.proxy().delayReplies(Duration.ofMillis(300));
          morePolicy(load, 100);
          redis.proxy().restore();
        });
  }

  @Test
  void connections_that_are_cut_again_and_again() throws InterruptedException {
    underLoad(
        "connection cut, ten times",
        USUAL,
        load -> {
          for (int i = 0; i < 10; i++) {
            redis.proxy().dropConnections();
            moreAnswers(load, 20);
          }
        });
  }

  @Test
  void network_that_goes_silent() throws InterruptedException {
    underLoad(
        "silent network",
        USUAL,
        load -> {
          redis.proxy().stall();
          morePolicy(load, 100);
          redis.proxy().restore();
        });
  }

  @Test
  void replies_that_are_lost() throws InterruptedException {
    underLoad(
        "lost replies",
        USUAL,
        load -> {
          redis.proxy().dropReplies();
          morePolicy(load, 100);
          redis.proxy().restore();
        });
  }

  @Test
  void killed_and_restarted_empty_admits_at_most_its_capacity_again() throws InterruptedException {
    try (RedisRateLimiter limiter =
        RedisRateLimiter.builder(redis.proxied(), Limit.parse("500 burst, 30/d").named("f"))
            .withDenyCache(Duration.ZERO)
            .build()) {
      Load load = new Load(limiter.blocking(), "k", 8);
      try (load) {
        await(() -> load.admitted() == 500);
        moreAnswers(load, 100);
        redis.server().kill();
        morePolicy(load, 100);
        redis.server().restartEmpty();
        long over = System.nanoTime();
        moreAnswers(load, 1);
        double recovery = (System.nanoTime() - over) / 1e9;
        moreAnswers(load, 1000);
        load.report("kill, restart empty", recovery);
      }
      assertThat(load.thrown()).isEmpty();
      // all that was lost was taken again, but for checks whose answer was lost with it
      assertThat(load.admitted()).isBetween(1000 - load.unanswered(), 1000L);
      assertThat(load.admitted()).isGreaterThan(500);
    }
  }

  private static void await(Callable<Boolean> condition) {
    Eventually.within(Duration.ofSeconds(30), "what is awaited comes", condition);
  }
}
