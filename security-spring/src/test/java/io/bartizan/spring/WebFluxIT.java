package io.bartizan.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.testkit.DevCa;
import io.bartizan.testkit.DevCertificate;
import io.bartizan.testkit.RedisServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.web.server.SecurityWebFilterChain;

/** What is WebFlux's alone: event loops that must not wait, and what is refused at start. */
class WebFluxIT {

  private static final String SOURCES = "--spring.main.sources=";

  @TempDir Path folder;

  @Test
  void limitOnRedis_waitsOnNoEventLoop_andIsAnOutageWithoutRedis() throws Exception {
    String yaml =
        """
        bartizan:
          trusted-proxies: 127.0.0.0/8
          limits.all: {limit: "2 burst, 1/h", store: redis, redis-timeout: 10s}
        """;
    try (RedisServer redis = RedisServer.start();
        Booted shop =
            Booted.plain(
                Web.WEBFLUX,
                folder,
                yaml,
                SOURCES + Watched.Redis.class.getName(),
                "--redis.uri=redis://127.0.0.1:" + redis.port())) {
      // Never a thread of Lettuce's; on its own event loop where the answer was here at once.
      assertThat(shop.get("/thread").body()).matches("true (parallel|reactor-http-nio)-.*");
      assertThat(shop.get("/open").statusCode()).isEqualTo(200);
      HttpResponse<String> limited = shop.get("/open");
      assertThat(limited.statusCode()).isEqualTo(429);
      assertThat(limited.headers().firstValue("RateLimit").orElseThrow()).contains("\"all\";r=0");
      assertThat(redis.command("KEYS", "application:all:*")).contains("127.0.0.1");
      redis.kill();
      HttpResponse<String> undecided = shop.get("/open", "X-Forwarded-For", "192.0.2.1");
      assertThat(undecided.statusCode()).isEqualTo(503);
      assertThat(undecided.headers().firstValue("Retry-After")).isPresent();
      assertThat(shop.get("/actuator/health").headers().firstValue("RateLimit")).isEmpty();
    }
  }

  @Test
  void limitByPeer_countsEachCertificate_andRefusesStrangers() throws Exception {
    DevCa ca = DevCa.of("Prod");
    DevCertificate server = ca.leaf("web").dns("localhost").forServer().issue();
    Files.writeString(folder.resolve("tls.crt"), server.chainPem());
    Files.writeString(folder.resolve("tls.key"), server.privateKeyPem());
    Files.writeString(folder.resolve("ca.crt"), server.rootPem());
    String limit = "bartizan.limits.all: {limit: '1 burst, 1/h', key: peer}\n";
    String tls =
        new WebFluxJwtIT().mutualTls(folder).replace("client-auth: need", "client-auth: want");
    SSLContext ann = FifteenLinesIT.contextOf(FifteenLinesIT.client(ca, "spiffe://prod.example/a"));
    SSLContext bob = FifteenLinesIT.contextOf(FifteenLinesIT.client(ca, "spiffe://prod.example/b"));
    SSLContext nobody = FifteenLinesIT.contextOf(null, server.root());
    try (Booted shop = Booted.plain(Web.WEBFLUX, folder, limit + tls)) {
      assertThat(shop.get(ann, "/open").statusCode()).isEqualTo(200);
      assertThat(shop.get(ann, "/open").statusCode()).isEqualTo(429);
      assertThat(shop.get(bob, "/open").statusCode()).isEqualTo(200);
      assertThat(shop.get(nobody, "/open").statusCode()).isEqualTo(403);
    }
  }

  @Test
  void anonymousCaller_isNobody_asInSpringMvc() throws Exception {
    String yaml =
        """
        bartizan.limits:
          own: {limit: "9 burst, 1/h", key: principal, routes: /open, store: memory}
        """;
    try (Booted shop =
        Booted.with(Web.WEBFLUX, folder, yaml, SOURCES + Strangers.class.getName())) {
      assertThat(shop.get("/thread").statusCode()).isEqualTo(200);
      assertThat(shop.get("/open").statusCode()).isEqualTo(500); // and not counted as one user
    }
  }

  @Test
  void yamlOfTheGuide_guardsAWebFluxService() throws Exception {
    String page =
        Files.readString(
            Path.of(System.getProperty("bartizan.root", ".."), "docs/frameworks/spring-boot.md"));
    String section = page.substring(page.indexOf("## WebFlux"));
    int start = section.indexOf("```yaml\n") + 8;
    String yaml = section.substring(start, section.indexOf("```", start));
    try (RedisServer redis = RedisServer.start();
        Login login = new Login();
        Booted shop =
            Booted.with(
                Web.WEBFLUX,
                folder,
                yaml,
                "--spring.data.redis.host=127.0.0.1",
                "--spring.data.redis.port=" + redis.port(),
                "--bartizan.limits.flood.redis-timeout=10s", // this machine may be busy
                "--bartizan.limits.api.redis-timeout=10s",
                "--bartizan.jwt.jwk-set-uri=" + login.url() + "/jwks",
                "--bartizan.jwt.plain-http-on-loopback=true")) {
      Map<String, String> reader = Map.of("scope", "orders:read");
      String ann = login.bearer("https://login.example", "orders", "ann", reader);
      assertThat(shop.get("/api/orders").statusCode()).isEqualTo(401);
      HttpResponse<String> served = shop.get("/api/orders", "Authorization", ann);
      assertThat(served.body()).isEqualTo("orders of ann");
      assertThat(served.headers().firstValue("RateLimit").orElseThrow())
          .contains("\"api\";r=1")
          .contains("\"flood\"");
      assertThat(shop.get("/api/orders", "Authorization", ann).statusCode()).isEqualTo(200);
      assertThat(shop.get("/api/orders", "Authorization", ann).statusCode()).isEqualTo(429);
      assertThat(shop.bean(ConfiguredLimits.class).list()).allMatch(ConfiguredLimit::isShared);
    }
  }

  /** Spring gives an application's filters to the management server too; MVC does not. */
  @Test
  void managementPort_isLimitedToo_andItsProbesAreNot() throws Exception {
    String yaml =
        """
        bartizan.limits.all.limit: 1 burst, 1/h
        management.server.port: 0
        """;
    try (Booted shop = Booted.plain(Web.WEBFLUX, folder, yaml)) {
      int port =
          shop.bean(Environment.class).getRequiredProperty("local.management.port", Integer.class);
      assertThat(shop.get("/open").statusCode()).isEqualTo(200);
      assertThat(status(port, "/actuator/health")).isEqualTo(200);
      assertThat(status(port, "/actuator")).isEqualTo(429);
    }
  }

  private static int status(int port, String path) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
            .timeout(Duration.ofSeconds(20))
            .build();
    return HttpClient.newHttpClient()
        .send(request, HttpResponse.BodyHandlers.discarding())
        .statusCode();
  }

  /** A chain that names strangers. */
  @Configuration(proxyBeanMethods = false)
  public static class Strangers {

    @Bean
    SecurityWebFilterChain open(ServerHttpSecurity http) {
      return http.anonymous(Customizer.withDefaults())
          .authorizeExchange(all -> all.anyExchange().permitAll())
          .build();
    }
  }
}
