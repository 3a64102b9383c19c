package io.bartizan.adapters.answer;

import io.bartizan.adapters.AdapterReason;
import io.bartizan.adapters.IncomingRequest;
import io.bartizan.core.Checked;
import io.bartizan.core.Reason;
import io.bartizan.core.Refusal;
import io.bartizan.integrity.jwt.AsyncJwtVerifier;
import io.bartizan.integrity.jwt.AuthenticationScheme;
import io.bartizan.integrity.jwt.JwtRequest;
import io.bartizan.integrity.jwt.JwtVerifier;
import io.bartizan.integrity.jwt.VerifiedJwt;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Verifies the bearer token of a request and says what to answer to a refused one (RFC 6750). */
public final class TokenGate {

  private static final AuthenticationScheme BEARER = AuthenticationScheme.bearer();
  private static final Refusal MISSING =
      Refusal.of(
          AdapterReason.TOKEN_MISSING, "one Authorization header with a bearer token is needed");

  private final List<String> scopes;
  private final Refusal lacksScope;

  /**
   * A gate for one route.
   *
   * @param scopes all of which the token must have
   * @throws IllegalArgumentException if one is no scope-token of RFC 6749 section 3.3
   */
  public TokenGate(String... scopes) {
    this.scopes = List.of(scopes);
    for (String scope : this.scopes) {
      if (scope.isEmpty()
          || !scope.chars().allMatch(c -> c > ' ' && c <= '~' && c != '"' && c != '\\')) {
        throw new IllegalArgumentException(
            "scope is \""
                + scope
                + "\", printable ASCII without blanks, quotes and backslashes is accepted");
      }
    }
    lacksScope =
        Refusal.of(
            AdapterReason.SCOPE_MISSING,
            "the token needs the scope " + String.join(" ", this.scopes));
  }

  /**
   * Verifies the token; one that is bound to a certificate, with that of the connection.
   *
   * @param verifier decides; may wait for its issuer's keys
   * @param request carries the token
   * @return the claims or the refusal
   */
  public Checked<VerifiedJwt> check(JwtVerifier verifier, IncomingRequest request) {
    Optional<String> token = BEARER.token(request.headers("Authorization"));
    return token.isEmpty()
        ? Checked.rejected(MISSING)
        : inScope(verifier.check(token.get(), shown(request)));
  }

  /**
   * The same for a request that may come again: a token that the verifier has accepted in it is not
   * verified twice, since one for a single use is used then.
   *
   * @param verifier decides
   * @param request carries the token
   * @param known whether {@link IncomingRequest#token} is of this verifier
   * @return the claims or the refusal
   */
  public Checked<VerifiedJwt> checkOnce(
      JwtVerifier verifier, IncomingRequest request, boolean known) {
    Optional<VerifiedJwt> before = known ? request.token() : Optional.empty();
    return before.isPresent() ? inScope(Checked.accepted(before.get())) : check(verifier, request);
  }

  /**
   * The same without waiting.
   *
   * @param verifier decides
   * @param request carries the token
   * @return the claims or the refusal
   */
  public CompletionStage<Checked<VerifiedJwt>> check(
      AsyncJwtVerifier verifier, IncomingRequest request) {
    Optional<String> token = BEARER.token(request.headers("Authorization"));
    return token.isEmpty()
        ? CompletableFuture.completedStage(Checked.rejected(MISSING))
        : verifier.check(token.get(), shown(request)).thenApply(this::inScope);
  }

  /**
   * The same without waiting, for a request that may come again.
   *
   * @param verifier decides
   * @param request carries the token
   * @param known whether {@link IncomingRequest#token} is of this verifier
   * @return the claims or the refusal
   */
  public CompletionStage<Checked<VerifiedJwt>> checkOnce(
      AsyncJwtVerifier verifier, IncomingRequest request, boolean known) {
    Optional<VerifiedJwt> before = known ? request.token() : Optional.empty();
    return before.isPresent()
        ? CompletableFuture.completedStage(inScope(Checked.accepted(before.get())))
        : check(verifier, request);
  }

  /**
   * What to answer to a refused token.
   *
   * @param refusal of {@link #check}
   * @return 401 or 403 with the challenge, or 503
   */
  public Answer answer(Refusal refusal) {
    Reason reason = refusal.reason();
    if (reason == AdapterReason.TOKEN_MISSING) {
      return Answer.of(401, refusal).with("WWW-Authenticate", BEARER.challenge());
    }
    if (reason == AdapterReason.SCOPE_MISSING) {
      return Answer.of(403, refusal)
          .with(
              "WWW-Authenticate",
              BEARER.challenge()
                  + " error=\"insufficient_scope\", scope=\""
                  + String.join(" ", scopes)
                  + "\"");
    }
    Answer answer = Answer.of(BEARER.status(reason), refusal);
    return BEARER
        .challenge(reason)
        .map(challenge -> answer.with("WWW-Authenticate", challenge))
        .orElse(answer);
  }

  /** The verdict on a token, or the refusal of one that lacks a scope. */
  private Checked<VerifiedJwt> inScope(Checked<VerifiedJwt> checked) {
    return checked instanceof Checked.Accepted<VerifiedJwt> accepted
            && !accepted.value().scopes().containsAll(scopes)
        ? Checked.rejected(lacksScope)
        : checked;
  }

  private static JwtRequest shown(IncomingRequest request) {
    return request
        .peerCertificate()
        .map(certificate -> JwtRequest.bare().withClientCertificate(certificate))
        .orElseGet(JwtRequest::bare);
  }

  /** The scopes that are required. */
  @Override
  public String toString() {
    return "TokenGate" + scopes;
  }
}
