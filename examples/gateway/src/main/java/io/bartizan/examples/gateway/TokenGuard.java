package io.bartizan.examples.gateway;

import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.HttpExchange;
import io.bartizan.integrity.jwt.AuthenticationScheme;
import io.bartizan.integrity.jwt.JwtVerifier;
import io.bartizan.integrity.jwt.VerifiedJwt;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** Lets through whoever carries a token that the issuer made for this gateway. */
final class TokenGuard extends Filter {

  static final AuthenticationScheme SCHEME = AuthenticationScheme.bearer().withRealm("gateway");

  /** Not an attribute: those of the JDK's exchanges belong to the context, that is to everyone. */
  private static final Map<HttpExchange, VerifiedJwt> VERIFIED = new ConcurrentHashMap<>();

  private final Supplier<JwtVerifier> verifier;

  TokenGuard(Supplier<JwtVerifier> verifier) {
    this.verifier = verifier;
  }

  @Override
  public void doFilter(HttpExchange exchange, Chain chain) throws IOException {
    List<String> headers = exchange.getRequestHeaders().getOrDefault("Authorization", List.of());
    Optional<String> token = SCHEME.token(headers);
    if (token.isEmpty()) {
      Problem.send(exchange, 401, GatewayReason.BEARER_TOKEN_MISSING);
      return;
    }
    VerifiedJwt jwt = verifier.get().verify(token.get());
    VERIFIED.put(exchange, jwt);
    try {
      chain.doFilter(exchange);
    } finally {
      VERIFIED.remove(exchange);
    }
  }

  /** The token of a request that this guard let through, while it is handled. */
  static VerifiedJwt verified(HttpExchange exchange) {
    return Objects.requireNonNull(VERIFIED.get(exchange), "no token was verified");
  }

  @Override
  public String description() {
    return "a JWT of the one issuer, for this audience, of an allowed algorithm";
  }
}
