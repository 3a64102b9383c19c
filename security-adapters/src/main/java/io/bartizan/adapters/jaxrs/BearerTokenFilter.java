package io.bartizan.adapters.jaxrs;

import io.bartizan.adapters.answer.Answer;
import io.bartizan.adapters.answer.TokenGate;
import io.bartizan.core.Checked;
import io.bartizan.integrity.jwt.JwtVerifier;
import io.bartizan.integrity.jwt.VerifiedJwt;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.SecurityContext;
import java.security.Principal;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A JAX-RS guard that lets requests with one valid bearer token (JWT) through (RFC 6750). It
 * answers 401 with a challenge without one, 403 if it lacks a scope, 503 if the token cannot be
 * decided.
 *
 * <pre>{@code
 * Guards guards = Guards.of(BearerTokenFilter.of(verifier, "orders:read"));
 * VerifiedJwt jwt = (VerifiedJwt) request.getProperty(BearerTokenFilter.TOKEN);   // of the ContainerRequestContext
 * }</pre>
 *
 * <p>A token that is bound to a certificate (RFC 8705) is compared with that of the {@link
 * Connection}; DPoP is not read. The principal of the {@link SecurityContext} bears the subject's
 * name and is in no role. Why a token was refused hears the verifier's {@link
 * io.bartizan.integrity.IntegrityListener}, not the client. Thread-safe.
 */
public final class BearerTokenFilter extends GuardFilter {

  /** The request's property with the {@link VerifiedJwt}. */
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
  Optional<Answer> guard(ContainerRequestContext request) {
    Checked<VerifiedJwt> checked =
        gate.checkOnce(
            verifier, new ContextIncoming(request), request.getProperty(VERIFIER) == verifier);
    if (checked instanceof Checked.Rejected<VerifiedJwt> refused) {
      return Optional.of(gate.answer(refused.refusal()));
    }
    VerifiedJwt jwt = checked.orThrow();
    request.setProperty(TOKEN, jwt);
    request.setProperty(VERIFIER, verifier);
    request.setSecurityContext(
        new Authenticated(jwt.subject().orElse(null), request.getSecurityContext().isSecure()));
    return Optional.empty();
  }

  /** The verifier's settings and the scopes. */
  @Override
  public String toString() {
    return "BearerTokenFilter[" + verifier + ", " + gate + "]";
  }

  /** The caller is the token's subject and nobody else, so no role of another login is left. */
  private record Authenticated(@Nullable String subject, boolean isSecure)
      implements SecurityContext {

    @Override
    public @Nullable Principal getUserPrincipal() {
      return subject == null ? null : new Subject(subject);
    }

    @Override
    public boolean isUserInRole(String role) {
      return false;
    }

    @Override
    public String getAuthenticationScheme() {
      return "Bearer";
    }
  }

  private record Subject(String getName) implements Principal {}
}
