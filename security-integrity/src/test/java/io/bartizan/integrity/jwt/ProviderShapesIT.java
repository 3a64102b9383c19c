package io.bartizan.integrity.jwt;

import static io.bartizan.integrity.jwt.Forge.accepts;
import static io.bartizan.integrity.jwt.Forge.refuses;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.testkit.DevCa;
import io.bartizan.testkit.ManualTicker;
import io.bartizan.testkit.issuer.DevIssuer;
import io.bartizan.testkit.issuer.DevToken;
import io.bartizan.testkit.issuer.IssuerShape;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** TK-12: tokens as providers make them, verified with the lines of docs/guides/jwt-keys.md. */
class ProviderShapesIT {

  private static final String MODULE = "src/test/java/io/bartizan/integrity/jwt/";

  private final HttpClient client = HttpClient.newHttpClient();
  private final ManualTicker ticker = new ManualTicker();
  private DevIssuer dev;
  private RemoteJwks keys;

  private TrustedIssuer trusted(IssuerShape shape) {
    dev = DevIssuer.start(shape);
    String issuer = dev.issuer();
    keys =
        RemoteJwks.builder(client, URI.create(issuer))
            .withDiscovery()
            .plainHttpOnLoopback()
            .withTimeout(Duration.ofSeconds(30))
            .withTicker(ticker)
            .build();
    return TrustedIssuer.of(issuer, keys, JwsAlgorithm.RS256);
  }

  @AfterEach
  void stop() {
    if (keys != null) {
      keys.close();
    }
    if (dev != null) {
      dev.close();
    }
  }

  /** A good token is accepted; without what the line asks for, it is not. */
  private DevToken accepted(JwtVerifier verifier, String audience) {
    DevToken token = dev.token(audience);
    accepts(verifier, token.sign());
    refuses(verifier, token.with("iss", "https://other").sign(), JwtReason.ISSUER_MISMATCH);
    refuses(
        verifier,
        token.with("nbf", 900_000_000).with("exp", 1_000_000_000).sign(),
        JwtReason.EXPIRED);
    assertThat(verifier.check(dev.token("other").sign()).isAccepted()).isFalse();
    return token;
  }

  @Test
  void TK12_entra() {
    TrustedIssuer trusted = trusted(IssuerShape.ENTRA);
    String clientId = "6e74172b-be56-4843-9ff4-e66a39bb12e3";
    JwtVerifier verifier =
        JwtVerifier.builder(trusted, clientId).withRequiredClaim("ver", "2.0").build();
    DevToken token = accepted(verifier, clientId);
    VerifiedJwt jwt = verifier.verify(token.sign());
    assertThat(jwt.scopes()).containsExactlyInAnyOrder("orders.read", "orders.write");
    assertThat(jwt.strings("roles")).containsExactly("Orders.Read");
    refuses(verifier, token.with("ver", "1.0").sign(), JwtReason.CLAIM_INVALID);
  }

  @Test
  void TK12_okta() {
    TrustedIssuer trusted = trusted(IssuerShape.OKTA);
    JwtVerifier verifier = JwtVerifier.of(trusted, "api://default");
    DevToken token = accepted(verifier, "api://default");
    assertThat(verifier.verify(token.sign()).scopes())
        .containsExactlyInAnyOrder("openid", "orders.read");
  }

  @Test
  void TK12_cognito() {
    TrustedIssuer trusted = trusted(IssuerShape.COGNITO);
    String clientId = "1example23456789";
    JwtVerifier verifier =
        JwtVerifier.ignoreAudience(trusted)
            .withRequiredClaim("client_id", clientId)
            .withRequiredClaim("token_use", "access")
            .build();
    DevToken token = accepted(verifier, clientId);
    assertThat(verifier.verify(token.sign()).strings("cognito:groups")).containsExactly("admins");
    DevToken idToken = token.with("token_use", "id").with("aud", clientId).without("client_id");
    refuses(verifier, idToken.sign(), JwtReason.CLAIM_MISSING);
    refuses(verifier, token.with("token_use", "id").sign(), JwtReason.CLAIM_INVALID);
  }

  @Test
  void TK12_keycloak() {
    TrustedIssuer trusted = trusted(IssuerShape.KEYCLOAK);
    JwtVerifier verifier =
        JwtVerifier.builder(trusted, "my-api").withRequiredClaim("typ", "Bearer").build();
    DevToken token = accepted(verifier, "my-api");
    VerifiedJwt jwt = verifier.verify(token.sign());
    assertThat(jwt.scopes()).containsExactlyInAnyOrder("email", "profile");
    assertThat(jwt.bool("email_verified")).contains(true);
    refuses(verifier, token.with("typ", "ID").sign(), JwtReason.CLAIM_INVALID);
    assertThat(keys.leftOut()).as("the encryption key").hasSize(1);
  }

  @Test
  void TK12_google() {
    TrustedIssuer trusted = trusted(IssuerShape.GOOGLE);
    String clientId = "407408718192.apps.googleusercontent.com";
    JwtVerifier verifier = JwtVerifier.builder(trusted, clientId).withRequiredClaims("sub").build();
    DevToken token = accepted(verifier, clientId);
    assertThat(verifier.verify(token.sign()).bool("email_verified")).contains(true);
    refuses(verifier, token.without("sub").sign(), JwtReason.CLAIM_MISSING);
  }

  @Test
  void TK12_kubernetes() {
    TrustedIssuer trusted = trusted(IssuerShape.KUBERNETES);
    JwtVerifier verifier =
        JwtVerifier.builder(trusted, "my-api")
            .withRequiredClaim("sub", "system:serviceaccount:shop:orders")
            .build();
    DevToken token = accepted(verifier, "my-api");
    refuses(
        verifier,
        token.with("sub", "system:serviceaccount:shop:other").sign(),
        JwtReason.CLAIM_INVALID);
  }

  @Test
  void TK12_githubActions() {
    TrustedIssuer trusted = trusted(IssuerShape.GITHUB_ACTIONS);
    JwtVerifier verifier =
        JwtVerifier.builder(trusted, "my-api")
            .withRequiredClaim("sub", "repo:octo-org/octo-repo:environment:prod")
            .build();
    DevToken token = accepted(verifier, "my-api");
    refuses(
        verifier,
        token.with("sub", "repo:octo-org/octo-repo:pull_request").sign(),
        JwtReason.CLAIM_INVALID);
  }

  @Test
  void TK12_lines_areThoseOfTheDocumentation() throws Exception {
    Path root = Path.of(System.getProperty("bartizan.root", ".."));
    String docs = Files.readString(root.resolve("docs/guides/jwt-keys.md"));
    String section = docs.substring(docs.indexOf("## Providers"), docs.indexOf("## Tenants"));
    String source = squeezed(Files.readString(Path.of(MODULE + "ProviderShapesIT.java")));
    Matcher lines = Pattern.compile("`(JwtVerifier\\.[^`]*)`").matcher(section);
    int shown = 0;
    while (lines.find()) {
      assertThat(source).contains("=" + squeezed(lines.group(1)) + ";");
      shown++;
    }
    assertThat(shown).as("one for each provider").isEqualTo(IssuerShape.values().length - 1);
  }

  private static String squeezed(String code) {
    return code.replaceAll("\\s+", "");
  }

  @Test
  void TK06_developmentIssuer_rotatesFailsAndRecovers() {
    TrustedIssuer trusted = trusted(IssuerShape.PLAIN);
    JwtVerifier verifier = JwtVerifier.of(trusted, "my-api");
    String first = dev.token("my-api").sign();
    accepts(verifier, first);
    dev.rotate();
    ticker.advance(Duration.ofSeconds(31));
    String second = dev.token("my-api").sign();
    accepts(verifier, second);
    accepts(verifier, first);
    dev.withdrawEarlierKeys();
    ticker.advance(Duration.ofMinutes(6));
    Forge.accepts(verifier, second);
    JwksServer.awaitIdle(keys);
    refuses(verifier, first, JwtReason.KEY_UNKNOWN);
    dev.failWith(503);
    dev.rotate();
    ticker.advance(Duration.ofSeconds(31));
    String third = dev.token("my-api").sign();
    refuses(verifier, third, JwtReason.KEYS_UNAVAILABLE);
    dev.recover();
    ticker.advance(Duration.ofSeconds(31));
    accepts(verifier, third);
  }

  @Test
  void TK06_developmentIssuer_speaksTls() throws Exception {
    DevCa ca = DevCa.of("issuers");
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(ca.trustStore());
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(null, trust.getTrustManagers(), null);
    HttpClient secured = HttpClient.newBuilder().sslContext(tls).build();
    for (IssuerShape shape : List.of(IssuerShape.ENTRA, IssuerShape.GITHUB_ACTIONS)) {
      dev = DevIssuer.builder(shape).withTls(ca).start();
      try (RemoteJwks published =
          RemoteJwks.builder(secured, URI.create(dev.issuer()))
              .withDiscovery()
              .withTimeout(Duration.ofSeconds(30))
              .build()) {
        TrustedIssuer trusted = TrustedIssuer.of(dev.issuer(), published, JwsAlgorithm.RS256);
        accepts(JwtVerifier.of(trusted, "my-api"), dev.token("my-api").sign());
      } finally {
        dev.close();
      }
    }
  }
}
