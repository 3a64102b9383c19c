package io.bartizan.examples.gateway;

import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.HttpExchange;
import io.bartizan.integrity.jwt.AuthenticationScheme;
import io.bartizan.integrity.jwt.JwtVerifier;
import io.bartizan.integrity.jwt.VerifiedJwt;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Lets through whoever carries a token that the issuer made for this gateway. */
final class TokenGuard extends Filter {

  static final String VERIFIED = "verified-jwt";

  static final AuthenticationScheme SCHEME = AuthenticationScheme.bearer().withRealm("gateway");

  private final JwtVerifier verifier;

  TokenGuard(JwtVerifier verifier) {
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
    VerifiedJwt jwt = verifier.verify(token.get());
    exchange.setAttribute(VERIFIED, jwt);
    chain.doFilter(exchange);
  }

  @Override
  public String description() {
    return "a JWT of the one issuer, for this audience, of an allowed algorithm";
  }
}
