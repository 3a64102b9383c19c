package io.bartizan.integrity.jwt.nimbus;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.RemoteKeySourceException;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.BadJWSException;
import com.nimbusds.jwt.proc.BadJWTException;
import com.nimbusds.jwt.proc.ExpiredJWTException;
import io.bartizan.core.Refusal;
import io.bartizan.core.VerificationException;
import io.bartizan.integrity.jwt.JwtReason;

/** Our refusals as the exceptions by which Nimbus applications tell a bad token from an outage. */
final class NimbusRefusals {

  private NimbusRefusals() {}

  /**
   * What Nimbus would throw.
   *
   * @throws JOSEException if nobody could tell
   */
  static BadJOSEException of(Refusal refusal) throws JOSEException {
    String message = refusal.message();
    VerificationException cause = new VerificationException(refusal);
    if (!(refusal.reason() instanceof JwtReason reason)) {
      return new BadJOSEException(message, cause);
    }
    return switch (reason) {
      case KEYS_UNAVAILABLE -> throw new RemoteKeySourceException(message, cause);
      case PROVIDER_FAILED, REPLAY_UNDECIDED, IN_PROGRESS ->
          throw new JOSEException(message, cause);
      case SIGNATURE_INVALID -> new BadJWSException(message, cause);
      case EXPIRED -> expired(message, cause);
      case ISSUER_MISMATCH,
          AUDIENCE_MISMATCH,
          CLAIM_MISSING,
          CLAIM_INVALID,
          NOT_YET_VALID,
          TOO_OLD,
          BINDING_MISSING,
          BINDING_MISMATCH,
          DPOP_INVALID,
          DPOP_NONCE_MISMATCH,
          REVOKED,
          REPLAYED,
          PROOF_REPLAYED,
          DUPLICATE ->
          new BadJWTException(message, cause);
      case MALFORMED,
          TOO_LARGE,
          ALGORITHM_NOT_ALLOWED,
          HEADER_NOT_SUPPORTED,
          TYPE_MISMATCH,
          KEY_UNKNOWN ->
          new BadJOSEException(message, cause);
    };
  }

  private static BadJWTException expired(String message, VerificationException cause) {
    try {
      return Expired.of(message);
    } catch (NoClassDefFoundError e) {
      return new BadJWTException(message, cause);
    }
  }

  /** Nimbus 9.37, which Spring Boot 3.5 brings, has no such class, so that it is read last. */
  private static final class Expired {

    static BadJWTException of(String message) {
      return new ExpiredJWTException(message);
    }
  }
}
