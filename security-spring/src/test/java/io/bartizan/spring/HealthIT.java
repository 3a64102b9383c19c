package io.bartizan.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.Health;
import io.bartizan.testkit.DevCa;
import io.bartizan.testkit.DevCertificate;
import io.bartizan.testkit.RedisServer;
import io.bartizan.tests.Eventually;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.ApplicationContextException;
import org.springframework.core.NestedExceptionUtils;
import org.yaml.snakeyaml.Yaml;

/** The health {@code bartizan} of a real Spring Boot, read over HTTP and without other traffic. */
class HealthIT {

  private static final Duration SOON = Duration.ofSeconds(30);
  private static final String SHOWN =
      """
      management:
        endpoint.health.show-details: always
        endpoint.health.group.readiness.include: readinessState, bartizan
        endpoint.health.probes.enabled: true
      """;
  private static final String READINESS = "/actuator/health/readiness";

  @TempDir Path folder;

  @Test
  void parts_bearTheNamesOfTheSettings_andAreUpWithoutTraffic() throws Exception {
    DevCa ca = DevCa.of("Prod");
    write(ca.leaf("web").dns("localhost").forServer().forClient().issue());
    try (Login login = new Login();
        Booted shop = Booted.plain(folder, SHOWN + everything(login))) {
      Map<String, Object> all = health(shop, "");
      assertThat(all).containsEntry("status", "UP");
      assertThat(map(all, "components")).containsOnlyKeys("limits", "jwt", "mtls");
      assertThat(map(health(shop, "/limits"), "components")).containsOnlyKeys("api", "a-b");
      assertThat(map(health(shop, "/mtls"), "components")).containsOnlyKeys("web", "billing");
      assertThat(map(health(shop, "/limits/api"), "details"))
          .containsEntry("state", "UP")
          .containsEntry("detail", "0 of 100000 keys");
      assertThat(map(health(shop, "/jwt"), "details").get("detail").toString())
          .startsWith("1 keys, ");
      assertThat(map(health(shop, "/mtls/web"), "details").get("detail").toString())
          .contains("valid until");
      assertThat(shop.get(READINESS).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void keysOfAnIssuer_thatIsAway_areDown_andUpWithoutAToken() throws Exception {
    Login login = new Login();
    String url = login.url();
    login.close();
    String yaml = SHOWN + jwt(url);
    try (Booted shop = Booted.plain(folder, yaml)) {
      Map<String, Object> away = health(shop, "/jwt");
      assertThat(away).containsEntry("status", "DOWN");
      assertThat(map(away, "details").get("detail").toString()).startsWith("no keys: ");
      assertThat(shop.get(READINESS).statusCode()).isEqualTo(503);
      try (Login back = new Login(Integer.parseInt(url.substring(url.lastIndexOf(':') + 1)))) {
        assertThat(back.url()).isEqualTo(url);
        Eventually.within(
            SOON, () -> assertThat(health(shop, "/jwt")).containsEntry("status", "UP"));
        assertThat(shop.get(READINESS).statusCode()).isEqualTo(200);
      }
    }
  }

  @Test
  void redis_thatStops_isNamedWithItsCause_andIsUpAgainWithoutTraffic() throws Exception {
    String limits =
        """
        bartizan.limits:
          closed: {limit: "9 burst, 9/h", routes: /open}
          shared: {limit: "9 burst, 9/h", routes: /open, when-redis-fails: local share of 1/2}
          local: {limit: "9 burst, 9/h", routes: /open, store: memory}
        """;
    try (RedisServer redis = RedisServer.start();
        Booted shop =
            Booted.plain(
                folder,
                SHOWN + limits,
                "--management.endpoint.health.group.readiness.exclude=bartizan/limits/closed",
                "--management.endpoint.health.group.routes.include=bartizan/limits/closed",
                "--redis.uri=" + redis.uri(),
                sources(Watched.Redis.class))) {
      Eventually.within(SOON, () -> is(shop, "closed", "UP", "UP"));
      redis.kill();
      Eventually.within(SOON, () -> is(shop, "closed", "DOWN", "DOWN"));
      Eventually.within(SOON, () -> is(shop, "shared", "UP", "DEGRADED"));
      is(shop, "local", "UP", "UP");
      assertThat(map(health(shop, "/limits/closed"), "details").get("detail").toString())
          .contains("127.0.0.1:" + redis.port())
          .containsPattern("(?i)connect|no answer")
          .endsWith("fail closed");
      assertThat(shop.get(READINESS).statusCode()).as("on failure policies").isEqualTo(200);
      assertThat(shop.get("/actuator/health/routes").statusCode()).isEqualTo(503);
      assertThat(shop.get("/actuator/health/bartizan").statusCode()).isEqualTo(503);
      redis.restartEmpty();
      Eventually.within(SOON, () -> is(shop, "closed", "UP", "UP"));
      Eventually.within(SOON, () -> is(shop, "shared", "UP", "UP"));
    }
  }

  @Test
  void webhooks_areDown_whenTheirMemoryIsFullOrRedisIsAway() throws Exception {
    String yaml =
        """
        bartizan.webhooks:
          few: {path: /hooks/code, scheme: github, secret: secret of the code host, store: memory, max-events: 1}
          shared: {path: /shared, scheme: github, secret: abcdefghijklmnop}
        """;
    try (RedisServer redis = RedisServer.start();
        Booted shop =
            Booted.plain(
                folder,
                SHOWN + yaml,
                "--redis.uri=" + redis.uri(),
                sources(Watched.Redis.class, WebhooksContract.Handlers.class))) {
      assertThat(health(shop, "/webhooks/few")).containsEntry("status", "UP");
      Eventually.within(
          SOON, () -> assertThat(health(shop, "/webhooks/shared")).containsEntry("status", "UP"));
      assertThat(WebhooksContract.code(shop, "/hooks/code", "x", "x").statusCode()).isEqualTo(200);
      assertThat(map(health(shop, "/webhooks/few"), "details"))
          .containsEntry("detail", "1 of 1 ids remembered")
          .containsEntry("state", "DOWN");
      redis.kill();
      Eventually.within(
          SOON, () -> assertThat(health(shop, "/webhooks/shared")).containsEntry("status", "DOWN"));
      assertThat(shop.get(READINESS).statusCode()).isEqualTo(503);
    }
  }

  @Test
  void certificate_thatExpired_takesReadinessAway() throws Exception {
    try (Booted shop = startedWithAnEndingCertificate()) {
      Eventually.within(
          SOON,
          () ->
              assertThat(map(health(shop, "/mtls/billing"), "details"))
                  .containsEntry("state", "DOWN"));
      assertThat(shop.get(READINESS).statusCode()).isEqualTo(503);
      assertThat(shop.get("/actuator/health/liveness").statusCode()).isEqualTo(200);
    }
  }

  /** Its certificate lasts a few seconds, or longer where the application takes longer to start. */
  private Booted startedWithAnEndingCertificate() throws Exception {
    DevCa ca = DevCa.of("Prod");
    String yaml = "bartizan.mtls.clients.billing: {folder: %s, policy: requestedHost()}\n";
    for (int seconds = 4; ; seconds *= 2) {
      Duration lifetime = Duration.ofSeconds(seconds);
      write(ca.leaf("web").dns("localhost").forClient().withLifetime(lifetime).issue());
      try {
        return Booted.plain(folder, SHOWN + yaml.formatted(folder));
      } catch (ApplicationContextException e) {
        if (seconds >= 16
            || !String.valueOf(NestedExceptionUtils.getRootCause(e)).contains("expired: ")) {
          throw e;
        }
      }
    }
  }

  @Test
  void beansOfTheApplication_areShown_underNamesThatAreOnePartOfAPath() throws Exception {
    try (Booted shop = Booted.plain(folder, SHOWN, sources(Watched.Hostile.class))) {
      HttpResponse<String> all = shop.get("/actuator/health/bartizan");
      assertThat(all.body()).doesNotContain(Watched.SECRET).doesNotContain("\\r", "\\n", "\u001b");
      Map<String, Object> beans = map(health(shop, "/beans"), "components");
      assertThat(beans).containsOnlyKeys("broken", "..-a-b\\u000d\\u000aSet-Cookie: x=\\u202e1");
      assertThat(map(health(shop, "/beans/broken"), "details"))
          .containsEntry("detail", "health() threw java.lang.IllegalStateException");
      assertThat(all.headers().firstValue("Set-Cookie")).isEmpty();
    }
  }

  @Test
  void degraded_isUp_andDown_isDown() throws Exception {
    try (Booted shop = Booted.plain(folder, SHOWN, sources(Watched.One.class))) {
      Watched.SetHealth own = shop.bean(Watched.SetHealth.class);
      own.set(Health.degraded("old"));
      assertThat(health(shop, "/beans/own")).containsEntry("status", "UP");
      assertThat(map(health(shop, "/beans/own"), "details"))
          .containsEntry("state", "DEGRADED")
          .containsEntry("detail", "old");
      assertThat(shop.get(READINESS).statusCode()).isEqualTo(200);
      own.set(Health.down("none"));
      assertThat(health(shop, "/beans/own")).containsEntry("status", "DOWN");
      assertThat(shop.get(READINESS).statusCode()).isEqualTo(503);
    }
  }

  @Test
  void readiness_withoutTheProperty_knowsNothingOfIt() throws Exception {
    String yaml = "management.endpoint.health: {probes.enabled: true, show-details: always}\n";
    try (Booted shop = Booted.plain(folder, yaml, sources(Watched.One.class))) {
      shop.bean(Watched.SetHealth.class).set(Health.down("none"));
      assertThat(shop.get(READINESS).statusCode()).isEqualTo(200);
      assertThat(shop.get("/actuator/health").statusCode()).isEqualTo(503);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bartizan", "defaults"})
  void health_thatIsTurnedOff_isNotThere(String name) throws Exception {
    String yaml =
        "management.endpoint.health.show-details: always\nbartizan.limits.a.limit: 1/h sliding\n";
    try (Booted shop =
            Booted.plain(folder, yaml, "--management.health." + name + ".enabled=false");
        Booted on =
            Booted.plain(
                folder,
                yaml,
                "--management.health.defaults.enabled=false",
                "--management.health.bartizan.enabled=true")) {
      assertThat(shop.get("/actuator/health/bartizan").statusCode()).isEqualTo(404);
      assertThat(on.get("/actuator/health/bartizan").statusCode()).isEqualTo(200);
    }
  }

  private static void is(Booted shop, String limit, String status, String state) throws Exception {
    Map<String, Object> health = health(shop, "/limits/" + limit);
    assertThat(health).containsEntry("status", status);
    assertThat(map(health, "details")).containsEntry("state", state);
  }

  static Map<String, Object> health(Booted shop, String path) throws Exception {
    return json(shop.get("/actuator/health/bartizan" + path));
  }

  static Map<String, Object> json(HttpResponse<String> response) {
    return new Yaml().load(response.body());
  }

  @SuppressWarnings("unchecked")
  static Map<String, Object> map(Map<String, Object> json, String name) {
    assertThat(json).containsKey(name);
    return (Map<String, Object>) json.get(name);
  }

  static String sources(Class<?>... configurations) {
    return "--spring.main.sources="
        + Arrays.stream(configurations).map(Class::getName).collect(Collectors.joining(","));
  }

  private String everything(Login login) {
    return jwt(login.url())
        + """
        bartizan.limits:
          api: {limit: "100 burst, 50/s", routes: /open}
          "[a/b]": {limit: "own: 100 burst, 50/s"}
        bartizan.mtls:
          servers.web: {folder: FOLDER, policy: "trustDomain(prod.example)"}
          clients.billing: {folder: FOLDER, policy: requestedHost()}
        """
            .replace("FOLDER", folder.toString());
  }

  static String jwt(String issuer) {
    return "bartizan.jwt: {issuer: '%s', audience: orders, algorithms: ES256, plain-http-on-loopback: true}\n"
        .formatted(issuer);
  }

  private void write(DevCertificate leaf) throws Exception {
    Files.writeString(folder.resolve("tls.crt"), leaf.chainPem());
    Files.writeString(folder.resolve("tls.key"), leaf.privateKeyPem());
    Files.writeString(folder.resolve("ca.crt"), leaf.rootPem());
  }
}
