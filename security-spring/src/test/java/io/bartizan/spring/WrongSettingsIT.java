package io.bartizan.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.boot.env.OriginTrackedMapPropertySource;
import org.springframework.boot.origin.Origin;
import org.springframework.boot.origin.OriginTrackedValue;
import org.springframework.core.env.StandardEnvironment;

/** Each wrong setting fails at start with its name, its value and what is accepted. */
class WrongSettingsIT {

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "bartizan.limits.api.key=address | bartizan.limits.api.limit | a limit such as",
        "bartizan.limits.api.limit=fast | bartizan.limits.api.limit is \"fast\" | 100 burst, 50/s",
        "bartizan.limits.api.key=header:X-Api-Key | bartizan.limits.api.key is \"header:X-Api-Key\""
            + " | a header is not verified",
        "bartizan.limits.api.key=tenant | bartizan.limits.api.key is \"tenant\" | \"address\","
            + " \"peer\"",
        "bartizan.limits.api.key=a otherwise b otherwise c | bartizan.limits.api.key | \"address\"",
        "bartizan.limits.api.key=claim | bartizan.limits.api.key is \"claim\" | \"claim NAME\"",
        "bartizan.limits.api.key=claim a b | bartizan.limits.api.key | \"claim NAME\"",
        "bartizan.limits.api.key=claim a otherwise principal | bartizan.limits.api.key | accepted",
        "bartizan.limits.api.plan=claim tier | bartizan.limits.api.plans | a limit for each plan",
        "bartizan.limits.api.plans.pro=9 burst, 9/h | bartizan.limits.api.plan: | is needed for"
            + " plans",
        "bartizan.limits.api.routes=api | bartizan.limits.api.routes is \"api\" | begins with /",
        "bartizan.limits.api.routes=/a{ | bartizan.limits.api.routes is \"/a{\" | capture",
        "bartizan.limits.api.routes=PSOT /login | bartizan.limits.api.routes is \"PSOT /login\" |"
            + " methods are [GET, HEAD, POST",
        "bartizan.limits.api.routes=get /a | bartizan.limits.api.routes is \"get /a\" | in"
            + " capitals",
        "bartizan.limits.api.routes=* /a | bartizan.limits.api.routes is \"* /a\" | in capitals",
        "bartizan.limits.api.store=disk | bartizan.limits.api.store is \"disk\" | \"memory\" and"
            + " \"redis\"",
        "bartizan.limits.api.store=redis | bartizan.limits.api.store is \"redis\" | there is no"
            + " Lettuce client",
        "bartizan.limits.api.max-keys=0 | bartizan.limits.api.max-keys is \"0\" | accepted",
        "bartizan.trusted-proxies=everyone | bartizan.trusted-proxies | everyone",
      })
  void limit_thatIsWrong_isExplained(String setting, String named, String accepted) {
    String name = setting.substring(0, setting.indexOf('='));
    Map<String, String> settings = new TreeMap<>();
    if (!named.startsWith("bartizan.limits.api.limit")) {
      settings.put("bartizan.limits.api.limit", "100 burst, 50/s");
    }
    settings.put(name, setting.substring(setting.indexOf('=') + 1));
    assertThat(failure(settings))
        .isInstanceOf(SettingException.class)
        .hasMessageStartingWith(named)
        .hasMessageContaining(accepted);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "principal | claim | .plan is \"claim\" | a plan is found by \"claim NAME\"",
        "principal | header X-Plan | .plan is \"header X-Plan\" | a header is not verified",
        "principal | authority pro | .plan is \"authority pro\" | a plan is found by",
        "address | claim tier | .plan is \"claim tier\" | is known of authenticated callers alone",
        "peer otherwise address | authority | .plan is \"authority\" | not by peer"
      })
  void plan_thatIsWrong_isExplained(String key, String plan, String named, String accepted) {
    Map<String, String> settings =
        new TreeMap<>(
            Map.of(
                "bartizan.limits.api.limit",
                "100 burst, 50/s",
                "bartizan.limits.api.key",
                key,
                "bartizan.limits.api.plan",
                plan,
                "bartizan.limits.api.plans.pro",
                "9 burst, 9/h"));
    assertThat(failure(settings))
        .hasMessageStartingWith("bartizan.limits.api" + named)
        .hasMessageContaining(accepted);

    settings.put("bartizan.limits.api.key", "principal");
    settings.put("bartizan.limits.api.plan", "authority");
    assertThat(failure(settings)).isNull();
    settings.put("bartizan.limits.api.plans.pro", "fast");
    assertThat(failure(settings))
        .hasMessageStartingWith("bartizan.limits.api.plans.pro is \"fast\": ");
  }

  private static @Nullable Throwable failure(Map<String, String> settings) {
    return catchThrowable(
        () -> ConfiguredLimits.of(bound(settings), "shop", Probes.NONE, null, Meters.NONE).close());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "bartizan.jwt.issuer= | bartizan.jwt.issuer | iss",
        "bartizan.jwt.issuer=http://login.example | bartizan.jwt.issuer is \"http://login.example\""
            + " | https",
        "bartizan.jwt.issuer=http://127.0.0.1:8090 | bartizan.jwt.issuer is"
            + " \"http://127.0.0.1:8090\": an absolute https URI is accepted; http of this machine"
            + " takes | this machine takes bartizan.jwt.plain-http-on-loopback: true",
        "bartizan.jwt.issuer=http://x:y@127.0.0.1 | bartizan.jwt.issuer | uri has a user name",
        "bartizan.jwt.jwk-set-uri=http://localhost/keys | bartizan.jwt.jwk-set-uri is"
            + " \"http://localhost/keys\" | this machine takes"
            + " bartizan.jwt.plain-http-on-loopback: true",
        "bartizan.jwt.audience= | bartizan.jwt.audience | aud",
        "bartizan.jwt.algorithms= | bartizan.jwt.algorithms | ES256",
        "bartizan.jwt.algorithms=none | bartizan.jwt.algorithms is \"none\" | ES256",
        "bartizan.jwt.algorithms=HS256 | bartizan.jwt.algorithms is \"HS256\" | ES256",
        "bartizan.jwt.clock-skew=1h | bartizan.jwt.clock-skew is \"3600s\" | minutes",
        "bartizan.jwt.jwk-set-uri=file:/keys | bartizan.jwt.jwk-set-uri is \"file:/keys\" | https",
      })
  void jwt_thatIsWrong_isExplained(String setting, String named, String accepted) {
    Map<String, String> settings = new TreeMap<>();
    settings.put("bartizan.jwt.issuer", "https://login.example");
    settings.put("bartizan.jwt.audience", "orders");
    settings.put("bartizan.jwt.algorithms", "ES256");
    settings.put(
        setting.substring(0, setting.indexOf('=')), setting.substring(setting.indexOf('=') + 1));
    BartizanProperties.JwtSettings jwt = bound(settings).jwt();
    Throwable failure =
        catchThrowable(
            () -> {
              try (var keys = JwtBeans.keys(jwt, Meters.NONE)) {
                assertThat(JwtBeans.verifier(jwt, keys, Meters.NONE)).isNotNull();
              }
            });
    assertThat(failure).isInstanceOf(SettingException.class);
    assertThat(failure.getMessage()).startsWith(named).contains(accepted);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "policy=dns(a.internal) | bartizan.mtls.servers.web.certificate | a folder with tls.crt",
        "folder=/none | bartizan.mtls.servers.web.policy | who may connect",
        "folder=/none,policy=everyone | bartizan.mtls.servers.web.policy is \"everyone\" | ",
        "folder=/none,policy=dns(a.internal) | bartizan.mtls.servers.web | /none",
        "folder=/none,policy=dns(a.internal),policy-file=/x | bartizan.mtls.servers.web.policy |"
            + " both set",
        "folder=/none,policy=dns(a.internal),reload=1ms | bartizan.mtls.servers.web | interval",
      })
  void mtls_thatIsWrong_isExplained(String list, String named, String accepted) {
    Map<String, String> settings = new TreeMap<>();
    for (String setting : list.split(",", -1)) {
      settings.put(
          "bartizan.mtls.servers.web." + setting.substring(0, setting.indexOf('=')),
          setting.substring(setting.indexOf('=') + 1));
    }
    Throwable failure = catchThrowable(() -> MtlsBundles.of(bound(settings), Meters.NONE).close());
    assertThat(failure).isInstanceOf(SettingException.class);
    assertThat(failure.getMessage()).startsWith(named).contains(accepted == null ? "" : accepted);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "scheme=paypal | bartizan.webhooks.pay.scheme is \"paypal\" | \"stripe\", \"github\"",
        "scheme= | bartizan.webhooks.pay.scheme: | are accepted",
        "secret= | bartizan.webhooks.pay.secret: the secret | is needed",
        "secret=short | bartizan.webhooks.pay.secret is \"(not shown)\": the webhook secret | 16",
        "path=hooks | bartizan.webhooks.pay.path is \"hooks\" | begins with /",
        "path=/hooks/** | bartizan.webhooks.pay.path is \"/hooks/**\" | no pattern",
        "max-body=65MB | bartizan.webhooks.pay.max-body | 64MB",
        "store=disk | bartizan.webhooks.pay.store is \"disk\" | \"memory\" and \"redis\"",
        "store=redis | bartizan.webhooks.pay.store is \"redis\" | there is no Lettuce client",
        "max-events=0 | bartizan.webhooks.pay.max-events is \"0\" | accepted",
        "scheme=twilio | bartizan.webhooks.pay.public-address | the address that the sender calls",
        "public-address=https://a/b | bartizan.webhooks.pay.public-address is \"https://a/b\" |"
            + " signs no address",
      })
  void webhook_thatIsWrong_isExplained_withoutItsSecret(
      String setting, String named, String accepted) {
    String at = "bartizan.webhooks.pay.";
    Map<String, String> settings = new TreeMap<>();
    settings.put(at + "path", "/hooks/pay");
    settings.put(at + "scheme", "stripe");
    settings.put(at + "secret", "0123456789abcdef");
    BartizanProperties right = bound(settings);
    assertThat(right.toString()).doesNotContain("0123456789");
    ConfiguredWebhooks.of(right, "shop", "", null, Meters.NONE).close();
    int sign = setting.indexOf('=');
    settings.put(at + setting.substring(0, sign), setting.substring(sign + 1));
    Throwable failure =
        catchThrowable(
            () -> ConfiguredWebhooks.of(bound(settings), "shop", "", null, Meters.NONE).close());
    assertThat(failure).isInstanceOf(SettingException.class);
    assertThat(failure.getMessage()).startsWith(named).contains(accepted);
    assertThat(failure).message().doesNotContain("short").doesNotContain("0123456789");
  }

  @Test
  void misspeltName_failsAtStart() {
    Throwable failure =
        catchThrowable(
            () -> Booted.plain(folder, "bartizan.limits.api.limt: 100 burst, 50/s\n").close());
    assertThat(failure).isNotNull();
    assertThat(failure).hasStackTraceContaining("bartizan.limits.api.limt");
  }

  /** Settings that no part reads would be none, and nobody would hear of it. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "limit.api.limit: 100 burst, 50/s",
        "webhook.pay.path: /hooks/pay",
        "oauth.issuer: https://login.example",
        "mtsl.servers.web.folder: /etc/tls",
      })
  void misspeltSection_failsAtStart(String setting) {
    Throwable failure =
        catchThrowable(() -> Booted.plain(folder, "bartizan." + setting + "\n").close());
    assertThat(failure)
        .hasStackTraceContaining("bartizan." + setting.substring(0, setting.indexOf(':')));
  }

  /** Of which Spring Boot refuses none, since they may be another program's. */
  @Test
  void misspeltSection_ofASystemProperty_isWarnedOf() throws Exception {
    String log;
    System.setProperty("bartizan.limit.api.limit", "100 burst, 50/s");
    System.setProperty("bartizan.trusted-proxies", "127.0.0.1");
    try {
      log = Booted.log(() -> Booted.plain(folder, "server.shutdown: immediate\n").close());
    } finally {
      System.clearProperty("bartizan.limit.api.limit");
      System.clearProperty("bartizan.trusted-proxies");
    }
    assertThat(log)
        .containsPattern("bartizan.limit.api.limit[^\\]]*\\] are no settings of bartizan")
        .doesNotContainPattern("trusted-proxies[^\\]]*\\] are no settings");
  }

  @Test
  void misspeltSecret_isNamedAndNotShown() throws Exception {
    String yaml =
        "bartizan.webhooks.pay: {path: /pay, scheme: stripe, secert: whsec_of_the_shop}\n";
    String log =
        Booted.log(
            () -> assertThat(catchThrowable(() -> Booted.plain(folder, yaml).close())).isNotNull());
    assertThat(log)
        .contains("Property: bartizan.webhooks.pay.secert\nOrigin: ")
        .doesNotContain("whsec_of_the_shop");
  }

  @Test
  void jwtWithoutItsIssuer_failsAtStart_andDoesNotOpen() {
    Throwable failure =
        catchThrowable(() -> Booted.plain(folder, "bartizan.jwt.audience: orders\n").close());
    assertThat(failure).hasStackTraceContaining("bartizan.jwt.issuer");
  }

  @Test
  void analysis_saysPropertyValuePlaceAndReason() {
    StandardEnvironment environment = new StandardEnvironment();
    environment
        .getPropertySources()
        .addFirst(
            new OriginTrackedMapPropertySource(
                "yml",
                Map.of(
                    "bartizan.limits.api.max-keys",
                    OriginTrackedValue.of("0", new Place("application.yml - 3:12")))));
    FailureAnalyzer analyzer = new SettingFailureAnalyzer(environment);
    FailureAnalysis analysis =
        analyzer.analyze(
            new IllegalStateException(
                SettingException.of("bartizan.limits.api.max-keys", 0, "1 to 9 are accepted")));
    assertThat(analysis.getDescription())
        .isEqualTo(
            "Property: bartizan.limits.api.max-keys\nValue: \"0\"\n"
                + "Origin: application.yml - 3:12\nReason: 1 to 9 are accepted");
    assertThat(analysis.getAction()).contains("bartizan.limits.api.max-keys");
  }

  private static BartizanProperties bound(Map<String, String> settings) {
    return new Binder(new MapConfigurationPropertySource(settings))
        .bindOrCreate("bartizan", Bindable.of(BartizanProperties.class));
  }

  private record Place(String text) implements Origin {
    @Override
    public String toString() {
      return text;
    }
  }
}
