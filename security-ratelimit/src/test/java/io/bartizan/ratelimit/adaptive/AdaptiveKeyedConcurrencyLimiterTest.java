package io.bartizan.ratelimit.adaptive;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.Health;
import io.bartizan.ratelimit.AsyncKeyedConcurrencyLimiter;
import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.Permit;
import io.bartizan.testkit.ManualTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AdaptiveKeyedConcurrencyLimiterTest {

  private static final Duration LONG = Duration.ofHours(1);

  private final ManualTicker ticker = new ManualTicker();

  @Test
  void each_key_finds_its_own_limit() {
    AdaptiveKeyedConcurrencyLimiter limiter =
        AdaptiveKeyedConcurrencyLimiter.builder(200, 10).withTicker(ticker).build();
    for (int i = 0; i < 100; i++) {
      List<Permit> held = new ArrayList<>();
      Permit next = limiter.tryAcquire(Priority.CRITICAL, "busy", 1);
      while (next.isGranted()) {
        held.add(next);
        next = limiter.tryAcquire(Priority.CRITICAL, "busy", 1);
      }
      ticker.advance(Duration.ofMillis(10));
      held.forEach(Permit::close);
    }
    assertThat(limiter.limit("busy")).isGreaterThan(50);
    assertThat(limiter.limit("other")).isEqualTo(20);
    assertThat(limiter.tryAcquire("other").isGranted()).isTrue();
    assertThat(limiter.limit("other")).isEqualTo(20);
  }

  @Test
  void new_key_takes_the_place_of_an_unused_one_and_of_no_used_one() {
    AdaptiveKeyedConcurrencyLimiter limiter = AdaptiveKeyedConcurrencyLimiter.of(1, 2);
    Permit a = limiter.tryAcquire("a");
    Permit b = limiter.tryAcquire("b");
    assertThat(limiter.health().status()).isEqualTo(Health.Status.DEGRADED);
    Permit c = limiter.tryAcquire("c");
    assertThat(c.isGranted()).isFalse();
    assertThat(c.source()).isEqualTo(Decision.Source.OVERFLOW);
    assertThat(limiter.tryAcquire("a").source()).isEqualTo(Decision.Source.MEMORY);
    b.close();
    assertThat(limiter.health().status()).isEqualTo(Health.Status.UP);
    Permit instead = limiter.tryAcquire("c");
    assertThat(instead.isGranted()).isTrue();
    assertThat(limiter.tryAcquire("a").isGranted()).isFalse();
    assertThat(limiter.tryAcquire("b").source()).isEqualTo(Decision.Source.OVERFLOW);
    a.close();
    assertThat(limiter.tryAcquire("b").isGranted()).isTrue();
  }

  @Test
  void requests_that_end_in_every_way_leave_their_key_unused() throws InterruptedException {
    AdaptiveKeyedConcurrencyLimiter limiter =
        AdaptiveKeyedConcurrencyLimiter.builder(1, 1).withQueue(1).build();
    AsyncKeyedConcurrencyLimiter async = limiter.async();
    Permit held = limiter.tryAcquire("a");
    CompletableFuture<Permit> waits = async.acquire("a", 1, LONG).toCompletableFuture();
    assertThat(limiter.tryAcquire("a").isGranted()).isFalse();
    assertThat(limiter.acquire("a", Duration.ofMillis(1)).isGranted()).isFalse();
    assertThat(async.acquire("a", 1, LONG).toCompletableFuture().join().isGranted()).isFalse();
    assertThat(waits.cancel(true)).isTrue();
    CompletableFuture<Permit> next = async.acquire("a", 1, LONG).toCompletableFuture();
    Thread.currentThread().interrupt();
    assertThat(catchInterrupted(limiter)).isTrue();
    held.close();
    next.join().close();
    next.join().close();
    assertThat(async.blocking().tryAcquire("b").isGranted()).isTrue();
    assertThat(limiter.tryAcquire("a").source()).isEqualTo(Decision.Source.OVERFLOW);
    assertThat(async.health().status()).isEqualTo(Health.Status.DEGRADED);
  }

  private static boolean catchInterrupted(AdaptiveKeyedConcurrencyLimiter limiter) {
    try {
      Permit unused = limiter.acquire("a", LONG);
      return false;
    } catch (InterruptedException e) {
      return true;
    }
  }

  @Test
  void text_says_what_is_kept_and_every_default() {
    assertThat(AdaptiveKeyedConcurrencyLimiter.of(5, 7))
        .hasToString(
            "AdaptiveKeyedConcurrencyLimiter[0 of 7 keys, limit 1 to 5, shares CRITICAL 100%"
                + " NORMAL 90% LOW 70% BULK 50%, queue 5]");
  }
}
