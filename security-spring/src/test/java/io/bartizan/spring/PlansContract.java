package io.bartizan.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.testkit.RedisServer;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Limits by plan and by claim: both are what was verified of a caller, and nothing else. */
abstract class PlansContract {

  private static final String PLANS =
      """
      bartizan.limits:
        api:
          limit: 1 burst, 1/h
          key: principal
          plan: claim tier
          plans:
            gold_plus: 4 burst, 4/h
            pro: 3 burst, 3/h
          routes: /api/**
          store: memory
      """;

  private final Web web;
  @TempDir Path folder;

  PlansContract(Web web) {
    this.web = web;
  }

  @Test
  void plan_ofAVerifiedClaim_choosesTheLimits() throws Exception {
    try (Login login = new Login();
        Booted shop = Booted.with(web, folder, yaml(login) + PLANS)) {
      String ann = bearer(login, "ann", Map.of("tier", "pro"));
      HttpResponse<String> first = shop.get("/api/orders", "Authorization", ann);
      assertThat(first.body()).isEqualTo("orders of ann");
      assertThat(first.headers().firstValue("RateLimit-Policy").orElseThrow())
          .contains("\"api\";q=3");
      assertThat(served(shop, ann)).isEqualTo(2);
      assertThat(served(shop, bearer(login, "bob", Map.of()))).isEqualTo(1);
      assertThat(served(shop, bearer(login, "fay", Map.of("tier", "gold_plus")))).isEqualTo(4);
      assertThat(served(shop, bearer(login, "dan", Map.of("tier", List.of("beta", "pro")))))
          .isEqualTo(3);
      String both = bearer(login, "eve", Map.of("tier", List.of("pro", "gold_plus")));
      assertThat(served(shop, both)).as("the first of the settings").isEqualTo(4);
    }
  }

  @Test
  void claim_thatIsNoPlan_leavesTheLimitOfAllOthers() throws Exception {
    try (Login login = new Login();
        Booted shop = Booted.with(web, folder, yaml(login) + PLANS)) {
      List<Object> hostile =
          List.of("PRO", " pro", "pro&caller=ann", "x".repeat(5000), "\r\n", "", 7, true);
      List<Object> all = new ArrayList<>(hostile);
      all.add(Map.of("pro", "pro"));
      all.add(List.of(List.of("pro"), 3));
      for (int i = 0; i < all.size(); i++) {
        String caller = bearer(login, "caller" + i, Map.of("tier", all.get(i)));
        assertThat(served(shop, caller)).as("tier %s", all.get(i)).isEqualTo(1);
      }
      String ann = bearer(login, "ann", Map.of("tier", "pro"));
      assertThat(served(shop, bearer(login, "plan=pro&caller=ann", Map.of()))).isEqualTo(1);
      assertThat(served(shop, bearer(login, "plan%3dpro%26caller%3dann", Map.of()))).isEqualTo(1);
      String longName = "a".repeat(1100);
      assertThat(served(shop, bearer(login, longName, Map.of("tier", "pro"))))
          .as("a key that is counted by its digest tells no plan")
          .isEqualTo(1);
      assertThat(served(shop, ann)).as("nobody spent hers").isEqualTo(3);
    }
  }

  @Test
  void plan_ofNoVerifiedCaller_isNone() throws Exception {
    String limits = PLANS.replace("key: principal", "key: principal otherwise address");
    limits = limits.replace("routes: /api/**", "routes: [/api/**, /open]");
    try (Login login = new Login();
        Booted shop = Booted.with(web, folder, yaml(login) + limits)) {
      String ann = bearer(login, "ann", Map.of("tier", "pro"));
      String forged = ann.substring(0, ann.lastIndexOf('.') + 1) + "AAAA";
      for (int i = 0; i < 5; i++) {
        assertThat(shop.get("/api/orders", "Authorization", forged, "tier", "pro").statusCode())
            .isEqualTo(401);
      }
      assertThat(shop.get("/open", "tier", "pro", "plan", "pro").statusCode()).isIn(200, 401);
      assertThat(shop.get("/open", "tier", "pro", "plan", "pro").statusCode()).isIn(401, 429);
      assertThat(served(shop, ann)).isEqualTo(3);
    }
  }

  @Test
  void plan_byAuthority_isThatOfSpringSecurity() throws Exception {
    String limits = PLANS.replace("claim tier", "authority").replace("pro:", "SCOPE_partner:");
    try (Login login = new Login();
        Booted shop = Booted.with(web, folder, yaml(login) + limits)) {
      String partner = bearer(login, "ann", Map.of("scope", "orders:read partner"));
      assertThat(served(shop, partner)).isEqualTo(3);
      assertThat(served(shop, bearer(login, "bob", Map.of("tier", "pro")))).isEqualTo(1);
    }
  }

  @Test
  void key_byClaim_isSharedByAllWhoHaveItsText() throws Exception {
    String limits =
        """
        bartizan.limits:
          api: {limit: "2 burst, 1/h", key: claim tenant, routes: /api/**, store: memory}
        """;
    try (Login login = new Login();
        Booted shop = Booted.with(web, folder, yaml(login) + limits)) {
      String ann = bearer(login, "ann", Map.of("tenant", "acme"));
      String bob = bearer(login, "bob", Map.of("tenant", "acme"));
      assertThat(served(shop, ann)).isEqualTo(2);
      assertThat(served(shop, bob)).isZero();
      assertThat(served(shop, bearer(login, "cat", Map.of("tenant", "other")))).isEqualTo(2);
      for (Object noText : List.of(7, true, List.of("acme"), Map.of("a", "acme"))) {
        String caller = bearer(login, "dan", Map.of("tenant", noText));
        assertThat(shop.get("/api/orders", "Authorization", caller).statusCode()).isEqualTo(403);
      }
      String without = bearer(login, "eve", Map.of());
      assertThat(shop.get("/api/orders", "Authorization", without).statusCode()).isEqualTo(403);
      assertThat(shop.get("/api/orders").statusCode()).isEqualTo(401);
    }
  }

  @Test
  void methods_areCountedByPlanAndClaimToo() throws Exception {
    String limits =
        """
        bartizan.limits:
          mine:
            limit: 1 burst, 1/h
            key: claim tenant
            plan: claim tier
            plans: {pro: "3 burst, 3/h"}
            routes: methods
            store: memory
          reports: {limit: "9 burst, 1/h", routes: methods, store: memory}
          lines: {limit: "9 burst, 1/h", routes: methods, store: memory}
          archive: {limit: "9 burst, 1/h", routes: methods, store: memory}
        """;
    try (Login login = new Login();
        Booted shop =
            Booted.with(
                web,
                folder,
                yaml(login) + limits,
                "--spring.main.sources=" + reports().getName())) {
      String ann = bearer(login, "ann", Map.of("tenant", "acme", "tier", "pro"));
      String bob = bearer(login, "bob", Map.of("tenant", "other"));
      assertThat(served(shop, "/mine", ann)).isEqualTo(3);
      assertThat(served(shop, "/mine", bob)).isEqualTo(1);
    }
  }

  @Test
  void plans_onRedis_countApartAndAreShownWithoutKeys() throws Exception {
    try (Login login = new Login();
        RedisServer redis = RedisServer.start();
        Booted shop =
            Booted.with(
                web,
                folder,
                yaml(login) + PLANS.replace("store: memory", "redis-timeout: 10s"),
                "--spring.data.redis.port=" + redis.port(),
                "--management.endpoints.web.exposure.include=bartizan")) {
      assertThat(served(shop, bearer(login, "ann", Map.of("tier", "pro")))).isEqualTo(3);
      assertThat(served(shop, bearer(login, "ann", Map.of()))).as("a plan less").isEqualTo(1);
      assertThat(redis.command("KEYS", "application:api:*")).contains("pro").contains("ann");
      String admin = bearer(login, "admin", Map.of());
      String shown = shop.get("/actuator/bartizan", "Authorization", admin).body();
      assertThat(shown)
          .contains("\"plan\":\"claim tier\"", "\"pro\":[{", "3 burst")
          .doesNotContain("ann");
    }
  }

  @Test
  void yamlOfTheGuide_limitsByPlanAndTenant() throws Exception {
    String page =
        Files.readString(
            Path.of(System.getProperty("bartizan.root", ".."))
                .resolve("docs/frameworks/spring-boot-limits.md"));
    int begin = page.indexOf("```yaml\n") + 8;
    String yaml = page.substring(begin, page.indexOf("```", begin));
    try (Login login = new Login();
        Booted shop =
            Booted.with(
                web,
                folder,
                yaml(login) + yaml,
                "--bartizan.limits.flood.store=memory",
                "--bartizan.limits.api.store=memory")) {
      String ann = bearer(login, "ann", Map.of("tenant", "acme", "tier", "internal"));
      HttpResponse<String> served = shop.get("/api/orders", "Authorization", ann);
      assertThat(served.statusCode()).isEqualTo(200);
      assertThat(served.headers().firstValue("RateLimit-Policy").orElseThrow())
          .contains("\"api\";q=6000;w=60", "\"flood\";q=100");
    }
  }

  /** Beans with {@link RateLimited} methods. */
  abstract Class<?> reports();

  private static int served(Booted shop, String caller) throws Exception {
    return served(shop, "/api/orders", caller);
  }

  /** How many of six requests were. */
  private static int served(Booted shop, String path, String caller) throws Exception {
    int served = 0;
    for (int i = 0; i < 6; i++) {
      int status = shop.get(path, "Authorization", caller).statusCode();
      assertThat(status).isIn(200, 429);
      served += status == 200 ? 1 : 0;
    }
    return served;
  }

  private static String bearer(Login login, String user, Map<String, ?> more) {
    Map<String, Object> claims = new LinkedHashMap<>(Map.of("scope", "orders:read"));
    claims.putAll(more);
    return login.bearer(login.url(), "orders", user, claims);
  }

  private static String yaml(Login login) {
    return """
    bartizan.jwt:
      issuer: %s
      audience: orders
      algorithms: [ES256]
      plain-http-on-loopback: true
    """
        .formatted(login.url());
  }
}
