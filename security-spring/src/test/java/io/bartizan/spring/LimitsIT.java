package io.bartizan.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Limits in a real Spring Boot, asked by hostile clients. */
class LimitsIT {

  @TempDir Path folder;

  @Test
  void limits_countTheirRoutesAlone_byWhicheverSpelling() throws Exception {
    String yaml =
        """
        bartizan.limits:
          login: {limit: "1 burst, 1/h", routes: POST /login}
          all: {limit: "20 burst, 1/h"}
        """;
    try (Booted shop = Booted.plain(folder, yaml)) {
      HttpResponse<String> first = shop.post("/login");
      assertThat(first.statusCode()).isEqualTo(200);
      assertThat(shop.get("/login").statusCode()).isEqualTo(405); // not counted by login
      for (String spelling : new String[] {"/login", "/%6cogin", "/login;a=b", "/./login"}) {
        assertThat(shop.post(spelling).statusCode()).as(spelling).isIn(429, 404);
      }
      assertThat(shop.post("/%6cogin").statusCode()).isEqualTo(429);
      assertThat(shop.post("/login;a=b").statusCode()).isEqualTo(429);

      HttpResponse<String> open = shop.get("/open");
      assertThat(open.statusCode()).isEqualTo(200);
      assertThat(open.headers().firstValue("RateLimit").orElseThrow()).contains("\"all\"");
      assertThat(shop.bean(ConfiguredLimits.class).list())
          .extracting(ConfiguredLimit::name, ConfiguredLimit::isShared)
          .containsExactly(tuple("login", false), tuple("all", false));
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
    try (Booted shop = Booted.plain(folder, yaml)) {
      assertThat(shop.get("/open", "X-Forwarded-For", "192.0.2.1").statusCode()).isEqualTo(200);
      assertThat(shop.get("/open", "X-Forwarded-For", "192.0.2.1").statusCode()).isEqualTo(429);
      assertThat(shop.get("/open", "X-Forwarded-For", "192.0.2.2").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void address_withoutTrustedProxies_believesNoHeader() throws Exception {
    String yaml = "bartizan.limits.all.limit: 1 burst, 1/h\n";
    try (Booted shop = Booted.plain(folder, yaml)) {
      assertThat(shop.get("/open", "X-Forwarded-For", "192.0.2.1").statusCode()).isEqualTo(200);
      assertThat(shop.get("/open", "X-Forwarded-For", "192.0.2.2").statusCode()).isEqualTo(429);
    }
  }

  @Test
  void nothingSet_noFilterAndNoBeans() throws Exception {
    try (Booted shop = Booted.plain(folder, "server.shutdown: immediate\n")) {
      assertThat(shop.get("/open").headers().firstValue("RateLimit")).isEmpty();
      assertThat(shop.beans(BartizanLimitsAutoConfiguration.class)).isEmpty();
      assertThat(shop.beans(BartizanJwtAutoConfiguration.class)).isEmpty();
      assertThat(shop.beans(BartizanMtlsAutoConfiguration.class)).isEmpty();
    }
  }

  @Test
  void keyPrefix_ofServices_differsAndFits() {
    assertThat(ConfiguredLimits.prefix("shop", "api")).isEqualTo("shop:api");
    assertThat(ConfiguredLimits.prefix("My shop", "a/b")).isEqualTo("My-shop:a-b");
    String one = ConfiguredLimits.prefix("x".repeat(80), "a");
    String two = ConfiguredLimits.prefix("x".repeat(80), "b");
    assertThat(one).hasSize(64).isNotEqualTo(two);
  }
}
