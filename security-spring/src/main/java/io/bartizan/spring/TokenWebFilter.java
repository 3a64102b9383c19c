package io.bartizan.spring;

import io.bartizan.integrity.jwt.JwtRequest;
import io.bartizan.ratelimit.RateLimitFields;
import java.security.cert.X509Certificate;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.core.Ordered;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.SslInfo;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * In front of Spring Security in WebFlux: tells {@link ReactiveClaims} the client certificate, and
 * answers 503 where nobody could tell whether a token is good, of which Spring makes a 500.
 */
final class TokenWebFilter implements WebFilter, Ordered, AopInfrastructureBean {

  private final int order;

  TokenWebFilter(int order) {
    this.order = order;
  }

  @Override
  public int getOrder() {
    return order;
  }

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
    return chain
        .filter(exchange)
        .onErrorResume(
            AuthenticationServiceException.class,
            thrown ->
                Outage.isCauseOf(thrown) && !exchange.getResponse().isCommitted()
                    ? send(exchange.getResponse())
                    : Mono.error(thrown))
        .contextWrite(context -> context.put(JwtRequest.class, shown(exchange)));
  }

  /** Without a certificate a bound token is refused. */
  private static JwtRequest shown(ServerWebExchange exchange) {
    @Nullable SslInfo tls = exchange.getRequest().getSslInfo();
    X509Certificate @Nullable [] chain = tls == null ? null : tls.getPeerCertificates();
    return chain == null || chain.length == 0
        ? JwtRequest.bare()
        : JwtRequest.bare().withClientCertificate(chain[0]);
  }

  private static Mono<Void> send(ServerHttpResponse response) {
    byte[] problem = Outage.problem();
    response.setStatusCode(HttpStatus.SERVICE_UNAVAILABLE);
    response.getHeaders().set("Retry-After", Outage.RETRY_SECONDS);
    response.getHeaders().set("Content-Type", RateLimitFields.PROBLEM_MEDIA_TYPE);
    response.getHeaders().setContentLength(problem.length);
    return response.writeWith(Mono.fromSupplier(() -> response.bufferFactory().wrap(problem)));
  }
}
