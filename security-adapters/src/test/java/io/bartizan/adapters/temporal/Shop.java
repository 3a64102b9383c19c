package io.bartizan.adapters.temporal;

import io.temporal.activity.ActivityCancellationType;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityOptions;
import io.temporal.activity.LocalActivityOptions;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.client.WorkflowOptions;
import io.temporal.common.RetryOptions;
import io.temporal.common.interceptors.ActivityInboundCallsInterceptor;
import io.temporal.common.interceptors.ActivityInboundCallsInterceptorBase;
import io.temporal.common.interceptors.WorkerInterceptor;
import io.temporal.common.interceptors.WorkerInterceptorBase;
import io.temporal.common.interceptors.WorkflowClientInterceptor;
import io.temporal.failure.ActivityFailure;
import io.temporal.failure.ApplicationFailure;
import io.temporal.testing.TestEnvironmentOptions;
import io.temporal.testing.TestWorkflowEnvironment;
import io.temporal.worker.Worker;
import io.temporal.worker.WorkerFactoryOptions;
import io.temporal.workflow.Async;
import io.temporal.workflow.Promise;
import io.temporal.workflow.SignalMethod;
import io.temporal.workflow.UpdateMethod;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;

/** Temporal's server in memory, whose time skips what nobody works in, and a worker of one kind. */
final class Shop implements AutoCloseable {

  static final String QUEUE = "orders";

  private static final long FIRST_MILLIS = 1_800_000_000_000L;

  /** How the activities of a workflow run. */
  enum Mode {
    USUAL,
    HEARTBEATS,
    LOCAL
  }

  @WorkflowInterface
  public interface Orders {
    @WorkflowMethod
    List<String> handle(int orders, Mode mode);

    @SignalMethod
    void remind(String what);

    @UpdateMethod
    String change(String what);
  }

  @ActivityInterface
  public interface Charging {
    String charge(int order);
  }

  /** Charges each order in parallel, and says what came of each. */
  public static final class OrdersWorkflow implements Orders {

    private static final RetryOptions RETRIES =
        RetryOptions.newBuilder()
            .setDoNotRetry(TemporalReason.LIMITER_UNAVAILABLE.failureType())
            .build();

    @Override
    public List<String> handle(int orders, Mode mode) {
      Charging charging = charging(mode);
      List<Promise<String>> charges = new ArrayList<>();
      for (int i = 0; i < orders; i++) {
        charges.add(Async.function(charging::charge, i));
      }
      List<String> results = new ArrayList<>();
      for (Promise<String> charge : charges) {
        try {
          results.add(charge.get());
        } catch (ActivityFailure e) {
          results.add(
              e.getCause() instanceof ApplicationFailure failed
                  ? failed.getType()
                  : e.getCause().getClass().getSimpleName());
        }
      }
      return results;
    }

    private static Charging charging(Mode mode) {
      if (mode == Mode.LOCAL) {
        return Workflow.newLocalActivityStub(
            Charging.class,
            LocalActivityOptions.newBuilder()
                .setScheduleToCloseTimeout(Duration.ofDays(3))
                .setRetryOptions(RETRIES)
                .build());
      }
      ActivityOptions.Builder options =
          ActivityOptions.newBuilder()
              .setScheduleToCloseTimeout(Duration.ofDays(3))
              .setCancellationType(ActivityCancellationType.WAIT_CANCELLATION_COMPLETED)
              .setRetryOptions(RETRIES);
      if (mode == Mode.HEARTBEATS) {
        options.setHeartbeatTimeout(Duration.ofSeconds(1));
      }
      return Workflow.newActivityStub(Charging.class, options.build());
    }

    @Override
    public void remind(String what) {}

    @Override
    public String change(String what) {
      return what;
    }
  }

  /** An attempt that a limit refused, and when by the server's time. */
  record RefusedAttempt(ApplicationFailure failure, long millis) {}

  final Queue<RefusedAttempt> refused = new ConcurrentLinkedQueue<>();
  final TestWorkflowEnvironment server;
  final Worker worker;

  private Shop(Charging charging, TestEnvironmentOptions.Builder options, WorkerInterceptor... of) {
    server =
        TestWorkflowEnvironment.newInstance(
            options
                .setInitialTimeMillis(FIRST_MILLIS)
                .setWorkerFactoryOptions(
                    WorkerFactoryOptions.newBuilder()
                        .setWorkerInterceptors(
                            Stream.concat(Stream.of(of), Stream.of(new Recorder()))
                                .toArray(WorkerInterceptor[]::new))
                        .build())
                .build());
    worker = server.newWorker(QUEUE);
    worker.registerWorkflowImplementationTypes(OrdersWorkflow.class);
    worker.registerActivitiesImplementations(charging);
    server.start();
  }

  static Shop of(Charging charging, WorkerInterceptor... interceptors) {
    return new Shop(charging, TestEnvironmentOptions.newBuilder(), interceptors);
  }

  static Shop of(WorkflowClientInterceptor interceptor) {
    return new Shop(
        order -> "charged",
        TestEnvironmentOptions.newBuilder()
            .setWorkflowClientOptions(
                WorkflowClientOptions.newBuilder().setInterceptors(interceptor).build()));
  }

  /** The server's time in nanoseconds, also before there is a server. */
  static long nanos(Shop shop) {
    return 1_000_000 * (shop == null ? FIRST_MILLIS : shop.server.currentTimeMillis());
  }

  Orders order(String id) {
    return server
        .getWorkflowClient()
        .newWorkflowStub(
            Orders.class,
            WorkflowOptions.newBuilder().setTaskQueue(QUEUE).setWorkflowId(id).build());
  }

  @Override
  public void close() {
    server.close();
  }

  /** Set last, so that it is called first and hears what the others refuse. */
  private final class Recorder extends WorkerInterceptorBase {
    @Override
    public ActivityInboundCallsInterceptor interceptActivity(ActivityInboundCallsInterceptor next) {
      return new ActivityInboundCallsInterceptorBase(next) {
        @Override
        public ActivityOutput execute(ActivityInput input) {
          try {
            return super.execute(input);
          } catch (ApplicationFailure e) {
            refused.add(new RefusedAttempt(e, server.currentTimeMillis()));
            throw e;
          }
        }
      };
    }
  }
}
