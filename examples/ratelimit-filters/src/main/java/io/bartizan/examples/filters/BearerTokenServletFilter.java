package io.bartizan.examples.filters;

import io.bartizan.core.Checked;
import io.bartizan.integrity.jwt.JwtReason;
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
import java.util.List;

/** Lets requests with one good bearer token into a servlet container; its claims go with them. */
final class BearerTokenServletFilter implements Filter {

  /** The request's attribute with the {@link VerifiedJwt}. */
  static final String VERIFIED = "io.bartizan.verified-jwt";

  private static final String SCHEME = "Bearer ";

  private final JwtVerifier verifier;

  BearerTokenServletFilter(JwtVerifier verifier) {
    this.verifier = verifier;
  }

  @Override
  public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    // Two headers can be read in two ways, by us and by whoever comes after us.
    List<String> values =
        Collections.list(((HttpServletRequest) request).getHeaders("Authorization"));
    HttpServletResponse answer = (HttpServletResponse) response;
    if (values.size() != 1 || !values.get(0).regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      challenge(answer, 401, "Bearer");
      return;
    }
    Checked<VerifiedJwt> checked = verifier.check(values.get(0).substring(SCHEME.length()));
    if (checked instanceof Checked.Rejected<VerifiedJwt> refused) {
      if (refused.reason() == JwtReason.KEYS_UNAVAILABLE
          || refused.reason() == JwtReason.PROVIDER_FAILED) {
        answer.setStatus(503); // ours to mend: the token may be good
      } else {
        challenge(answer, 401, "Bearer error=\"invalid_token\"");
      }
      return;
    }
    request.setAttribute(VERIFIED, checked.orThrow());
    chain.doFilter(request, response);
  }

  /** RFC 6750 section 3. The reason goes to the log or the listener, not to the caller. */
  private static void challenge(HttpServletResponse answer, int status, String scheme) {
    answer.setStatus(status);
    answer.setHeader("WWW-Authenticate", scheme);
  }
}
