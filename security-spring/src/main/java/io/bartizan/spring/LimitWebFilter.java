package io.bartizan.spring;

import io.bartizan.adapters.webflux.RateLimitFilter;
import io.bartizan.spring.caller.CountedCaller;
import io.bartizan.spring.caller.WebFluxCaller;
import io.bartizan.spring.span.WebFluxSpans;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.Principal;
import java.util.ArrayList;
import java.util.List;
import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.core.Ordered;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.util.ClassUtils;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/** WebFlux's {@link LimitFilter}: the limits of one place in the chain, those whose routes fit. */
final class LimitWebFilter implements WebFilter, Ordered, AopInfrastructureBean {

  private static final boolean SECURED =
      ClassUtils.isPresent(
          "org.springframework.security.authentication.AnonymousAuthenticationToken",
          LimitWebFilter.class.getClassLoader());

  private static final String MOCKS = "org.springframework.mock.";
  private static final InetSocketAddress THIS_MACHINE =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  private record Step(String limit, Routes routes, CountedCaller caller, RateLimitFilter filter) {}

  private final List<Step> steps = new ArrayList<>();
  private final int order;

  LimitWebFilter(List<ConfiguredLimit> limits, int order) {
    this.order = order;
    for (ConfiguredLimit each : limits) {
      steps.add(new Step(each.name(), each.routes(), each.counted(), filter(each)));
    }
  }

  private static RateLimitFilter filter(ConfiguredLimit limit) {
    return limit.onRedis() == null
        ? RateLimitFilter.inMemory(limit.limiter(), limit.key().caller())
        : RateLimitFilter.of(limit.onRedis(), limit.key().caller());
  }

  @Override
  public int getOrder() {
    return order;
  }

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
    if (steps.isEmpty()) {
      return chain.filter(exchange);
    }
    WebFilterChain last = counted -> chain.filter(exchange);
    return from(0, asked(exchange), last).filter(known(exchange));
  }

  /** By the path that was sent, by which WebFlux finds its handlers. */
  static Asked asked(ServerWebExchange exchange) {
    return new Asked(
        exchange.getRequest().getMethod().name(),
        List.of(exchange.getRequest().getPath().pathWithinApplication()));
  }

  /**
   * The exchange, without the principal that stands for strangers; that of a test without a server,
   * such as {@code WebTestClient} bound to an application, comes from this machine.
   */
  static ServerWebExchange known(ServerWebExchange exchange) {
    ServerHttpRequest request = exchange.getRequest();
    ServerWebExchange connected =
        request.getRemoteAddress() == null && request.getClass().getName().startsWith(MOCKS)
            ? exchange.mutate().request(sent -> sent.remoteAddress(THIS_MACHINE)).build()
            : exchange;
    return SECURED ? KnownCaller.of(connected) : connected;
  }

  private WebFilterChain from(int start, Asked asked, WebFilterChain chain) {
    for (int i = start; i < steps.size(); i++) {
      Step step = steps.get(i);
      if (step.routes.matches(asked)) {
        int next = i + 1;
        return exchange ->
            WebFluxSpans.ask(
                step.limit,
                step.filter,
                WebFluxCaller.of(exchange, step.caller),
                counted -> from(next, asked, chain).filter(exchange));
      }
    }
    return chain;
  }

  /**
   * An exchange whose principal is somebody, as in Spring MVC: for strangers, Spring Security may
   * name one there that all of them share.
   */
  private static final class KnownCaller {

    static ServerWebExchange of(ServerWebExchange exchange) {
      return exchange
          .mutate()
          .principal(
              exchange
                  .<Principal>getPrincipal()
                  .filter(caller -> !(caller instanceof AnonymousAuthenticationToken)))
          .build();
    }
  }
}
