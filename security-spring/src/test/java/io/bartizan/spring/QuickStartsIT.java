package io.bartizan.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.tests.QuickStart;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

/** The pages of {@code docs/quick-starts} for Spring: their code, settings, commands and output. */
class QuickStartsIT {

  /** A page and the class that its code is in. */
  private enum Page {
    MVC("spring-boot.md", Web.MVC, Hello.class),
    WEBFLUX("spring-webflux.md", Web.WEBFLUX, ReactiveHello.class);

    private final String file;
    private final Web web;
    private final Class<?> code;

    Page(String file, Web web, Class<?> code) {
      this.file = file;
      this.web = web;
      this.code = code;
    }
  }

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(Page.class)
  void page_isShort_andDoesWhatItPrints(Page page) throws Exception {
    QuickStart text = QuickStart.of(page.file);
    assertThat(own()).contains(text.fence("java").indent(4));
    try (Booted shop =
        Booted.plain(
            page.web, folder, text.fence("yaml"), "--spring.main.sources=" + page.code.getName())) {
      text.tried(shop.port());
      assertThat(shop.get("/open").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void pageOfSpringSecurity_isShort_andDoesWhatItPrints() throws Exception {
    QuickStart text = QuickStart.of("spring-security.md");
    assertThat(own()).contains(text.fence("java").indent(4));
    try (Login login = new Login();
        Booted shop =
            Booted.with(
                folder,
                text.fence("yaml").replace("https://login.example", login.url()),
                "--bartizan.jwt.plain-http-on-loopback=true",
                "--spring.main.sources=" + SecuredHello.class.getName())) {
      String token = login.bearer(login.url(), "orders", "ann", Map.of("scope", "hello"));
      text.tried(shop.port(), Map.of("TOKEN", token.substring("Bearer ".length())));
      assertThat(shop.get("/hello", "Authorization", token + "x").statusCode()).isEqualTo(401);
      String elsewhere = login.bearer(login.url(), "billing", "ann", Map.of("scope", "hello"));
      assertThat(
              shop.get("/hello", "Authorization", elsewhere)
                  .headers()
                  .firstValue("WWW-Authenticate"))
          .hasValueSatisfying(
              told -> assertThat(told).containsPattern("error_description=\"[^\"]*\\baud"));
      String other = login.bearer(login.url(), "orders", "ann", Map.of("scope", "other"));
      assertThat(shop.get("/hello", "Authorization", other).statusCode()).isEqualTo(403);
    }
  }

  private static String own() throws Exception {
    return Files.readString(
        Path.of(System.getProperty("bartizan.root", ".."))
            .resolve("security-spring/src/test/java/io/bartizan/spring/QuickStartsIT.java"));
  }

  /** The code of the page for Spring MVC. */
  @RestController
  public static class Hello {

    @GetMapping("/hello")
    String hello() {
      return "Hello";
    }
  }

  /** The code of the page for WebFlux. */
  @RestController
  public static class ReactiveHello {

    @GetMapping("/hello")
    @RateLimited("api")
    Mono<String> hello() {
      return Mono.just("Hello");
    }
  }

  /** The code of the page for Spring Security. */
  @RestController
  public static class SecuredHello {

    @GetMapping("/hello")
    @PreAuthorize("hasAuthority('SCOPE_hello')")
    String hello(@AuthenticationPrincipal Jwt jwt) {
      return "Hello " + jwt.getSubject();
    }
  }
}
