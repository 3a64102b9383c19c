package io.bartizan.adapters.grpc;

import io.bartizan.adapters.answer.PeerGate;
import io.bartizan.core.Checked;
import io.bartizan.mtls.PeerIdentity;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;

/**
 * A gRPC server interceptor that hands on the identity in the client's TLS certificate, and closes
 * calls without one as {@code PERMISSION_DENIED}.
 *
 * <pre>{@code
 * PeerIdentity peer = PeerIdentityInterceptor.PEER.get();   // in the method
 * }</pre>
 *
 * <p>The certificate is the one that the server's handshake has verified; whether its names are
 * acceptable is decided by the {@link io.bartizan.mtls.PeerPolicy} of the context that the server
 * was given. Thread-safe.
 */
public final class PeerIdentityInterceptor implements ServerInterceptor {

  /** The caller of the call at hand; null if no interceptor looked. */
  public static final Context.Key<PeerIdentity> PEER = Context.key("io.bartizan.adapters.peer");

  private PeerIdentityInterceptor() {}

  /**
   * An interceptor that requires a client certificate.
   *
   * @return an interceptor, thread-safe
   */
  public static PeerIdentityInterceptor of() {
    return new PeerIdentityInterceptor();
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    Checked<PeerIdentity> checked = PeerGate.check(new CallIncoming(call.getAttributes(), headers));
    if (checked instanceof Checked.Rejected<PeerIdentity> refused) {
      return Closing.close(call, PeerGate.answer(refused.refusal()));
    }
    Context with = Context.current().withValue(PEER, checked.orThrow());
    return Contexts.interceptCall(with, call, headers, next);
  }

  @Override
  public String toString() {
    return "PeerIdentityInterceptor";
  }
}
