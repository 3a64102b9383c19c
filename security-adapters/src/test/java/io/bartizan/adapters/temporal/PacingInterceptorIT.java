package io.bartizan.adapters.temporal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.bartizan.adapters.temporal.Shop.Mode;
import io.bartizan.adapters.temporal.Shop.Orders;
import io.bartizan.core.house.Span;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.Rate;
import io.bartizan.ratelimit.RateLimiter;
import io.temporal.api.enums.v1.WorkflowIdConflictPolicy;
import io.temporal.client.UpdateOptions;
import io.temporal.client.WithStartWorkflowOperation;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowNotFoundException;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowServiceException;
import io.temporal.client.WorkflowStub;
import io.temporal.client.WorkflowUpdateStage;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class PacingInterceptorIT {

  private Shop shop;

  @AfterEach
  void stop() {
    if (shop != null) {
      shop.close();
    }
  }

  private static RateLimiter hourly() {
    return RateLimiter.of(Limit.paced(Rate.per(1, ChronoUnit.HOURS)));
  }

  @CanIgnoreReturnValue
  private WorkflowStub start(String id) {
    WorkflowStub workflow = WorkflowStub.fromTyped(shop.order(id));
    workflow.start(0, Mode.USUAL);
    return workflow;
  }

  @CanIgnoreReturnValue
  private StartRefusedException refused(ThrowingCallable start) {
    WorkflowServiceException failed = catchThrowableOfType(WorkflowServiceException.class, start);
    assertThat(failed).hasCauseInstanceOf(StartRefusedException.class);
    return (StartRefusedException) failed.getCause();
  }

  private void notStarted(String id) {
    assertThatThrownBy(() -> shop.server.getWorkflowClient().newUntypedWorkflowStub(id).describe())
        .isInstanceOf(WorkflowNotFoundException.class);
  }

  private void updateWithStart(String id) {
    Orders workflow =
        shop.server
            .getWorkflowClient()
            .newWorkflowStub(
                Orders.class,
                WorkflowOptions.newBuilder()
                    .setTaskQueue(Shop.QUEUE)
                    .setWorkflowId(id)
                    .setWorkflowIdConflictPolicy(
                        WorkflowIdConflictPolicy.WORKFLOW_ID_CONFLICT_POLICY_FAIL)
                    .build());
    WorkflowClient.startUpdateWithStart(
        workflow::change,
        "address",
        UpdateOptions.<String>newBuilder().setWaitForStage(WorkflowUpdateStage.ACCEPTED).build(),
        new WithStartWorkflowOperation<>(workflow::handle, 0, Mode.USUAL));
  }

  @Test
  void start_whoseTurnIsTooLate_isRefusedWithItsTimeAndNotStarted() {
    shop = Shop.of(PacingInterceptor.of(hourly(), Duration.ofSeconds(1)));
    assertThat(start("first").getResult(Object[].class)).isEmpty();

    StartRefusedException refused = refused(() -> start("second"));
    assertThat(refused.reason()).isEqualTo(TemporalReason.RATE_LIMITED);
    assertThat(refused.retryAfter()).isBetween(Duration.ofMinutes(55), Duration.ofHours(1));
    assertThat(refused)
        .hasMessage(
            "rate-limited: not started: its turn comes in " + Span.exact(refused.retryAfter()));
    notStarted("second");
  }

  @Test
  void signalOrUpdate_thatStarts_takesATurn() {
    shop = Shop.of(PacingInterceptor.of(hourly(), Duration.ZERO));
    WorkflowStub signalled = WorkflowStub.fromTyped(shop.order("first"));
    signalled.signalWithStart("remind", new Object[] {"x"}, new Object[] {0, Mode.USUAL});
    WorkflowStub second = WorkflowStub.fromTyped(shop.order("second"));
    refused(
        () -> second.signalWithStart("remind", new Object[] {"x"}, new Object[] {0, Mode.USUAL}));
    refused(() -> updateWithStart("third"));
    notStarted("second");
    notStarted("third");
  }

  @Test
  void otherCalls_takeNoTurn() {
    shop = Shop.of(PacingInterceptor.of(hourly(), Duration.ZERO));
    WorkflowStub first = start("first");
    for (int i = 0; i < 3; i++) {
      assertThat(first.getResult(Object[].class)).isEmpty();
      assertThat(first.describe().getWorkflowType()).isEqualTo("Orders");
    }
  }

  @Test
  void starts_waitForTheirTurn() {
    RateLimiter pace = RateLimiter.of(Limit.paced(Rate.per(1, Duration.ofMillis(200))));
    shop = Shop.of(PacingInterceptor.of(pace, Duration.ofSeconds(60)));
    long before = System.nanoTime();
    for (int i = 0; i < 3; i++) {
      start("order-" + i);
    }
    assertThat(System.nanoTime() - before)
        .isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(400));
  }

  @Test
  void thread_interruptedWhileItWaits_staysInterruptedAndStartsNothing() throws Exception {
    RateLimiter pace = hourly();
    shop = Shop.of(PacingInterceptor.of(pace, Duration.ofHours(2)));
    start("first");
    Thread.currentThread().interrupt();
    StartRefusedException refused = refused(() -> start("second"));
    assertThat(Thread.interrupted()).isTrue();
    assertThat(refused.reason()).isEqualTo(TemporalReason.INTERRUPTED);
    assertThat(refused.retryAfter()).isZero();
    assertThat(pace.reserve(1, Duration.ofHours(1)).isGranted()).as("the turn is back").isTrue();
    notStarted("second");
  }

  @Test
  void maxWait_negative_isRefused() {
    assertThatThrownBy(() -> PacingInterceptor.of(hourly(), Duration.ofSeconds(-1)))
        .hasMessage("maxWait is -1 seconds, zero or more is accepted");
    assertThat(PacingInterceptor.of(hourly(), Duration.ZERO))
        .hasToString("PacingInterceptor[waits at most 0]");
  }
}
