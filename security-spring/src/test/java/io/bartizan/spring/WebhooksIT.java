package io.bartizan.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
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
}
