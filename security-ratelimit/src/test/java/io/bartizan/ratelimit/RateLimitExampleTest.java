package io.bartizan.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The examples of the Javadoc and of docs/guides/rate-limiting.md, compiled and run. */
class RateLimitExampleTest {

  private final Limit burst =
      Limit.tokenBucket(100, Rate.per(50, ChronoUnit.SECONDS)).named("burst");

  @Test
  void one_subject() {
    RateLimiter limiter = RateLimiter.of(Limit.tokenBucket(100, Rate.per(50, ChronoUnit.SECONDS)));
    Decision decision = limiter.tryAcquire();
    assertThat(decision.isAllowed()).isTrue();
    Reservation slot = limiter.reserve(1, Duration.ofSeconds(2));
    assertThat(slot.isGranted()).isTrue();
  }

  @Test
  void many_keys_and_fields() {
    Limits limits = Limits.parse("burst: 100 burst, 50/s; daily: 10000/day in Europe/Berlin");
    KeyedRateLimiter limiter = KeyedRateLimiter.of(limits, 1_000_000);
    Decision decision = limiter.tryAcquire(Key.of("tenant", "acme", "user", "eve"));
    Map<String, String> response = new HashMap<>();
    RateLimitFields.of(decision).forEach(response::put);
    assertThat(response).containsOnlyKeys("RateLimit", "RateLimit-Policy");
  }

  @Test
  void several_limits() {
    Limits both =
        Limits.allOf(
            Limit.tokenBucket(100, Rate.per(50, ChronoUnit.SECONDS)).named("burst"),
            Limit.tokenBucket(10_000, Rate.per(10_000, ChronoUnit.DAYS)).named("daily"));
    assertThat(RateLimiter.of(both).tryAcquire().parts()).hasSize(2);
  }

  @Test
  void plan() {
    Limits premium = Limits.parse("1000 burst, 500/s");
    Limits basic = Limits.parse("10 burst, 5/s");
    Set<String> customers = Set.of("acme");
    Plan byTariff = key -> customers.contains(key) ? premium : basic;
    KeyedRateLimiter limiter = KeyedRateLimiter.of(byTariff, 1_000_000);
    assertThat(limiter.tryAcquire("acme", 11).isAllowed()).isTrue();
    assertThat(limiter.tryAcquire("other", 11).isNeverAllowed()).isTrue();
  }

  @Test
  void keys_of_parts_never_meet() {
    assertThat(Key.of("a", "b&c=d")).isNotEqualTo(Key.of("a", "b", "c", "d"));
    assertThat(Key.of("a", "1%", "b", "\n")).isEqualTo("a=1%25&b=%0a");
    assertThat(Key.of("a", "1", "b", "2", "c", "3")).isEqualTo("a=1&b=2&c=3");
  }

  @Test
  void concurrency() throws InterruptedException {
    ConcurrencyLimiter downstream = ConcurrencyLimiter.of(20);
    try (Permit permit = downstream.acquire(Duration.ofMillis(50))) {
      assertThat(permit.isGranted()).isTrue();
      assertThat(downstream.held()).isEqualTo(1);
    }
    assertThat(downstream.held()).isZero();
  }

  @Test
  void client_address() throws UnknownHostException {
    InetAddress peer = InetAddress.getByName("10.0.0.1");
    ClientAddress clients = ClientAddress.behind(List.of("10.0.0.0/8", "fd00::/8"));
    String key = Key.of("address", clients.xForwardedFor(peer, List.of("192.0.2.1")));
    assertThat(key).isEqualTo("address=192.0.2.1");
  }

  @Test
  void listener_and_metrics() {
    StringBuilder log = new StringBuilder();
    RateLimitListener audit =
        (verb, decision) -> {
          if (!decision.isAllowed()) {
            log.append("refused by ").append(decision.limit().name());
          }
        };
    KeyedRateLimiter limiter =
        KeyedRateLimiter.builder(burst, 1_000_000).withListener(audit).build();
    assertThat(limiter.tryAcquire("key", 101).isAllowed()).isFalse();
    assertThat(log).hasToString("refused by burst");
    KeyedRateLimiter counted =
        KeyedRateLimiter.builder(burst, 1_000_000)
            .withListener(RateLimitMetrics.of(new SimpleMeterRegistry(), "api"))
            .build();
    assertThat(counted.tryAcquire("key").isAllowed()).isTrue();
  }
}
