package io.bartizan.ratelimit.prepaid;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.Health;
import io.bartizan.ratelimit.AsyncKeyedRateLimiter;
import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.RateLimitListener;
import io.bartizan.ratelimit.Reservation;
import io.bartizan.ratelimit.Shadow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** Callers that leave a limiter which stands before another one. */
class LeftStagesTest {

  private static final Duration LONG = Duration.ofHours(1);

  private final Silent place = new Silent();

  private void left(AsyncKeyedRateLimiter limiter) {
    List<CompletionStage<?>> stages =
        List.of(
            limiter.tryAcquire("k", 1),
            limiter.reserve("k", 1, LONG),
            limiter.acquire("k", 1, LONG));
    assertThat(place.asked).hasSize(3).noneMatch(CompletableFuture::isDone);
    stages.forEach(stage -> assertThat(stage.toCompletableFuture().cancel(true)).isTrue());
    assertThat(place.asked).allMatch(CompletableFuture::isCancelled);
  }

  @Test
  void prepaid_leavesTheSharedPlaceWithItsCaller() {
    RateLimitListener deaf = (verb, decision) -> {};
    left(PrepaidRateLimiter.builder(place).withListener(deaf).withoutTimer().build());
  }

  @Test
  void shadow_leavesItsLimiterWithItsCaller() {
    left(Shadow.of(place));
  }

  @Test
  void shadow_ofAStageThatIsAwaited_givesItsResult() {
    CompletionStage<Decision> stage = Shadow.of(place).tryAcquire("k", 1);
    Limit limit = Limit.parse("1 burst, 1/s");
    place.asked.get(0).complete(decision(limit));
    assertThat(stage.toCompletableFuture().join().isShadowed()).isTrue();
  }

  private static Decision decision(Limit limit) {
    return Decision.refused(limit, 1, Duration.ofSeconds(1), Decision.Source.REMOTE);
  }

  /** Never answers by itself. */
  private static final class Silent implements AsyncKeyedRateLimiter {

    private final List<CompletableFuture<Object>> asked = new ArrayList<>();

    @SuppressWarnings("unchecked")
    private <T> CompletionStage<T> ask() {
      CompletableFuture<Object> answer = new CompletableFuture<>();
      asked.add(answer);
      return (CompletionStage<T>) (CompletionStage<?>) answer;
    }

    @Override
    public CompletionStage<Decision> tryAcquire(String key, long permits) {
      return ask();
    }

    @Override
    public CompletionStage<Decision> peek(String key, long permits) {
      return ask();
    }

    @Override
    public CompletionStage<Decision> charge(String key, long permits) {
      return ask();
    }

    @Override
    public CompletionStage<Void> refund(String key, long permits) {
      return ask();
    }

    @Override
    public CompletionStage<Reservation> reserve(String key, long permits, Duration maxWait) {
      return ask();
    }

    @Override
    public CompletionStage<Decision> acquire(String key, long permits, Duration maxWait) {
      return ask();
    }

    @Override
    public KeyedRateLimiter blocking() {
      return KeyedRateLimiter.of(Limit.parse("1 burst, 1/s"), 1);
    }

    @Override
    public Health health() {
      return Health.up("it is silent");
    }
  }
}
