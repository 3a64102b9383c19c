package io.bartizan.spring;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/** The application of a user: handlers, and nothing of Bartizan. */
@SpringBootConfiguration
@EnableAutoConfiguration(
    excludeName = {
      "org.springframework.boot.jetty.autoconfigure.servlet.JettyServletWebServerAutoConfiguration",
      "org.springframework.boot.jetty.autoconfigure.actuate.web.server.JettyServletManagementContextAutoConfiguration"
    })
@RestController
public class Shop {

  @GetMapping("/api/orders")
  @PreAuthorize("hasAuthority('SCOPE_orders:read')")
  String orders(@AuthenticationPrincipal Jwt jwt) {
    return "orders of " + jwt.getSubject();
  }

  @GetMapping("/open")
  String open() {
    return "open";
  }

  @PostMapping("/login")
  String login() {
    return "login";
  }
}
