package io.bartizan.spring;

import io.bartizan.spring.method.MethodRefusal;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.core.Ordered;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;
import reactor.util.context.ContextView;

/**
 * Behind Spring Security in WebFlux: tells {@link WebFluxMethodCalls} which request is served, and
 * answers a method's refusal that no handler answered.
 */
final class MethodsWebFilter implements WebFilter, Ordered, AopInfrastructureBean {

  /** The exchange's attribute with Reactor's context, in which the authenticated caller is. */
  private static final String CONTEXT = "io.bartizan.spring.methods.context";

  private final int order;

  MethodsWebFilter(int order) {
    this.order = order;
  }

  @Override
  public int getOrder() {
    return order;
  }

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
    return Mono.deferContextual(
            context -> {
              exchange.getAttributes().put(CONTEXT, context);
              return chain.filter(exchange);
            })
        .onErrorResume(thrown -> answer(exchange, thrown))
        .contextWrite(context -> context.put(MethodsWebFilter.class, exchange));
  }

  /** The request that a subscriber serves; null if it serves none. */
  static @Nullable ServerWebExchange exchange(ContextView context) {
    return context.getOrDefault(MethodsWebFilter.class, null);
  }

  /** For one who has the exchange and no context: what the filter saw of it. */
  static Mono<Void> within(ServerWebExchange exchange, Mono<Void> asked) {
    return exchange.getAttribute(CONTEXT) instanceof ContextView seen
        ? asked.contextWrite(context -> context.putAll(seen))
        : asked;
  }

  /** The refusal, or the failure itself if it is none or an answer has begun. */
  static Mono<Void> answer(ServerWebExchange exchange, Throwable thrown) {
    MethodRefusal refused = MethodRefusal.causeOf(thrown);
    ServerHttpResponse response = exchange.getResponse();
    if (refused == null || response.isCommitted()) {
      return Mono.error(thrown);
    }
    response.setStatusCode(HttpStatusCode.valueOf(refused.status()));
    refused.fields().forEach(response.getHeaders()::set);
    response.getHeaders().setContentLength(refused.body().length);
    return response.writeWith(
        Mono.fromSupplier(() -> response.bufferFactory().wrap(refused.body())));
  }
}
