package io.bartizan.adapters.grpc;

import io.bartizan.core.house.Span;
import io.bartizan.ratelimit.RateLimiter;
import io.bartizan.ratelimit.Reservation;
import io.grpc.Attributes;
import io.grpc.ClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A call that starts in its turn. What is done to it before is kept in order; {@code state} says,
 * once and for all, whether its turn or its cancellation came first.
 */
final class PacedCall<Q, A> extends ClientCall<Q, A> {

  private enum State {
    WAITING,
    STARTED,
    CANCELLED
  }

  private final ClientCall<Q, A> call;
  private final RateLimiter pace;
  private final Duration maxWait;
  private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);
  private final KeptActions kept;

  private volatile @Nullable Listener<A> listener;
  private volatile @Nullable Reservation turn;
  private volatile @Nullable CompletableFuture<Void> wait;

  PacedCall(ClientCall<Q, A> call, RateLimiter pace, Duration maxWait) {
    this.call = call;
    this.pace = pace;
    this.maxWait = maxWait;
    this.kept =
        new KeptActions(problem -> call.cancel("the call was misused before its turn", problem));
  }

  @Override
  public void start(Listener<A> answers, Metadata headers) {
    if (state.get() == State.CANCELLED) {
      throw new IllegalStateException("the call was cancelled"); // as gRPC's own calls do
    }
    listener = answers;
    Reservation reserved = pace.reserve(1, maxWait);
    turn = reserved;
    if (state.get() == State.CANCELLED) {
      reserved.cancel(); // whoever cancelled meanwhile may have seen no turn
    } else if (!reserved.isGranted()) {
      end(
          Status.RESOURCE_EXHAUSTED.withDescription(
              "not sent: its turn comes in " + Span.exact(reserved.delay())));
    } else {
      await(reserved.delay().toNanos(), answers, headers);
    }
  }

  private void await(long nanos, Listener<A> answers, Metadata headers) {
    Runnable begin =
        () -> {
          if (state.compareAndSet(State.WAITING, State.STARTED)) {
            begin(new ClosedOnce<>(answers), headers);
            kept.handOn();
          }
        };
    if (nanos == 0) {
      begin.run();
      return;
    }
    CompletableFuture<Void> until =
        new CompletableFuture<Void>().completeOnTimeout(null, nanos, TimeUnit.NANOSECONDS);
    wait = until;
    CompletableFuture<Void> unused =
        until
            .thenRunAsync(begin)
            .whenComplete(
                (begun, problem) -> { // cancelled, or no thread can be had
                  if (problem != null) {
                    end(Status.fromThrowable(problem));
                  }
                });
    if (state.get() == State.CANCELLED) {
      boolean unusedResult = until.cancel(false);
    }
  }

  /** Whoever waits for the answer hears of what a start throws; gRPC would throw it to him. */
  private void begin(Listener<A> answers, Metadata headers) {
    try {
      call.start(answers, headers);
    } catch (RuntimeException | Error e) {
      call.cancel("the call did not start", e);
      answers.onClose(Status.fromThrowable(e), new Metadata());
    }
  }

  /** Ends a call that was not started; gives its turn back. */
  private void end(Status status) {
    if (state.compareAndSet(State.WAITING, State.CANCELLED)) {
      kept.clear();
      Reservation reserved = turn;
      if (reserved != null) {
        reserved.cancel();
      }
      CompletableFuture<Void> until = wait;
      if (until != null) {
        boolean unused = until.cancel(false); // nothing of it stays in the timer
      }
      call.cancel(status.getDescription(), status.getCause());
      Listener<A> answers = listener;
      if (answers != null) {
        answers.onClose(status, new Metadata());
      }
    }
  }

  @Override
  public void cancel(@Nullable String message, @Nullable Throwable cause) {
    end(Status.CANCELLED.withDescription(message).withCause(cause));
    keep(() -> call.cancel(message, cause));
  }

  private void keep(Runnable action) {
    if (state.get() != State.CANCELLED) {
      kept.add(action);
    }
  }

  @Override
  public void request(int messages) {
    keep(() -> call.request(messages));
  }

  @Override
  public void sendMessage(Q message) {
    keep(() -> call.sendMessage(message));
  }

  @Override
  public void halfClose() {
    keep(call::halfClose);
  }

  @Override
  public void setMessageCompression(boolean enabled) {
    keep(() -> call.setMessageCompression(enabled));
  }

  @Override
  public boolean isReady() {
    return state.get() == State.STARTED && kept.isEmpty() && call.isReady();
  }

  @Override
  public Attributes getAttributes() {
    return state.get() == State.STARTED ? call.getAttributes() : Attributes.EMPTY;
  }

  /** Hears of one end: a start that threw may end the call too. */
  private static final class ClosedOnce<A> extends SimpleForwardingClientCallListener<A> {

    private final AtomicBoolean closed = new AtomicBoolean();

    ClosedOnce(Listener<A> answers) {
      super(answers);
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      if (closed.compareAndSet(false, true)) {
        super.onClose(status, trailers);
      }
    }
  }
}
