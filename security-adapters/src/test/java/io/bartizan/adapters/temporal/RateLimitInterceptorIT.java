package io.bartizan.adapters.temporal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.adapters.Issued;
import io.bartizan.adapters.temporal.Shop.Mode;
import io.bartizan.adapters.temporal.Shop.RefusedAttempt;
import io.bartizan.core.house.Span;
import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.Rate;
import io.temporal.activity.Activity;
import io.temporal.activity.ActivityInfo;
import io.temporal.failure.ApplicationErrorCategory;
import io.temporal.failure.ApplicationFailure;
import io.temporal.testing.WorkflowReplayer;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(120)
class RateLimitInterceptorIT {

  private static final Duration TEN_MINUTES = Duration.ofMinutes(10);

  private record Run(int attempt, long millis) {}

  private final Queue<Run> runs = new ConcurrentLinkedQueue<>();
  private final Queue<String> keys = new ConcurrentLinkedQueue<>();
  private Shop shop;

  @AfterEach
  void stop() {
    if (shop != null) {
      shop.close();
    }
  }

  private String charge(int order) {
    ActivityInfo info = Activity.getExecutionContext().getInfo();
    runs.add(new Run(info.getAttempt(), shop.server.currentTimeMillis()));
    return "charged";
  }

  /** One permit in the time, by the server's time. */
  private KeyedRateLimiter oneIn(Duration time) {
    return KeyedRateLimiter.builder(Limit.tokenBucket(1, Rate.per(1, time)), 100)
        .withTicker(() -> Shop.nanos(shop))
        .build();
  }

  /** A limiter that answers one thing, and notes by what it was asked. */
  private KeyedRateLimiter saying(Decision decision) {
    return (KeyedRateLimiter)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {KeyedRateLimiter.class},
            (proxy, method, arguments) -> {
              assertThat(method.getName()).isEqualTo("tryAcquire");
              keys.add((String) arguments[0]);
              return decision;
            });
  }

  private void start(RateLimitInterceptor interceptor) {
    shop = Shop.of(this::charge, interceptor);
  }

  private ApplicationFailure onlyRefusal() {
    assertThat(shop.refused).hasSize(1);
    return shop.refused.element().failure();
  }

  @ParameterizedTest
  @EnumSource(names = {"USUAL", "LOCAL"})
  void activity_aboveTheRate_runsAfterExactlyTheTimeThatTheLimitSays(Mode mode) {
    start(RateLimitInterceptor.of(oneIn(TEN_MINUTES), ActivityKey.type()));
    assertThat(shop.order("a").handle(2, mode)).containsExactly("charged", "charged");

    ApplicationFailure failure = onlyRefusal();
    assertThat(failure.getType()).isEqualTo("io.bartizan.rate-limited");
    assertThat(failure.isNonRetryable()).isFalse();
    assertThat(failure.getCategory()).isEqualTo(ApplicationErrorCategory.BENIGN);
    Duration delay = failure.getNextRetryDelay();
    assertThat(delay).isBetween(TEN_MINUTES.minusSeconds(30), TEN_MINUTES.plusSeconds(1));
    assertThat(failure.getOriginalMessage())
        .isEqualTo(
            "rate-limited: not run: the limit default says to try again in " + Span.exact(delay));

    assertThat(runs).extracting(Run::attempt).containsExactly(1, 2);
    RefusedAttempt refused = shop.refused.element();
    long waited = runs.stream().mapToLong(Run::millis).max().orElseThrow() - refused.millis();
    assertThat(Duration.ofMillis(waited)).isBetween(delay, delay.plusSeconds(30));
  }

  @Test
  void delay_longerThanTheLongest_isTheLongest() {
    start(
        RateLimitInterceptor.builder(oneIn(Duration.ofHours(2)), ActivityKey.type())
            .withMaxRetryDelay(Duration.ofMinutes(45))
            .build());
    assertThat(shop.order("a").handle(2, Mode.USUAL)).containsExactly("charged", "charged");
    assertThat(shop.refused)
        .extracting(refused -> refused.failure().getNextRetryDelay())
        .hasSize(3)
        .startsWith(Duration.ofMinutes(45), Duration.ofMinutes(45));
  }

  @Test
  void delay_withPartsOfAMillisecond_isRoundedUp() {
    Limit limit = Limit.tokenBucket(1, Rate.per(1, TEN_MINUTES));
    assertThat(delay(limit, Duration.ofNanos(2_000_001))).isEqualTo(Duration.ofMillis(3));
    assertThat(delay(limit, Duration.ofMillis(2))).isEqualTo(Duration.ofMillis(2));
    assertThat(delay(limit, Duration.ZERO)).isEqualTo(Duration.ofMillis(1));
    assertThat(delay(limit, Duration.ofDays(100))).isEqualTo(Duration.ofHours(1));
  }

  private static Duration delay(Limit limit, Duration retryAfter) {
    Decision decision = Decision.refused(limit, 1, retryAfter, Decision.Source.MEMORY);
    return ActivityRefusal.of(decision, Duration.ofHours(1)).getNextRetryDelay();
  }

  @Test
  void activity_thatTheLimitCanNeverHold_failsOnceAndForAll() {
    Limit limit = Limit.tokenBucket(1, Rate.per(1, TEN_MINUTES));
    Decision never = Decision.refused(limit, 2, Duration.ZERO, Decision.Source.MEMORY);
    start(RateLimitInterceptor.of(saying(never), ActivityKey.type()));
    assertThat(shop.order("a").handle(1, Mode.USUAL))
        .containsExactly(TemporalReason.NEVER_ALLOWED.failureType());
    assertThat(onlyRefusal().isNonRetryable()).isTrue();
    assertThat(runs).isEmpty();
  }

  @Test
  void activity_whereRedisIsAway_isRefusedAsTheFailurePolicySays() {
    List<String> results =
        Issued.withoutRedis(
            redis -> {
              start(RateLimitInterceptor.of(redis.blocking(), ActivityKey.type()));
              return shop.order("a").handle(1, Mode.USUAL);
            });
    assertThat(results).containsExactly("io.bartizan.limiter-unavailable");
    assertThat(onlyRefusal().isNonRetryable()).as("but for the doNotRetry").isFalse();
    assertThat(onlyRefusal().getNextRetryDelay()).isPositive();
    assertThat(onlyRefusal().getCategory()).isEqualTo(ApplicationErrorCategory.UNSPECIFIED);
    assertThat(runs).isEmpty();
  }

  @Test
  void key_isOfTheParts() {
    Limit limit = Limit.tokenBucket(1, Rate.per(1, TEN_MINUTES));
    Decision allowed = Decision.allowed(limit, 1, Decision.Source.MEMORY);
    ActivityKey key =
        ActivityKey.namespace()
            .and(ActivityKey.taskQueue())
            .and(ActivityKey.type())
            .and(ActivityKey.of("a=b", info -> "c&" + info.getWorkflowId()));
    start(RateLimitInterceptor.of(saying(allowed), key));
    assertThat(shop.order("a").handle(1, Mode.USUAL)).containsExactly("charged");
    assertThat(keys)
        .containsExactly(
            "namespace="
                + shop.server.getNamespace()
                + "&queue=orders&activity=Charge&a%3db=c%26a");
    assertThat(key).hasToString("ActivityKey[namespace and queue and activity and a=b]");
  }

  @Test
  void workflow_replayed_isTheSameAndAsksNoLimit() throws Exception {
    start(RateLimitInterceptor.of(oneIn(TEN_MINUTES), ActivityKey.type()));
    assertThat(shop.order("a").handle(3, Mode.USUAL)).hasSize(3);
    int ran = runs.size();
    var history = shop.server.getWorkflowClient().fetchHistory("a");

    Limit limit = Limit.tokenBucket(1, Rate.per(1, TEN_MINUTES));
    KeyedRateLimiter noting = saying(Decision.allowed(limit, 1, Decision.Source.MEMORY));
    try (Shop other = Shop.of(this::charge, RateLimitInterceptor.of(noting, ActivityKey.type()))) {
      WorkflowReplayer.replayWorkflowExecution(history, other.worker);
      assertThat(keys).isEmpty();
      assertThat(runs).hasSize(ran);
      assertThat(other.order("b").handle(1, Mode.USUAL)).containsExactly("charged");
      assertThat(keys).as("what is asked is noted").containsExactly("activity=Charge");
    }
  }

  @Test
  void settings_outsideTheirRange_areRefused() {
    RateLimitInterceptor.Builder builder =
        RateLimitInterceptor.builder(oneIn(TEN_MINUTES), ActivityKey.taskQueue());
    assertThatThrownBy(() -> builder.withMaxRetryDelay(Duration.ZERO))
        .hasMessage("maxRetryDelay is 0, 1 millisecond to 365 days are accepted");
    assertThatThrownBy(() -> builder.withMaxRetryDelay(Duration.ofDays(366)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(builder.build())
        .hasToString("RateLimitInterceptor[ActivityKey[queue], tried again within 1 hour]");
  }
}
