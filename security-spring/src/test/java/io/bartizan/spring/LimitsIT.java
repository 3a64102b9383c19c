package io.bartizan.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** {@link LimitsContract} in Spring MVC on Tomcat. */
class LimitsIT extends LimitsContract {

  LimitsIT() {
    super(Web.MVC);
  }

  @Test
  void keyPrefix_ofServices_differsAndFits() {
    assertThat(ConfiguredLimits.prefix("shop", "api")).isEqualTo("shop:api");
    assertThat(ConfiguredLimits.prefix("shop", "a-b")).isEqualTo("shop:a-b");
    assertThat(ConfiguredLimits.prefix("shop", "a/b")).matches("shop:a-b-[0-9a-f]{8}");
    assertThat(ConfiguredLimits.prefix("shop", "a/b"))
        .isNotEqualTo(ConfiguredLimits.prefix("shop", "a b"))
        .isEqualTo(ConfiguredLimits.prefix("shop", "a/b"));
    String one = ConfiguredLimits.prefix("x".repeat(80), "a");
    String two = ConfiguredLimits.prefix("x".repeat(80), "b");
    assertThat(one).hasSize(64).isNotEqualTo(two);
  }

  @Test
  void probes_ofAManagementPort_areNoneOnTheApplicationsOwn() throws Exception {
    String yaml =
        """
        bartizan.limits.all.limit: 1 burst, 1/h
        management.server.port: 0
        """;
    try (Booted shop = Booted.plain(Web.MVC, folder, yaml)) {
      assertThat(shop.get("/open").statusCode()).isEqualTo(200);
      assertThat(shop.get("/actuator/health").statusCode()).isEqualTo(429);
    }
  }

  /** Tomcat makes {@code /actuator} of it, so that it leads elsewhere than to the probe. */
  @Test
  void probe_inOneSpellingAlone_isCounted() throws Exception {
    try (Booted shop = Booted.plain(Web.MVC, folder, "bartizan.limits.all.limit: 1 burst, 1/h\n")) {
      assertThat(shop.get("/open").statusCode()).isEqualTo(200);
      assertThat(shop.get("/actuator/health/..;a").statusCode()).isEqualTo(429);
    }
  }

  /** Spring MVC finds its handlers by the path behind the one of its servlet. */
  @Test
  void routes_belowTheServletsPath_areThoseOfTheHandlers() throws Exception {
    String yaml =
        """
        spring.mvc.servlet.path: /app
        bartizan.limits.login: {limit: "1 burst, 1/h", routes: POST /login}
        """;
    try (Booted shop = Booted.plain(Web.MVC, folder, yaml)) {
      assertThat(shop.post("/app/login").statusCode()).isEqualTo(200);
      assertThat(shop.post("/app/login").statusCode()).isEqualTo(429);
      assertThat(shop.post("/app/%6cogin").statusCode()).isEqualTo(429);
      assertThat(shop.get("/app/open").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void probes_belowTheServletsPath_areLeftOut() throws Exception {
    String yaml =
        """
        spring.mvc.servlet.path: /app
        bartizan.limits.all.limit: 1 burst, 1/h
        """;
    try (Booted shop = Booted.plain(Web.MVC, folder, yaml)) {
      assertThat(shop.get("/app/open").statusCode()).isEqualTo(200);
      assertThat(shop.get("/app/actuator/health").headers().firstValue("RateLimit")).isEmpty();
      assertThat(shop.get("/app/actuator/info").statusCode()).isEqualTo(429);
      assertThat(shop.get("/app/open").statusCode()).isEqualTo(429);
    }
  }

  /** The port of the application serves these for whoever probes it, wherever the actuator is. */
  @Test
  void probes_onTheApplicationsOwnPort_besideAManagementPort_areLeftOut() throws Exception {
    String yaml =
        """
        bartizan.limits.all.limit: 1 burst, 1/h
        management.server.port: 0
        management.endpoint.health:
          probes: {enabled: true, add-additional-paths: true}
          group.ready: {include: ping, additional-path: "server:/healthz"}
        """;
    try (Booted shop = Booted.plain(Web.MVC, folder, yaml)) {
      assertThat(shop.get("/open").statusCode()).isEqualTo(200);
      for (String probe : new String[] {"/livez", "/readyz", "/healthz"}) {
        assertThat(shop.get(probe).statusCode()).as(probe).isEqualTo(200);
        assertThat(shop.get(probe).headers().firstValue("RateLimit")).as(probe).isEmpty();
      }
      assertThat(shop.get("/healthz/open").statusCode()).isEqualTo(429);
    }
  }

  @Test
  void securityAtTheVeryFront_leavesNoRoomForLimits_andFailsAtStart() {
    String yaml =
        """
        bartizan.limits.all.limit: 1 burst, 1/h
        spring.security.filter.order: -2147483648
        """;
    assertThatThrownBy(() -> Booted.plain(Web.MVC, folder, yaml).close())
        .hasStackTraceContaining("spring.security.filter.order is \"-2147483648\"");
  }
}
