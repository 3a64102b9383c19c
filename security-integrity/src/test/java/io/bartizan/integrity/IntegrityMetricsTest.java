package io.bartizan.integrity;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.bartizan.core.Health;
import io.bartizan.core.HealthSource;
import io.bartizan.core.Refusal;
import io.bartizan.core.SecretBytes;
import io.bartizan.core.VerificationException;
import io.bartizan.integrity.jwt.JwsAlgorithm;
import io.bartizan.integrity.jwt.JwtClaims;
import io.bartizan.integrity.jwt.JwtKeys;
import io.bartizan.integrity.jwt.JwtSigner;
import io.bartizan.integrity.jwt.JwtVerifier;
import io.bartizan.integrity.jwt.SigningKey;
import io.bartizan.integrity.jwt.TrustedIssuer;
import io.bartizan.integrity.mac.MacKeyRing;
import io.bartizan.integrity.mac.SignedValues;
import io.bartizan.integrity.mac.WebhookScheme;
import io.bartizan.integrity.mac.WebhookVerifier;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class IntegrityMetricsTest {

  private static final SecretBytes SECRET = SecretBytes.random(32);

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final IntegrityMetrics metrics = IntegrityMetrics.of(registry, "api");

  @Test
  void verifications_ofEveryKind_areCountedByOutcomeAndNeverByContent() {
    SignedValues links =
        SignedValues.builder("invite", MacKeyRing.of(SECRET), Duration.ofHours(1))
            .withListener(metrics)
            .build();
    String link = links.sign("for mallory", "user", "u-17");
    assertThat(links.verify(link, "user", "u-17").text()).isEqualTo("for mallory");
    assertThat(links.check(link, "user", "u-18").isAccepted()).isFalse();
    assertThat(links.check(null).isAccepted()).isFalse();

    JwtVerifier api = verifier(metrics);
    String token = token();
    assertThat(api.verify(token).subject()).contains("mallory");
    assertThat(api.check(token).isAccepted()).isTrue();
    assertThat(api.check(token + "x").isAccepted()).isFalse();
    assertThatExceptionOfType(VerificationException.class).isThrownBy(() -> api.verify("mallory"));

    WebhookVerifier slack =
        WebhookVerifier.builder(WebhookScheme.slack(SECRET)).withListener(metrics).build();
    assertThat(slack.check(name -> "mallory", "mallory".getBytes(UTF_8)).isAccepted()).isFalse();

    assertThat(count("signed-value", "invite", "accepted")).isEqualTo(1);
    assertThat(count("signed-value", "invite", "signature-invalid")).isEqualTo(1);
    assertThat(count("signed-value", "invite", "malformed")).isEqualTo(1);
    assertThat(count("jwt", "my-api", "accepted")).isEqualTo(2);
    assertThat(count("jwt", "my-api", "signature-invalid") + count("jwt", "my-api", "malformed"))
        .isEqualTo(2);
    assertThat(count("webhook", "slack", "malformed")).isEqualTo(1);
    for (Meter meter : registry.getMeters()) {
      assertThat(meter.getId().getTags()).extracting(Tag::getValue).noneMatch(this::isContent);
    }
  }

  @Test
  void watched_source_showsItsState() {
    AtomicReference<Health> health = new AtomicReference<>(Health.up("fresh"));
    HealthSource source = health::get;
    metrics.watch(source, "issuer").watch(() -> Health.down("no answer"), "other");
    assertThat(state("issuer")).isEqualTo(1);
    health.set(Health.degraded("old"));
    assertThat(state("issuer")).isEqualTo(0.5);
    health.set(Health.down("gone"));
    assertThat(state("issuer")).isZero();
    assertThat(health.get()).isSameAs(source.health());
  }

  private double state(String source) {
    return registry
        .get("bartizan.integrity.health")
        .tags("name", "api", "source", source)
        .gauge()
        .value();
  }

  @Test
  void keys_changedOrFailed_areCountedBySource() {
    metrics.keysChanged("https://issuer/jwks", 2, List.of());
    metrics.keysFailed("https://issuer/jwks", Health.down("no answer"));
    metrics.keysFailed("https://issuer/jwks", Health.down("no answer"));
    assertThat(registry.get("bartizan.integrity.keys").tag("outcome", "changed").counter().count())
        .isEqualTo(1);
    assertThat(registry.get("bartizan.integrity.keys").tag("outcome", "failed").counter().count())
        .isEqualTo(2);
  }

  @Test
  void names_beyondTheMost_areCountedAsOther() {
    for (int i = 0; i < IntegrityMetrics.MAX_SERIES + 50; i++) {
      metrics.accepted(IntegrityListener.Kind.JWT, "tenant-" + i);
    }
    assertThat(registry.getMeters()).hasSize(IntegrityMetrics.MAX_SERIES + 1);
    assertThat(count("jwt", "other", "accepted")).isEqualTo(50);
  }

  @Test
  @SuppressWarnings("SystemOut") // where slf4j-simple writes
  void listener_thatThrows_changesNoVerdictAndIsLoggedOnce() {
    PrintStream before = System.err;
    ByteArrayOutputStream log = new ByteArrayOutputStream();
    System.setErr(new PrintStream(log, true, UTF_8));
    try {
      IntegrityListener broken = new Broken();
      JwtVerifier api = verifier(broken);
      String token = token();
      for (int i = 0; i < 3; i++) {
        assertThat(api.check(token).isAccepted()).isTrue();
        assertThat(api.verify(token).subject()).contains("mallory");
        assertThat(api.check("a.b").isAccepted()).isFalse();
        assertThatExceptionOfType(VerificationException.class).isThrownBy(() -> api.verify("a.b"));
      }
      SignedValues links =
          SignedValues.builder("invite", MacKeyRing.of(SECRET), Duration.ofHours(1))
              .withListener(broken)
              .build();
      assertThat(links.verify(links.sign("x")).text()).isEqualTo("x");
      assertThatExceptionOfType(VerificationException.class).isThrownBy(() -> links.verify("y"));
      WebhookVerifier slack =
          WebhookVerifier.builder(WebhookScheme.slack(SECRET)).withListener(broken).build();
      assertThat(slack.check(name -> "x", "x".getBytes(UTF_8)).isAccepted()).isFalse();
    } finally {
      System.setErr(before);
    }
    assertThat(log.toString(UTF_8).lines().filter(line -> line.contains(" failed")))
        .as("one for each of the three verifiers")
        .hasSize(3)
        .allMatch(line -> line.contains(Broken.class.getName()));
  }

  private static final class Broken implements IntegrityListener {
    @Override
    public void accepted(Kind kind, String name) {
      throw new IllegalStateException("the listener's own trouble");
    }

    @Override
    public void refused(Kind kind, String name, Refusal refusal) {
      throw new IllegalStateException("the listener's own trouble");
    }
  }

  private boolean isContent(String tag) {
    return tag.contains("mallory") || tag.contains("u-17");
  }

  private double count(String kind, String name, String outcome) {
    Counter counter =
        registry
            .find("bartizan.integrity.verifications")
            .tags("name", "api", "kind", kind, "verifier", name, "outcome", outcome)
            .counter();
    return counter == null ? 0 : counter.count();
  }

  private static JwtVerifier verifier(IntegrityListener listener) {
    JwtKeys keys = JwtKeys.secret(JwsAlgorithm.HS256, SECRET);
    return JwtVerifier.builder(
            TrustedIssuer.of("https://issuer", keys, JwsAlgorithm.HS256), "my-api")
        .withListener(listener)
        .build();
  }

  private static String token() {
    return JwtSigner.of(
            "https://issuer", Duration.ofMinutes(5), SigningKey.secret(JwsAlgorithm.HS256, SECRET))
        .sign(JwtClaims.forAudience("my-api").withSubject("mallory"));
  }
}
