package io.bartizan.ratelimit.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.Decision.Source;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.Reservation;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Promised permits whose caller, or whose limiter, leaves at the moment of the promise. */
class AcquiringTest {

  private static final Limit LIMIT = Limit.parse("1 burst, 1/min").named("q");

  private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
  private final AtomicInteger givenBack = new AtomicInteger();
  private final Reservation inAMinute =
      Reservation.of(
          Decision.allowed(LIMIT, 1, Source.REMOTE),
          Duration.ofMinutes(1),
          givenBack::incrementAndGet);

  @AfterEach
  void stop() {
    timer.shutdownNow();
  }

  @Test
  void wait_promisedAfterItsLimiterClosed_endsAndGivesBack() {
    CompletableFuture<Reservation> promise = new CompletableFuture<>();
    Acquiring waiting = Acquiring.of(promise, timer, Runnable::run);
    waiting.giveUp();
    assertThat(waiting.isDone()).isFalse(); // the failure policy may still decide
    promise.complete(inAMinute);
    assertThat(waiting.isDone()).isTrue();
    assertThat(waiting.join().source()).isEqualTo(Source.FAILED_CLOSED);
    assertThat(givenBack).hasValue(1);
    waiting.giveUp();
    assertThat(givenBack).hasValue(1);
  }

  @Test
  void wait_ofAnOpenLimiter_goesOn() {
    CompletableFuture<Reservation> promise = new CompletableFuture<>();
    Acquiring waiting = Acquiring.of(promise, timer, Runnable::run);
    promise.complete(inAMinute);
    assertThat(waiting.isDone()).isFalse();
    assertThat(givenBack).hasValue(0);
    assertThat(waiting.cancel(false)).isTrue();
    assertThat(givenBack).hasValue(1);
  }

  @Test
  void reservation_cancelledAtTheMomentOfItsAnswer_goesBackOnce() {
    Request request = new Request(null, null, "k", Request.Kind.RESERVE, 1, "0", false, 0, 0);
    CompletableFuture<Reservation> promise = Reserving.by(request, decision -> inAMinute);
    // what was attached last runs first: before the promise hears of the answer
    var unused = request.whenComplete((decision, failure) -> promise.cancel(false));
    assertThat(request.complete(inAMinute.decision())).isTrue();
    assertThat(promise).isCancelled();
    assertThat(givenBack).hasValue(1);
  }
}
