package io.bartizan.adapters.grpc;

import io.bartizan.adapters.answer.TokenGate;
import io.bartizan.core.Checked;
import io.bartizan.integrity.jwt.JwtVerifier;
import io.bartizan.integrity.jwt.VerifiedJwt;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.util.Objects;

/**
 * A gRPC server interceptor that lets calls with one valid bearer token (JWT) in {@code
 * authorization} through. It answers {@code UNAUTHENTICATED} with a challenge without one, {@code
 * PERMISSION_DENIED} if it lacks a scope, {@code UNAVAILABLE} if the token cannot be decided.
 *
 * <pre>{@code
 * ServerInterceptor reads = BearerTokenInterceptor.of(verifier, "orders:read");
 * VerifiedJwt jwt = BearerTokenInterceptor.TOKEN.get();   // in the method
 * }</pre>
 *
 * <p>A token that is bound to a certificate (RFC 8705) is compared with that of the connection;
 * DPoP is not read. A stream is judged when it begins, and goes on when its token expires. Why a
 * token was refused hears the verifier's {@link io.bartizan.integrity.IntegrityListener}, not the
 * client. A verifier with remote keys may wait for a fetch, so it is not fit for {@code
 * directExecutor()}. Thread-safe.
 */
public final class BearerTokenInterceptor implements ServerInterceptor {

  /** The claims of the call at hand; null if no interceptor verified a token. */
  public static final Context.Key<VerifiedJwt> TOKEN = Context.key("io.bartizan.adapters.token");

  private static final Context.Key<JwtVerifier> VERIFIER =
      Context.key("io.bartizan.adapters.token.verifier");

  private final JwtVerifier verifier;
  private final TokenGate gate;

  private BearerTokenInterceptor(JwtVerifier verifier, TokenGate gate) {
    this.verifier = verifier;
    this.gate = gate;
  }

  /**
   * An interceptor for one API.
   *
   * @param verifier decides
   * @param scopes all of which a token must have; none asks for any good token
   * @return an interceptor, thread-safe
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if a scope is no scope-token of RFC 6749 section 3.3
   */
  public static BearerTokenInterceptor of(JwtVerifier verifier, String... scopes) {
    return new BearerTokenInterceptor(
        Objects.requireNonNull(verifier, "verifier"), new TokenGate(scopes));
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    Checked<VerifiedJwt> checked =
        gate.checkOnce(
            verifier, new CallIncoming(call.getAttributes(), headers), VERIFIER.get() == verifier);
    if (checked instanceof Checked.Rejected<VerifiedJwt> refused) {
      return Closing.close(call, gate.answer(refused.refusal()));
    }
    Context with = Context.current().withValues(TOKEN, checked.orThrow(), VERIFIER, verifier);
    return Contexts.interceptCall(with, call, headers, next);
  }

  /** The verifier's settings and the scopes. */
  @Override
  public String toString() {
    return "BearerTokenInterceptor[" + verifier + ", " + gate + "]";
  }
}
