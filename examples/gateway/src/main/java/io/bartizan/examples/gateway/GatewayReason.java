package io.bartizan.examples.gateway;

import io.bartizan.core.Reason;

/** Refusals that are the gateway's own. */
enum GatewayReason implements Reason {
  API_KEY_MISSING,
  API_KEY_UNKNOWN,
  BEARER_TOKEN_MISSING,
  SCOPE_MISSING,
  CART_MISSING,
  BODY_TOO_LARGE,
  NO_SUCH_ROUTE,
  METHOD_NOT_ALLOWED,
  RATE_LIMIT_UNAVAILABLE,
  INTERNAL
}
