package io.bartizan.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.test.web.reactive.server.WebTestClient;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.reactive.config.EnableWebFlux;

/** Applications as their own tests start them, and beans behind proxies that others made. */
class StartedOtherwiseIT {

  private static final String LIMITS =
      """
      bartizan.limits:
        reports: {limit: "5 burst, 1/h", routes: methods}
        archive: {limit: "1 burst, 1/h", routes: methods}
        mine: {limit: "1 burst, 1/h", routes: methods}
      """;

  @TempDir Path folder;

  /** As with {@code @SpringBootTest(webEnvironment = NONE)}. */
  @Test
  void applicationWithLimitedMethods_withoutItsServer_starts_andRefusesTheirCalls() {
    try (ConfigurableApplicationContext context =
        new SpringApplicationBuilder(Alone.class)
            .properties("spring.main.web-application-type=none", "spring.main.banner-mode=off")
            .properties("bartizan.limits.archive.limit=1/h sliding")
            .run()) {
      Reports.Archive archive = context.getBean(Reports.Archive.class);
      assertThatThrownBy(archive::read)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("the limit archive counts by the caller of a request");
      assertThat(archive.readCount()).isZero();
    }
  }

  @Configuration(proxyBeanMethods = false)
  @ImportAutoConfiguration({
    BartizanLimitsAutoConfiguration.class,
    BartizanMethodsAutoConfiguration.class
  })
  @Import(Reports.Archive.class)
  static class Alone {}

  /** As with {@code @SpringBootTest} and {@code @AutoConfigureWebTestClient}. */
  @Test
  void limitByAddress_inATestWithoutAServer_countsItsRequests() {
    new ReactiveWebApplicationContextRunner()
        .withConfiguration(AutoConfigurations.of(BartizanLimitsAutoConfiguration.class))
        .withUserConfiguration(Hello.class)
        .withPropertyValues("bartizan.limits.all.limit=1 burst, 1/h")
        .run(
            context -> {
              WebTestClient client = WebTestClient.bindToApplicationContext(context).build();
              client.get().uri("/hello").exchange().expectStatus().isOk();
              client.get().uri("/hello").exchange().expectStatus().isEqualTo(429);
            });
  }

  @EnableWebFlux
  @RestController
  static class Hello {
    @GetMapping("/hello")
    String hello() {
      return "hello";
    }
  }

  /** As the repositories of Spring Data, whose classes do not implement their interfaces. */
  @Test
  void methodOfAnInterface_whoseProxyLeadsToAnotherClass_isCounted() throws Exception {
    try (Booted shop =
        Booted.plain(folder, LIMITS, "--spring.main.sources=" + Stored.class.getName())) {
      assertThat(shop.get("/orders").body()).isEqualTo("orders");
      assertThat(shop.get("/orders").statusCode()).isEqualTo(429);
      assertThat(shop.get("/free").body()).isEqualTo("free");
      assertThat(shop.get("/free").body()).isEqualTo("free");
    }
  }

  /** What a user declares. */
  interface Orders {
    @RateLimited("archive")
    String orders();

    String free();
  }

  @RestController
  static class Stored {

    @Bean
    static Orders orders() {
      ProxyFactory factory = new ProxyFactory();
      factory.setInterfaces(Orders.class);
      factory.setTarget(new Object());
      factory.addAdvice(
          (org.aopalliance.intercept.MethodInterceptor)
              call ->
                  call.getMethod().getDeclaringClass() == Orders.class
                      ? call.getMethod().getName()
                      : call.proceed());
      return (Orders) factory.getProxy();
    }

    private final org.springframework.beans.factory.ObjectProvider<Orders> orders;

    Stored(org.springframework.beans.factory.ObjectProvider<Orders> orders) {
      this.orders = orders;
    }

    @GetMapping("/orders")
    String all() {
      return orders.getObject().orders();
    }

    @GetMapping("/free")
    String free() {
      return orders.getObject().free();
    }
  }
}
