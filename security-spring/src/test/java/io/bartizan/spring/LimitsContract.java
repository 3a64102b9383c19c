package io.bartizan.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.bartizan.tests.Eventually;
import io.micrometer.common.KeyValue;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Limits in a real Spring Boot, asked by hostile clients; the same in Spring MVC and in WebFlux.
 */
abstract class LimitsContract {

  private final Web web;

  LimitsContract(Web web) {
    this.web = web;
  }

  @TempDir Path folder;

  @Test
  void limits_countTheirRoutesAlone_byWhicheverSpelling() throws Exception {
    String yaml =
        """
        bartizan.limits:
          login: {limit: "1 burst, 1/h", routes: POST /login}
          all: {limit: "20 burst, 1/h"}
        """;
    try (Booted shop = Booted.plain(web, folder, yaml)) {
      HttpResponse<String> first = shop.post("/login");
      assertThat(first.statusCode()).isEqualTo(200);
      assertThat(shop.get("/login").statusCode()).isEqualTo(405); // not counted by login
      for (String spelling : new String[] {"/login", "/%6cogin", "/login;a=b", "/./login"}) {
        assertThat(shop.post(spelling).statusCode()).as(spelling).isIn(429, 404);
      }
      assertThat(shop.post("/%6cogin").statusCode()).isEqualTo(429);
      assertThat(shop.post("/login;a=b").statusCode()).isEqualTo(429);
      assertThat(shop.post("/LOGIN").statusCode()).isEqualTo(429); // other spellings by settings
      assertThat(shop.post("/login/").statusCode()).isEqualTo(429);

      HttpResponse<String> open = shop.get("/open");
      assertThat(open.statusCode()).isEqualTo(200);
      assertThat(open.headers().firstValue("RateLimit").orElseThrow()).contains("\"all\"");
      assertThat(shop.bean(ConfiguredLimits.class).list())
          .extracting(ConfiguredLimit::name, ConfiguredLimit::isShared)
          .containsExactly(tuple("login", false), tuple("all", false));
    }
  }

  /** In its high cardinality alone, so that metrics of requests keep the same tags. */
  @Test
  void outcome_isAnAttributeOfTheRequestsSpan() throws Exception {
    String yaml =
        """
        bartizan.limits:
          login: {limit: "1 burst, 1/h", routes: POST /login}
          all: {limit: "20 burst, 1/h"}
          peers: {limit: "1 burst, 1/h", key: principal, routes: GET /report}
        """;
    List<Observation.Context> spans = new CopyOnWriteArrayList<>();
    ObservationRegistry registry = ObservationRegistry.create();
    registry
        .observationConfig()
        .observationHandler(
            (Observation.Context span) -> {
              spans.add(span);
              return false;
            });
    try (Booted shop = Booted.observed(web, folder, yaml, registry)) {
      assertThat(shop.post("/login").statusCode()).isEqualTo(200);
      assertThat(shop.post("/login").statusCode()).isEqualTo(429);
      assertThat(shop.get("/open").statusCode()).isEqualTo(200);
      int unlimited = shop.get("/report").statusCode();
      assertThat(unlimited).isBetween(400, 500);
      List<Map<String, String>> expected =
          List.of(
              Map.of("bartizan.limit.login", "allowed", "bartizan.limit.all", "allowed"),
              Map.of("bartizan.limit.login", "rejected"),
              Map.of("bartizan.limit.all", "allowed"),
              Map.of("bartizan.limit.all", "allowed", "bartizan.limit.peers", "not counted"));
      Eventually.within(
          Duration.ofSeconds(20), () -> assertThat(outcomes(spans)).isEqualTo(expected));
      assertThat(spans)
          .flatExtracting(Observation.Context::getLowCardinalityKeyValues)
          .noneMatch(tag -> tag.toString().contains("bartizan"));
    }
  }

  /** Of requests, in the order in which they came. */
  private static List<Map<String, String>> outcomes(List<Observation.Context> spans) {
    return spans.stream()
        .filter(span -> "http.server.requests".equals(span.getName()))
        .map(
            span ->
                span.getHighCardinalityKeyValues().stream()
                    .filter(each -> each.getKey().startsWith("bartizan."))
                    .collect(Collectors.toMap(KeyValue::getKey, KeyValue::getValue)))
        .distinct()
        .toList();
  }

  @Test
  void routeOfGet_countsHeadToo_andNoOtherMethod() throws Exception {
    String yaml =
        """
        bartizan.limits:
          reads: {limit: "2 burst, 1/h", routes: GET /open}
        """;
    try (Booted shop = Booted.plain(web, folder, yaml)) {
      assertThat(shop.ask("HEAD", "/open").statusCode()).isEqualTo(200);
      assertThat(shop.ask("HEAD", "/open").statusCode()).isEqualTo(200);
      assertThat(shop.ask("HEAD", "/open").statusCode()).isEqualTo(429);
      assertThat(shop.get("/open").statusCode()).isEqualTo(429);
      assertThat(shop.ask("OPTIONS", "/open").statusCode()).isEqualTo(200); // runs no handler
      for (String method : new String[] {"POST", "get", "Head", "GETS"}) {
        assertThat(shop.ask(method, "/open").statusCode()).as(method).isIn(400, 405, 501);
      }
    }
  }

  @Test
  void routeOfHead_countsNoGet() throws Exception {
    String yaml =
        """
        bartizan.limits:
          checks: {limit: "1 burst, 1/h", routes: HEAD /open}
        """;
    try (Booted shop = Booted.plain(web, folder, yaml)) {
      assertThat(shop.ask("HEAD", "/open").statusCode()).isEqualTo(200);
      assertThat(shop.ask("HEAD", "/open").statusCode()).isEqualTo(429);
      assertThat(shop.get("/open").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void address_behindATrustedProxy_isTheClients() throws Exception {
    String yaml =
        """
        bartizan:
          trusted-proxies: 127.0.0.0/8
          limits.all: {limit: "1 burst, 1/h"}
        """;
    try (Booted shop = Booted.plain(web, folder, yaml)) {
      assertThat(shop.get("/open", "X-Forwarded-For", "192.0.2.1").statusCode()).isEqualTo(200);
      assertThat(shop.get("/open", "X-Forwarded-For", "192.0.2.1").statusCode()).isEqualTo(429);
      assertThat(shop.get("/open", "X-Forwarded-For", "192.0.2.2").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void address_withoutTrustedProxies_believesNoHeader() throws Exception {
    String yaml = "bartizan.limits.all.limit: 1 burst, 1/h\n";
    try (Booted shop = Booted.plain(web, folder, yaml)) {
      assertThat(shop.get("/open", "X-Forwarded-For", "192.0.2.1").statusCode()).isEqualTo(200);
      assertThat(shop.get("/open", "X-Forwarded-For", "192.0.2.2").statusCode()).isEqualTo(429);
    }
  }

  @Test
  void address_ofHostileFields_isCountedAndNeverAnError() throws Exception {
    String yaml =
        """
        bartizan:
          trusted-proxies: 127.0.0.0/8
          limits.all: {limit: "3 burst, 1/h"}
        """;
    try (Booted shop = Booted.plain(web, folder, yaml)) {
      for (String hostile : new String[] {"x".repeat(4000), "192.0.2.1%00", "::1%eth0,,;\""}) {
        assertThat(shop.get("/open", "X-Forwarded-For", hostile).statusCode())
            .as(hostile)
            .isEqualTo(200);
      }
      assertThat(shop.get("/open", "X-Forwarded-For", "y".repeat(4000)).statusCode())
          .isEqualTo(429); // all of them are the proxy's
      assertThat(shop.get("/open", "X-Forwarded-For", "192.0.2.2").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void probes_areLeftOutOfAllPaths_andOfNothingElse() throws Exception {
    String yaml = "bartizan.limits.all.limit: 1 burst, 1/h\n";
    try (Booted shop = Booted.plain(web, folder, yaml)) {
      assertThat(shop.get("/open").statusCode()).isEqualTo(200);
      for (String probe : new String[] {"/actuator/health", "/actuator/health/liveness"}) {
        assertThat(shop.get(probe).statusCode()).as(probe).isNotEqualTo(429);
        assertThat(shop.get(probe).headers().firstValue("RateLimit")).isEmpty();
        assertThat(shop.post(probe).statusCode()).as(probe).isEqualTo(429);
      }
      for (String other :
          new String[] {
            "/open",
            "/actuator",
            "/actuator/info",
            "/actuator/healthy",
            "/actuator/health/a/b",
            "/actuator/health/../../open",
            "/livez",
          }) {
        assertThat(shop.get(other).statusCode()).as(other).isEqualTo(429);
      }
    }
  }

  @Test
  void probes_ofOtherPaths_areThoseOfTheSettings() throws Exception {
    String yaml =
        """
        bartizan.limits.all.limit: 1 burst, 1/h
        management:
          endpoints.web: {base-path: /, path-mapping.health: state}
          endpoint.health.probes.add-additional-paths: true
        """;
    try (Booted shop = Booted.plain(web, folder, yaml)) {
      assertThat(shop.get("/open").statusCode()).isEqualTo(200);
      assertThat(shop.get("/state").statusCode()).isNotEqualTo(429);
      assertThat(shop.get("/livez").statusCode()).isNotEqualTo(429);
      assertThat(shop.get("/actuator/health").statusCode()).isEqualTo(429);
    }
  }

  @Test
  void probes_thatAreNamedOrIncluded_areCounted() throws Exception {
    String yaml =
        """
        bartizan.limits:
          all: {limit: "2 burst, 1/h", include-probes: true}
          named: {limit: "1 burst, 1/h", routes: /actuator/**}
        """;
    try (Booted shop = Booted.plain(web, folder, yaml)) {
      assertThat(shop.get("/actuator/health").headers().firstValue("RateLimit").orElseThrow())
          .contains("\"named\"")
          .contains("\"all\"");
      assertThat(shop.get("/actuator/health").headers().firstValue("RateLimit").orElseThrow())
          .contains("\"named\";r=0");
      assertThat(shop.get("/open").statusCode()).isEqualTo(429);
    }
  }

  @Test
  void nothingSet_noFilterAndNoBeans() throws Exception {
    try (Booted shop = Booted.plain(web, folder, "server.shutdown: immediate\n")) {
      assertThat(shop.get("/open").headers().firstValue("RateLimit")).isEmpty();
      assertThat(shop.beans(BartizanLimitsAutoConfiguration.class)).isEmpty();
      assertThat(shop.beans(BartizanJwtAutoConfiguration.class)).isEmpty();
      assertThat(shop.beans(BartizanMtlsAutoConfiguration.class)).isEmpty();
    }
  }
}
