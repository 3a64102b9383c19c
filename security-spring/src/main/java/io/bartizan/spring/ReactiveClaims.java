package io.bartizan.spring;

import com.nimbusds.jwt.JWT;
import com.nimbusds.jwt.JWTClaimsSet;
import io.bartizan.core.Checked;
import io.bartizan.core.Refusal;
import io.bartizan.core.VerificationException;
import io.bartizan.integrity.jwt.AsyncJwtVerifier;
import io.bartizan.integrity.jwt.AuthenticationScheme;
import io.bartizan.integrity.jwt.JwtRequest;
import io.bartizan.integrity.jwt.VerifiedJwt;
import io.bartizan.integrity.jwt.nimbus.NimbusJwtProcessor;
import java.util.concurrent.CompletableFuture;
import org.springframework.core.convert.converter.Converter;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.JwtException;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * The claims of a token that a verifier accepted, for Spring Security's reactive decoder; waits for
 * no key on any thread. Nothing that Nimbus has read of the token is believed.
 */
record ReactiveClaims(AsyncJwtVerifier verifier) implements Converter<JWT, Mono<JWTClaimsSet>> {

  @Override
  public Mono<JWTClaimsSet> convert(JWT token) {
    return Mono.deferContextual(
        context ->
            check(
                    token.getParsedString(),
                    context.<JwtRequest>getOrEmpty(JwtRequest.class).orElseGet(JwtRequest::bare))
                .map(
                    checked ->
                        checked.fold(
                            NimbusJwtProcessor::claimsOf,
                            refusal -> {
                              throw refused(refusal);
                            })));
  }

  /** What was not there at once goes on on one of Reactor's threads, and not on the fetcher's. */
  private Mono<Checked<VerifiedJwt>> check(String token, JwtRequest request) {
    CompletableFuture<Checked<VerifiedJwt>> check =
        verifier.check(token, request).toCompletableFuture();
    Mono<Checked<VerifiedJwt>> checked = Mono.fromFuture(() -> check, true);
    return check.isDone() ? checked : checked.publishOn(Schedulers.parallel());
  }

  /**
   * 401 for what is wrong with a token, in the words of Spring Security's blocking decoder; an
   * outage is none, and {@link TokenWebFilter} answers.
   */
  private static JwtException refused(Refusal refusal) {
    VerificationException cause = new VerificationException(refusal);
    String message = "An error occurred while attempting to decode the Jwt: " + refusal.message();
    return AuthenticationScheme.bearer().status(refusal.reason()) == Outage.STATUS
        ? new JwtException(message, cause)
        : new BadJwtException(message, cause);
  }
}
