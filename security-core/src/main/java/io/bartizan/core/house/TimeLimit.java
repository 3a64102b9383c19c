package io.bartizan.core.house;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/**
 * Ends stages that come late, as {@code orTimeout} and {@code completeOnTimeout} do, but not on the
 * timer thread of the JVM. There is one, and it would run what an application attached to the
 * stage: one that waits there for another time-out holds up all of them for good.
 */
public final class TimeLimit {

  private TimeLimit() {}

  /**
   * Fails a stage with {@link TimeoutException} after a time.
   *
   * @param stage ends by itself or by this
   * @param nanos how long it may take
   * @param <T> what it gives
   * @return the stage
   */
  @CanIgnoreReturnValue
  public static <T> CompletableFuture<T> failing(CompletableFuture<T> stage, long nanos) {
    return ending(stage, nanos, late -> late.completeExceptionally(new TimeoutException()));
  }

  /**
   * Completes a stage after a time.
   *
   * @param stage ends by itself or by this
   * @param value what it gives then
   * @param nanos how long it may take
   * @param <T> what it gives
   * @return the stage
   */
  @CanIgnoreReturnValue
  public static <T> CompletableFuture<T> completing(
      CompletableFuture<T> stage, T value, long nanos) {
    return ending(stage, nanos, late -> late.complete(value));
  }

  private static <T> CompletableFuture<T> ending(
      CompletableFuture<T> stage, long nanos, Predicate<CompletableFuture<T>> end) {
    if (!stage.isDone()) {
      CompletableFuture<Boolean> clock =
          new CompletableFuture<Boolean>().orTimeout(nanos, TimeUnit.NANOSECONDS);
      CompletableFuture<Boolean> unused =
          clock.whenComplete(
              (early, over) -> { // an asynchronous step here would be a task for each stage
                if (over != null) {
                  stage.defaultExecutor().execute(() -> hand(stage, end));
                }
              });
      CompletableFuture<T> unusedEnd = stage.whenComplete((value, e) -> clock.complete(true));
    }
    return stage;
  }

  private static <T> void hand(CompletableFuture<T> stage, Predicate<CompletableFuture<T>> end) {
    boolean unused = end.test(stage);
  }
}
