package io.bartizan.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.testkit.DevCa;
import io.bartizan.testkit.DevCertificate;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The {@code JwtDecoder} of {@code bartizan.jwt} behind Spring Security's own filters. */
class JwtIT {

  private static final Map<String, String> READER = Map.of("scope", "orders:read");

  @TempDir Path folder;

  @Test
  void tokens_ofADiscoveredIssuer_areJudged() throws Exception {
    try (Login login = new Login();
        Login stranger = new Login();
        Booted shop = Booted.with(folder, yaml(login.url()))) {
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
            .startsWith("Bearer");
        assertThat(refused.body()).doesNotContain("ann");
      }
      assertThat(
              shop.get(
                      "/api/orders",
                      "Authorization",
                      login.bearer(login.url(), "orders", "ann", Map.of()))
                  .statusCode())
          .isEqualTo(403);
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
            Booted.with(folder, yaml(login.url()) + limits, "--bartizan.limits.api.store=memory")) {
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
  void boundToken_isAcceptedWithItsCertificateAlone() throws Exception {
    DevCa ca = DevCa.of("Prod");
    DevCertificate web = ca.leaf("web").dns("localhost").forServer().issue();
    Files.writeString(folder.resolve("tls.crt"), web.chainPem());
    Files.writeString(folder.resolve("tls.key"), web.privateKeyPem());
    Files.writeString(folder.resolve("ca.crt"), web.rootPem());
    DevCertificate owner = FifteenLinesIT.client(ca, "spiffe://prod.example/owner");
    DevCertificate thief = FifteenLinesIT.client(ca, "spiffe://prod.example/thief");
    String mtls =
        "bartizan.mtls.servers.web: {folder: %s, policy: trustDomain(prod.example)}\n"
                .formatted(folder)
            + "server.ssl.bundle: web\n";
    try (Login login = new Login();
        Booted shop = Booted.with(folder, yaml(login.url()) + mtls)) {
      String bound = login.bearer(login.url(), "orders", "ann", READER, owner.certificate());
      SSLContext ownersTls = FifteenLinesIT.contextOf(owner);
      SSLContext thiefsTls = FifteenLinesIT.contextOf(thief);
      assertThat(shop.get(ownersTls, "/api/orders", "Authorization", bound).statusCode())
          .isEqualTo(200);
      assertThat(shop.get(thiefsTls, "/api/orders", "Authorization", bound).statusCode())
          .isEqualTo(401);
    }
  }

  @Test
  void issuerThatIsAway_isAnOutageAndNoRefusal() throws Exception {
    Login login = new Login();
    String token = login.bearer(login.url(), "orders", "ann", READER);
    try (Booted shop = Booted.with(folder, yaml(login.url()))) {
      login.close();
      HttpResponse<String> undecided = shop.get("/api/orders", "Authorization", token);
      assertThat(undecided.statusCode()).isEqualTo(503);
      assertThat(undecided.headers().firstValue("Retry-After")).contains("5");
      assertThat(undecided.headers().firstValue("Content-Type"))
          .contains("application/problem+json");
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
