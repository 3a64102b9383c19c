package io.bartizan.adapters;

import io.bartizan.core.Reason;

/** The reasons for which an adapter itself refuses a request. */
public enum AdapterReason implements Reason {
  /** The framework gave no IP address of the connection's other end. */
  ADDRESS_UNKNOWN,
  /** The connection has no client certificate whose names can be read. */
  PEER_NOT_VERIFIED,
  /** No token was verified before a limit that counts by one: the filters' order is wrong. */
  TOKEN_NOT_VERIFIED,
  /** The verified token lacks the claim, or the caller the name, by which a limit counts. */
  CLAIM_MISSING,
  /** No caller was authenticated before a limit that counts by the principal. */
  PRINCIPAL_NOT_VERIFIED,
  /**
   * The context of the JDK's HttpServer has an authenticator, which takes no exchange that says
   * what a filter has verified.
   */
  AUTHENTICATOR_BEHIND,
  /** The request carries no token, several, or one of another scheme. */
  TOKEN_MISSING,
  /** The verified token lacks a scope that the route requires. */
  SCOPE_MISSING,
  /** The body is longer than the configured maximum; what was read of it is forgotten. */
  BODY_TOO_LARGE
}
