package io.bartizan.adapters.httpserver;

import com.sun.net.httpserver.HttpContext;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsExchange;

/**
 * An exchange whose attributes are its own. Those of the JDK's exchanges belong, up to JDK 17 at
 * least, to the context, so that each request reads what another one has set.
 */
interface Guarded {

  Verified verified();

  /** What was verified about an exchange; a new place if nothing was yet. */
  static Verified verified(HttpExchange exchange) {
    if (exchange instanceof Guarded guarded) {
      return guarded.verified();
    }
    // an exchange of the application may stand around ours; an authenticator wants the JDK's own
    Object known =
        hasAuthenticator(exchange) ? Verified.of(exchange) : exchange.getAttribute(Verified.NAME);
    return known instanceof Verified verified ? verified : new Verified();
  }

  /** The exchange to hand on. */
  static HttpExchange with(HttpExchange exchange, Verified verified) {
    if (exchange instanceof Guarded) {
      return exchange;
    }
    if (hasAuthenticator(exchange)) {
      verified.keepFor(exchange);
      return exchange;
    }
    return exchange instanceof HttpsExchange https
        ? new GuardedHttps(https, verified)
        : new GuardedHttp(exchange, verified);
  }

  /** Whether the JDK asks one behind all filters. It casts the exchange to a class of its own. */
  static boolean hasAuthenticator(HttpExchange exchange) {
    HttpContext context = exchange.getHttpContext();
    return context != null && context.getAuthenticator() != null;
  }
}
