package io.bartizan.adapters.httpserver;

import com.sun.net.httpserver.HttpExchange;
import io.bartizan.adapters.answer.PeerGate;
import io.bartizan.core.Checked;
import io.bartizan.mtls.PeerIdentity;
import java.io.IOException;

/**
 * A filter of the JDK's HttpsServer that hands on the identity in the client's TLS certificate, and
 * answers 403 to connections without one.
 *
 * <pre>{@code
 * PeerIdentity peer = (PeerIdentity) exchange.getAttribute(PeerIdentityFilter.PEER);   // in the handler
 * }</pre>
 *
 * <p>Whether its names are acceptable has been decided by the {@link io.bartizan.mtls.PeerPolicy}
 * of the server's context before the first request. Thread-safe.
 */
public final class PeerIdentityFilter extends GuardFilter {

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
  public void doFilter(HttpExchange exchange, Chain chain) throws IOException {
    if (isLost(exchange)) {
      return;
    }
    Verified verified = Guarded.verified(exchange);
    Checked<PeerIdentity> checked = PeerGate.check(new ExchangeIncoming(exchange, verified));
    if (checked instanceof Checked.Rejected<PeerIdentity> refused) {
      send(exchange, PeerGate.answer(refused.refusal()));
      return;
    }
    verified.setAttribute(PEER, checked.orThrow());
    chain.doFilter(Guarded.with(exchange, verified));
  }

  @Override
  public String description() {
    return "identity of the TLS peer";
  }
}
