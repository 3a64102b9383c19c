package io.bartizan.adapters.webflux;

import io.bartizan.adapters.answer.PeerGate;
import io.bartizan.core.Checked;
import io.bartizan.mtls.PeerIdentity;
import java.util.Optional;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * A Spring WebFlux filter that hands on the identity in the client's TLS certificate, and answers
 * 403 to connections without one.
 *
 * <pre>{@code
 * PeerIdentity peer = exchange.getRequiredAttribute(PeerIdentityFilter.PEER);   // in the handler
 * }</pre>
 *
 * <p>The certificate is the one that the server's handshake has verified ({@code
 * ServerHttpRequest.getSslInfo()}); whether its names are acceptable is decided by the {@link
 * io.bartizan.mtls.PeerPolicy} of the context that the server was given. Thread-safe.
 */
public final class PeerIdentityFilter implements WebFilter {

  /** The exchange's attribute with the {@link PeerIdentity}. */
  public static final String PEER = "io.bartizan.adapters.peer";

  private PeerIdentityFilter() {}

  /**
   * A filter that requires a client certificate.
   *
   * @return a filter, thread-safe
   */
  public static PeerIdentityFilter of() {
    return new PeerIdentityFilter();
  }

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
    Checked<PeerIdentity> checked =
        PeerGate.check(new ExchangeIncoming(exchange, Optional.empty()));
    if (checked instanceof Checked.Rejected<PeerIdentity> refused) {
      return Reactive.send(exchange, PeerGate.answer(refused.refusal()));
    }
    exchange.getAttributes().put(PEER, checked.orThrow());
    return chain.filter(exchange);
  }

  @Override
  public String toString() {
    return "PeerIdentityFilter";
  }
}
