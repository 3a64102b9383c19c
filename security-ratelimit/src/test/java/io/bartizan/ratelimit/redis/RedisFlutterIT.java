package io.bartizan.ratelimit.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.Health;
import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.Decision.Source;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.RateLimitListener;
import io.bartizan.tests.Eventually;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** States that last, in which a server answers {@code PING} and refuses every write. */
@Tag("deep")
class RedisFlutterIT {

  private static final Duration SOON = Duration.ofSeconds(20);
  private static final Limit LIMIT = Limit.parse("1000000 burst, 1000000/s").named("f");

  @RegisterExtension final RedisFixture redis = new RedisFixture();

  private static final class Told implements RateLimitListener {
    final AtomicInteger lost = new AtomicInteger();
    final AtomicInteger found = new AtomicInteger();

    @Override
    public void decided(Verb verb, Decision decision) {}

    @Override
    public void serverLost(String server, String reason) {
      lost.incrementAndGet();
    }

    @Override
    public void serverFound(String server) {
      found.incrementAndGet();
    }
  }

  private long connectionsMade() {
    return number("stats", "total_connections");
  }

  private long number(String section, String name) {
    return Long.parseLong(
        redis
            .command("INFO", section)
            .lines()
            .filter(line -> line.startsWith(name))
            .findAny()
            .orElseThrow()
            .replaceAll("[^0-9]", ""));
  }

  @ParameterizedTest
  @CsvSource({
    "CONFIG SET maxmemory 1, CONFIG SET maxmemory 0",
    "REPLICAOF 127.0.0.1 1, REPLICAOF NO ONE",
    "CONFIG SET min-replicas-to-write 1, CONFIG SET min-replicas-to-write 0"
  })
  void RL08_state_that_lasts_is_told_once_and_costs_few_connections(String begin, String end)
      throws InterruptedException {
    Told told = new Told();
    Told toldLeases = new Told();
    try (RedisRateLimiter limiter =
            RedisRateLimiter.builder(redis.client(), LIMIT)
                .withFailurePolicy(FailurePolicy.failOpen())
                .withTimeout(Duration.ofSeconds(2))
                .withListener(told)
                .build();
        RedisConcurrencyLimiter leases =
            RedisConcurrencyLimiter.builder(redis.client(), "j", 10_000, Duration.ofSeconds(30))
                .withFailurePolicy(FailurePolicy.failOpen())
                .withTimeout(Duration.ofSeconds(2))
                .withListener(toldLeases)
                .build()) {
      assertThat(limiter.blocking().tryAcquire("k").source()).isEqualTo(Source.REMOTE);
      assertThat(leases.blocking().tryAcquire("k").source()).isEqualTo(Source.REMOTE);
      String unused = redis.command(begin.split(" ", -1));
      long before = connectionsMade();
      try (LoadThreads load = new LoadThreads()) {
        AtomicInteger asked = new AtomicInteger();
        load.start(
            "load",
            2,
            (thread, number) -> {
              Decision decision = limiter.blocking().tryAcquire("k");
              assertThat(decision.isAllowed()).isTrue();
              boolean granted = leases.blocking().tryAcquire("k").isGranted();
              assertThat(granted).isTrue();
              asked.incrementAndGet();
            });
        long started = System.nanoTime();
        Eventually.within(
            SOON,
            "three seconds of it",
            () -> asked.get() > 1000 && System.nanoTime() - started > 3_000_000_000L);
        assertThat(load.thrown()).isEmpty();
      }
      long seconds = 3;
      assertThat(told.lost).hasValue(1);
      assertThat(told.found).hasValue(0);
      assertThat(toldLeases.lost).hasValue(1);
      assertThat(limiter.health().status()).isEqualTo(Health.Status.DEGRADED);
      assertThat(connectionsMade() - before).isLessThanOrEqualTo(2 * seconds + 20);
      unused = redis.command(end.split(" ", -1));
      Eventually.within(
          SOON,
          "Redis decides",
          () -> limiter.blocking().tryAcquire("k").source() == Source.REMOTE);
      Eventually.within(SOON, "it is told", () -> told.found.get() == 1);
      assertThat(told.lost).hasValue(1);
      assertThat(limiter.health().status()).isEqualTo(Health.Status.UP);
    }
  }

  /**
   * Closed connections are kept by their client for the time-out of its URI, a minute by default:
   * some kilobytes each. Compiled quickly, as in a JVM that was just started.
   */
  @Test
  void RL16_heap_and_connections_stay_flat_while_writes_are_refused() throws Exception {
    int seconds = 12;
    Process asking =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                RefusedWritesProcess.class.getName(),
                redis.server().uri(),
                Integer.toString(seconds))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (BufferedReader told = asking.inputReader(UTF_8)) {
      assertThat(told.readLine()).isEqualTo("ready");
      String unused = redis.command("REPLICAOF", "127.0.0.1", "1");
      long before = connectionsMade();
      String[] numbers = told.readLine().split(" ", -1);
      long made = connectionsMade() - before;
      long open = number("clients", "connected_clients");
      long grown = Long.parseLong(numbers[1]) - Long.parseLong(numbers[0]);
      System.getLogger("deep")
          .log(
              System.Logger.Level.INFO,
              "{0} checks refused, heap grew by {1} kB, {2} connections",
              numbers[2],
              grown,
              made);
      assertThat(Long.parseLong(numbers[2])).as("checks").isGreaterThan(1000);
      assertThat(grown).as("kB of heap").isLessThan(512);
      assertThat(made).as("connections made").isBetween(5L, seconds + 10L);
      assertThat(open).as("the limiters', perhaps a new one, and this test's").isBetween(1L, 4L);
    } finally {
      asking.destroyForcibly();
    }
  }
}
