package io.bartizan.examples.filters;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.SecretBytes;
import io.bartizan.integrity.jwt.JwsAlgorithm;
import io.bartizan.integrity.jwt.JwtClaims;
import io.bartizan.integrity.jwt.JwtKeys;
import io.bartizan.integrity.jwt.JwtSigner;
import io.bartizan.integrity.jwt.JwtVerifier;
import io.bartizan.integrity.jwt.SigningKey;
import io.bartizan.integrity.jwt.TrustedIssuer;
import io.bartizan.integrity.jwt.VerifiedJwt;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BearerTokenServletFilterTest {

  private static final String ISSUER = "https://issuer.example";

  private final SecretBytes secret = SecretBytes.random(32);
  private final JwtVerifier verifier =
      JwtVerifier.of(
          TrustedIssuer.of(ISSUER, JwtKeys.secret(JwsAlgorithm.HS256, secret), JwsAlgorithm.HS256),
          "api");
  private final String good =
      JwtSigner.of(ISSUER, Duration.ofMinutes(5), SigningKey.secret(JwsAlgorithm.HS256, secret))
          .sign(JwtClaims.forAudience("api").withSubject("alice"));

  private final Map<String, Object> attributes = new HashMap<>();
  private final Map<String, Object> answered = new HashMap<>();
  private boolean passed;

  @Test
  void request_withOneGoodToken_passesWithItsClaims() throws Exception {
    filter("bearer " + good);
    assertThat(passed).isTrue();
    assertThat(attributes.get(BearerTokenServletFilter.VERIFIED))
        .isInstanceOfSatisfying(
            VerifiedJwt.class, jwt -> assertThat(jwt.subject()).contains("alice"));
    assertThat(answered).isEmpty();
  }

  @Test
  void request_withoutOrWithTwoTokens_isAsked() throws Exception {
    filter();
    filter("Bearer " + good, "Bearer " + good);
    filter("Basic YWxpY2U6cGFzcw==");
    assertThat(passed).isFalse();
    assertThat(answered)
        .containsEntry("setStatus", 401)
        .containsEntry("WWW-Authenticate", "Bearer");
  }

  @Test
  void request_withABadToken_isRefusedWithoutSayingWhy() throws Exception {
    filter("Bearer " + good.substring(0, good.length() - 2));
    assertThat(passed).isFalse();
    assertThat(answered)
        .containsEntry("setStatus", 401)
        .containsEntry("WWW-Authenticate", "Bearer error=\"invalid_token\"");
  }

  private void filter(String... authorization) throws Exception {
    HttpServletRequest request =
        fake(
            HttpServletRequest.class,
            (name, arguments) -> {
              if (name.equals("setAttribute")) {
                attributes.put((String) arguments[0], arguments[1]);
              }
              return name.equals("getHeaders")
                  ? Collections.enumeration(List.of(authorization))
                  : null;
            });
    HttpServletResponse response =
        fake(
            HttpServletResponse.class,
            (name, arguments) -> {
              answered.put(
                  name.equals("setHeader") ? (String) arguments[0] : name,
                  arguments[arguments.length - 1]);
              return null;
            });
    new BearerTokenServletFilter(verifier).doFilter(request, response, (a, b) -> passed = true);
  }

  private interface Answer {
    Object to(String method, Object[] arguments);
  }

  private static <T> T fake(Class<T> type, Answer answer) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) -> answer.to(method.getName(), arguments)));
  }
}
