package io.bartizan.adapters.httpserver;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpPrincipal;
import io.bartizan.adapters.answer.TokenGate;
import io.bartizan.core.Checked;
import io.bartizan.integrity.jwt.JwtVerifier;
import io.bartizan.integrity.jwt.VerifiedJwt;
import java.io.IOException;
import java.util.Objects;

/**
 * A filter of the JDK's HttpServer that lets requests with one valid bearer token (JWT) through
 * (RFC 6750). It answers 401 with a challenge without one, 403 if it lacks a scope, 503 if the
 * token cannot be decided.
 *
 * <pre>{@code
 * context.getFilters().add(BearerTokenFilter.of(verifier, "orders:read"));
 * VerifiedJwt jwt = (VerifiedJwt) exchange.getAttribute(BearerTokenFilter.TOKEN);   // in the handler
 * }</pre>
 *
 * <p>A token that is bound to a certificate (RFC 8705) is compared with that of the connection;
 * DPoP is not read. {@code getPrincipal()} bears subject and issuer. Behind this filter attributes
 * belong to the exchange; those of the JDK's own exchanges belong to the context on many versions,
 * so that concurrent requests read each other's. Thread-safe.
 */
public final class BearerTokenFilter extends GuardFilter {

  /** The exchange's attribute with the {@link VerifiedJwt}. */
  public static final String TOKEN = "io.bartizan.adapters.token";

  private static final String VERIFIER = TOKEN + ".verifier";

  private final JwtVerifier verifier;
  private final TokenGate gate;

  private BearerTokenFilter(JwtVerifier verifier, TokenGate gate) {
    this.verifier = verifier;
    this.gate = gate;
  }

  /**
   * A filter for one API.
   *
   * @param verifier decides
   * @param scopes all of which a token must have; none asks for any good token
   * @return a filter, thread-safe
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if a scope is no scope-token of RFC 6749 section 3.3
   */
  public static BearerTokenFilter of(JwtVerifier verifier, String... scopes) {
    return new BearerTokenFilter(
        Objects.requireNonNull(verifier, "verifier"), new TokenGate(scopes));
  }

  @Override
  public void doFilter(HttpExchange exchange, Chain chain) throws IOException {
    if (isLost(exchange)) {
      return;
    }
    Verified verified = Guarded.verified(exchange);
    ExchangeIncoming incoming = new ExchangeIncoming(exchange, verified);
    Checked<VerifiedJwt> checked =
        gate.checkOnce(verifier, incoming, verified.attribute(VERIFIER) == verifier);
    if (checked instanceof Checked.Rejected<VerifiedJwt> refused) {
      send(exchange, gate.answer(refused.refusal()));
      return;
    }
    VerifiedJwt jwt = checked.orThrow();
    verified.setAttribute(TOKEN, jwt);
    verified.setAttribute(VERIFIER, verifier);
    jwt.subject().ifPresent(who -> verified.setPrincipal(new HttpPrincipal(who, jwt.issuer())));
    chain.doFilter(Guarded.with(exchange, verified));
  }

  @Override
  public String description() {
    return "bearer token, " + verifier + ", " + gate;
  }
}
