package io.bartizan.integrity.jwt;

import static io.bartizan.integrity.jwt.Forge.accepts;
import static io.bartizan.integrity.jwt.JwsAlgorithm.ES256;
import static io.bartizan.integrity.jwt.TenantServer.verifier;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.Health;
import io.bartizan.core.Reason;
import io.bartizan.core.Refusal;
import io.bartizan.core.Ticker;
import io.bartizan.tests.Eventually;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** TK-11: floods of issuers that match a template and don't exist. */
class RemoteIssuersAttackIT {

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final AtomicBoolean flooding = new AtomicBoolean(true);
  private final AtomicLong invented = new AtomicLong();
  private final Map<Reason, AtomicInteger> answers = new ConcurrentHashMap<>();
  private TenantServer provider;

  /** Of a genuine shape, signed by nobody. */
  private String template;

  @BeforeEach
  void start() throws Exception {
    provider = new TenantServer();
    provider.open("a", 0);
    provider.open("honest", 1);
    template = provider.token("NAME", 0);
  }

  @AfterEach
  void stop() throws InterruptedException {
    flooding.set(false);
    provider.close();
    threads.shutdownNow();
    assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
  }

  private String inventedToken() {
    String[] parts = template.split("\\.", -1);
    String claims =
        Forge.GOOD.replace("https://issuer", provider.issuer("x" + invented.incrementAndGet()));
    return parts[0] + "." + Forge.base64(claims) + "." + parts[2];
  }

  private void flood(JwtVerifier verifier) {
    for (int i = 0; i < 2; i++) {
      var unused =
          threads.submit(
              () -> {
                while (flooding.get()) {
                  Reason reason =
                      verifier.check(inventedToken()).fold(jwt -> null, Refusal::reason);
                  answers.computeIfAbsent(reason, same -> new AtomicInteger()).incrementAndGet();
                  LockSupport.parkNanos(100_000);
                }
              });
    }
  }

  private void awaitFlood(long names) {
    Eventually.within(
        Duration.ofSeconds(60), "the flood is under way", () -> invented.get() > names);
  }

  @Test
  void TK11_floodOfUnknownTenants_leavesThoseThatWorkAlone() {
    try (RemoteIssuers issuers = provider.issuers().build()) { // the clock stands: no place frees
      JwtVerifier verifier = verifier(issuers);
      accepts(verifier, provider.token("a", 0));
      flood(verifier);
      for (int i = 1; i <= 20; i++) {
        awaitFlood(i * 500L);
        accepts(verifier, provider.token("a", 0));
      }
      flooding.set(false);
      assertThat(provider.asked("a")).isEqualTo(1);
      assertThat(provider.asked()).as("what the flood cost the provider").isLessThanOrEqualTo(17);
      assertThat(answers.keySet()).containsExactly(JwtReason.KEYS_UNAVAILABLE);
      Health health = issuers.health();
      assertThat(health.status()).isEqualTo(Health.Status.UP);
      assertThat(health.detail()).contains("16 failed").hasSizeLessThan(400);
      assertThat(issuers.toString()).hasSizeLessThan(400);
    }
  }

  /** Invented tenants fill every place at every moment, and the honest one comes again. */
  @Test
  void TK11_floodOfTenantsThatDoNotExist_keepsANewOneOutForABoundedTimeOnly() {
    try (RemoteIssuers issuers =
        provider.issuers().withTicker(Ticker.system()).withMaxNewIssuers(2).build()) {
      JwtVerifier verifier = verifier(issuers);
      flood(verifier);
      flood(verifier);
      awaitFlood(3L * TenantQueue.MAX_NAMES);
      String honest = provider.token("honest", 1);
      Eventually.within(
          Duration.ofSeconds(60),
          "the new tenant gets in",
          () -> verifier.check(honest).isAccepted()); // as people do who come again
      assertThat(invented.get()).isGreaterThan(3L * TenantQueue.MAX_NAMES);
      assertThat(provider.asked("honest")).isEqualTo(1);
    }
  }

  /** The same where the provider stays silent for invented tenants: each takes its time-out. */
  @Test
  void TK11_floodOfTenantsThatHang_keepsANewOneOutForABoundedTimeOnly() {
    provider.hangsForOthers = true;
    try (RemoteIssuers issuers =
        provider
            .issuers()
            .withTicker(Ticker.system())
            .withMaxNewIssuers(2)
            .withFailedFor(Duration.ofSeconds(3))
            .withKeySettings(keys -> keys.withTimeout(Duration.ofSeconds(3)))
            .build()) {
      JwtVerifier verifier = verifier(issuers);
      flood(verifier);
      flood(verifier); // two of these wait
      awaitFlood(5_000);
      String honest = provider.token("honest", 1);
      Eventually.within(
          Duration.ofSeconds(60),
          "the new tenant gets in",
          () -> verifier.check(honest).isAccepted());
    }
  }

  /** One name that hangs and that everybody names holds up few threads. */
  @Test
  void TK11_tokensOfOneHangingTenant_makeFewThreadsWait() throws Exception {
    provider.hangsForOthers = true;
    try (RemoteIssuers issuers =
        provider
            .issuers()
            .withKeySettings(keys -> keys.withTimeout(Duration.ofMinutes(1)))
            .build()) {
      JwtVerifier verifier = verifier(issuers);
      String token = provider.token("silent", 1);
      AtomicInteger refused = new AtomicInteger();
      List<java.util.concurrent.Future<?>> all = new ArrayList<>();
      for (int i = 0; i < 80; i++) {
        all.add(
            threads.submit(
                () -> {
                  if (!verifier.check(token).isAccepted()) {
                    refused.incrementAndGet();
                  }
                }));
      }
      Eventually.within(
          Duration.ofSeconds(40), "those beyond 64 are refused", () -> refused.get() == 16);
      assertThat(all.stream().filter(each -> !each.isDone()).count()).isEqualTo(64);
      Eventually.within(Duration.ofSeconds(30), "it is asked", () -> provider.asked("silent") == 1);
      String other = provider.token("a", 0);
      Eventually.within(
          Duration.ofSeconds(40), "another is met", () -> verifier.check(other).isAccepted());
    }
  }

  @Test
  void TK11_keyOfATenantThatAnAttackerOwns_verifiesNoOther() {
    provider.open("evil", 4);
    try (RemoteIssuers issuers = provider.issuers().build()) {
      JwtVerifier verifier =
          Forge.verifier(TrustedIssuer.of(issuers, ES256)).withCache(100).build();
      accepts(verifier, provider.token("evil", 4));
      accepts(verifier, provider.token("a", 0));
      String evil = provider.token("evil", 4);
      String[] parts = evil.split("\\.", -1);
      String claims = Forge.base64(Forge.GOOD.replace("https://issuer", provider.issuer("a")));
      Forge.refuses(
          verifier, parts[0] + "." + claims + "." + parts[2], JwtReason.SIGNATURE_INVALID);
      Forge.refuses(verifier, provider.token("a", 4), JwtReason.SIGNATURE_INVALID);
      String twice =
          Forge.GOOD.replace(
              "{\"iss\":\"https://issuer\"",
              "{\"iss\":\""
                  + provider.issuer("evil")
                  + "\",\"iss\":\""
                  + provider.issuer("a")
                  + '"');
      String input = parts[0] + "." + Forge.base64(twice);
      byte[] signature =
          Forge.sign(
              ES256,
              Keys.pair(ES256, 4),
              input.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
      Forge.refuses(verifier, input + "." + Forge.base64(signature), JwtReason.MALFORMED);
    }
  }
}
