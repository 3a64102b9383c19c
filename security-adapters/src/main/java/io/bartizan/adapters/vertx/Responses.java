package io.bartizan.adapters.vertx;

import io.bartizan.adapters.answer.Answer;
import io.bartizan.ratelimit.RateLimitFields;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** Sends answers, and waits for stages without losing the request's body. */
final class Responses {

  private Responses() {}

  /**
   * Goes on with a stage's result on the request's own context; until then the body waits in the
   * connection for whoever reads it later.
   */
  static <T> void await(RoutingContext context, CompletionStage<T> stage, Consumer<T> goOn) {
    CompletableFuture<T> future = stage.toCompletableFuture();
    if (future.isDone() && !future.isCompletedExceptionally()) {
      goOn.accept(future.join());
      return;
    }
    HttpServerRequest request = context.request();
    request.pause();
    Future.fromCompletionStage(stage, context.vertx().getOrCreateContext())
        .onComplete(
            result -> {
              request.resume();
              if (result.succeeded()) {
                goOn.accept(result.result());
              } else {
                context.fail(result.cause());
              }
            });
  }

  /** Ends the request with an answer. */
  static void send(RoutingContext context, Answer answer) {
    HttpServerResponse response = context.response();
    if (response.ended() || response.closed()) {
      return;
    }
    response.setStatusCode(answer.status());
    answer.fields(response::putHeader);
    byte[] body = answer.body();
    if (body.length > 0) {
      response.putHeader("Content-Type", RateLimitFields.PROBLEM_MEDIA_TYPE);
    }
    response.end(Buffer.buffer(body)).onFailure(hungUp -> {});
  }

  /**
   * Asks for the body that the sender holds back. Found by its name: the method returns a future in
   * Vert.x 5, and the response in Vert.x 4.5.
   */
  static void writeContinue(HttpServerResponse response) {
    try {
      HttpServerResponse.class.getMethod("writeContinue").invoke(response);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("Vert.x has no writeContinue", e);
    }
  }
}
