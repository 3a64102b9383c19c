package io.bartizan.testkit.issuer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.bartizan.testkit.ManualInstantSource;
import java.math.BigInteger;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.RSAPublicKeySpec;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The development issuer, read with nothing but the JDK. */
class DevIssuerIT {

  private final HttpClient client = HttpClient.newHttpClient();

  private HttpResponse<String> get(String uri) throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create(uri)).build(), HttpResponse.BodyHandlers.ofString());
  }

  private static String part(String token, int index) {
    byte[] bytes = Base64.getUrlDecoder().decode(token.split("\\.", -1)[index]);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static String member(String json, String name) {
    Matcher found = Pattern.compile("\"" + name + "\":\"([^\"]*)\"").matcher(json);
    assertThat(found.find()).as("%s in %s", name, json).isTrue();
    return found.group(1);
  }

  /** Whether a key of the set that has the token's id verifies it. */
  private static boolean isSigned(String token, String set) throws Exception {
    String id = member(part(token, 0), "kid");
    for (String key : set.split("\\},", -1)) {
      if (key.contains("\"kid\":\"" + id + "\"")) {
        Base64.Decoder base64 = Base64.getUrlDecoder();
        BigInteger n = new BigInteger(1, base64.decode(member(key, "n")));
        BigInteger e = new BigInteger(1, base64.decode(member(key, "e")));
        Signature signature = Signature.getInstance("SHA256withRSA");
        signature.initVerify(
            KeyFactory.getInstance("RSA").generatePublic(new RSAPublicKeySpec(n, e)));
        int end = token.lastIndexOf('.');
        signature.update(token.substring(0, end).getBytes(StandardCharsets.US_ASCII));
        return signature.verify(base64.decode(token.substring(end + 1)));
      }
    }
    return false;
  }

  @ParameterizedTest
  @EnumSource
  void tokens_areSignedByTheKeysThatDiscoveryNames(IssuerShape shape) throws Exception {
    try (DevIssuer issuer = DevIssuer.start(shape)) {
      HttpResponse<String> document = get(issuer.issuer() + "/.well-known/openid-configuration");
      assertThat(document.statusCode()).isEqualTo(200);
      assertThat(member(document.body(), "issuer")).isEqualTo(issuer.issuer());
      assertThat(member(document.body(), "jwks_uri")).isEqualTo(issuer.jwksUri().toString());
      String set = get(issuer.jwksUri().toString()).body();
      assertThat(set).isEqualTo(issuer.publicJwkSet()).doesNotContain("\"d\":");
      String token = issuer.token("my-api").sign();
      assertThat(isSigned(token, set)).isTrue();
      assertThat(member(part(token, 1), "iss")).isEqualTo(issuer.issuer());
      assertThat(part(token, 1)).contains("my-api");
      assertThat(get(issuer.issuer() + "/other").statusCode()).isEqualTo(404);
      assertThat(issuer.requests()).isEqualTo(3);
    }
  }

  @Test
  void rotation_keepsEarlierKeysUntilTheyAreWithdrawn() throws Exception {
    try (DevIssuer issuer = DevIssuer.start()) {
      String first = issuer.token("a").sign();
      DevToken begun = issuer.token("a");
      issuer.rotate();
      String second = issuer.token("a").sign();
      assertThat(isSigned(first, issuer.publicJwkSet())).isTrue();
      assertThat(isSigned(begun.sign(), issuer.publicJwkSet())).isTrue();
      assertThat(isSigned(second, issuer.publicJwkSet())).isTrue();
      issuer.withdrawEarlierKeys();
      assertThat(isSigned(first, issuer.publicJwkSet())).isFalse();
      assertThat(isSigned(second, issuer.publicJwkSet())).isTrue();
    }
  }

  @Test
  void failures_lastUntilItRecovers() throws Exception {
    DevIssuer issuer = DevIssuer.start(IssuerShape.OKTA);
    try (issuer) {
      issuer.failWith(503);
      assertThat(get(issuer.jwksUri().toString()).statusCode()).isEqualTo(503);
      issuer.recover();
      assertThat(get(issuer.jwksUri().toString()).statusCode()).isEqualTo(200);
      for (int status : List.of(200, 399, 600)) {
        assertThatIllegalArgumentException().isThrownBy(() -> issuer.failWith(status));
      }
    }
    Assertions.assertThatExceptionOfType(ConnectException.class)
        .isThrownBy(() -> get(issuer.jwksUri().toString()));
  }

  @Test
  void token_isChangedClaimByClaim() {
    ManualInstantSource clock = new ManualInstantSource(Instant.ofEpochSecond(1_800_000_000));
    try (DevIssuer issuer = DevIssuer.builder(IssuerShape.PLAIN).withClock(clock).start()) {
      DevToken token = issuer.token("my-api");
      assertThat(part(token.sign(), 1))
          .contains("\"aud\":\"my-api\"", "\"iat\":1800000000,\"exp\":1800003600");
      String changed =
          token
              .without("aud")
              .with("text", "a\"b\\c\nd")
              .with("list", List.of(1, true, Map.of()))
              .with("none", null)
              .with("sub", "bob")
              .withHeader("typ", "at+jwt")
              .sign();
      assertThat(part(changed, 1))
          .doesNotContain("\"aud\"", "alice")
          .contains("\"text\":\"a\\\"b\\\\c\\u000ad\"", "\"list\":[1,true,{}]", "\"none\":null")
          .contains("\"sub\":\"bob\"");
      assertThat(part(changed, 0)).contains("\"typ\":\"at+jwt\"");
      assertThat(part(token.sign(), 1)).as("the first is as it was").contains("alice");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> token.with("x", new Object()).sign())
          .withMessageContaining("java.lang.Object");
    }
  }

  @Test
  void shapes_areThoseOfTheProviders() {
    for (IssuerShape shape : IssuerShape.values()) {
      try (DevIssuer issuer = DevIssuer.start(shape)) {
        String token = issuer.token("me").sign();
        String expected =
            switch (shape) {
              case PLAIN -> "\"sub\":\"alice\"";
              case ENTRA -> "\"scp\":\"orders.read orders.write\"";
              case OKTA -> "\"scp\":[\"openid\",\"orders.read\"]";
              case COGNITO -> "\"client_id\":\"me\"";
              case KEYCLOAK -> "\"aud\":[\"me\",\"account\"]";
              case GOOGLE -> "\"email_verified\":true";
              case KUBERNETES -> "\"aud\":[\"me\"]";
              case GITHUB_ACTIONS -> "\"repository\":\"octo-org/octo-repo\"";
            };
        assertThat(part(token, 1)).as(shape.name()).contains(expected);
        boolean typed = !Arrays.asList("OKTA", "COGNITO", "KUBERNETES").contains(shape.name());
        assertThat(part(token, 0).contains("\"typ\"")).as(shape.name()).isEqualTo(typed);
        assertThat(issuer.publicJwkSet().contains("\"alg\":\"RS256\""))
            .isEqualTo(shape != IssuerShape.ENTRA);
        assertThat(issuer.publicJwkSet().contains("\"use\":\"enc\""))
            .isEqualTo(shape == IssuerShape.KEYCLOAK);
      }
    }
  }
}
