package io.bartizan.spring;

import io.bartizan.adapters.webflux.RateLimitFilter;
import io.bartizan.spring.method.LimitRefusedException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** What {@link Reports} is, for WebFlux. */
@RestController
@Import({ReactiveReports.Archive.class, ReactiveReports.Functional.class})
public class ReactiveReports {

  private final Archive archive;

  ReactiveReports(Archive archive) {
    this.archive = archive;
  }

  @GetMapping("/reports")
  @RateLimited(value = "reports", cost = 2)
  Mono<String> reports() {
    return Mono.fromCallable(
        () -> Schedulers.isInNonBlockingThread() + " " + Thread.currentThread().getName());
  }

  @GetMapping("/lines")
  @RateLimited("lines")
  Flux<String> lines() {
    return Flux.just("a", "b");
  }

  @GetMapping("/stage")
  @RateLimited("mine")
  CompletionStage<String> stage(ServerWebExchange exchange) {
    return CompletableFuture.completedFuture("stage of " + exchange.getRequest().getPath());
  }

  @GetMapping("/archive")
  Mono<String> archive() {
    return archive.read();
  }

  @GetMapping("/archive-or-none")
  Mono<String> archiveOrNone() {
    return archive.read().onErrorReturn(LimitRefusedException.class, "none");
  }

  @GetMapping("/archive-twice")
  Mono<String> archiveTwice() {
    return archive.read().repeat(1).reduce(String::concat);
  }

  @GetMapping("/archive-marks")
  Mono<Long> archiveMarks(ServerWebExchange exchange) {
    return archive
        .read()
        .repeat(1)
        .then(
            Mono.fromSupplier(
                () ->
                    exchange.getAttributes().values().stream()
                        .filter(RateLimitFilter.class::isInstance)
                        .count()));
  }

  @GetMapping("/archive-late")
  Flux<String> archiveLate() {
    return Flux.just("x".repeat(70_000)).concatWith(archive.read());
  }

  @GetMapping("/mine")
  @PreAuthorize("hasAuthority('SCOPE_orders:read')")
  @RateLimited("mine")
  Mono<String> mine() {
    return Mono.just("mine");
  }

  @GetMapping("/guarded-twice")
  Mono<String> guardedTwice() {
    return archive.guarded().repeat(1).reduce(String::concat);
  }

  @GetMapping("/elsewhere")
  Mono<String> elsewhere() {
    return Mono.fromFuture(() -> archive.read().toFuture())
        .onErrorResume(IllegalStateException.class, failure -> Mono.just(failure.getMessage()));
  }

  @ExceptionHandler(Exception.class)
  String all() {
    return "an exception";
  }

  /** A bean behind the controller. */
  static class Archive {

    final AtomicInteger reads = new AtomicInteger();

    @RateLimited("archive")
    Mono<String> read() {
      reads.incrementAndGet();
      return Mono.just("archive");
    }

    @PreAuthorize("hasAuthority('SCOPE_orders:read')")
    @RateLimited("lines")
    Mono<String> guarded() {
      return Mono.just("guarded");
    }

    int readCount() {
      return reads.get();
    }
  }

  /** A route without a controller. */
  static class Functional {

    @Bean
    RouterFunction<ServerResponse> route(Archive archive) {
      return RouterFunctions.route()
          .GET("/function", request -> archive.read().flatMap(ServerResponse.ok()::bodyValue))
          .build();
    }
  }

  /** A method that would have to wait. */
  static class Waiting {
    @RateLimited("reports")
    String run() {
      return "";
    }
  }

  /** A stage that knows no request. */
  static class Nameless {
    @RateLimited("reports")
    CompletableFuture<String> run() {
      return CompletableFuture.completedFuture("");
    }
  }
}
