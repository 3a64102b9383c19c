package io.bartizan.examples.filters;

import io.bartizan.core.Checked;
import io.bartizan.integrity.jwt.AuthenticationScheme;
import io.bartizan.integrity.jwt.JwtVerifier;
import io.bartizan.integrity.jwt.VerifiedJwt;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collections;
import java.util.Optional;

/** Lets requests with one good bearer token into a servlet container; its claims go with them. */
final class BearerTokenServletFilter implements Filter {

  /** The request's attribute with the {@link VerifiedJwt}. */
  static final String VERIFIED = "io.bartizan.verified-jwt";

  private static final AuthenticationScheme SCHEME = AuthenticationScheme.bearer();

  private final JwtVerifier verifier;

  BearerTokenServletFilter(JwtVerifier verifier) {
    this.verifier = verifier;
  }

  @Override
  public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    Optional<String> token =
        SCHEME.token(Collections.list(((HttpServletRequest) request).getHeaders("Authorization")));
    HttpServletResponse answer = (HttpServletResponse) response;
    if (token.isEmpty()) {
      answer.setStatus(401);
      answer.setHeader("WWW-Authenticate", SCHEME.challenge());
      return;
    }
    Checked<VerifiedJwt> checked = verifier.check(token.get());
    if (checked instanceof Checked.Rejected<VerifiedJwt> refused) {
      answer.setStatus(SCHEME.status(refused.refusal().reason()));
      SCHEME
          .challenge(refused.refusal().reason())
          .ifPresent(challenge -> answer.setHeader("WWW-Authenticate", challenge));
      return;
    }
    request.setAttribute(VERIFIED, checked.orThrow());
    chain.doFilter(request, response);
  }
}
