package io.bartizan.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import jakarta.servlet.http.HttpServletResponse;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** {@link RateLimited} methods of controllers and beans in a real Spring Boot. */
class RateLimitedIT {

  private static final String REPORTS = "--spring.main.sources=" + Reports.class.getName();
  private static final String LIMITS =
      """
      bartizan.limits:
        reports: {limit: "5 burst, 1/h", routes: methods}
        archive: {limit: "2 burst, 1/h", routes: methods}
        mine: {limit: "1 burst, 1/h", routes: methods, key: principal otherwise address}
        login: {limit: "1 burst, 1/h", routes: POST /login}
      """;

  @TempDir Path folder;

  @Test
  void refusal_ofAMethod_isThatOfARoute() throws Exception {
    try (Booted shop = Booted.plain(folder, LIMITS, REPORTS)) {
      assertThat(MethodRefusals.areThoseOfARoute(shop)).containsExactly("reports", "reports");
    }
  }

  @Test
  void beanBehindAHandler_isCountedByCall_andNotRunIfRefused() throws Exception {
    try (Booted shop = Booted.plain(folder, LIMITS, REPORTS)) {
      assertThat(shop.get("/archive-twice").body()).isEqualTo("archivearchive");
      HttpResponse<String> refused = shop.get("/archive");
      assertThat(refused.statusCode()).isEqualTo(429); // and not what handles all exceptions
      assertThat(refused.headers().firstValue("Retry-After")).isPresent();
      HttpResponse<String> caught = shop.get("/archive-or-none");
      assertThat(caught.statusCode()).isEqualTo(200); // the handler's own answer
      assertThat(caught.body()).isEqualTo("none");
      assertThat(shop.get("/elsewhere").body()).contains("outside of a request");
      assertThat(shop.bean(Reports.Archive.class).readCount()).isEqualTo(2);
    }
  }

  /** As of a list that is written as it is read. */
  @Test
  void refusal_afterTheHandlerTookTheWriter_isStillThatOfTheLimit() throws Exception {
    String sources =
        "--spring.main.sources=" + Reports.class.getName() + "," + Export.class.getName();
    try (Booted shop = Booted.plain(folder, LIMITS, sources)) {
      assertThat(shop.get("/archive-twice").statusCode()).isEqualTo(200);
      HttpResponse<String> refused = shop.get("/export");
      assertThat(refused.statusCode()).isEqualTo(429);
      assertThat(refused.headers().firstValue("Retry-After")).isPresent();
      assertThat(refused.body()).contains("\"violated-policies\"").doesNotContain("id,name");
    }
  }

  @RestController
  static class Export {
    private final Reports.Archive archive;

    Export(Reports.Archive archive) {
      this.archive = archive;
    }

    @GetMapping("/export")
    void export(HttpServletResponse response) throws Exception {
      response.getWriter().write("id,name\n");
      response.getWriter().write(archive.read());
    }
  }

  @Test
  void principal_isCountedBehindAuthorization_andStrangersSpendNothing() throws Exception {
    try (Login login = new Login();
        Booted shop =
            Booted.with(
                folder,
                LIMITS + "bartizan.jwt: {audience: orders, algorithms: ES256}\n",
                REPORTS,
                "--bartizan.jwt.issuer=" + login.url(),
                "--bartizan.jwt.plain-http-on-loopback=true",
                "--bartizan.limits.reports.store=memory",
                "--bartizan.limits.archive.store=memory",
                "--bartizan.limits.mine.store=memory",
                "--bartizan.limits.login.store=memory")) {
      Map<String, String> reader = Map.of("scope", "orders:read");
      String ann = login.bearer(login.url(), "orders", "ann", reader);
      String bob = login.bearer(login.url(), "orders", "bob", reader);
      String annWithoutScope = login.bearer(login.url(), "orders", "ann", Map.of());
      assertThat(shop.get("/mine").statusCode()).isEqualTo(401);
      assertThat(shop.get("/mine", "Authorization", annWithoutScope).body())
          .isEqualTo("an exception"); // Reports.all answers what @PreAuthorize refuses
      assertThat(shop.get("/mine", "Authorization", ann).body()).isEqualTo("mine");
      assertThat(shop.get("/mine", "Authorization", ann).statusCode()).isEqualTo(429);
      assertThat(shop.get("/mine", "Authorization", bob).body()).isEqualTo("mine");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Unknown | bartizan.limits.nothing: @RateLimited on Unknown.run names this limit",
        "Hidden | final methods",
        "Free | has a cost of 0; 1 and more are accepted",
      })
  void annotation_thatCountsNothing_failsAtStart(String bean, String sentence) {
    Throwable failure =
        catchThrowable(
            () ->
                Booted.plain(
                        folder,
                        LIMITS,
                        "--spring.main.sources=" + Reports.class.getName() + "$" + bean)
                    .close());
    assertThat(failure).hasStackTraceContaining(sentence);
  }

  @Test
  void annotation_withNothingSetAtAll_failsAtStart() {
    Throwable failure =
        catchThrowable(() -> Booted.plain(folder, "server.shutdown: immediate\n", REPORTS).close());
    assertThat(failure).hasStackTraceContaining("set its limit, and routes to \"methods\"");
  }

  @Test
  void limitOnRoutesToo_failsAtStart_insteadOfCountingTwice() {
    String yaml = LIMITS.replace("\"2 burst, 1/h\", routes: methods", "\"2 burst, 1/h\"");
    Throwable failure = catchThrowable(() -> Booted.plain(folder, yaml, REPORTS).close());
    assertThat(failure).hasStackTraceContaining("bartizan.limits.archive.routes");
  }
}
