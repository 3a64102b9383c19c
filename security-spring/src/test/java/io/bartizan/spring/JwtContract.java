package io.bartizan.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.testkit.DevCa;
import io.bartizan.testkit.DevCertificate;
import java.math.BigDecimal;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.security.oauth2.jwt.Jwt;

/**
 * The decoder of {@code bartizan.jwt} behind Spring Security's own filters, in either framework.
 */
abstract class JwtContract {

  private final Web web;

  JwtContract(Web web) {
    this.web = web;
  }

  /**
   * The settings of a server with {@code tls.crt} that asks clients of {@code ca.crt} for theirs.
   */
  abstract String mutualTls(Path folder);

  /** Asks the application's decoder. */
  abstract Jwt decode(Booted shop, String token);

  private static final Map<String, String> READER = Map.of("scope", "orders:read");

  @TempDir Path folder;

  @Test
  void tokens_ofADiscoveredIssuer_areJudged() throws Exception {
    try (Login login = new Login();
        Login stranger = new Login();
        Booted shop = Booted.with(web, folder, yaml(login.url()))) {
      String good = login.bearer(login.url(), "orders", "ann", READER);
      HttpResponse<String> served = shop.get("/api/orders", "Authorization", good);
      assertThat(served.statusCode()).isEqualTo(200);
      assertThat(served.body()).isEqualTo("orders of ann");

      for (String bad :
          new String[] {
            login.bearer(login.url(), "billing", "ann", READER), // another audience
            login.bearer("https://other.example", "orders", "ann", READER), // another issuer
            stranger.bearer(login.url(), "orders", "ann", READER), // another key
            unsigned(login.url()),
            good + "x",
            "Bearer nothing",
          }) {
        HttpResponse<String> refused = shop.get("/api/orders", "Authorization", bad);
        assertThat(refused.statusCode()).as(bad).isEqualTo(401);
        assertThat(refused.headers().firstValue("WWW-Authenticate").orElseThrow())
            .startsWith("Bearer")
            .contains("error=\"invalid_token\""); // no answer to an exception has that
        assertThat(refused.body()).doesNotContain("ann");
      }
      assertThat(
              shop.get(
                      "/api/orders",
                      "Authorization",
                      login.bearer(login.url(), "billing", "ann", READER))
                  .headers()
                  .firstValue("WWW-Authenticate")
                  .orElseThrow())
          .contains(
              "error_description=\"An error occurred while attempting to decode the Jwt:"
                  + " audience-mismatch: ");
      assertThat(
              shop.get(
                      "/api/orders",
                      "Authorization",
                      login.bearer(login.url(), "orders", "ann", Map.of()))
                  .statusCode())
          .isEqualTo(403);
    }
  }

  /** Its settings would else be taken for a second check. */
  @Test
  void decoderOfSpringBoot_thatIsNotMade_isWarnedOf() throws Exception {
    String at = "spring.security.oauth2.resourceserver.jwt.";
    try (Login login = new Login();
        Login other = new Login()) {
      String[] refused = new String[2];
      String log =
          Booted.log(
              () -> {
                try (Booted shop =
                    Booted.with(
                        web,
                        folder,
                        yaml(login.url()),
                        "--" + at + "jwk-set-uri=" + other.url() + "/keys",
                        "--" + at + "audiences[0]=billing",
                        "--" + at + "authority-prefix=SCOPE_")) {
                  String good = login.bearer(login.url(), "orders", "ann", READER);
                  String billing = other.bearer(other.url(), "billing", "ann", READER);
                  refused[0] = "" + shop.get("/api/orders", "Authorization", good).statusCode();
                  refused[1] = "" + shop.get("/api/orders", "Authorization", billing).statusCode();
                }
              });
      assertThat(refused).containsExactly("200", "401");
      assertThat(log)
          .contains(at + "jwk-set-uri, " + at + "audiences] are not read and check nothing");
      assertThat(Booted.log(() -> Booted.with(web, folder, yaml(login.url())).close()))
          .doesNotContain("are not read and check nothing");
    }
  }

  @Test
  void limitByPrincipal_countsWhomTheTokenNames_andNoStranger() throws Exception {
    String limits =
        """
        bartizan.limits.api: {limit: '1 burst, 1/h', key: principal, routes: /api/**}
        """;
    try (Login login = new Login();
        Booted shop =
            Booted.with(
                web, folder, yaml(login.url()) + limits, "--bartizan.limits.api.store=memory")) {
      String ann = login.bearer(login.url(), "orders", "ann", READER);
      for (int i = 0; i < 3; i++) {
        assertThat(shop.get("/api/orders", "Authorization", ann + "x").statusCode())
            .isEqualTo(401); // spends nothing of ann's
      }
      assertThat(shop.get("/api/orders", "Authorization", ann).statusCode()).isEqualTo(200);
      assertThat(shop.get("/api/orders", "Authorization", ann).statusCode()).isEqualTo(429);
    }
  }

  @Test
  void limitByAddress_standsInFrontOfAuthentication() throws Exception {
    String limits = "bartizan.limits.flood: {limit: '2 burst, 1/h'}\n";
    try (Login login = new Login();
        Booted shop =
            Booted.with(
                web, folder, yaml(login.url()) + limits, "--bartizan.limits.flood.store=memory")) {
      assertThat(shop.get("/api/orders", "Authorization", "Bearer guess").statusCode())
          .isEqualTo(401);
      assertThat(shop.get("/api/orders").statusCode()).isEqualTo(401);
      String ann = login.bearer(login.url(), "orders", "ann", READER);
      assertThat(shop.get("/api/orders", "Authorization", ann).statusCode()).isEqualTo(429);
    }
  }

  @Test
  void boundToken_isAcceptedWithItsCertificateAlone() throws Exception {
    acceptsBoundTokens();
  }

  /** Where Spring's own holder of the request is filled later. */
  @Test
  void boundToken_whereSpringSecurityComesFirst_isAcceptedWithItsCertificateAlone()
      throws Exception {
    acceptsBoundTokens("--spring.security.filter.order=-200");
  }

  private void acceptsBoundTokens(String... arguments) throws Exception {
    DevCa ca = DevCa.of("Prod");
    DevCertificate server = ca.leaf("web").dns("localhost").forServer().issue();
    Files.writeString(folder.resolve("tls.crt"), server.chainPem());
    Files.writeString(folder.resolve("tls.key"), server.privateKeyPem());
    Files.writeString(folder.resolve("ca.crt"), server.rootPem());
    DevCertificate owner = FifteenLinesIT.client(ca, "spiffe://prod.example/owner");
    DevCertificate thief = FifteenLinesIT.client(ca, "spiffe://prod.example/thief");
    try (Login login = new Login();
        Booted shop = Booted.with(web, folder, yaml(login.url()) + mutualTls(folder), arguments)) {
      String bound = login.bearer(login.url(), "orders", "ann", READER, owner.certificate());
      SSLContext ownersTls = FifteenLinesIT.contextOf(owner);
      SSLContext thiefsTls = FifteenLinesIT.contextOf(thief);
      assertThat(shop.get(ownersTls, "/api/orders", "Authorization", bound).statusCode())
          .isEqualTo(200);
      HttpResponse<String> stolen = shop.get(thiefsTls, "/api/orders", "Authorization", bound);
      assertThat(stolen.statusCode()).isEqualTo(401);
      assertThat(stolen.headers().firstValue("WWW-Authenticate").orElseThrow())
          .contains("error=\"invalid_token\"");
    }
  }

  @Test
  void issuerThatIsAway_isAnOutageAndNoRefusal() throws Exception {
    Login login = new Login();
    String token = login.bearer(login.url(), "orders", "ann", READER);
    try (Booted shop = Booted.with(web, folder, yaml(login.url()))) {
      login.close();
      HttpResponse<String> undecided = shop.get("/api/orders", "Authorization", token);
      assertThat(undecided.statusCode()).isEqualTo(503);
      assertThat(undecided.headers().firstValue("Retry-After")).contains("5");
      assertThat(undecided.headers().firstValue("Content-Type"))
          .contains("application/problem+json");
    }
  }

  @Test
  void claims_haveTheSameTypesInEitherFramework() throws Exception {
    try (Login login = new Login();
        Booted shop = Booted.with(web, folder, yaml(login.url()))) {
      long now = Instant.now().getEpochSecond();
      String claims =
          """
          {"iss": "%s", "aud": "orders", "sub": "ann", "iat": %d, "exp": %d, "whole": 7,
           "part": 0.5, "huge": 1e30, "long": 123456789012345678901, "fine": 0.1234567890123456789,
           "yes": true, "none": null, "list": [1, ["a", 0.25]], "tree": {"b": 2.5}}
          """
              .formatted(login.url(), now, now + 60);
      Jwt jwt = decode(shop, login.signed(claims));
      assertThat(jwt.getClaims())
          .containsEntry("whole", 7L)
          .containsEntry("part", 0.5)
          .containsEntry("huge", 1e30)
          .containsEntry("long", new BigDecimal("123456789012345678901"))
          .containsEntry("fine", new BigDecimal("0.1234567890123456789"))
          .containsEntry("yes", true)
          .containsEntry("list", List.of(1L, List.of("a", 0.25)))
          .containsEntry("tree", Map.of("b", 2.5))
          .containsEntry("iss", login.url())
          .containsEntry("sub", "ann")
          .containsEntry("aud", List.of("orders"));
      assertThat(jwt.getExpiresAt()).isEqualTo(Instant.ofEpochSecond(now + 60));
      assertThat(jwt.getHeaders()).containsEntry("alg", "ES256");
    }
  }

  @Test
  void limitByPrincipal_ofHostileNames_countsEachApart() throws Exception {
    String limits =
        """
        bartizan.limits.api: {limit: '1 burst, 1/h', key: principal, routes: /api/**}
        """;
    try (Login login = new Login();
        Booted shop =
            Booted.with(
                web, folder, yaml(login.url()) + limits, "--bartizan.limits.api.store=memory")) {
      String name = "a".repeat(2000);
      for (String hostile :
          new String[] {name + "1", name + "2", "x\r\nSet-Cookie: a=b", "\u202e"}) {
        String token = login.bearer(login.url(), "orders", hostile, READER);
        assertThat(shop.get("/api/orders", "Authorization", token).statusCode()).isEqualTo(200);
        HttpResponse<String> limited = shop.get("/api/orders", "Authorization", token);
        assertThat(limited.statusCode()).isEqualTo(429);
        assertThat(limited.headers().firstValue("Retry-After")).isPresent();
        assertThat(limited.headers().firstValue("Set-Cookie")).isEmpty();
      }
    }
  }

  private static String unsigned(String issuer) {
    Base64.Encoder url = Base64.getUrlEncoder().withoutPadding();
    return "Bearer "
        + url.encodeToString("{\"alg\":\"none\"}".getBytes(StandardCharsets.UTF_8))
        + "."
        + url.encodeToString(
            ("{\"iss\":\""
                    + issuer
                    + "\",\"aud\":\"orders\",\"sub\":\"ann\",\"scope\":\"orders:read\"}")
                .getBytes(StandardCharsets.UTF_8))
        + ".";
  }

  private static String yaml(String issuer) {
    return """
    bartizan.jwt:
      issuer: %s
      audience: orders
      algorithms: [ES256]
      plain-http-on-loopback: true
    """
        .formatted(issuer);
  }
}
