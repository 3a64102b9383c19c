package io.bartizan.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.testkit.ManualTicker;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RateLimitFieldsTest {

  private final ManualTicker ticker = new ManualTicker();

  @Test
  void every_limit_is_a_policy_and_has_its_own_state() {
    RateLimiter limiter = limiter("burst: 100 burst, 50/s; daily: 1000/86400s sliding");
    assertThat(fields(limiter.tryAcquire(40)))
        .containsExactly(
            Map.entry("RateLimit-Policy", "\"burst\";q=100;w=2, \"daily\";q=1000;w=86400"),
            Map.entry("RateLimit", "\"burst\";r=60;t=1, \"daily\";r=960;t=86400"));
  }

  @Test
  void window_below_a_second_is_told_as_one() {
    RateLimiter limiter = limiter("10 burst, 10/ms");
    assertThat(fields(limiter.tryAcquire(10)))
        .containsEntry("RateLimit-Policy", "\"default\";q=10;w=1")
        .containsEntry("RateLimit", "\"default\";r=0;t=1");
    assertThat(fields(limiter.tryAcquire(10))).containsEntry("Retry-After", "1");
  }

  @Test
  void refusal_that_waiting_can_not_mend_has_no_retry_after() {
    Decision never = limiter("2/min sliding").tryAcquire(3);
    assertThat(fields(never)).doesNotContainKey("Retry-After");
  }

  @Test
  void retry_after_is_no_earlier_than_the_limit_allows() {
    RateLimiter limiter = limiter("1/1500ms fixed");
    assertThat(limiter.tryAcquire().isAllowed()).isTrue();
    long seconds = Long.parseLong(fields(limiter.tryAcquire()).get("Retry-After"));
    ticker.advance(Duration.ofSeconds(seconds));
    assertThat(limiter.tryAcquire().isAllowed()).isTrue();
  }

  @Test
  void older_fields_tell_the_limit_that_speaks() {
    RateLimiter limiter = limiter("a: 5 burst, 1/s; b: 3 burst, 1/s");
    Map<String, String> older = new LinkedHashMap<>();
    RateLimitFields.of(limiter.tryAcquire(2)).forEachOlder(older::put);
    assertThat(older)
        .containsExactly(
            Map.entry("X-RateLimit-Limit", "3"),
            Map.entry("X-RateLimit-Remaining", "1"),
            Map.entry("X-RateLimit-Reset", "2"));
    RateLimitFields.of(limiter.tryAcquire(2)).forEachOlder(older::put);
    assertThat(older).containsEntry("Retry-After", "1");
  }

  /** A client that waits for the reset would wait for the day that another limit counts. */
  @Test
  void older_fields_tell_no_other_limit_s_time() {
    RateLimiter limiter = limiter("burst: 2 burst, 1/s; daily: 1000/d fixed");
    Map<String, String> older = new LinkedHashMap<>();
    for (int remaining = 1; remaining >= -1; remaining--) {
      RateLimitFields.of(limiter.tryAcquire()).forEachOlder(older::put);
      assertThat(older)
          .containsEntry("X-RateLimit-Limit", "2")
          .containsEntry("X-RateLimit-Remaining", "" + Math.max(0, remaining))
          .containsEntry("X-RateLimit-Reset", "" + Math.min(2, 2 - remaining));
    }
    assertThat(older).containsEntry("Retry-After", "1");
    RateLimiter other = limiter("burst: 2000 burst, 1/s; daily: 3/d from first request");
    RateLimitFields.of(other.tryAcquire()).forEachOlder(older::put);
    assertThat(older)
        .containsEntry("X-RateLimit-Limit", "3")
        .containsEntry("X-RateLimit-Remaining", "2")
        .containsEntry("X-RateLimit-Reset", "86400");
  }

  /** As a grid says it that knows a smaller limit. */
  @Test
  void refusal_for_ever_by_another_definition_has_no_retry_after() {
    Limit limit = Limit.parse("5 burst, 1/s");
    Decision never = Decision.refused(limit, 4, Decision.FOREVER, Decision.Source.REMOTE);
    assertThat(never.isNeverAllowed()).isFalse();
    assertThat(fields(never)).doesNotContainKey("Retry-After");
    Decision later = Decision.refused(limit, 4, Duration.ofDays(36_525), Decision.Source.REMOTE);
    assertThat(fields(later)).containsEntry("Retry-After", "3155760000");
  }

  @Test
  void problem_names_the_violated_policies_only() {
    RateLimiter limiter = limiter("a: 5 burst, 1/s; b: 1 burst, 1/s");
    assertThat(limiter.tryAcquire().isAllowed()).isTrue();
    assertThat(RateLimitFields.of(limiter.tryAcquire()).problem())
        .isEqualTo(
            "{\"type\":\"https://iana.org/assignments/http-problem-types#quota-exceeded\","
                + "\"title\":\"Request cannot be satisfied as assigned quota has been exceeded\","
                + "\"status\":429,\"violated-policies\":[\"b\"]}");
  }

  @Test
  void outage_is_no_exceeded_quota() {
    Limit limit = Limit.parse("5 burst, 1/s");
    Duration second = Duration.ofSeconds(1);
    RateLimitFields closed =
        RateLimitFields.of(
            Decision.refused(limit, 1, second, Decision.Source.FAILED_CLOSED).leaving(0, second));
    Map<String, String> told = new LinkedHashMap<>();
    closed.forEach(told::put);
    closed.forEachOlder(told::put);
    assertThat(told).containsOnlyKeys("RateLimit-Policy", "X-RateLimit-Limit", "Retry-After");
    assertThat(closed.refusalStatus()).isEqualTo(503);
    assertThat(closed.problem())
        .contains("#temporary-reduced-capacity\"", "\"status\":503")
        .doesNotContain("violated", "quota-exceeded");
    Decision open = Decision.allowed(limit, 1, Decision.Source.FAILED_OPEN).leaving(0, second);
    assertThat(fields(open)).containsOnlyKeys("RateLimit-Policy");
  }

  @Test
  void largest_numbers_stay_within_structured_fields() {
    RateLimiter limiter = limiter("1000000000000 burst, 1000000/ms");
    assertThat(fields(limiter.tryAcquire()).get("RateLimit-Policy"))
        .isEqualTo("\"default\";q=1000000000000;w=1000");
  }

  private static Map<String, String> fields(Decision decision) {
    Map<String, String> fields = new LinkedHashMap<>();
    RateLimitFields.of(decision).forEach(fields::put);
    return fields;
  }

  private RateLimiter limiter(String limits) {
    return RateLimiter.builder(Limits.parse(limits)).withTicker(ticker).build();
  }
}
