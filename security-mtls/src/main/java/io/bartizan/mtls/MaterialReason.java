package io.bartizan.mtls;

import io.bartizan.core.Reason;

/**
 * The reasons for which a key, chain, trust anchor, policy or revocation list cannot be used. A
 * name that is in {@link PeerReason} too means the same of this side's own material.
 */
public enum MaterialReason implements Reason {
  /** A file is missing, can't be read, or is a directory. */
  FILE_UNREADABLE,
  /** A file is larger than what is read. */
  FILE_TOO_LARGE,
  /** A file's content is not what it should be. */
  FILE_MALFORMED,
  /** The password does not open the key or key store. */
  PASSWORD_WRONG,
  /** There is no private key. */
  KEY_MISSING,
  /** The private key is of a kind that TLS or this library does not use. */
  KEY_UNSUPPORTED,
  /** The private key is not the one of the first certificate. */
  KEY_MISMATCH,
  /** The private key can't be tried: it signs in no way that TLS knows, or its device failed. */
  KEY_CANT_SIGN,
  /** The certificates are not in order, each followed by its issuer. */
  CHAIN_DISORDERED,
  /** There is no trust anchor. */
  ANCHORS_EMPTY,
  /** A trust anchor is not a certificate authority. */
  ANCHOR_NOT_CA,
  /** An intermediate as trust anchor has a critical extension that it alone can't enforce. */
  ANCHOR_UNENFORCEABLE,
  /** Names of anchors or certificates of the chain are more than peers take in a handshake. */
  HANDSHAKE_TOO_LARGE,
  /** The policy can't be parsed, or does not fit this side. */
  POLICY_MALFORMED,
  /** There is no certificate. */
  CERTIFICATE_MISSING,
  /** A certificate is no longer valid. */
  EXPIRED,
  /** A certificate is not valid yet. */
  NOT_YET_VALID,
  /** A key is too short or a signature algorithm too old. */
  ALGORITHM_WEAK,
  /** This side's certificate is not meant for its side of a TLS connection. */
  USAGE_WRONG,
  /** This side's certificate is a certificate authority's. */
  LEAF_IS_CA,
  /** This side's own certificate is among the trust anchors. */
  LEAF_IS_ANCHOR,
  /** There is no revocation list where lists are asked for. */
  REVOCATION_UNKNOWN,
  /** A revocation list is older than the one that serves, so it might pardon someone. */
  REVOCATION_OLDER,
  /** Material was pushed while a reload hangs, and is taken when that ends. */
  RELOAD_BUSY
}
