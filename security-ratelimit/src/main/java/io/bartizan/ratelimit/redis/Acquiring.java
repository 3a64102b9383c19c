package io.bartizan.ratelimit.redis;

import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.Reservation;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Someone who waits until reserved permits may be used; whoever leaves before gives them back. */
final class Acquiring extends CompletableFuture<Decision> {

  private final CompletableFuture<Reservation> reserving;
  private volatile @Nullable Reservation reservation;
  private volatile @Nullable Future<?> timer;
  private volatile boolean served;
  private volatile boolean givenUp;

  private Acquiring(CompletableFuture<Reservation> reserving) {
    this.reserving = reserving;
  }

  /**
   * Waits for a reservation, and then for its time.
   *
   * @param clock where the wait is timed
   * @param elsewhere runs what completes the stage
   */
  static Acquiring of(
      CompletableFuture<Reservation> reserving,
      ScheduledExecutorService clock,
      Consumer<Runnable> elsewhere) {
    Acquiring waiting = new Acquiring(reserving);
    var unusedEnd = waiting.whenComplete((decision, failure) -> waiting.ended());
    var unused =
        reserving.whenComplete(
            (granted, failure) -> waiting.reserved(granted, failure, clock, elsewhere));
    return waiting;
  }

  private void reserved(
      @Nullable Reservation granted,
      @Nullable Throwable failure,
      ScheduledExecutorService clock,
      Consumer<Runnable> elsewhere) {
    if (granted == null) {
      boolean unused = failure != null && completeExceptionally(failure);
      return;
    }
    reservation = granted;
    long nanos = granted.isGranted() ? granted.delay().toNanos() : 0;
    if (nanos == 0) {
      serve(granted);
    } else {
      try {
        timer =
            clock.schedule(
                () -> elsewhere.accept(() -> serve(granted)), nanos, TimeUnit.NANOSECONDS);
      } catch (RejectedExecutionException closed) {
        giveUp();
      }
    }
    if (givenUp) {
      giveUp();
    }
    if (isDone()) {
      ended();
    }
  }

  private void serve(Reservation granted) {
    served = true;
    if (!complete(granted.decision())) {
      granted.cancel();
    }
  }

  /**
   * Ends a wait for promised permits, for nobody will time it any more, or has it end once they are
   * promised; they are given back.
   */
  void giveUp() {
    givenUp = true;
    Reservation held = reservation;
    if (held != null) {
      boolean unused = complete(Fallback.refusal(held.decision()));
    }
  }

  private void ended() {
    Future<?> running = timer;
    if (running != null) {
      boolean unused = running.cancel(false);
    }
    Reservation held = reservation;
    if (held == null) {
      boolean unused = reserving.cancel(false);
    } else if (!served) {
      held.cancel();
    }
  }
}
