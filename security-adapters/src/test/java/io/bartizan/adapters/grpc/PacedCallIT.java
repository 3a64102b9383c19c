package io.bartizan.adapters.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.util.concurrent.ListenableFuture;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.Rate;
import io.bartizan.ratelimit.RateLimiter;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class PacedCallIT {

  private final ConcurrentLinkedQueue<Long> arrivals = new ConcurrentLinkedQueue<>();
  private Server server;
  private ManagedChannel channel;

  @BeforeEach
  void start() throws IOException {
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(
                ServerServiceDefinition.builder("test.Orders")
                    .addMethod(
                        GrpcIT.ASK,
                        ServerCalls.asyncUnaryCall(
                            (question, answers) -> {
                              arrivals.add(System.nanoTime());
                              answers.onNext("re: " + question);
                              answers.onCompleted();
                            }))
                    .build())
            .build()
            .start();
    channel = NettyChannelBuilder.forAddress("127.0.0.1", server.getPort()).usePlaintext().build();
  }

  @AfterEach
  void stop() throws InterruptedException {
    channel.shutdownNow();
    server.shutdownNow();
    assertThat(server.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
  }

  private Channel paced(RateLimiter pace, Duration maxWait) {
    return ClientInterceptors.intercept(channel, PacingInterceptor.of(pace, maxWait));
  }

  private static ListenableFuture<String> ask(Channel through, String question) {
    return ClientCalls.futureUnaryCall(through.newCall(GrpcIT.ASK, CallOptions.DEFAULT), question);
  }

  private static RateLimiter hourly() {
    return RateLimiter.of(Limit.paced(Rate.per(1, ChronoUnit.HOURS)));
  }

  @Test
  void calls_keepThePace() throws Exception {
    Channel paced =
        paced(
            RateLimiter.of(Limit.paced(Rate.per(1, Duration.ofMillis(200)))),
            Duration.ofSeconds(20));
    long start = System.nanoTime();
    List<ListenableFuture<String>> all = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      all.add(ask(paced, "question " + i));
    }
    for (int i = 0; i < 4; i++) {
      assertThat(all.get(i).get(30, TimeUnit.SECONDS)).isEqualTo("re: question " + i);
    }
    assertThat(new ArrayList<>(arrivals).get(3) - start)
        .isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(600));
  }

  @Test
  void turn_thatWouldComeTooLateOrAfterTheDeadline_failsAtOnceAndSendsNothing() throws Exception {
    Channel paced = paced(hourly(), Duration.ofSeconds(1));
    assertThat(ask(paced, "x").get(30, TimeUnit.SECONDS)).isEqualTo("re: x");
    assertThatThrownBy(
            () -> ClientCalls.blockingUnaryCall(paced, GrpcIT.ASK, CallOptions.DEFAULT, "y"))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Code.RESOURCE_EXHAUSTED))
        .hasMessageContaining("not sent: its turn comes in ");
    RateLimiter pace = hourly();
    Channel patient = paced(pace, Duration.ofHours(5));
    assertThat(ask(patient, "x").get(30, TimeUnit.SECONDS)).isEqualTo("re: x");
    CallOptions deadline = CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.MINUTES);
    assertThatThrownBy(() -> ClientCalls.blockingUnaryCall(patient, GrpcIT.ASK, deadline, "y"))
        .hasMessageContaining("not sent");
    assertThat(arrivals).hasSize(2);
  }

  @Test
  void call_cancelledBeforeItsTurn_givesTheTurnBackAndSendsNothing() throws Exception {
    RateLimiter pace = hourly();
    Channel paced = paced(pace, Duration.ofHours(1));
    assertThat(ask(paced, "x").get(30, TimeUnit.SECONDS)).isEqualTo("re: x");
    ListenableFuture<String> second = ask(paced, "y");
    assertThat(pace.reserve(1, Duration.ofHours(1)).isGranted()).isFalse();
    assertThat(second.cancel(true)).isTrue();
    assertThat(pace.reserve(1, Duration.ofHours(1)).isGranted()).isTrue();
    assertThat(arrivals).hasSize(1);
  }

  /** As gRPC's own calls: they too throw at a start after cancel. */
  @Test
  void call_cancelledBeforeItsStart_takesNoTurn() {
    RateLimiter pace = hourly();
    ClientCall<String, String> call =
        paced(pace, Duration.ZERO).newCall(GrpcIT.ASK, CallOptions.DEFAULT);
    call.cancel("changed my mind", null);
    assertThatThrownBy(() -> call.start(new ClientCall.Listener<>() {}, new Metadata()))
        .isInstanceOf(IllegalStateException.class);
    assertThat(pace.tryAcquire().isAllowed()).isTrue();
    assertThat(arrivals).isEmpty();
  }

  @Test
  void maxWait_negative_isRefused() {
    assertThatThrownBy(() -> PacingInterceptor.of(hourly(), Duration.ofSeconds(-1)))
        .hasMessage("maxWait is -1 seconds, zero or more is accepted");
    assertThat(PacingInterceptor.of(hourly(), Duration.ZERO))
        .hasToString("PacingInterceptor[waits at most 0]");
  }

  /** As of an interceptor that finds no token; gRPC throws it where the call is made. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void call_whoseStartThrows_endsAtOnceAndInItsTurn(boolean error) {
    ClientInterceptor broken =
        new ClientInterceptor() {
          @Override
          public <Q, A> ClientCall<Q, A> interceptCall(
              MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
            return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
              @Override
              public void start(Listener<A> answers, Metadata headers) {
                if (error) {
                  throw new NoClassDefFoundError("no token");
                }
                throw new IllegalStateException("no token");
              }
            };
          }
        };
    RateLimiter pace = RateLimiter.of(Limit.paced(Rate.per(1, Duration.ofMillis(200))));
    Channel paced =
        ClientInterceptors.intercept(
            ClientInterceptors.intercept(channel, broken),
            PacingInterceptor.of(pace, Duration.ofSeconds(20)));
    for (int i = 0; i < 2; i++) {
      ListenableFuture<String> answer = ask(paced, "question");
      assertThatThrownBy(() -> answer.get(10, TimeUnit.SECONDS))
          .hasRootCauseMessage("no token")
          .cause()
          .isInstanceOf(StatusRuntimeException.class);
    }
    assertThat(arrivals).isEmpty();
  }
}
