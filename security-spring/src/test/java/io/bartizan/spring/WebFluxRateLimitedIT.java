package io.bartizan.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bartizan.testkit.RedisServer;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link RateLimited} methods of WebFlux on Reactor Netty. */
class WebFluxRateLimitedIT {

  private static final String REPORTS = "--spring.main.sources=" + ReactiveReports.class.getName();
  private static final String LIMITS =
      """
      bartizan.limits:
        reports: {limit: "5 burst, 1/h", routes: methods}
        lines: {limit: "1 burst, 1/h", routes: methods}
        archive: {limit: "2 burst, 1/h", routes: methods}
        mine: {limit: "1 burst, 1/h", routes: methods, key: principal otherwise address}
        login: {limit: "1 burst, 1/h", routes: POST /login}
      """;

  @TempDir Path folder;

  @Test
  void refusal_ofAMethod_isThatOfARoute() throws Exception {
    try (Booted shop = Booted.plain(Web.WEBFLUX, folder, LIMITS, REPORTS)) {
      assertThat(MethodRefusals.areThoseOfARoute(shop))
          .allMatch(body -> body.startsWith("true reactor-http-nio"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/lines", "/stage"})
  void fluxAndStage_areCountedBeforeTheyRun(String path) throws Exception {
    try (Booted shop = Booted.plain(Web.WEBFLUX, folder, LIMITS, REPORTS)) {
      assertThat(shop.get(path).body()).isIn("ab", "stage of /stage");
      HttpResponse<String> refused = shop.get(path);
      assertThat(refused.statusCode()).isEqualTo(429);
      assertThat(refused.headers().firstValue("Retry-After")).isPresent();
    }
  }

  @Test
  void beanBehindAHandler_isCountedBySubscription_andNotRunIfRefused() throws Exception {
    try (Booted shop = Booted.plain(Web.WEBFLUX, folder, LIMITS, REPORTS)) {
      assertThat(shop.get("/archive-twice").body()).isEqualTo("archivearchive");
      assertThat(shop.get("/archive").statusCode()).isEqualTo(429); // not what handles exceptions
      assertThat(shop.get("/function").statusCode()).isEqualTo(429);
      assertThat(shop.get("/archive-or-none").body()).isEqualTo("none"); // the handler's own answer
      assertThat(shop.get("/elsewhere").body()).contains("outside of a request");
      assertThat(shop.bean(ReactiveReports.Archive.class).readCount()).isEqualTo(2);
    }
  }

  @Test
  void callsOfOneRequest_leaveNothingBehindInIt() throws Exception {
    try (Booted shop = Booted.plain(Web.WEBFLUX, folder, LIMITS, REPORTS)) {
      assertThat(shop.get("/archive-marks").body()).isEqualTo("0");
      assertThat(shop.get("/archive").statusCode()).isEqualTo(429);
    }
  }

  @Test
  void methodOfABegunAnswer_isCounted_andItsFieldsAreLeftOut() throws Exception {
    try (Booted shop = Booted.plain(Web.WEBFLUX, folder, LIMITS, REPORTS)) {
      assertThat(shop.get("/archive-late").body()).endsWith("xarchive");
      assertThat(shop.get("/archive").statusCode()).isEqualTo(200);
      assertThat(shop.get("/archive").statusCode()).isEqualTo(429);
    }
  }

  @Test
  void principal_isCountedBehindAuthorization_andStrangersSpendNothing() throws Exception {
    try (Login login = new Login();
        Booted shop =
            Booted.with(
                Web.WEBFLUX,
                folder,
                LIMITS.replace("routes:", "store: memory, routes:")
                    + "bartizan.jwt: {audience: orders, algorithms: ES256}\n",
                REPORTS,
                "--bartizan.jwt.issuer=" + login.url(),
                "--bartizan.jwt.plain-http-on-loopback=true")) {
      Map<String, String> reader = Map.of("scope", "orders:read");
      String ann = login.bearer(login.url(), "orders", "ann", reader);
      String bob = login.bearer(login.url(), "orders", "bob", reader);
      String cid = login.bearer(login.url(), "orders", "cid", reader);
      String annWithoutScope = login.bearer(login.url(), "orders", "ann", Map.of());
      assertThat(shop.get("/mine").statusCode()).isEqualTo(401);
      assertThat(shop.get("/mine", "Authorization", annWithoutScope).body())
          .isEqualTo("an exception"); // ReactiveReports.all answers what @PreAuthorize refuses
      assertThat(shop.get("/mine", "Authorization", ann).body()).isEqualTo("mine");
      assertThat(shop.get("/mine", "Authorization", ann).statusCode()).isEqualTo(429);
      assertThat(shop.get("/stage", "Authorization", ann).statusCode()).isEqualTo(429);
      assertThat(shop.get("/mine", "Authorization", bob).body()).isEqualTo("mine");
      assertThat(shop.get("/stage", "Authorization", cid).body()).isEqualTo("stage of /stage");
      // the second subscription passes by the limit, as the guide says
      assertThat(shop.get("/guarded-twice", "Authorization", ann).body())
          .isEqualTo("guardedguarded");
      assertThat(shop.get("/guarded-twice", "Authorization", ann).statusCode()).isEqualTo(429);
    }
  }

  @Test
  void methodOnRedis_waitsOnNoEventLoop_andIsAnOutageWithoutRedis() throws Exception {
    String yaml =
        """
        bartizan.trusted-proxies: 127.0.0.0/8
        bartizan.limits:
          reports: {limit: "4 burst, 1/h", routes: methods, store: redis, redis-timeout: 10s}
          lines: {limit: "9 burst, 1/h", routes: methods}
          archive: {limit: "9 burst, 1/h", routes: methods}
          mine: {limit: "9 burst, 1/h", routes: methods}
        """;
    try (RedisServer redis = RedisServer.start();
        Booted shop =
            Booted.plain(
                Web.WEBFLUX,
                folder,
                yaml,
                REPORTS + "," + Watched.Redis.class.getName(),
                "--redis.uri=redis://127.0.0.1:" + redis.port())) {
      assertThat(shop.get("/reports").body()).matches("true (parallel|reactor-http-nio)-.*");
      assertThat(shop.get("/reports").statusCode()).isEqualTo(200);
      HttpResponse<String> refused = shop.get("/reports");
      assertThat(refused.statusCode()).isEqualTo(429);
      assertThat(refused.headers().firstValue("RateLimit").orElseThrow())
          .contains("\"reports\";r=0");
      redis.kill();
      HttpResponse<String> undecided = shop.get("/reports", "X-Forwarded-For", "192.0.2.1");
      assertThat(undecided.statusCode()).isEqualTo(503);
      assertThat(undecided.headers().firstValue("RateLimit")).isEmpty();
      assertThat(shop.get("/open").statusCode()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ReactiveReports$Waiting | Waiting.run returns String, for which WebFlux's event loop",
        "ReactiveReports$Nameless | Nameless.run returns CompletableFuture, which knows no request",
        "Reports | returns String, for which WebFlux's event loop would have to wait",
      })
  void methodThatWouldWait_failsAtStart(String bean, String sentence) {
    Throwable failure =
        catchThrowable(
            () ->
                Booted.plain(
                        Web.WEBFLUX,
                        folder,
                        LIMITS,
                        "--spring.main.sources=io.bartizan.spring." + bean)
                    .close());
    assertThat(failure).hasStackTraceContaining(sentence);
  }

  @Test
  void annotation_withNothingSetAtAll_failsAtStart() {
    Throwable failure =
        catchThrowable(
            () ->
                Booted.plain(Web.WEBFLUX, folder, "server.shutdown: immediate\n", REPORTS).close());
    assertThat(failure).hasStackTraceContaining("set its limit, and routes to \"methods\"");
  }
}
