package io.bartizan.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.lettuce.core.RedisClient;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** A value that would be taken for another than was meant fails at start, and is explained. */
class MeantValuesIT {

  private static final String HOOK =
      "bartizan.webhooks.code: {path: /hooks/code, scheme: github, secret: \"%s\"}\n";
  private static final String LIMIT = "bartizan.limits.api: {limit: \"1 burst, 1/h\", %s}\n";

  @TempDir Path folder;

  /** Whoever can read the file would know the secret. */
  @Test
  void secretOfAVariableThatIsNotSet_failsAtStart() throws Exception {
    assertThat(failure(HOOK.formatted("${NO_WEBHOOK_SECRET}")))
        .contains("Property: bartizan.webhooks.code.secret\nValue: \"(not shown)\"\nOrigin: ")
        .contains("no environment variable is named NO_WEBHOOK_SECRET");
    assertThat(failure(HOOK.formatted("half-of-a-secret-${NO_SECRET}")))
        .contains("is named NO_SECRET")
        .doesNotContain("half-of");
    assertThat(failure(HOOK.replace("secret", "former-secret").formatted("${NO_FORMER_SECRET}")))
        .contains("Property: bartizan.webhooks.code.former-secret\n");
  }

  /** As the JVM reads an environment variable in the locale C: each character is the same one. */
  @Test
  void secretThatTheLocaleCannotRead_failsAtStart() throws Exception {
    assertThat(failure(HOOK.formatted("\ufffd".repeat(20))))
        .contains("Property: bartizan.webhooks.code.secret\nValue: \"(not shown)\"")
        .contains("LC_ALL=C.UTF-8");
    Booted.plain(folder, HOOK.formatted("\u00e4".repeat(20))).close();
  }

  @Test
  void secretOfAVariableThatIsSet_starts() throws Exception {
    Booted.plain(folder, HOOK.formatted("${A_SECRET}"), "--A_SECRET=0123456789abcdef01").close();
    Booted.plain(folder, HOOK.formatted("${NO_SECRET:0123456789abcdef}")).close();
    Booted.plain(folder, HOOK.formatted("\\\\${this-is-the-secret}")).close();
  }

  /** Of which none is a route of the application, so that nothing would be counted. */
  @ParameterizedTest
  @ValueSource(strings = {"routes: \"/${NO_BASE}/**\"", "routes: [/a, \"/${NO_BASE}/**\"]"})
  void routeOfAVariableThatIsNotSet_failsAtStart(String routes) throws Exception {
    assertThat(failure(LIMIT.formatted(routes)))
        .contains("Property: bartizan.limits.api.routes")
        .contains("is named NO_BASE");
  }

  /** Of which none is meant more than the other: each process would count for itself. */
  @ParameterizedTest
  @ValueSource(strings = {"", "store: redis"})
  void redisOfSeveralClients_failsAtStart(String store) throws Exception {
    String sources = "--spring.main.sources=" + TwoClients.class.getName();
    assertThat(failure(LIMIT.formatted(store), sources))
        .contains("2 beans are a Redis of Lettuce and none of them is primary");
    Booted.plain(folder, LIMIT.formatted("store: memory"), sources).close();
  }

  @Configuration(proxyBeanMethods = false)
  static class TwoClients {
    @Bean(destroyMethod = "shutdown")
    RedisClient sessions() {
      return RedisClient.create("redis://127.0.0.1:1");
    }

    @Bean(destroyMethod = "shutdown")
    RedisClient limits() {
      return RedisClient.create("redis://127.0.0.1:2");
    }
  }

  /** Spring Boot takes it for milliseconds, and who writes it mostly means seconds. */
  @Test
  void durationWithoutUnit_failsAtStart() throws Exception {
    String hook = HOOK.formatted("0123456789abcdef01").replace("}", ", %s}");
    assertThat(failure(hook.formatted("remember: 345600")))
        .contains("Property: bartizan.webhooks.code.remember\nValue: \"345600\"\nOrigin: ")
        .contains("a unit is needed");
    assertThat(failure(hook.formatted("lease: \"${NO_LEASE:60}\"")))
        .contains("Property: bartizan.webhooks.code.lease\nValue: \"60\"");
    Booted.plain(folder, hook.formatted("remember: 4d, lease: PT1M")).close();
    Booted.plain(folder, LIMIT.formatted("redis-timeout: 200ms")).close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "lease: 60ms | lease | Value: \"60ms\" | 1 second to 1 day",
        "remember: 4s | remember | Value: \"4s\" | 1 minute to 366 days",
        "former-secret: short | former-secret | Value: \"(not shown)\" | has 5 bytes",
        "former-secret: | former-secret | Value: \"(not shown)\" | has 0 bytes",
        "lease: | lease | Origin: | may not be empty",
        "store: [memory] | store[0] | Origin: | takes no list",
      })
  void wrongSettingOfAWebhook_isNamedItself(
      String setting, String named, String next, String reason) throws Exception {
    String yaml = HOOK.formatted("0123456789abcdef01").replace("}", ", " + setting + " }");
    assertThat(failure(yaml))
        .contains("Property: bartizan.webhooks.code." + named + "\n" + next)
        .contains(reason);
  }

  @Test
  void passwordInAnAddress_isNotShown() throws Exception {
    String yaml =
        "bartizan.jwt: {issuer: \"https://login.example\", audience: orders, algorithms: ES256,"
            + " jwk-set-uri: \"https://user:pass-of-it@keys.example/k\"}\n";
    String log =
        Booted.log(
            () -> assertThat(catchThrowable(() -> Booted.with(folder, yaml).close())).isNotNull());
    assertThat(log)
        .contains("Value: \"https://(not shown)@keys.example/k\"")
        .doesNotContain("pass-of-it");
  }

  @Test
  void failurePolicyThatIsNone_failsWithoutRedisToo() throws Exception {
    assertThat(failure(LIMIT.formatted("when-redis-fails: fail opne")))
        .contains("Property: bartizan.limits.api.when-redis-fails\nValue: \"fail opne\"");
  }

  /** Of system properties and environment variables Spring Boot refuses no name. */
  @ParameterizedTest
  @CsvSource({
    "bartizan.jwt.typ, true",
    "bartizan.jwt.clock.skew, false",
    "bartizan.jwt.clock-skew, false",
    "bartizan.jwt.audience[0], false",
    "bartizan.jwt, false",
    "bartizan.limits.my.api.limit, false",
    "bartizan.limits.api.routes[1], false",
    "bartizan.limits.api.when.redis.fails, false",
    "bartizan.limits.api.stoer, true",
    "bartizan.limits.api.plan, false",
    "bartizan.limits.api.plans.pro, false",
    "bartizan.limits.api.plan.pro, true",
    "bartizan.webhooks.pay.secert, true",
    "bartizan.webhooks.pay.former.secret, false",
    "bartizan.mtls.servers.web.crl, true",
    "bartizan.mtls.servers.web.crls[0], false",
    "bartizan.mtls.server.web.crls, true",
    "bartizan.trusted.proxies[0], false",
    "bartizan.trusted.proxy, true",
    "bartizan.limit.api.limit, true",
  })
  void nameThatIsNone_isTold(String name, boolean none) {
    assertThat(OnSettings.Names.isKnown(ConfigurationPropertyName.of(name))).isNotEqualTo(none);
  }

  @Test
  void misspeltSetting_ofASystemProperty_isWarnedOf() throws Exception {
    String log;
    System.setProperty("bartizan.limits.api.stoer", "redis");
    System.setProperty("bartizan.limits.api.max-keys", "10");
    try {
      log = Booted.log(() -> Booted.plain(folder, LIMIT.formatted("key: address")).close());
    } finally {
      System.clearProperty("bartizan.limits.api.stoer");
      System.clearProperty("bartizan.limits.api.max-keys");
    }
    assertThat(log)
        .containsPattern("bartizan.limits.api.stoer[^\\]]*\\] are no settings of bartizan")
        .doesNotContainPattern("max-keys[^\\]]*\\] are no settings");
  }

  @Test
  void names_areThoseOfTheRecords() {
    Map<Class<?>, Set<String>> all =
        Map.of(
            BartizanProperties.LimitSettings.class, OnSettings.Names.LIMIT,
            BartizanProperties.WebhookSettings.class, OnSettings.Names.WEBHOOK,
            BartizanProperties.JwtSettings.class, OnSettings.Names.JWT,
            BartizanProperties.TlsSettings.class, OnSettings.Names.TLS);
    all.forEach(
        (type, names) ->
            assertThat(names)
                .isEqualTo(
                    Arrays.stream(type.getRecordComponents())
                        .map(RecordComponent::getName)
                        .map(name -> name.toLowerCase(Locale.ROOT))
                        .collect(Collectors.toSet())));
  }

  /** What a start that fails says. */
  private String failure(String yaml, String... arguments) throws Exception {
    return Booted.log(
        () ->
            assertThat(catchThrowable(() -> Booted.plain(folder, yaml, arguments).close()))
                .isNotNull());
  }
}
