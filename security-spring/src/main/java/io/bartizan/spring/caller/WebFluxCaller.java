package io.bartizan.spring.caller;

import java.security.Principal;
import org.springframework.web.server.ServerWebExchange;

/** An exchange of WebFlux as a limit sees its caller. */
public final class WebFluxCaller {

  private WebFluxCaller() {}

  /** For the limit alone: whoever serves the exchange gets the one that came. */
  public static ServerWebExchange of(ServerWebExchange exchange, CountedCaller counted) {
    return counted.isPlain()
        ? exchange
        : exchange.mutate().principal(exchange.<Principal>getPrincipal().map(counted::of)).build();
  }
}
