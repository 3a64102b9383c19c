package io.bartizan.adapters.servlet;

import io.bartizan.adapters.answer.TokenGate;
import io.bartizan.core.Checked;
import io.bartizan.integrity.jwt.JwtVerifier;
import io.bartizan.integrity.jwt.VerifiedJwt;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.security.Principal;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A servlet filter that lets requests with one valid bearer token (JWT) through (RFC 6750). It
 * answers 401 with a challenge without one, 403 if it lacks a scope, 503 if the token cannot be
 * decided.
 *
 * <pre>{@code
 * Filter reads = BearerTokenFilter.of(verifier, "orders:read");
 * VerifiedJwt jwt = (VerifiedJwt) request.getAttribute(BearerTokenFilter.TOKEN);   // in the servlet
 * }</pre>
 *
 * <p>A token that is bound to a certificate (RFC 8705) is compared with that of the connection;
 * DPoP is not read. {@code getUserPrincipal()} bears the subject's name. Why a token was refused
 * hears the verifier's {@link io.bartizan.integrity.IntegrityListener}, not the client.
 * Thread-safe.
 */
public final class BearerTokenFilter extends GuardFilter {

  /** The request's attribute with the {@link VerifiedJwt}. */
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
  void guard(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    ServletIncoming incoming = new ServletIncoming(request);
    Checked<VerifiedJwt> checked =
        gate.checkOnce(verifier, incoming, request.getAttribute(VERIFIER) == verifier);
    if (checked instanceof Checked.Rejected<VerifiedJwt> refused) {
      send(response, gate.answer(refused.refusal()));
      return;
    }
    VerifiedJwt jwt = checked.orThrow();
    request.setAttribute(TOKEN, jwt);
    request.setAttribute(VERIFIER, verifier);
    chain.doFilter(new Authenticated(request, jwt), response);
  }

  /** The verifier's settings and the scopes. */
  @Override
  public String toString() {
    return "BearerTokenFilter[" + verifier + ", " + gate + "]";
  }

  /** The request of the token's subject. */
  private static final class Authenticated extends HttpServletRequestWrapper {

    private final @Nullable String subject;

    Authenticated(HttpServletRequest request, VerifiedJwt jwt) {
      super(request);
      subject = jwt.subject().orElse(null);
    }

    @Override
    public @Nullable Principal getUserPrincipal() {
      String name = subject;
      return name == null ? null : new Subject(name);
    }

    @Override
    public @Nullable String getRemoteUser() {
      return subject;
    }

    /** No role of another login is left, such as a client certificate's. */
    @Override
    public boolean isUserInRole(String role) {
      return false;
    }

    @Override
    public String getAuthType() {
      return "Bearer";
    }
  }

  private record Subject(String getName) implements Principal {}
}
