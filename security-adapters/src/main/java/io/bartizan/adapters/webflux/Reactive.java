package io.bartizan.adapters.webflux;

import io.bartizan.adapters.answer.Answer;
import io.bartizan.ratelimit.RateLimitFields;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Stages and answers as publishers. */
final class Reactive {

  private Reactive() {}

  /**
   * A stage's result. What was not there at once goes on on one of Reactor's threads, for whoever
   * completes a stage (a Redis connection, a fetch of keys) is not to run the application.
   */
  static <T> Mono<T> of(CompletionStage<T> stage) {
    CompletableFuture<T> future = stage.toCompletableFuture();
    Mono<T> result = Mono.fromFuture(() -> future, true); // others may wait for the same stage
    return future.isDone() ? result : result.publishOn(Schedulers.parallel());
  }

  /** Ends the exchange with an answer. */
  static Mono<Void> send(ServerWebExchange exchange, Answer answer) {
    ServerHttpResponse response = exchange.getResponse();
    response.setStatusCode(HttpStatusCode.valueOf(answer.status()));
    answer.fields(response.getHeaders()::set);
    byte[] body = answer.body();
    response.getHeaders().setContentLength(body.length);
    if (body.length == 0) {
      return response.setComplete();
    }
    response.getHeaders().set("Content-Type", RateLimitFields.PROBLEM_MEDIA_TYPE);
    DataBuffer buffer = response.bufferFactory().wrap(body);
    return response.writeWith(Mono.just(buffer));
  }
}
