package io.bartizan.adapters.httpserver;

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
    return exchange instanceof Guarded guarded ? guarded.verified() : new Verified();
  }

  /** The exchange to hand on. */
  static HttpExchange with(HttpExchange exchange, Verified verified) {
    if (exchange instanceof Guarded) {
      return exchange;
    }
    return exchange instanceof HttpsExchange https
        ? new GuardedHttps(https, verified)
        : new GuardedHttp(exchange, verified);
  }
}
