package io.bartizan.spring;

import java.security.Principal;
import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.web.server.ServerWebExchange;

/**
 * An exchange whose principal is somebody, as in Spring MVC: for strangers, Spring Security may
 * name one there that all of them share.
 */
final class KnownCaller {

  private KnownCaller() {}

  static ServerWebExchange of(ServerWebExchange exchange) {
    return exchange
        .mutate()
        .principal(
            exchange
                .<Principal>getPrincipal()
                .filter(caller -> !(caller instanceof AnonymousAuthenticationToken)))
        .build();
  }
}
