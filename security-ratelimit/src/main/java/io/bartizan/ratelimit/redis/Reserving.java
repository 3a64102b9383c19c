package io.bartizan.ratelimit.redis;

import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.Reservation;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A reservation to come; whoever leaves before gives its permits back. */
final class Reserving extends CompletableFuture<Reservation> {

  private Reserving() {}

  /** What a request reserves. */
  static Reserving by(Request request, Function<Decision, Reservation> made) {
    Reserving promise = new Reserving();
    var unused =
        request.whenComplete((decision, failure) -> promise.answered(decision, failure, made));
    var unusedEnd =
        promise.whenComplete(
            (reservation, failure) -> {
              if (!request.isDone()) {
                boolean unusedResult = request.cancel(false);
              }
            });
    return promise;
  }

  private void answered(
      @Nullable Decision decision,
      @Nullable Throwable failure,
      Function<Decision, Reservation> made) {
    if (decision == null) {
      boolean unused = failure != null && completeExceptionally(failure);
    } else { // also of one who left at this moment: what was promised must go back
      Reservation reservation = made.apply(decision);
      if (!complete(reservation)) {
        reservation.cancel();
      }
    }
  }
}
