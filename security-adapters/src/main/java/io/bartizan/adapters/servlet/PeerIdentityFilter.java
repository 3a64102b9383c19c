package io.bartizan.adapters.servlet;

import io.bartizan.adapters.answer.PeerGate;
import io.bartizan.core.Checked;
import io.bartizan.mtls.PeerIdentity;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * A servlet filter that hands on the identity in the client's TLS certificate, and answers 403 to
 * connections without one.
 *
 * <pre>{@code
 * PeerIdentity peer = (PeerIdentity) request.getAttribute(PeerIdentityFilter.PEER);   // in the servlet
 * }</pre>
 *
 * <p>The certificate is the one that the container's handshake has verified; whether its names are
 * acceptable is decided by the {@link io.bartizan.mtls.PeerPolicy} of the context that the
 * container was given. A valve that fills the container's attribute from a header hands on that
 * header's word. Thread-safe.
 */
public final class PeerIdentityFilter extends GuardFilter {

  /** The request's attribute with the {@link PeerIdentity}. */
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
  void guard(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    Checked<PeerIdentity> checked = PeerGate.check(new ServletIncoming(request));
    if (checked instanceof Checked.Rejected<PeerIdentity> refused) {
      send(response, PeerGate.answer(refused.refusal()));
      return;
    }
    request.setAttribute(PEER, checked.orThrow());
    chain.doFilter(request, response);
  }

  @Override
  public String toString() {
    return "PeerIdentityFilter";
  }
}
