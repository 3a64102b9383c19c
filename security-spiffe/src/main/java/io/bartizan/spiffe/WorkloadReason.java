package io.bartizan.spiffe;

import io.bartizan.core.Reason;

/** The reasons for which an agent gives no material, or a response of it is refused. */
public enum WorkloadReason implements Reason {
  /** The agent can't be reached, is not ready, or ended the stream. */
  AGENT_UNREACHABLE,
  /** The agent has no identity for this process, perhaps not yet. */
  PERMISSION_DENIED,
  /** The agent finds the request wrong, then it is not tried again, or does not know it. */
  REQUEST_REFUSED,
  /** Nothing came before the deadline of the first response. */
  FIRST_RESPONSE_LATE,
  /** A response is larger than what is read, or has more trust domains. */
  RESPONSE_TOO_LARGE,
  /** A response is not the message that the standard defines. */
  RESPONSE_MALFORMED,
  /** A response has no SVID, none of the hint asked for, or one without a mandatory field. */
  SVID_MISSING,
  /** The certificates of the SVID are not DER. */
  SVID_MALFORMED,
  /** The SVID's certificate does not have one SPIFFE ID as its only URI name. */
  SPIFFE_ID_INVALID,
  /** The SVID's certificate has another SPIFFE ID than the response says. */
  SPIFFE_ID_MISMATCH,
  /** The SVID is not issued below the bundle of its own trust domain. */
  SVID_UNTRUSTED,
  /** There is no bundle. */
  BUNDLE_MISSING,
  /** The certificates of a bundle are not DER. */
  BUNDLE_MALFORMED,
  /** A bundle is for what is no trust domain by the SPIFFE standard. */
  TRUST_DOMAIN_INVALID,
  /** TLS can't use the material, such as a key of another certificate; the detail says why. */
  MATERIAL_UNUSABLE
}
