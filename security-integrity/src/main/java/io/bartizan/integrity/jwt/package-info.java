/**
 * JWT verification with a required issuer, key set and algorithm allowlist; JWKS, DPoP,
 * certificate-bound tokens and single use.
 *
 * <p>Also found as {@index "bearer token"}, {@index JWKS}, {@index "OpenID Connect"}, {@index DPoP}
 * and {@index "access token"}.
 *
 * <ul>
 *   <li>{@link io.bartizan.integrity.jwt.JwtVerifier}: verifies a token, or says why not; {@link
 *       io.bartizan.integrity.jwt.AsyncJwtVerifier} without blocking
 *   <li>{@link io.bartizan.integrity.jwt.TrustedIssuer}: an issuer with its keys and algorithms
 *   <li>{@link io.bartizan.integrity.jwt.RemoteJwks}: an issuer's keys over HTTPS; {@link
 *       io.bartizan.integrity.jwt.JwtKeys}: fixed keys
 *   <li>{@link io.bartizan.integrity.jwt.RemoteIssuers}: issuers that appear at run time, such as
 *       {@index tenants}
 *   <li>{@link io.bartizan.integrity.jwt.AuthenticationScheme}: reads {@code Authorization}, and
 *       gives the status and challenge of a refusal
 *   <li>{@link io.bartizan.integrity.jwt.SingleUseJwts}: tokens that may be used once
 *   <li>{@link io.bartizan.integrity.jwt.JwtSigner}: issues tokens
 *   <li>{@link io.bartizan.integrity.jwt.JwtReason}: why a token is refused
 * </ul>
 */
@NullMarked
@CheckReturnValue
package io.bartizan.integrity.jwt;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
