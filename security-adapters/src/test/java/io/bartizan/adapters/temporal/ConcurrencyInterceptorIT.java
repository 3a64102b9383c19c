package io.bartizan.adapters.temporal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.adapters.temporal.Shop.Charging;
import io.bartizan.adapters.temporal.Shop.Mode;
import io.bartizan.core.Health;
import io.bartizan.ratelimit.Decision.Source;
import io.bartizan.ratelimit.KeyedConcurrencyLimiter;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.Permit;
import io.bartizan.ratelimit.Permit.Outcome;
import io.bartizan.tests.Eventually;
import io.temporal.activity.Activity;
import io.temporal.activity.ActivityExecutionContext;
import io.temporal.client.WorkflowFailedException;
import io.temporal.client.WorkflowStub;
import io.temporal.failure.ApplicationErrorCategory;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.CanceledFailure;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class ConcurrencyInterceptorIT {

  private static final String KEY = "activity=Charge";

  private final Outcomes permits = new Outcomes(1);
  private Shop shop;

  @AfterEach
  void stop() {
    if (shop != null) {
      shop.close();
    }
  }

  /** A limiter in memory that notes how work ended and how often its permits were renewed. */
  private static final class Outcomes implements KeyedConcurrencyLimiter {

    private final KeyedConcurrencyLimiter limiter;
    final Queue<Outcome> ended = new ConcurrentLinkedQueue<>();
    final AtomicInteger renewed = new AtomicInteger();

    Outcomes(int most) {
      limiter = KeyedConcurrencyLimiter.of(most, 10);
    }

    @Override
    public Permit tryAcquire(String key, int permits) {
      Permit permit = limiter.tryAcquire(key, permits);
      return permit.isGranted() ? Permit.granted(1, 0, Source.MEMORY, new Hold(permit)) : permit;
    }

    private final class Hold implements Permit.Hold {
      private final Permit permit;

      Hold(Permit permit) {
        this.permit = permit;
      }

      @Override
      public void release(Permit closed) {
        throw new AssertionError("told without an outcome");
      }

      @Override
      public void release(Permit closed, Outcome outcome) {
        ended.add(outcome);
        permit.close(outcome);
      }

      @Override
      public CompletionStage<Boolean> renew(Permit held) {
        renewed.incrementAndGet();
        return CompletableFuture.completedFuture(true);
      }
    }

    @Override
    public Permit acquire(String key, int permits, Duration maxWait) {
      throw new AssertionError("a worker's thread would wait");
    }

    @Override
    public Health health() {
      return limiter.health();
    }
  }

  private void start(Charging charging) {
    shop =
        Shop.of(
            charging,
            ConcurrencyInterceptor.of(permits, ActivityKey.type(), Duration.ofMillis(100)));
  }

  private void allBack(int most) {
    try (Permit all = permits.tryAcquire(KEY, most)) {
      assertThat(all.isGranted()).as("all permits are back").isTrue();
    }
  }

  @Test
  void activities_inParallel_areNeverMoreThanTheLimitAndAsMany() {
    KeyedConcurrencyLimiter four = KeyedConcurrencyLimiter.of(4, 10);
    CyclicBarrier together = new CyclicBarrier(4);
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    shop =
        Shop.of(
            order -> {
              most.accumulateAndGet(running.incrementAndGet(), Math::max);
              try {
                together.await(60, TimeUnit.SECONDS);
              } catch (Exception e) {
                throw new IllegalStateException("fewer than four ran at a time", e);
              } finally {
                running.decrementAndGet();
              }
              return "charged";
            },
            ConcurrencyInterceptor.of(four, ActivityKey.type(), Duration.ofMillis(100)));
    List<String> results = shop.order("a").handle(20, Mode.USUAL);
    assertThat(results).hasSize(20).containsOnly("charged");
    assertThat(most).hasValue(4);
    try (Permit all = four.tryAcquire(KEY, 4)) {
      assertThat(all.isGranted()).as("all permits are back").isTrue();
    }
  }

  @Test
  void activity_whilePermitsAreTaken_isRefusedAndRunsOnceTheyAreBack() throws Exception {
    start(order -> "charged");
    Permit taken = permits.tryAcquire(KEY);
    CompletableFuture<List<String>> results =
        CompletableFuture.supplyAsync(() -> shop.order("a").handle(1, Mode.USUAL));
    Eventually.within(Duration.ofSeconds(60), "a refusal", () -> !shop.refused.isEmpty());
    taken.close();
    assertThat(results.get(60, TimeUnit.SECONDS)).containsExactly("charged");
    ApplicationFailure failure = shop.refused.element().failure();
    assertThat(failure.getType()).isEqualTo("io.bartizan.concurrency-limited");
    assertThat(failure.isNonRetryable()).isFalse();
    assertThat(failure.getNextRetryDelay()).isEqualTo(Duration.ofMillis(100));
    assertThat(failure.getCategory()).isEqualTo(ApplicationErrorCategory.BENIGN);
    allBack(1);
  }

  @Test
  void permit_ofAnActivityThatFails_isBack() {
    start(
        order -> {
          throw ApplicationFailure.newNonRetryableFailure("no such card", "card");
        });
    assertThat(shop.order("a").handle(1, Mode.USUAL)).containsExactly("card");
    assertThat(permits.ended).containsExactly(Outcome.DONE);
    allBack(1);
  }

  @Test
  void permit_ofAnActivityThatALimitRefuses_isBackAndSaysNothingOfTheService() {
    shop =
        Shop.of(
            order -> "charged",
            RateLimitInterceptor.of(
                KeyedRateLimiter.builder(Limit.parse("1 burst, 1/h"), 10)
                    .withTicker(() -> Shop.nanos(shop))
                    .build(),
                ActivityKey.type()),
            ConcurrencyInterceptor.of(permits, ActivityKey.type(), Duration.ofMillis(100)));
    assertThat(shop.order("a").handle(2, Mode.USUAL)).containsExactly("charged", "charged");
    assertThat(permits.ended).containsExactly(Outcome.DONE, Outcome.IGNORED, Outcome.DONE);
    allBack(1);
  }

  @Test
  void permit_ofAnActivityThatIsCancelled_isBackAndSaysNothingOfTheService() throws Exception {
    CountDownLatch runs = new CountDownLatch(1);
    start(
        order -> {
          runs.countDown();
          heartbeatUntil(() -> false);
          return "charged";
        });
    WorkflowStub workflow = WorkflowStub.fromTyped(shop.order("a"));
    workflow.start(1, Mode.HEARTBEATS);
    assertThat(runs.await(60, TimeUnit.SECONDS)).isTrue();
    assertThat(permits.tryAcquire(KEY).isGranted()).as("held meanwhile").isFalse();
    workflow.cancel();
    assertThatThrownBy(() -> workflow.getResult(60, TimeUnit.SECONDS, List.class))
        .isInstanceOf(WorkflowFailedException.class)
        .hasCauseInstanceOf(CanceledFailure.class);
    assertThat(permits.ended).containsExactly(Outcome.IGNORED);
    allBack(1);
  }

  @Test
  void permit_ofAnActivityThatTemporalTimesOut_isHeldAsLongAsItsCodeRuns() {
    start(
        order -> {
          if (Activity.getExecutionContext().getInfo().getAttempt() == 1) {
            Eventually.within(
                Duration.ofSeconds(60), () -> assertThat(shop.refused).hasSizeGreaterThan(0));
          }
          return "charged";
        });
    assertThat(shop.order("a").handle(1, Mode.HEARTBEATS)).containsExactly("charged");
    assertThat(shop.refused).as("while the first attempt's code ran").isNotEmpty();
    assertThat(permits.ended).as("of that attempt and the last").hasSize(2);
    allBack(1);
  }

  @Test
  void heartbeat_ofAnActivity_renewsItsPermit() {
    start(
        order -> {
          heartbeatUntil(() -> permits.renewed.get() > 0);
          return "charged";
        });
    assertThat(shop.order("a").handle(1, Mode.HEARTBEATS)).containsExactly("charged");
    assertThat(permits.renewed).hasValue(1);
    allBack(1);
  }

  private static void heartbeatUntil(BooleanSupplier done) {
    ActivityExecutionContext context = Activity.getExecutionContext();
    while (!done.getAsBoolean()) {
      context.heartbeat("still here");
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
  }

  @Test
  void limiter_thatCannotDecide_isNoLimitReached() {
    KeyedConcurrencyLimiter away =
        new KeyedConcurrencyLimiter() {
          @Override
          public Permit tryAcquire(String key, int permits) {
            return Permit.refused(permits, 0, Source.FAILED_CLOSED);
          }

          @Override
          public Permit acquire(String key, int permits, Duration maxWait) {
            return tryAcquire(key, permits);
          }

          @Override
          public Health health() {
            return Health.up("");
          }
        };
    shop =
        Shop.of(
            order -> "charged",
            ConcurrencyInterceptor.of(away, ActivityKey.type(), Duration.ofSeconds(1)));
    assertThat(shop.order("a").handle(1, Mode.USUAL))
        .containsExactly(TemporalReason.LIMITER_UNAVAILABLE.failureType());
  }

  @Test
  void retryDelay_outsideItsRange_isRefused() {
    assertThatThrownBy(
            () -> ConcurrencyInterceptor.of(permits, ActivityKey.type(), Duration.ofDays(366)))
        .hasMessage("retryDelay is 366 days, 1 millisecond to 365 days are accepted");
    assertThat(ConcurrencyInterceptor.of(permits, ActivityKey.type(), Duration.ofSeconds(5)))
        .hasToString("ConcurrencyInterceptor[ActivityKey[activity], tried again after 5 seconds]");
  }
}
