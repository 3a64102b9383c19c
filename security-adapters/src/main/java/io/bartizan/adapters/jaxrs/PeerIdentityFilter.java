package io.bartizan.adapters.jaxrs;

import io.bartizan.adapters.answer.Answer;
import io.bartizan.adapters.answer.PeerGate;
import io.bartizan.core.Checked;
import io.bartizan.mtls.PeerIdentity;
import jakarta.ws.rs.container.ContainerRequestContext;
import java.util.Optional;

/**
 * A JAX-RS guard that hands on the identity in the client's TLS certificate, and answers 403 to
 * connections without one.
 *
 * <pre>{@code
 * PeerIdentity peer = (PeerIdentity) request.getProperty(PeerIdentityFilter.PEER);   // of the ContainerRequestContext
 * }</pre>
 *
 * <p>The certificate is that of the {@link Connection}; whether its names are acceptable is decided
 * by the {@link io.bartizan.mtls.PeerPolicy} of the context that the server was given. Thread-safe.
 */
public final class PeerIdentityFilter extends GuardFilter {

  /** The request's property with the {@link PeerIdentity}. */
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
  Optional<Answer> guard(ContainerRequestContext request) {
    Checked<PeerIdentity> checked = PeerGate.check(new ContextIncoming(request));
    if (checked instanceof Checked.Rejected<PeerIdentity> refused) {
      return Optional.of(PeerGate.answer(refused.refusal()));
    }
    request.setProperty(PEER, checked.orThrow());
    return Optional.empty();
  }

  @Override
  public String toString() {
    return "PeerIdentityFilter";
  }
}
