package io.bartizan.adapters.netty;

import io.bartizan.adapters.answer.TokenGate;
import io.bartizan.core.Checked;
import io.bartizan.integrity.jwt.AsyncJwtVerifier;
import io.bartizan.integrity.jwt.JwtVerifier;
import io.bartizan.integrity.jwt.VerifiedJwt;
import io.netty.util.AttributeKey;
import java.util.Objects;

/**
 * Lets requests with one valid bearer token (JWT) through to a Netty server's handlers (RFC 6750).
 * It answers 401 with a challenge without one, 403 if it lacks a scope, 503 if the token cannot be
 * decided.
 *
 * <pre>{@code
 * Guards guards = Guards.of(BearerTokenGuard.of(verifier, "orders:read"));
 * VerifiedJwt jwt = context.channel().attr(BearerTokenGuard.TOKEN).get();   // in channelRead
 * }</pre>
 *
 * <p>A token whose issuer's keys must be fetched first waits for them on no thread. A token that is
 * bound to a certificate (RFC 8705) is compared with that of the connection; DPoP is not read. Why
 * a token was refused hears the verifier's {@link io.bartizan.integrity.IntegrityListener}, not the
 * client. Thread-safe.
 */
public final class BearerTokenGuard extends Guard {

  /**
   * The channel's attribute with the {@link VerifiedJwt} of its current request; null once the
   * response was written.
   */
  public static final AttributeKey<VerifiedJwt> TOKEN =
      AttributeKey.valueOf("io.bartizan.adapters.token");

  private final AsyncJwtVerifier verifier;

  /** Whose verdict is known: guards of one verifier judge a token once. */
  private final Object judge;

  private final TokenGate gate;

  private BearerTokenGuard(AsyncJwtVerifier verifier, Object judge, String... scopes) {
    this.verifier = verifier;
    this.judge = judge;
    this.gate = new TokenGate(scopes);
  }

  /**
   * A guard for one API, whose verifier does what can't be done at once in the JDK's common pool.
   *
   * @param verifier decides
   * @param scopes all of which a token must have; none asks for any good token
   * @return a guard, thread-safe
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if a scope is no scope-token of RFC 6749 section 3.3
   */
  public static BearerTokenGuard of(JwtVerifier verifier, String... scopes) {
    return new BearerTokenGuard(AsyncJwtVerifier.of(verifier), verifier, scopes);
  }

  /**
   * A guard for one API.
   *
   * @param verifier decides, and names the executor of what can't be done at once
   * @param scopes all of which a token must have; none asks for any good token
   * @return a guard, thread-safe
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if a scope is no scope-token of RFC 6749 section 3.3
   */
  public static BearerTokenGuard of(AsyncJwtVerifier verifier, String... scopes) {
    return new BearerTokenGuard(Objects.requireNonNull(verifier, "verifier"), verifier, scopes);
  }

  @Override
  void ask(Exchange exchange) {
    Verified verified = exchange.verified();
    exchange.await(
        gate.checkOnce(verifier, exchange.incoming(), verified.judge == judge),
        checked -> {
          if (checked instanceof Checked.Rejected<VerifiedJwt> refused) {
            exchange.refuse(gate.answer(refused.refusal()));
          } else {
            verified.token = checked.orThrow();
            verified.judge = judge;
            exchange.next();
          }
        });
  }

  /** The verifier's settings and the scopes. */
  @Override
  public String toString() {
    return "BearerTokenGuard[" + judge + ", " + gate + "]";
  }
}
