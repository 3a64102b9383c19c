package io.bartizan.adapters.vertx;

import io.bartizan.adapters.answer.TokenGate;
import io.bartizan.core.Checked;
import io.bartizan.integrity.jwt.AsyncJwtVerifier;
import io.bartizan.integrity.jwt.JwtVerifier;
import io.bartizan.integrity.jwt.VerifiedJwt;
import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;
import java.util.Objects;

/**
 * A Vert.x Web handler that lets requests with one valid bearer token (JWT) through (RFC 6750). It
 * answers 401 with a challenge without one, 403 if it lacks a scope, 503 if the token cannot be
 * decided.
 *
 * <pre>{@code
 * router.route("/orders/*").handler(BearerTokenHandler.of(verifier, "orders:read"));
 * VerifiedJwt jwt = context.get(BearerTokenHandler.TOKEN);   // in the next handler
 * }</pre>
 *
 * <p>A token whose issuer's keys must be fetched first waits for them on no thread. A token that is
 * bound to a certificate (RFC 8705) is compared with that of the connection; DPoP is not read.
 * {@code context.user()} is left as it is. Why a token was refused hears the verifier's {@link
 * io.bartizan.integrity.IntegrityListener}, not the client. Thread-safe.
 */
public final class BearerTokenHandler implements Handler<RoutingContext> {

  /** The key of {@link RoutingContext#get} with the {@link VerifiedJwt}. */
  public static final String TOKEN = "io.bartizan.adapters.token";

  private static final String VERIFIER = TOKEN + ".verifier";

  private final AsyncJwtVerifier verifier;

  /** Whose verdict is known: handlers of one verifier judge a token once. */
  private final Object judge;

  private final TokenGate gate;

  private BearerTokenHandler(AsyncJwtVerifier verifier, Object judge, String... scopes) {
    this.verifier = verifier;
    this.judge = judge;
    this.gate = new TokenGate(scopes);
  }

  /**
   * A handler for one API, whose verifier does what can't be done at once in the JDK's common pool.
   *
   * @param verifier decides
   * @param scopes all of which a token must have; none asks for any good token
   * @return a handler, thread-safe
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if a scope is no scope-token of RFC 6749 section 3.3
   */
  public static BearerTokenHandler of(JwtVerifier verifier, String... scopes) {
    return new BearerTokenHandler(AsyncJwtVerifier.of(verifier), verifier, scopes);
  }

  /**
   * A handler for one API.
   *
   * @param verifier decides, and names the executor of what can't be done at once
   * @param scopes all of which a token must have; none asks for any good token
   * @return a handler, thread-safe
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if a scope is no scope-token of RFC 6749 section 3.3
   */
  public static BearerTokenHandler of(AsyncJwtVerifier verifier, String... scopes) {
    return new BearerTokenHandler(Objects.requireNonNull(verifier, "verifier"), verifier, scopes);
  }

  @Override
  public void handle(RoutingContext context) {
    boolean known = context.get(VERIFIER) == judge;
    Responses.await(
        context,
        gate.checkOnce(verifier, new RoutingIncoming(context), known),
        checked -> {
          if (checked instanceof Checked.Rejected<VerifiedJwt> refused) {
            Responses.send(context, gate.answer(refused.refusal()));
          } else {
            context.put(TOKEN, checked.orThrow());
            context.put(VERIFIER, judge);
            context.next();
          }
        });
  }

  /** The verifier's settings and the scopes. */
  @Override
  public String toString() {
    return "BearerTokenHandler[" + judge + ", " + gate + "]";
  }
}
