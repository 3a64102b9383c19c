package io.bartizan.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.springframework.security.config.Customizer.withDefaults;

import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.web.SecurityFilterChain;

/** {@link WebhooksContract} in Spring MVC on Tomcat. */
class WebhooksIT extends WebhooksContract {

  WebhooksIT() {
    super(Web.MVC);
  }

  /** Spring MVC finds its handlers by the path behind the one of its servlet. */
  @Test
  void path_belowTheServletsPath_isVerified() throws Exception {
    try (Booted shop = start(TRUSTING, "--spring.mvc.servlet.path=/app")) {
      assertThat(code(shop, "/app/hooks/code", "x", "y").statusCode()).isEqualTo(400);
      assertThat(code(shop, "/app/hooks/%63ode", "x", "y").statusCode()).isEqualTo(400);
      assertThat(code(shop, "/app/hooks/code", "x", "x").body()).isEqualTo("trusted x");
    }
  }

  @Test
  void address_belowTheServletsPath_isTheDeclaredOne() throws Exception {
    try (Booted shop =
        orders("--server.servlet.context-path=/shop", "--spring.mvc.servlet.path=/app")) {
      String called = "https://shop.example/public/orders";
      assertThat(order(shop, called, "/shop/app/hooks/orders").body()).isEqualTo("{} is {}");
      assertThat(order(shop, called, "/shop/app/hooks/orders?a=1").statusCode()).isEqualTo(400);
    }
  }

  /** Spring MVC makes the body of a form anew from its parameters, unless there is a query. */
  @Test
  void bodyThatIsAForm_reachesItsHandlerAsItWasSigned() throws Exception {
    try (Booted shop = start(HANDLER)) {
      for (String form : new String[] {"payload=%7B%7d&b=1+2", "payload=~"}) {
        HttpResponse<String> reply =
            send(
                shop,
                "POST",
                "/hooks/code",
                form,
                "X-Hub-Signature-256",
                "sha256=" + hmac(CODE, form),
                "Content-Type",
                "application/x-www-form-urlencoded");
        assertThat(reply.body()).isEqualTo(form + " is " + form);
      }
    }
  }

  @Test
  void chainOfTheGuide_letsSignedEventsIn_andNothingElse() throws Exception {
    Path root = Path.of(System.getProperty("bartizan.root", ".."));
    String page = Files.readString(root.resolve("docs/frameworks/spring-boot-webhooks.md"));
    int start = page.indexOf("```java\n") + 8;
    assertThat(
            Files.readString(
                root.resolve("security-spring/src/test/java/io/bartizan/spring/WebhooksIT.java")))
        .contains(page.substring(start, page.indexOf("```", start)).indent(4));
    String webhook =
        "bartizan.webhooks.code: {path: /hooks/code, scheme: github, store: memory, secret:"
            + " '%s'}\n";
    try (Login login = new Login()) {
      String yaml = HealthIT.jwt(login.url()) + webhook.formatted(CODE);
      try (Booted shop = Booted.with(folder, yaml, HANDLER)) {
        assertThat(code(shop, "/hooks/code", "x", "x").statusCode()).isIn(401, 403);
      }
      try (Booted shop = Booted.with(folder, yaml, HANDLER + "," + Permitted.class.getName())) {
        assertThat(code(shop, "/hooks/code", "x", "x").body()).isEqualTo("x is x");
        assertThat(code(shop, "/hooks/code", "x", "y").statusCode()).isEqualTo(400);
        assertThat(code(shop, "/hooks/other", "x", "x").statusCode()).isIn(401, 403);
      }
    }
  }

  /** Lettuce is on the class path and no Redis listens. */
  @Test
  void memoryOnRedis_thatIsAway_failsAtStartWithItsSetting() throws Exception {
    String yaml =
        "bartizan.webhooks.code: {path: /hooks/code, scheme: github, secret: '%s'}\n"
            .formatted(CODE);
    Throwable[] failure = new Throwable[1];
    String log =
        Booted.log(
            () ->
                failure[0] =
                    catchThrowable(
                        () -> Booted.with(folder, yaml, "--spring.data.redis.port=1").close()));
    assertThat(failure[0]).isNotNull();
    assertThat(log)
        .contains("Property: bartizan.webhooks.code.store", "localhost", "\"memory\" needs none")
        .doesNotContain(CODE);
  }

  /** The code of the page for webhooks. */
  @Configuration(proxyBeanMethods = false)
  public static class Permitted {

    @Bean
    SecurityFilterChain security(HttpSecurity http) throws Exception {
      return http.csrf(each -> each.ignoringRequestMatchers("/hooks/pay", "/hooks/code"))
          .authorizeHttpRequests(
              each ->
                  each.requestMatchers("/hooks/pay", "/hooks/code")
                      .permitAll()
                      .anyRequest()
                      .authenticated())
          .oauth2ResourceServer(each -> each.jwt(withDefaults()))
          .build();
    }
  }
}
