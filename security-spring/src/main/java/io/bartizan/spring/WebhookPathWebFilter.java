package io.bartizan.spring;

import io.bartizan.adapters.webflux.WebhookFilter;
import java.util.List;
import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.core.Ordered;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import org.springframework.web.util.pattern.PathPattern;
import reactor.core.publisher.Mono;

/** WebFlux's {@link WebhookPathFilter}. */
final class WebhookPathWebFilter implements WebFilter, Ordered, AopInfrastructureBean {

  private record Step(PathPattern path, WebhookFilter filter) {}

  private final List<Step> steps;
  private final int order;

  WebhookPathWebFilter(ConfiguredWebhooks webhooks, int order) {
    this.order = order;
    steps =
        webhooks.list().stream()
            .map(each -> new Step(each.path(), WebhookFilter.of(each.verifier(), each.maxBytes())))
            .toList();
  }

  @Override
  public int getOrder() {
    return order;
  }

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
    Asked asked = LimitWebFilter.asked(exchange);
    for (Step step : steps) {
      if (asked.isAnySpelling(step.path)) {
        return step.filter.filter(exchange, chain);
      }
    }
    return chain.filter(exchange);
  }
}
