package io.bartizan.ratelimit.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.ratelimit.Permit;
import io.bartizan.ratelimit.Decision.Source;
import io.bartizan.testkit.RedisSentinel;
import io.lettuce.core.RedisClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Leases under faults in mid-traffic of eight threads. In each: nothing is thrown, no call is left
 * waiting, never more permits are held than may be (twice as many where all data was lost), the
 * server is found again, and when the traffic is over every permit is free within a lease.
 */
@Tag("deep")
class RedisLeaseFaultsIT {

  private static final int MOST = 4;
  private static final Duration LEASE = Duration.ofSeconds(3);
  private static final Duration USUAL = Duration.ofMillis(100);
  private static final Duration LONG = Duration.ofMillis(2900);
  private static final String KEY = "bartizan:jobs:H:{k}";

  @RegisterExtension final RedisFixture redis = new RedisFixture();

  private RedisConcurrencyLimiter limiter(int most, Duration lease, Duration timeout) {
    return RedisConcurrencyLimiter.builder(redis.proxied(), "jobs", most, lease)
        .withTimeout(timeout)
        .build();
  }

  /** Something that goes wrong and is put right. */
  private interface Fault {
    void run(LeaseLoad load) throws InterruptedException;
  }

  private void underLoad(String name, Duration timeout, int bound, Fault fault)
      throws InterruptedException {
    try (RedisConcurrencyLimiter limiter = limiter(MOST, LEASE, timeout)) {
      LeaseLoad load = new LeaseLoad(limiter, "k", 8);
      try (load) {
        more(load::granted, 50);
        fault.run(load);
        long over = System.nanoTime();
        more(load::answered, 1);
        double recovery = (System.nanoTime() - over) / 1e9;
        // what was granted without the holder's knowledge is free again when its lease is over
        more(load::granted, 50);
        load.report(name, recovery);
      }
      assertThat(load.thrown()).isEmpty();
      if (load.overstayed() == 0) {
        assertThat(load.mostInside()).isBetween(2L, (long) bound);
      }
      await(() -> redis.command("EXISTS", KEY).equals("0"));
      await(() -> limiter.blocking().tryAcquire("k", MOST).isGranted());
    }
  }

  private static void more(LongSupplier count, long more) {
    long wanted = count.getAsLong() + more;
    await(() -> count.getAsLong() >= wanted);
  }

  @Test
  void stopped_process_goes_on() throws InterruptedException {
    underLoad(
        "SIGSTOP, SIGCONT",
        USUAL,
        MOST,
        load -> {
          for (int i = 0; i < 3; i++) {
            redis.server().pause();
            more(load::unanswered, 100);
            redis.server().resume();
            more(load::answered, 50);
          }
        });
  }

  @Test
  void scripts_flushed_all_the_time_cost_no_call() throws InterruptedException {
    underLoad(
        "SCRIPT FLUSH",
        LONG,
        MOST,
        load -> {
          for (int i = 0; i < 50; i++) {
            redis.command("SCRIPT", "FLUSH");
            more(load::answered, 20);
          }
          assertThat(load.unanswered()).isZero();
        });
  }

  @Test
  void connections_that_are_cut_again_and_again() throws InterruptedException {
    underLoad(
        "connection cut, ten times",
        USUAL,
        MOST,
        load -> {
          for (int i = 0; i < 10; i++) {
            redis.proxy().dropConnections();
            more(load::answered, 20);
          }
        });
  }

  @Test
  void slower_than_the_time_out_is_away() throws InterruptedException {
    underLoad(
        "replies 300 ms late",
        USUAL,
        MOST,
        load -> {
          redis.proxy().delayReplies(Duration.ofMillis(300));
          more(load::unanswered, 100);
          redis.proxy().restore();
        });
  }

  @Test
  void replies_that_are_lost() throws InterruptedException {
    underLoad(
        "lost replies",
        USUAL,
        MOST,
        load -> {
          redis.proxy().dropReplies();
          more(load::unanswered, 100);
          redis.proxy().restore();
        });
  }

  @Test
  void killed_and_restarted_empty_grants_at_most_as_many_again() throws InterruptedException {
    underLoad(
        "kill, restart empty",
        USUAL,
        2 * MOST,
        load -> {
          redis.server().kill();
          more(load::unanswered, 100);
          redis.server().restartEmpty();
        });
  }

  @Test
  void lease_of_a_server_that_restarted_empty_frees_nothing_of_others() {
    try (RedisConcurrencyLimiter limiter = limiter(2, Duration.ofMinutes(1), USUAL)) {
      await(() -> limiter.blocking().tryAcquire("warm").source() == Source.REMOTE);
      Permit lost = limiter.blocking().tryAcquire("k", 2);
      assertThat(lost.isGranted()).isTrue();
      redis.server().kill();
      redis.server().restartEmpty();
      Permit next = onceGranted(limiter, 2);
      assertThat(lost.isHeld()).as("it can't know; two holders for a lost write").isTrue();
      await(() -> !lost.renew().toCompletableFuture().join() && !lost.isHeld());
      lost.close();
      assertThat(granted(limiter, 1)).isFalse();
      next.close();
      await(() -> granted(limiter, 2));
    }
  }

  @Test
  void stop_that_is_longer_than_a_lease_ends_it_for_its_holder_first() {
    Duration lease = Duration.ofMillis(600);
    try (RedisConcurrencyLimiter limiter = limiter(1, lease, USUAL)) {
      await(() -> limiter.blocking().tryAcquire("warm").source() == Source.REMOTE);
      Permit first = onceGranted(limiter, 1);
      redis.server().pause();
      boolean renewed = first.renew().toCompletableFuture().join();
      assertThat(renewed).isFalse();
      await(() -> !first.isHeld());
      redis.server().resume();
      Permit next = onceGranted(limiter, 1);
      assertThat(first.isHeld()).as("never two holders").isFalse();
      assertThat(first.renew().toCompletableFuture().join()).isFalse();
      first.close();
      first.close();
      // whoever asks now is refused until the second lease is over or closed, not before
      boolean third = granted(limiter, 1);
      assertThat(third && next.isHeld()).isFalse();
    }
  }

  @Test
  void renewal_survives_a_stop_that_is_shorter_than_the_lease() {
    Duration lease = Duration.ofSeconds(20);
    try (RedisConcurrencyLimiter limiter = limiter(1, lease, USUAL)) {
      await(() -> limiter.blocking().tryAcquire("warm").source() == Source.REMOTE);
      Permit held = limiter.blocking().tryAcquire("k");
      assertThat(held.isGranted()).isTrue();
      redis.server().pause();
      for (int i = 0; i < 5; i++) {
        assertThat(held.renew().toCompletableFuture().join()).as("not known").isFalse();
        assertThat(held.isHeld()).isTrue();
      }
      redis.server().resume();
      await(() -> held.renew().toCompletableFuture().join());
      assertThat(held.isHeld()).isTrue();
      assertThat(granted(limiter, 1)).isFalse();
    }
  }

  @Test
  void failover_that_loses_leases_grants_at_most_as_many_again() {
    try (RedisSentinel sentinel = RedisSentinel.start()) {
      RedisClient failing = RedisClient.create(sentinel.uri());
      try (RedisConcurrencyLimiter limiter =
          RedisConcurrencyLimiter.builder(failing, "jobs", MOST, Duration.ofMinutes(5))
              .withTimeout(Duration.ofSeconds(1))
              .build()) {
        await(() -> limiter.blocking().tryAcquire("warm").source() == Source.REMOTE);
        Permit kept = limiter.blocking().tryAcquire("k", 1);
        assertThat(kept.isGranted()).isTrue();
        sentinel.first().command("WAIT", "1", "5000");
        // from here on the replica hears nothing, for it does not know the password
        sentinel.first().command("CONFIG", "SET", "requirepass", "unknown-to-the-replica");
        sentinel.first().command("CLIENT", "KILL", "TYPE", "replica");
        Permit lost = limiter.blocking().tryAcquire("k", MOST - 1);
        assertThat(lost.isGranted()).isTrue();
        assertThat(granted(limiter, 1)).isFalse();
        long start = System.nanoTime();
        sentinel.first().kill();
        sentinel.awaitPromotion();
        await(() -> limiter.blocking().tryAcquire("probe").source() == Source.REMOTE);
        double outage = (System.nanoTime() - start) / 1e9;
        System.getLogger("deep")
            .log(System.Logger.Level.INFO, "leases, failover: back after " + outage + " s");
        Permit again = limiter.blocking().tryAcquire("k", MOST - 1);
        assertThat(again.isGranted()).as("what was lost, once more").isTrue();
        assertThat(granted(limiter, 1)).as("and what was replicated is held").isFalse();
        assertThat(kept.renew().toCompletableFuture().join()).isTrue();
        assertThat(lost.renew().toCompletableFuture().join()).isFalse();
        assertThat(lost.isHeld()).isFalse();
        lost.close();
        assertThat(granted(limiter, 1)).as("a lost lease frees nothing").isFalse();
        again.close();
        assertThat(granted(limiter, MOST - 1)).isTrue();
      } finally {
        failing.shutdown(Duration.ZERO, Duration.ofSeconds(2));
      }
    }
  }

  /** Whether permits are to be had now; asks until Redis has answered. */
  private static boolean granted(RedisConcurrencyLimiter limiter, int permits) {
    List<Permit> leases = new ArrayList<>();
    await(
        () -> {
          Permit lease = limiter.blocking().tryAcquire("k", permits);
          leases.add(lease);
          return lease.source() == Source.REMOTE;
        });
    return leases.get(leases.size() - 1).isGranted();
  }

  /** The first lease that is granted. */
  private static Permit onceGranted(RedisConcurrencyLimiter limiter, int permits) {
    List<Permit> leases = new ArrayList<>();
    await(
        () -> {
          Permit lease = limiter.blocking().tryAcquire("k", permits);
          leases.add(lease);
          return lease.isGranted();
        });
    return leases.get(leases.size() - 1);
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + 30_000_000_000L;
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime() - deadline).as("still waiting").isNegative();
      LockSupport.parkNanos(1_000_000);
    }
  }
}
