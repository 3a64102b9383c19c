package io.bartizan.integrity.jwt;

import io.bartizan.core.Reason;

/** The reasons for which a JWT is refused. */
public enum JwtReason implements Reason {
  /** It is no strict compact JWS: dots, base64url, JSON, UTF-8, repeated names, limits of depth. */
  MALFORMED,
  /** It or one of its parts is longer than is read. */
  TOO_LARGE,
  /** Its algorithm is not one that a trusted issuer may use. */
  ALGORITHM_NOT_ALLOWED,
  /** Its header asks for something that is not supported: crit, b64, zip, enc, cty. */
  HEADER_NOT_SUPPORTED,
  /** Its {@code typ} is not the expected one. */
  TYPE_MISMATCH,
  /** No trusted issuer has the key it names. */
  KEY_UNKNOWN,
  /** The issuer's keys could not be got, or are older than the ceiling allows. */
  KEYS_UNAVAILABLE,
  /**
   * The provider failed while it verified, so that nobody can tell whether the signature is good:
   * answer as for an outage, and look at the provider.
   */
  PROVIDER_FAILED,
  /** No key verifies the signature. */
  SIGNATURE_INVALID,
  /** Its {@code iss} is not the issuer whose key verified it. */
  ISSUER_MISMATCH,
  /** Its {@code aud} does not hold an accepted audience. */
  AUDIENCE_MISMATCH,
  /** A required claim is missing. */
  CLAIM_MISSING,
  /** A claim has the wrong type or is out of range. */
  CLAIM_INVALID,
  /** Its {@code exp} has passed. */
  EXPIRED,
  /** Its {@code nbf} or {@code iat} is in the future. */
  NOT_YET_VALID,
  /** Its {@code iat} is longer ago than the maximum age. */
  TOO_OLD,
  /** It is bound to a certificate or key, and the request shows none, or nobody checked. */
  BINDING_MISSING,
  /** It is bound to another certificate or key. */
  BINDING_MISMATCH,
  /** The DPoP proof is not acceptable. */
  DPOP_INVALID,
  /**
   * The DPoP proof holds no nonce that the server gave, or an old one: the client makes another
   * proof with the nonce that the answer gives it.
   */
  DPOP_NONCE_MISMATCH,
  /** The token or its subject was revoked. */
  REVOKED,
  /** The token was used or handled before. */
  REPLAYED,
  /** The DPoP proof was used before; the token may be good for a request with another proof. */
  PROOF_REPLAYED,
  /** The token's {@code jti} was used before, and not certainly by this token. */
  DUPLICATE,
  /** The token is being handled, by another thread or instance. */
  IN_PROGRESS,
  /** The replay guard can't tell whether the token or proof was used before. */
  REPLAY_UNDECIDED
}
