package io.bartizan.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.testkit.ManualTicker;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.Test;

class RateLimiterTest {

  private final ManualTicker ticker = new ManualTicker();

  @Test
  void refund_gives_back_what_it_says_also_to_a_bucket_in_debt() {
    RateLimiter limiter =
        RateLimiter.builder(Limits.parse("10 burst, 1/s")).withTicker(new ManualTicker()).build();
    assertThat(limiter.tryAcquire(10).isAllowed()).isTrue();
    assertThat(limiter.reserve(5, Duration.ofSeconds(5)).isGranted()).isTrue();
    limiter.refund(11);
    assertThat(limiter.peek(1).resetAfter()).isEqualTo(Duration.ofSeconds(4));
    limiter.refund(Long.MAX_VALUE);
    assertThat(limiter.peek(1).remaining()).isEqualTo(10);
  }

  @Test
  void burst_is_admitted_then_the_rate_exactly() {
    RateLimiter limiter = limiter(Limit.tokenBucket(3, Rate.per(50, ChronoUnit.SECONDS)));
    assertThat(limiter.tryAcquire().remaining()).isEqualTo(2);
    assertThat(limiter.tryAcquire().remaining()).isEqualTo(1);
    assertThat(limiter.tryAcquire().remaining()).isZero();
    Decision refused = limiter.tryAcquire();
    assertThat(refused.isAllowed()).isFalse();
    assertThat(refused.retryAfter()).isEqualTo(Duration.ofMillis(20));
    assertThat(refused.resetAfter()).isEqualTo(Duration.ofMillis(60));
    ticker.advance(Duration.ofNanos(19_999_000));
    assertThat(limiter.tryAcquire().isAllowed()).isFalse();
    ticker.advance(Duration.ofNanos(1000));
    assertThat(limiter.tryAcquire().isAllowed()).isTrue();
    assertThat(limiter.tryAcquire().isAllowed()).isFalse();
  }

  @Test
  void rate_of_600_000_a_second_admits_not_one_more() {
    RateLimiter limiter = limiter(Limit.tokenBucket(1, Rate.per(600_000, ChronoUnit.SECONDS)));
    long admitted = 0;
    for (int micro = 0; micro < 1_000_000; micro++) {
      admitted += limiter.tryAcquire().isAllowed() ? 1 : 0;
      ticker.advance(Duration.ofNanos(1000));
    }
    // one permit each 5/3 µs, seen once a microsecond: every second one is lost to the capacity of
    // 1
    assertThat(admitted).isEqualTo(500_000);
    RateLimiter wide = limiter(Limit.tokenBucket(2, Rate.per(600_000, ChronoUnit.SECONDS)));
    admitted = 0;
    for (int micro = 0; micro < 1_000_000; micro++) {
      admitted += wide.tryAcquire().isAllowed() ? 1 : 0;
      ticker.advance(Duration.ofNanos(1000));
    }
    assertThat(admitted).isEqualTo(600_001);
  }

  @Test
  void more_than_the_capacity_is_never_allowed() {
    RateLimiter limiter = limiter(Limit.tokenBucket(3, Rate.per(1, ChronoUnit.SECONDS)));
    Decision decision = limiter.tryAcquire(4);
    assertThat(decision.isAllowed()).isFalse();
    assertThat(decision.isNeverAllowed()).isTrue();
    assertThat(decision.retryAfter()).isEqualTo(Decision.FOREVER);
    assertThat(limiter.tryAcquire(Long.MAX_VALUE).isNeverAllowed()).isTrue();
    assertThat(limiter.tryAcquire(3).isAllowed()).isTrue();
    assertThatThrownBy(() -> limiter.tryAcquire(0)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void refund_never_fills_above_the_capacity() {
    RateLimiter limiter = limiter(Limit.tokenBucket(3, Rate.per(1, ChronoUnit.HOURS)));
    assertThat(limiter.tryAcquire(2).isAllowed()).isTrue();
    limiter.refund(Long.MAX_VALUE);
    assertThat(limiter.peek(1).remaining()).isEqualTo(3);
    assertThat(limiter.tryAcquire(3).isAllowed()).isTrue();
    limiter.refund(1);
    assertThat(limiter.peek(1).remaining()).isEqualTo(1);
  }

  @Test
  void reservation_waits_its_turn_and_is_given_back_once() {
    RateLimiter limiter = limiter(Limit.tokenBucket(1, Rate.per(10, ChronoUnit.SECONDS)));
    assertThat(limiter.reserve(1, Duration.ZERO).delay()).isZero();
    assertThat(limiter.reserve(1, Duration.ofMillis(99)).isGranted()).isFalse();
    Reservation next = limiter.reserve(1, Duration.ofMillis(100));
    assertThat(next.isGranted()).isTrue();
    assertThat(next.delay()).isEqualTo(Duration.ofMillis(100));
    assertThat(limiter.reserve(1, Duration.ofDays(40_000)).delay())
        .isEqualTo(Duration.ofMillis(200));
    next.cancel();
    next.cancel();
    assertThat(limiter.peek(1).retryAfter()).isEqualTo(Duration.ofMillis(200));
  }

  @Test
  void capacity_and_rate_outside_the_domain_are_refused() {
    Rate slow = Rate.per(1, ChronoUnit.DAYS);
    assertThatThrownBy(() -> Limit.tokenBucket(0, slow)).hasMessageContaining("capacity is 0");
    assertThatThrownBy(() -> Limit.tokenBucket(36_526, slow)).hasMessageContaining("36525 days");
    assertThat(Limit.tokenBucket(36_525, slow).units().isExact()).isTrue();
    assertThatThrownBy(() -> Rate.per(1, Duration.ofNanos(1_000_001)))
        .hasMessageContaining("period");
    assertThatThrownBy(() -> Rate.per(1_000_001, Duration.ofMillis(1)))
        .hasMessageContaining("1000 per microsecond");
    assertThatThrownBy(() -> Limit.tokenBucket(1, slow).named("a b"))
        .hasMessageContaining("name is");
  }

  @Test
  void fields_of_a_refusal_round_permits_down_and_seconds_up() {
    RateLimiter limiter =
        limiter(Limit.tokenBucket(2, Rate.per(1, Duration.ofMillis(1500))).named("burst"));
    assertThat(limiter.tryAcquire(2).isAllowed()).isTrue();
    RateLimitFields fields = RateLimitFields.of(limiter.tryAcquire());
    StringBuilder out = new StringBuilder();
    fields.forEach((name, value) -> out.append(name).append(": ").append(value).append('\n'));
    assertThat(out)
        .hasToString(
            """
            RateLimit-Policy: "burst";q=2;w=3
            RateLimit: "burst";r=0;t=3
            Retry-After: 2
            """);
    assertThat(fields.problem()).contains("\"violated-policies\":[\"burst\"]");
  }

  private RateLimiter limiter(Limit limit) {
    return RateLimiter.builder(Limits.allOf(limit)).withTicker(ticker).build();
  }
}
