package io.bartizan.adapters.webflux;

import io.bartizan.adapters.answer.TokenGate;
import io.bartizan.core.Checked;
import io.bartizan.integrity.jwt.AsyncJwtVerifier;
import io.bartizan.integrity.jwt.JwtVerifier;
import io.bartizan.integrity.jwt.VerifiedJwt;
import java.security.Principal;
import java.util.Objects;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * A Spring WebFlux filter that lets requests with one valid bearer token (JWT) through (RFC 6750).
 * It answers 401 with a challenge without one, 403 if it lacks a scope, 503 if the token cannot be
 * decided.
 *
 * <pre>{@code
 * WebFilter reads = BearerTokenFilter.of(verifier, "orders:read");
 * VerifiedJwt jwt = exchange.getRequiredAttribute(BearerTokenFilter.TOKEN);   // in the handler
 * }</pre>
 *
 * <p>A token whose issuer's keys must be fetched first waits for them on no thread. A token that is
 * bound to a certificate (RFC 8705) is compared with that of the connection; DPoP is not read.
 * {@code exchange.getPrincipal()} bears the subject's name. Why a token was refused hears the
 * verifier's {@link io.bartizan.integrity.IntegrityListener}, not the client. Thread-safe.
 */
public final class BearerTokenFilter implements WebFilter {

  /** The exchange's attribute with the {@link VerifiedJwt}. */
  public static final String TOKEN = "io.bartizan.adapters.token";

  private static final String VERIFIER = TOKEN + ".verifier";

  private final AsyncJwtVerifier verifier;

  /** Whose verdict is known: filters of one verifier judge a token once. */
  private final Object judge;

  private final TokenGate gate;

  private BearerTokenFilter(AsyncJwtVerifier verifier, Object judge, String... scopes) {
    this.verifier = verifier;
    this.judge = judge;
    this.gate = new TokenGate(scopes);
  }

  /**
   * A filter for one API, whose verifier does what can't be done at once in the JDK's common pool.
   *
   * @param verifier decides
   * @param scopes all of which a token must have; none asks for any good token
   * @return a filter, thread-safe
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if a scope is no scope-token of RFC 6749 section 3.3
   */
  public static BearerTokenFilter of(JwtVerifier verifier, String... scopes) {
    return new BearerTokenFilter(AsyncJwtVerifier.of(verifier), verifier, scopes);
  }

  /**
   * A filter for one API.
   *
   * @param verifier decides, and names the executor of what can't be done at once
   * @param scopes all of which a token must have; none asks for any good token
   * @return a filter, thread-safe
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if a scope is no scope-token of RFC 6749 section 3.3
   */
  public static BearerTokenFilter of(AsyncJwtVerifier verifier, String... scopes) {
    return new BearerTokenFilter(Objects.requireNonNull(verifier, "verifier"), verifier, scopes);
  }

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
    return Mono.defer(() -> ExchangeIncoming.of(exchange))
        .flatMap(
            incoming ->
                Reactive.of(
                    gate.checkOnce(verifier, incoming, exchange.getAttribute(VERIFIER) == judge)))
        .flatMap(checked -> goOn(exchange, chain, checked));
  }

  private Mono<Void> goOn(
      ServerWebExchange exchange, WebFilterChain chain, Checked<VerifiedJwt> checked) {
    if (checked instanceof Checked.Rejected<VerifiedJwt> refused) {
      return Reactive.send(exchange, gate.answer(refused.refusal()));
    }
    VerifiedJwt jwt = checked.orThrow();
    exchange.getAttributes().put(TOKEN, jwt);
    exchange.getAttributes().put(VERIFIER, judge);
    Mono<Principal> caller = Mono.justOrEmpty(jwt.subject().map(Subject::new));
    return chain.filter(exchange.mutate().principal(caller).build());
  }

  /** The verifier's settings and the scopes. */
  @Override
  public String toString() {
    return "BearerTokenFilter[" + judge + ", " + gate + "]";
  }

  private record Subject(String getName) implements Principal {}
}
