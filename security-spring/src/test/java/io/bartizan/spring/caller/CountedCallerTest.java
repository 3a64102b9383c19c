package io.bartizan.spring.caller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.ratelimit.Key;
import io.bartizan.ratelimit.Limits;
import java.security.Principal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.oauth2.core.DefaultOAuth2AuthenticatedPrincipal;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;

class CountedCallerTest {

  private static final Limits OTHERS = Limits.parse("1 burst, 1/h");
  private static final Limits PRO = Limits.parse("9 burst, 9/h");

  private static final CountedCaller BY_TENANT = new CountedCaller("tenant", null);

  @Test
  void tenant_ofTwoIssuers_isTwo() {
    Principal one = BY_TENANT.of(token(Map.of("iss", "https://a.example", "tenant", "acme")));
    Principal other = BY_TENANT.of(token(Map.of("iss", "https://b.example", "tenant", "acme")));

    assertThat(one.getName()).isEqualTo(Key.of("issuer", "https://a.example", "tenant", "acme"));
    assertThat(other.getName()).isNotEqualTo(one.getName());
  }

  @Test
  void claim_ofAnIntrospectedToken_isReadFromItsPrincipal() {
    Authentication caller =
        UsernamePasswordAuthenticationToken.authenticated(
            new DefaultOAuth2AuthenticatedPrincipal(
                "ann", Map.of("tenant", "acme"), AuthorityUtils.NO_AUTHORITIES),
            "opaque",
            AuthorityUtils.NO_AUTHORITIES);

    assertThat(BY_TENANT.of(caller).getName()).endsWith("tenant=acme");
  }

  @Test
  void callerWhomNobodyHasAuthenticated_hasNeitherClaimNorPlan() {
    JwtAuthenticationToken caller = token(Map.of("tenant", "acme", "tier", "pro"));
    caller.setAuthenticated(false);
    CountedCaller planned = new CountedCaller(null, plans("claim tier"));

    assertThat(BY_TENANT.of(caller).getName()).isBlank();
    assertThat(BY_TENANT.of(() -> "ann").getName()).as("of a servlet container").isBlank();
    assertThat(planned.of(caller).getName()).isEqualTo("caller=ann");
    assertThat(planned.of(() -> "ann").getName()).isEqualTo("caller=ann");
    assertThat(new CountedCaller(null, plans("authority")).of(() -> "ann").getName())
        .isEqualTo("caller=ann");
  }

  @Test
  void limits_areThoseOfThePlanInTheKey_andOfNoNameThatLooksLikeOne() {
    CallerPlans plans = plans("claim tier");
    CountedCaller planned = new CountedCaller(null, plans);
    String key = keyOf(planned.of(token(Map.of("tier", "pro"))));

    assertThat(plans.limitsOf(key)).isSameAs(PRO);
    for (String name :
        List.of("plan=pro&caller=ann", planned.of(token(Map.of("tier", "pro"))).getName())) {
      assertThat(plans.limitsOf(keyOf(planned.of(() -> name)))).isSameAs(OTHERS);
    }
    assertThat(plans.limitsOf(Key.bounded("x".repeat(2000)))).isSameAs(OTHERS);
    assertThat(plans.limitsOf("address=192.0.2.1")).isSameAs(OTHERS);
  }

  @Test
  void plan_ofAnyLetters_isFound() {
    for (String name : List.of("a=b", "a&b", "a%b", "%26caller%3d", "x y", "\u00fc", "\n")) {
      CallerPlans plans = CallerPlans.parse("claim tier", OTHERS, Map.of(name, PRO));
      Principal caller = new CountedCaller(null, plans).of(token(Map.of("tier", name)));
      assertThat(plans.limitsOf(keyOf(caller))).as(name).isSameAs(PRO);
    }
  }

  @Test
  void source_thatIsNone_isRefused() {
    for (String text : List.of("", "claim", "claim a b", "authority x", "tier")) {
      assertThatThrownBy(() -> plans(text))
          .as(text)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("claim NAME");
    }
  }

  /** As {@code CallerKey.principal} makes it; that it does, PlansContract shows. */
  private static String keyOf(Principal counted) {
    return Key.of("principal", counted.getName());
  }

  private static CallerPlans plans(String text) {
    return CallerPlans.parse(text, OTHERS, Map.of("pro", PRO));
  }

  private static JwtAuthenticationToken token(Map<String, Object> claims) {
    Map<String, Object> all = new LinkedHashMap<>(claims);
    all.put("sub", "ann");
    return new JwtAuthenticationToken(
        new Jwt("t", null, null, Map.of("alg", "ES256"), all), AuthorityUtils.NO_AUTHORITIES);
  }
}
