package io.bartizan.ratelimit.prepaid;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.Decision.Source;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.TokenBucket;
import io.bartizan.ratelimit.bucket4j.Bucket4jRateLimiter;
import io.bartizan.ratelimit.redis.RedisRateLimiter;
import io.bartizan.testkit.FaultProxy;
import io.bartizan.testkit.RedisServer;
import io.bartizan.tests.Eventually;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.distributed.proxy.ProxyManager;
import io.github.bucket4j.distributed.proxy.optimization.DelayParameters;
import io.github.bucket4j.distributed.proxy.optimization.Optimizations;
import io.github.bucket4j.redis.lettuce.Bucket4jLettuce;
import io.lettuce.core.RedisClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Lots from a real Redis: several limiters on one key, an outage, a close, a Bucket4j grid. */
class PrepaidRateLimiterIT {

  private static final Limit SLOW = Limit.parse("50000 burst, 1/h").named("slow");
  private static final Duration LONG = Duration.ofSeconds(10);

  private static RedisServer redis;
  private static RedisClient client;

  @BeforeAll
  static void start() {
    redis = RedisServer.start();
    client = RedisClient.create(redis.uri());
    client.connect().close();
  }

  @AfterAll
  static void stop() {
    client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
    redis.close();
  }

  @BeforeEach
  void flush() {
    String unused = redis.command("FLUSHALL");
  }

  private static RedisRateLimiter plain(RedisClient through, Limit limit) {
    return RedisRateLimiter.builder(through, limit)
        .withTimeout(LONG)
        .withDenyCache(Duration.ZERO)
        .build();
  }

  @Test
  void four_limiters_on_one_key_admit_all_there_is_and_no_more() throws InterruptedException {
    List<RedisRateLimiter> plain = new ArrayList<>();
    List<PrepaidRateLimiter> leasing = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    AtomicLong admitted = new AtomicLong();
    AtomicLong fromLots = new AtomicLong();
    for (int i = 0; i < 4; i++) {
      plain.add(plain(client, SLOW));
      leasing.add(PrepaidRateLimiter.of(plain.get(i)));
      KeyedRateLimiter blocking = leasing.get(i).blocking();
      for (int j = 0; j < 2; j++) {
        threads.add(new Thread(() -> takeAll(blocking, admitted, fromLots)));
      }
    }
    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      thread.join();
    }
    leasing.forEach(PrepaidRateLimiter::close);
    long lapsed = leasing.stream().mapToLong(one -> one.counts().lapsed()).sum();
    long left = plain.get(0).blocking().peek("key").remaining();
    plain.forEach(RedisRateLimiter::close);
    assertThat(admitted.get() + lapsed + left).isBetween(50_000L, 50_002L);
    assertThat(admitted.get()).isGreaterThan(49_000);
    assertThat(fromLots.get()).as("of %s", admitted).isGreaterThan(40_000);
  }

  private static void takeAll(KeyedRateLimiter limiter, AtomicLong admitted, AtomicLong fromLots) {
    while (true) {
      Decision decision = limiter.tryAcquire("key");
      if (!decision.isAllowed()) {
        return;
      }
      admitted.incrementAndGet();
      fromLots.addAndGet(decision.source() == Source.PREPAID ? 1 : 0);
    }
  }

  @Test
  void close_gives_back_what_is_held() {
    try (RedisRateLimiter plain = plain(client, SLOW)) {
      PrepaidRateLimiter limiter = PrepaidRateLimiter.builder(plain).withHold(LONG).build();
      for (int i = 0; i < 1000; i++) {
        assertThat(limiter.blocking().tryAcquire("key").isAllowed()).isTrue();
      }
      Eventually.within(
          LONG,
          "a lot is held",
          () ->
              limiter.blocking().tryAcquire("key").source() == Source.PREPAID
                  && limiter.counts().held() > 0);
      PrepaidCounts before = limiter.counts();
      limiter.close();
      PrepaidCounts counts = limiter.counts();
      assertThat(counts.held()).isZero();
      assertThat(counts.returned()).isGreaterThanOrEqualTo(before.held() - 10);
      Decision left = plain.blocking().peek("key");
      assertThat(left.remaining()).isLessThan(49_001);
      assertThat(plain.blocking().tryAcquire("key", left.remaining()).isAllowed()).isTrue();
    }
  }

  @Test
  void idle_lot_goes_back_by_itself() {
    try (RedisRateLimiter plain = plain(client, SLOW);
        PrepaidRateLimiter limiter = PrepaidRateLimiter.of(plain)) {
      for (int i = 0; i < 2000; i++) {
        assertThat(limiter.blocking().tryAcquire("key").isAllowed()).isTrue();
      }
      assertThat(limiter.counts().lots()).isPositive();
      Eventually.within(
          LONG,
          () -> {
            assertThat(limiter.counts().held()).isZero();
            assertThat(plain.blocking().peek("key").remaining())
                .isBetween(48_000 - limiter.counts().lapsed(), 48_000L);
          });
    }
  }

  @Test
  void outage_falls_to_the_policy_once_the_lots_are_used_and_ends() {
    Limit wide = Limit.parse("1000000 burst, 1000/s").named("wide");
    try (FaultProxy proxy = FaultProxy.to(redis.port())) {
      RedisClient through = RedisClient.create("redis://127.0.0.1:" + proxy.port());
      try (RedisRateLimiter plain =
              RedisRateLimiter.builder(through, wide).withTimeout(Duration.ofSeconds(1)).build();
          PrepaidRateLimiter limiter = PrepaidRateLimiter.of(plain)) {
        KeyedRateLimiter blocking = limiter.blocking();
        Eventually.within(
            LONG, "a lot has come", () -> blocking.tryAcquire("key").source() == Source.PREPAID);
        proxy.cut();
        Eventually.within(
            LONG,
            () -> {
              Decision decision = blocking.tryAcquire("key");
              assertThat(decision.source()).isEqualTo(Source.FAILED_CLOSED);
              assertThat(decision.isAllowed()).isFalse();
            });
        proxy.restore();
        Eventually.within(
            LONG, "lots come again", () -> blocking.tryAcquire("key").source() == Source.PREPAID);
      } finally {
        through.shutdown(Duration.ZERO, Duration.ofSeconds(2));
      }
    }
  }

  @Test
  void bucket4j_grid_is_a_shared_limiter_too() {
    ProxyManager<String> grid =
        Bucket4jLettuce.casBasedBuilder(client)
            .build()
            .withMapper((String key) -> key.getBytes(StandardCharsets.UTF_8));
    Bucket4jRateLimiter plain = Bucket4jRateLimiter.of(grid, (TokenBucket) SLOW, LONG);
    try (PrepaidRateLimiter limiter = PrepaidRateLimiter.of(plain)) {
      AtomicLong admitted = new AtomicLong();
      AtomicLong fromLots = new AtomicLong();
      takeAll(limiter.blocking(), admitted, fromLots);
      assertThat(admitted.get()).isBetween(50_000 - limiter.counts().lapsed() - 1, 50_002L);
      assertThat(fromLots.get()).isGreaterThan(45_000);
    }
  }

  /** The fastest of Bucket4j's optimizations, beside lots, on the same traffic. */
  @Test
  void bucket4j_delaying_admits_more_than_the_limit_where_lots_do_not() {
    ProxyManager<String> grid =
        Bucket4jLettuce.casBasedBuilder(client)
            .build()
            .withMapper((String key) -> key.getBytes(StandardCharsets.UTF_8));
    BucketConfiguration limit =
        BucketConfiguration.builder()
            .addLimit(l -> l.capacity(50_000).refillGreedy(1, Duration.ofHours(1)))
            .build();
    DelayParameters delay = new DelayParameters(50_000 / 16, Duration.ofMillis(500));
    List<Bucket> proxies = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      proxies.add(
          grid.builder()
              .withOptimization(Optimizations.delaying(delay))
              .build("delayed", () -> limit));
    }
    long delayed = inTurns(4, i -> proxies.get(i).tryConsume(1));

    try (RedisRateLimiter plain = plain(client, SLOW)) {
      List<PrepaidRateLimiter> leasing = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        leasing.add(PrepaidRateLimiter.of(plain));
      }
      long leased = inTurns(4, i -> leasing.get(i).blocking().tryAcquire("key").isAllowed());
      leasing.forEach(PrepaidRateLimiter::close);
      System.getLogger("deep")
          .log(
              System.Logger.Level.INFO,
              "of 50,000 permits four users admit {0} with Bucket4j''s delaying, {1} with lots",
              delayed,
              leased);
      assertThat(delayed).isGreaterThan(50_001);
      assertThat(leased).isBetween(48_000L, 50_001L);
    }
  }

  /** Until a hundred turns are refused to all. */
  private static long inTurns(int users, IntPredicate admits) {
    long admitted = 0;
    for (int refused = 0, i = 0; refused < 100 * users; i++) {
      if (admits.test(i % users)) {
        admitted++;
        refused = 0;
      } else {
        refused++;
      }
    }
    return admitted;
  }

  @Test
  @Tag("deep")
  void four_processes_stay_within_the_bound_that_is_stated() throws Exception {
    long capacity = 4000;
    long rate = 4000;
    List<Process> processes = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      processes.add(
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-Xmx128m",
                  "-XX:TieredStopAtLevel=1",
                  "-cp",
                  System.getProperty("java.class.path"),
                  PrepaidProcess.class.getName(),
                  redis.uri(),
                  capacity + " burst, " + rate + "/s",
                  "5000")
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start());
    }
    List<Admitted> admitted = new ArrayList<>();
    for (Process process : processes) {
      String lines = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).isZero();
      lines.lines().map(Admitted::parse).forEach(admitted::add);
    }
    admitted.sort(Comparator.comparingLong(Admitted::after));
    long first = admitted.stream().mapToLong(Admitted::before).min().orElseThrow();
    long last = admitted.get(admitted.size() - 1).after();
    long most = Long.MIN_VALUE;
    for (long from = first; from < last; from += 10_000) {
      long within = 0;
      for (Admitted each : admitted) {
        if (each.before() >= from) { // decided between here and its end, wherever that was
          within++;
          long plain = capacity + rate * (each.after() - from) / 1_000_000;
          most = Math.max(most, within - plain);
        }
      }
    }
    long fromLots = admitted.stream().filter(Admitted::isFromLot).count();
    System.getLogger("deep")
        .log(
            System.Logger.Level.INFO,
            "4 JVMs on {0}/s: {1} admitted, {2} of them from lots; in any time {3} more than the"
                + " plain bound, {4} by which it may be more",
            rate,
            admitted.size(),
            fromLots,
            most,
            rate / 2);
    assertThat(most).as("beyond the plain bound").isLessThanOrEqualTo(rate / 2 + 1);
    assertThat(admitted).hasSizeGreaterThan((int) (capacity + rate * 3));
    assertThat(fromLots).isGreaterThan(1000);
  }

  /** An admitted check of {@link PrepaidProcess}, decided between these microseconds. */
  private record Admitted(long before, long after, boolean isFromLot) {
    static Admitted parse(String line) {
      String[] words = line.split(" ", -1);
      return new Admitted(
          Long.parseLong(words[0]), Long.parseLong(words[1]), Boolean.parseBoolean(words[2]));
    }
  }
}
