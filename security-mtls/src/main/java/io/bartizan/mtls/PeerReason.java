package io.bartizan.mtls;

import io.bartizan.core.Reason;

/** The reasons for which a TLS peer is refused. */
public enum PeerReason implements Reason {
  /** The peer presented no certificate. */
  CERTIFICATE_MISSING,
  /** No path leads from the peer's certificate to a trust anchor. */
  CHAIN_UNTRUSTED,
  /** The path leads to an anchor that vouches for other trust domains than the peer's. */
  TRUST_DOMAIN_MISMATCH,
  /** The search for a path ended at one of its bounds; nobody knows whether there is a path. */
  SEARCH_LIMITED,
  /** A path was found but breaks a rule of RFC 5280. */
  CHAIN_INVALID,
  /** A certificate of the path, the anchor included, is no longer valid. */
  EXPIRED,
  /** A certificate of the path is not valid yet. */
  NOT_YET_VALID,
  /** A signature of the path does not verify. */
  SIGNATURE_INVALID,
  /** A name lies outside the name constraints of an issuer, the anchor included. */
  NAME_CONSTRAINT_VIOLATED,
  /** A key is too short or a signature algorithm too old. */
  ALGORITHM_WEAK,
  /** The certificate is not meant for this side of a TLS connection. */
  USAGE_WRONG,
  /** A certificate authority's certificate was presented as the peer's own. */
  LEAF_IS_CA,
  /** The peer's own certificate is among the trust anchors, where it would never expire. */
  LEAF_IS_ANCHOR,
  /** The subject alternative names can't be read without doubt. */
  NAMES_MALFORMED,
  /** The chain is good but the peer is not one that the policy accepts. */
  POLICY_MISMATCH,
  /** The policy needs the host that was asked for, and the connection does not tell it. */
  HOST_UNKNOWN,
  /** A revocation list, a deny-list or a stapled OCSP response names the certificate. */
  REVOKED,
  /** Nothing fresh says whether the certificate is revoked. */
  REVOCATION_UNKNOWN,
  /** A check was asked for without the connection it is about. */
  CONNECTION_UNKNOWN,
  /** This side was started before its own key, chain and anchors, and has none yet. */
  MATERIAL_UNAVAILABLE,
  /** The handshake failed before there was a peer to decide about. */
  HANDSHAKE_FAILED
}
