package io.bartizan.spring;

import static io.bartizan.spring.HealthIT.json;
import static io.bartizan.spring.HealthIT.map;
import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.security.config.Customizer.withDefaults;

import io.bartizan.testkit.DevCa;
import io.bartizan.testkit.DevCertificate;
import io.bartizan.testkit.RedisServer;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.web.SecurityFilterChain;

/** The endpoint {@code bartizan} of a real Spring Boot: what is set, and nothing that is secret. */
class EndpointIT {

  private static final String EXPOSED =
      "management.endpoints.web.exposure.include: health, bartizan\n";
  private static final String PATH = "/actuator/bartizan";

  @TempDir Path folder;

  @Test
  void limits_areShown_byNameTextRouteAlgorithmAndPlace() throws Exception {
    String limits =
        """
        bartizan.limits:
          api: {limit: "9 burst, 9/h", key: principal otherwise address, routes: "GET /api/**"}
          many:
            limit: "a: 5/min sliding; b: 6/min sliding counter; c: 70/day in UTC"
            store: memory
            routes: methods
        """;
    try (RedisServer redis = RedisServer.builder().withPassword(Watched.SECRET).start();
        Booted shop =
            Booted.plain(
                folder,
                EXPOSED + limits,
                "--redis.uri=redis://:" + Watched.SECRET + "@127.0.0.1:" + redis.port(),
                HealthIT.sources(Watched.Redis.class))) {
      assertThat(shop.get("/api/orders").statusCode()).isNotEqualTo(503);
      HttpResponse<String> answer = shop.get(PATH);
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.body())
          .doesNotContain(Watched.SECRET)
          .doesNotContain("127.0.0.1"); // neither the server's nor a caller's
      Map<String, Object> all = map(json(answer), "limits");
      assertThat(all).containsOnlyKeys("api", "many");
      assertThat(map(all, "api"))
          .containsEntry(
              "limits",
              List.of(Map.of("name", "api", "limit", "9 burst, 9/h", "algorithm", "token bucket")))
          .containsEntry("key", "principal otherwise address")
          .containsEntry("routes", List.of("GET /api/**"))
          .containsEntry("store", "redis")
          .containsEntry("whenRedisFails", "fail closed")
          .containsEntry("state", "UP");
      assertThat(map(all, "many"))
          .containsEntry("store", "memory")
          .containsEntry("routes", List.of("methods"))
          .doesNotContainKey("whenRedisFails");
      assertThat(map(all, "many").get("limits").toString())
          .contains(
              "=sliding window}", "=sliding window counter}", "=fixed window}", "70/day in UTC")
          .doesNotContain("token bucket");
    }
  }

  @Test
  void tokensAndCertificates_areShown_withoutKeysAndFiles() throws Exception {
    DevCertificate web =
        DevCa.of("Prod")
            .leaf("web")
            .dns("localhost")
            .uri("spiffe://prod.example/web")
            .ip("127.0.0.1")
            .email("ops@prod.example")
            .forServer()
            .issue();
    Files.writeString(folder.resolve("tls.crt"), web.chainPem());
    Files.writeString(folder.resolve("tls.key"), web.privateKeyPem());
    Files.writeString(folder.resolve("ca.crt"), web.rootPem());
    Files.writeString(folder.resolve("policy"), "spiffeId(spiffe://prod.example/secret-peer)");
    String mtls =
        "bartizan.mtls.servers.web: {folder: %s, policy-file: %s/policy}\n"
            .formatted(folder, folder);
    try (Login login = new Login();
        Booted shop = Booted.plain(folder, EXPOSED + HealthIT.jwt(login.url()) + mtls)) {
      HttpResponse<String> answer = shop.get(PATH);
      Map<String, Object> all = json(answer);
      assertThat(map(all, "jwt"))
          .containsEntry("issuer", login.url())
          .containsEntry("audience", List.of("orders"))
          .containsEntry("algorithms", List.of("ES256"))
          .containsEntry("state", "UP");
      Map<String, Object> shown = map(map(all, "mtls"), "web");
      assertThat(shown)
          .containsEntry("side", "server")
          .containsEntry(
              "subjectAlternativeNames",
              List.of(
                  "dns:localhost",
                  "uri:spiffe://prod.example/web",
                  "ip:127.0.0.1",
                  "email:ops@prod.example"))
          .containsEntry("generation", 1)
          .containsEntry("failedReloads", 0)
          .containsEntry("state", "UP");
      assertThat(Instant.parse(String.valueOf(shown.get("validUntil"))))
          .isEqualTo(web.certificate().getNotAfter().toInstant());
      assertThat(answer.body())
          .doesNotContain("secret-peer", "BEGIN", folder.toString(), "k1")
          .doesNotContain(base64(web.privateKeyPem()));
    }
  }

  @Test
  void webhooks_areShown_withoutTheirSecrets() throws Exception {
    String yaml =
        """
        bartizan.webhooks:
          pay: {path: /hooks/pay, scheme: stripe, secret: %1$s, former-secret: %1$s2, store: memory}
          code: {path: /hooks/code, scheme: github, secret: %1$s3, store: redis, max-body: 2KB}
        """
            .formatted("the-webhooks-" + Watched.SECRET);
    try (RedisServer redis = RedisServer.start();
        Booted shop =
            Booted.plain(
                folder,
                EXPOSED + yaml,
                "--redis.uri=" + redis.uri(),
                HealthIT.sources(Watched.Redis.class))) {
      HttpResponse<String> answer = shop.get(PATH);
      Map<String, Object> all = map(json(answer), "webhooks");
      assertThat(map(all, "pay"))
          .containsEntry("path", "/hooks/pay")
          .containsEntry("scheme", "stripe")
          .containsEntry("store", "memory")
          .containsEntry("maxBody", 1 << 20)
          .containsEntry("state", "UP");
      assertThat(map(all, "code")).containsEntry("store", "redis").containsEntry("maxBody", 2048);
      assertThat(answer.body()).doesNotContain(Watched.SECRET);
    }
  }

  @Test
  void beansAndNames_thatAreHostile_areOneLineOfText() throws Exception {
    try (Booted shop = Booted.plain(folder, EXPOSED, HealthIT.sources(Watched.Hostile.class))) {
      HttpResponse<String> answer = shop.get(PATH);
      assertThat(map(json(answer), "beans"))
          .containsOnlyKeys("broken", "..-a-b\\u000d\\u000aSet-Cookie: x=\\u202e1");
      assertThat(answer.body())
          .doesNotContain(Watched.SECRET, "\u202e", "\u001b")
          .doesNotContain("\"\\r", "\"\\n");
      assertThat(map(json(answer), "limits")).isEmpty();
      assertThat(shop.get(PATH + "/limits").statusCode()).isEqualTo(404);
      assertThat(shop.post(PATH).statusCode()).isEqualTo(405);
    }
  }

  @Test
  void yamlOfTheGuide_showsHealthReadinessAndEndpoint() throws Exception {
    String page =
        Files.readString(
            Path.of(
                System.getProperty("bartizan.root", ".."),
                "docs/frameworks/spring-boot-health.md"));
    int start = page.indexOf("```yaml\n") + 8;
    String yaml = page.substring(start, page.indexOf("```", start));
    try (Booted shop = Booted.plain(folder, yaml, HealthIT.sources(Watched.One.class))) {
      shop.bean(Watched.SetHealth.class).set(io.bartizan.core.Health.degraded("old"));
      assertThat(shop.get("/actuator/health/readiness").statusCode()).isEqualTo(200);
      shop.bean(Watched.SetHealth.class).set(io.bartizan.core.Health.down("none"));
      assertThat(shop.get("/actuator/health/readiness").statusCode()).isEqualTo(503);
      assertThat(map(json(shop.get(PATH)), "beans")).containsOnlyKeys("own");
    }
  }

  @Test
  void endpoint_thatIsNotExposed_isNotThere() throws Exception {
    try (Booted shop = Booted.plain(folder, "bartizan.limits.a.limit: 9/h sliding\n")) {
      assertThat(shop.get("/actuator/health").statusCode()).isEqualTo(200);
      assertThat(shop.get(PATH).statusCode()).isEqualTo(404);
      assertThat(shop.beans(BartizanEndpoint.class)).isEmpty();
    }
  }

  @Test
  void chainOfTheGuide_letsProbesInWithoutAToken_andNothingElse() throws Exception {
    Path root = Path.of(System.getProperty("bartizan.root", ".."));
    String page = Files.readString(root.resolve("docs/frameworks/spring-boot-health.md"));
    String section = page.substring(page.indexOf("**Probes without a token**"));
    int start = section.indexOf("```java\n") + 8;
    String code = section.substring(start, section.indexOf("```", start));
    assertThat(
            Files.readString(
                root.resolve("security-spring/src/test/java/io/bartizan/spring/EndpointIT.java")))
        .contains(code.indent(4));
    String readiness = "/actuator/health/readiness";
    String probes = "management.endpoint.health.probes.enabled: true\n";
    try (Login login = new Login()) {
      String yaml = probes + EXPOSED + HealthIT.jwt(login.url());
      try (Booted shop = Booted.with(folder, yaml)) {
        assertThat(shop.get(readiness).statusCode()).isEqualTo(401);
      }
      try (Booted shop = Booted.with(folder, yaml, HealthIT.sources(Permitted.class))) {
        assertThat(shop.get(readiness).statusCode()).isEqualTo(200);
        assertThat(shop.get(PATH).statusCode()).isEqualTo(401);
        assertThat(shop.get("/open").statusCode()).isEqualTo(401);
        String token = login.bearer(login.url(), "orders", "ann", Map.of());
        assertThat(shop.get("/open", "Authorization", token).statusCode()).isEqualTo(200);
      }
    }
  }

  /** The code of the page for probes. */
  @Configuration(proxyBeanMethods = false)
  public static class Permitted {

    @Bean
    SecurityFilterChain probes(HttpSecurity http) throws Exception {
      return http.authorizeHttpRequests(
              each ->
                  each.requestMatchers("/actuator/health/**")
                      .permitAll()
                      .anyRequest()
                      .authenticated())
          .oauth2ResourceServer(each -> each.jwt(withDefaults()))
          .build();
    }
  }

  /** The longest line of a PEM file's body. */
  private static String base64(String pem) {
    return pem.lines().filter(line -> !line.startsWith("-")).findFirst().orElseThrow();
  }
}
