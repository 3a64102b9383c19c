package io.bartizan.spring.span;

import java.util.concurrent.atomic.AtomicBoolean;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.observation.ServerRequestObservationContext;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/** Asks a limit and tells its outcome to the span of the request, if it has one. */
public final class WebFluxSpans {

  private WebFluxSpans() {}

  /** Asks the limit of this name. */
  public static Mono<Void> ask(
      String limit, WebFilter asking, ServerWebExchange exchange, WebFilterChain next) {
    ServerRequestObservationContext span =
        ServerRequestObservationContext.findCurrent(exchange.getAttributes()).orElse(null);
    if (span == null) {
      return asking.filter(exchange, next);
    }
    AtomicBoolean passed = new AtomicBoolean();
    WebFilterChain told =
        counted -> {
          passed.set(true);
          LimitOutcome.allowed(span, limit);
          return next.filter(counted);
        };
    return asking
        .filter(exchange, told)
        .then(Mono.fromRunnable(() -> answered(span, limit, passed.get(), exchange)));
  }

  private static void answered(
      ServerRequestObservationContext span,
      String limit,
      boolean passed,
      ServerWebExchange exchange) {
    HttpStatusCode status = exchange.getResponse().getStatusCode();
    if (!passed && status != null) {
      LimitOutcome.answered(span, limit, status.value());
    }
  }
}
