package io.bartizan.adapters.httpserver;

import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.HttpExchange;
import io.bartizan.adapters.AdapterReason;
import io.bartizan.adapters.answer.Answer;
import io.bartizan.adapters.answer.RateGate;
import io.bartizan.core.Refusal;
import io.bartizan.ratelimit.RateLimitFields;
import java.io.IOException;

/** What the filters of this package share. */
abstract class GuardFilter extends Filter {

  /** Ends the exchange. */
  static void send(HttpExchange exchange, Answer answer) throws IOException {
    answer.fields(exchange.getResponseHeaders()::set);
    byte[] body = answer.body();
    try (exchange) {
      if (body.length == 0 || exchange.getRequestMethod().equals("HEAD")) {
        exchange.sendResponseHeaders(answer.status(), -1);
      } else {
        exchange.getResponseHeaders().set("Content-Type", RateLimitFields.PROBLEM_MEDIA_TYPE);
        exchange.sendResponseHeaders(answer.status(), body.length);
        exchange.getResponseBody().write(body);
      }
    }
  }

  /**
   * Refuses where nobody behind this filter could read what it verifies.
   *
   * @return whether the exchange was answered
   */
  static boolean isLost(HttpExchange exchange) throws IOException {
    if (!Guarded.hasAuthenticator(exchange)) {
      return false;
    }
    send(
        exchange,
        RateGate.misplaced(
            Refusal.of(
                AdapterReason.AUTHENTICATOR_BEHIND,
                "the context has an Authenticator, which the JDK asks behind all filters and which"
                    + " takes its own exchange alone; of the filters of this package only rate"
                    + " limits work there")));
    return true;
  }

  /** The settings. */
  @Override
  public final String toString() {
    return description();
  }
}
