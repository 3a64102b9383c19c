package io.bartizan.spring;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** What {@link Shop} is, for WebFlux; a handler that may not wait tells where it runs. */
@SpringBootConfiguration
@EnableAutoConfiguration(
    excludeName = {
      "org.springframework.boot.jetty.autoconfigure.reactive.JettyReactiveWebServerAutoConfiguration",
      "org.springframework.boot.jetty.autoconfigure.actuate.web.server.JettyReactiveManagementContextAutoConfiguration"
    })
@RestController
public class ReactiveShop {

  @GetMapping("/api/orders")
  @PreAuthorize("hasAuthority('SCOPE_orders:read')")
  Mono<String> orders(@AuthenticationPrincipal Jwt jwt) {
    return Mono.just("orders of " + jwt.getSubject());
  }

  @GetMapping("/open")
  Mono<String> open() {
    return Mono.just("open");
  }

  @GetMapping("/thread")
  Mono<String> thread() {
    return Mono.fromCallable(
        () -> Schedulers.isInNonBlockingThread() + " " + Thread.currentThread().getName());
  }

  @PostMapping("/login")
  Mono<String> login() {
    return Mono.just("login");
  }
}
