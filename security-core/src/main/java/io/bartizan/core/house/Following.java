package io.bartizan.core.house;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Stages that are made of others. */
public final class Following {

  private Following() {}

  /**
   * What is made of another stage's result. Whoever cancels it, or lets it time out, leaves the
   * other one too, which {@link CompletionStage#thenApply} would keep waiting.
   *
   * @param source the other stage
   * @param made makes the result
   * @param <S> what the other stage gives
   * @param <T> what this one gives
   * @return a stage that completes with the other one
   */
  public static <S, T> CompletionStage<T> of(
      CompletionStage<S> source, Function<? super S, ? extends T> made) {
    CompletableFuture<T> result = source.<T>thenApply(made).toCompletableFuture();
    CompletableFuture<S> its = source.toCompletableFuture();
    var unusedEnd =
        result.whenComplete(
            (value, failure) -> {
              if (!its.isDone()) {
                boolean unused = its.cancel(false);
              }
            });
    return result;
  }
}
