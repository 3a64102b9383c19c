package io.bartizan.adapters.webflux;

import io.bartizan.adapters.IncomingRequest;
import io.bartizan.adapters.answer.AddressText;
import io.bartizan.adapters.answer.TargetText;
import io.bartizan.integrity.jwt.VerifiedJwt;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.Principal;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.server.reactive.SslInfo;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/** An exchange; attributes are believed by their type, which no client can give. */
record ExchangeIncoming(ServerWebExchange exchange, Optional<String> principal)
    implements IncomingRequest {

  /** The exchange, once it is known who was authenticated. */
  static Mono<ExchangeIncoming> of(ServerWebExchange exchange) {
    return exchange
        .<Principal>getPrincipal()
        .map(caller -> Optional.of(Objects.requireNonNullElse(caller.getName(), "")))
        .defaultIfEmpty(Optional.empty())
        .map(name -> new ExchangeIncoming(exchange, name));
  }

  @Override
  public Optional<InetAddress> remoteAddress() {
    @Nullable InetSocketAddress remote = exchange.getRequest().getRemoteAddress();
    if (remote == null) {
      return Optional.empty();
    }
    // Spring leaves an address unresolved that it read from a forwarding header
    return remote.isUnresolved()
        ? AddressText.parse(remote.getHostString())
        : Optional.ofNullable(remote.getAddress());
  }

  /** By iteration, since Spring 6 and 7 have no other method for all values in common. */
  @Override
  public List<String> headers(String name) {
    List<String> values = new ArrayList<>();
    exchange
        .getRequest()
        .getHeaders()
        .forEach(
            (each, its) -> {
              if (each.equalsIgnoreCase(name)) {
                values.addAll(its);
              }
            });
    return values;
  }

  /**
   * As Spring gives it: where its ForwardedHeaderTransformer is registered, that has put the prefix
   * of a header in front of the path, and nothing tells what came.
   */
  @Override
  public Optional<String> target() {
    URI uri = exchange.getRequest().getURI();
    return TargetText.of(uri.getRawPath(), uri.getRawQuery());
  }

  @Override
  public Optional<X509Certificate> peerCertificate() {
    @Nullable SslInfo tls = exchange.getRequest().getSslInfo();
    X509Certificate @Nullable [] chain = tls == null ? null : tls.getPeerCertificates();
    return chain == null || chain.length == 0 ? Optional.empty() : Optional.of(chain[0]);
  }

  @Override
  public Optional<VerifiedJwt> token() {
    return exchange.getAttribute(BearerTokenFilter.TOKEN) instanceof VerifiedJwt jwt
        ? Optional.of(jwt)
        : Optional.empty();
  }
}
