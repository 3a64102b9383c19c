package io.bartizan.spring;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

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
}
