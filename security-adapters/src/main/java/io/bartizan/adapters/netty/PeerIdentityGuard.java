package io.bartizan.adapters.netty;

import io.bartizan.adapters.answer.PeerGate;
import io.bartizan.core.Checked;
import io.bartizan.mtls.PeerIdentity;
import io.netty.util.AttributeKey;

/**
 * Hands the identity in the client's TLS certificate on to a Netty server's handlers, and answers
 * 403 to connections without one.
 *
 * <pre>{@code
 * Guards guards = Guards.of(PeerIdentityGuard.of());
 * PeerIdentity peer = context.channel().attr(PeerIdentityGuard.PEER).get();   // in channelRead
 * }</pre>
 *
 * <p>The certificate is the one that the handshake of the channel's {@code SslHandler} has
 * verified; whether its names are acceptable is decided by the {@link io.bartizan.mtls.PeerPolicy}
 * of the context that made its engine. Thread-safe.
 */
public final class PeerIdentityGuard extends Guard {

  /**
   * The channel's attribute with the {@link PeerIdentity} of its current request; null once the
   * response was written.
   */
  public static final AttributeKey<PeerIdentity> PEER =
      AttributeKey.valueOf("io.bartizan.adapters.peer");

  private PeerIdentityGuard() {}

  /**
   * A guard that requires a client certificate.
   *
   * @return a guard, thread-safe
   */
  public static PeerIdentityGuard of() {
    return new PeerIdentityGuard();
  }

  @Override
  void ask(Exchange exchange) {
    Checked<PeerIdentity> checked = PeerGate.check(exchange.incoming());
    if (checked instanceof Checked.Rejected<PeerIdentity> refused) {
      exchange.refuse(PeerGate.answer(refused.refusal()));
    } else {
      exchange.verified().peer = checked.orThrow();
      exchange.next();
    }
  }

  @Override
  public String toString() {
    return "PeerIdentityGuard";
  }
}
