package io.bartizan.integrity.jwt.nimbus;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.EncryptedJWT;
import com.nimbusds.jwt.JWT;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.JWTProcessor;
import io.bartizan.core.Checked;
import io.bartizan.core.Refusal;
import io.bartizan.integrity.jwt.JwtRequest;
import io.bartizan.integrity.jwt.JwtVerifier;
import io.bartizan.integrity.jwt.VerifiedJwt;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A Nimbus {@link JWTProcessor} whose every answer is a {@link JwtVerifier}'s. An application of
 * Nimbus JOSE+JWT gets its allowlist of issuers, keys and algorithms by one line.
 *
 * <p>Nothing that Nimbus has read is believed: whatever object is given, the original text is what
 * is verified, so that plain and encrypted tokens are refused like any other text that is no token
 * of a trusted issuer. Refused as {@code BadJWSException} is a wrong signature, as {@code
 * BadJWTException} a genuine token whose claims or use are not acceptable ({@code
 * ExpiredJWTException} for its {@code exp}, where Nimbus has it), as {@link BadJOSEException}
 * everything else that is wrong with a token. Where nobody could tell, a {@link JOSEException} is
 * thrown, and for keys that could not be got its subclass {@code RemoteKeySourceException}: answer
 * it as an outage, as Spring Security does (5xx and not 401). The cause of all but {@code
 * ExpiredJWTException} is the verifier's {@link io.bartizan.core.VerificationException}.
 * Thread-safe.
 *
 * <pre>{@code
 * JwtVerifier api = JwtVerifier.of(issuer, "my-api");
 * JwtDecoder decoder = new NimbusJwtDecoder(NimbusJwtProcessor.of(api)); // of Spring Security
 * }</pre>
 *
 * @param <C> the application's context
 */
public final class NimbusJwtProcessor<C extends SecurityContext> implements JWTProcessor<C> {

  private final JwtVerifier verifier;
  private final Function<? super @Nullable C, JwtRequest> requests;

  private NimbusJwtProcessor(
      JwtVerifier verifier, Function<? super @Nullable C, JwtRequest> requests) {
    this.verifier = verifier;
    this.requests = requests;
  }

  /**
   * A processor for tokens that come without proof of possession; one that is bound is refused.
   *
   * @param <C> the application's context, which is not looked at
   * @param verifier decides
   * @return thread-safe
   * @throws NullPointerException if {@code verifier} is null
   */
  public static <C extends SecurityContext> NimbusJwtProcessor<C> of(JwtVerifier verifier) {
    return of(verifier, context -> JwtRequest.bare());
  }

  /**
   * A processor that finds in its context who shows the token, for bound tokens.
   *
   * @param <C> the application's context
   * @param verifier decides
   * @param requests the certificate or proof of the request that a context is of; asked for each
   *     token, with null where the caller gave no context
   * @return thread-safe, if {@code requests} is
   * @throws NullPointerException if an argument is null
   */
  public static <C extends SecurityContext> NimbusJwtProcessor<C> of(
      JwtVerifier verifier, Function<? super @Nullable C, JwtRequest> requests) {
    return new NimbusJwtProcessor<>(
        Objects.requireNonNull(verifier, "verifier"), Objects.requireNonNull(requests, "requests"));
  }

  /**
   * Verifies a token.
   *
   * @param token the compact form; null is refused
   * @param context given to the function of {@link #of(JwtVerifier, Function)}
   * @return its claims
   * @throws BadJOSEException if it must not be believed
   * @throws JOSEException if nobody could tell
   */
  @Override
  public JWTClaimsSet process(@Nullable String token, @Nullable C context)
      throws BadJOSEException, JOSEException {
    Checked<VerifiedJwt> checked = verifier.check(token, requests.apply(context));
    Refusal refusal = checked.fold(jwt -> null, refused -> refused);
    if (refusal != null) {
      throw NimbusRefusals.of(refusal);
    }
    return NimbusClaims.of(checked.orThrow());
  }

  /**
   * The claims of a token that was verified elsewhere, such as by an {@link
   * io.bartizan.integrity.jwt.AsyncJwtVerifier} on an event loop, in the types that Nimbus' own
   * parser gives them.
   *
   * @param jwt verified
   * @return its claims, as {@link #process(String, SecurityContext)} gives them
   */
  public static JWTClaimsSet claimsOf(VerifiedJwt jwt) {
    return NimbusClaims.of(jwt);
  }

  /**
   * Verifies the text that an object was parsed from; one that was never parsed as it is written.
   *
   * @param jwt of any kind; null is refused, and so is one that has no text, being unsigned
   * @param context as for {@link #process(String, SecurityContext)}
   * @return its claims
   * @throws BadJOSEException if it must not be believed
   * @throws JOSEException if nobody could tell
   */
  @Override
  public JWTClaimsSet process(@Nullable JWT jwt, @Nullable C context)
      throws BadJOSEException, JOSEException {
    return process(jwt == null ? null : text(jwt), context);
  }

  /** As for each {@link JWT}; a plain one is refused. */
  @Override
  public JWTClaimsSet process(@Nullable PlainJWT jwt, @Nullable C context)
      throws BadJOSEException, JOSEException {
    return process((JWT) jwt, context);
  }

  /** As for each {@link JWT}. */
  @Override
  public JWTClaimsSet process(@Nullable SignedJWT jwt, @Nullable C context)
      throws BadJOSEException, JOSEException {
    return process((JWT) jwt, context);
  }

  /** As for each {@link JWT}; an encrypted one is refused, decrypted or not. */
  @Override
  public JWTClaimsSet process(@Nullable EncryptedJWT jwt, @Nullable C context)
      throws BadJOSEException, JOSEException {
    return process((JWT) jwt, context);
  }

  private static @Nullable String text(JWT jwt) {
    String parsed = jwt.getParsedString();
    if (parsed != null) {
      return parsed;
    }
    try {
      return jwt.serialize();
    } catch (IllegalStateException e) {
      return null; // neither signed nor encrypted yet
    }
  }

  /** The verifier's settings. */
  @Override
  public String toString() {
    return "NimbusJwtProcessor[" + verifier + "]";
  }
}
