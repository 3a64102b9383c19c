package io.bartizan.integrity.attest.notation;

import io.bartizan.core.Reason;

/** The reasons for which a Notation signature is refused. */
public enum NotationReason implements Reason {
  /** The trust policy says nothing of the image's repository. */
  POLICY_MISSING,
  /** The trust policy's level for the repository ({@code audit}, {@code skip}) requires nothing. */
  POLICY_NOT_ENFORCED,
  /** The image has no signature that can be read. */
  SIGNATURE_MISSING,
  /** More signatures, bytes or members than are read. */
  TOO_LARGE,
  /** An envelope of another format than JWS or COSE. */
  ENVELOPE_UNSUPPORTED,
  /** An envelope, or something in it, that does not follow its format. */
  MALFORMED,
  /** A signing scheme that is not read. */
  SCHEME_UNSUPPORTED,
  /** A critical header that is not understood. */
  CRITICAL_UNKNOWN,
  /** The signature demands a verification plugin. */
  PLUGIN_REQUIRED,
  /** The envelope holds something else than a Notary Project payload. */
  PAYLOAD_TYPE_MISMATCH,
  /** The signature algorithm is not the one of the certificate's key. */
  ALGORITHM_MISMATCH,
  /** The signature is not the certificate's over this payload. */
  SIGNATURE_INVALID,
  /** What was signed is another artifact: its digest, size or media type differs. */
  ARTIFACT_MISMATCH,
  /** A certificate is not one that may sign code, or the chain does not hold. */
  CERTIFICATE_INVALID,
  /** No certificate of the chain is in the trust stores of the policy. */
  CERTIFICATE_UNTRUSTED,
  /** A certificate was not valid when it must have been. */
  CERTIFICATE_NOT_VALID_AT_TIME,
  /** The certificate is another identity's than the policy trusts. */
  IDENTITY_MISMATCH,
  /** The signature's expiry has passed. */
  EXPIRED,
  /** The policy requires a timestamp, and there is none. */
  TIMESTAMP_MISSING,
  /** The timestamp is malformed, over something else, or of no trusted authority. */
  TIMESTAMP_INVALID,
  /** A certificate of the chain is revoked. */
  REVOKED,
  /** A certificate can be revoked, and no current list of its issuer is at hand. */
  REVOCATION_UNKNOWN
}
