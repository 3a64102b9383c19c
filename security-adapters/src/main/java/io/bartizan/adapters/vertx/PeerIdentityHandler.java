package io.bartizan.adapters.vertx;

import io.bartizan.adapters.answer.PeerGate;
import io.bartizan.core.Checked;
import io.bartizan.mtls.PeerIdentity;
import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;

/**
 * A Vert.x Web handler that hands on the identity in the client's TLS certificate, and answers 403
 * to connections without one.
 *
 * <pre>{@code
 * PeerIdentity peer = context.get(PeerIdentityHandler.PEER);   // in the next handler
 * }</pre>
 *
 * <p>The certificate is the one that the server's handshake has verified; whether its names are
 * acceptable is decided by the {@link io.bartizan.mtls.PeerPolicy} of the managers that the server
 * was given. Thread-safe.
 */
public final class PeerIdentityHandler implements Handler<RoutingContext> {

  /** The key of {@link RoutingContext#get} with the {@link PeerIdentity}. */
  public static final String PEER = "io.bartizan.adapters.peer";

  private PeerIdentityHandler() {}

  /**
   * A handler that requires a client certificate.
   *
   * @return a handler, thread-safe
   */
  public static PeerIdentityHandler of() {
    return new PeerIdentityHandler();
  }

  @Override
  public void handle(RoutingContext context) {
    Checked<PeerIdentity> checked = PeerGate.check(new RoutingIncoming(context));
    if (checked instanceof Checked.Rejected<PeerIdentity> refused) {
      Responses.send(context, PeerGate.answer(refused.refusal()));
    } else {
      context.put(PEER, checked.orThrow());
      context.next();
    }
  }

  @Override
  public String toString() {
    return "PeerIdentityHandler";
  }
}
