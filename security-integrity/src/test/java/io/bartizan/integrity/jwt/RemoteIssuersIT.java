package io.bartizan.integrity.jwt;

import static io.bartizan.integrity.jwt.Forge.accepts;
import static io.bartizan.integrity.jwt.Forge.refuses;
import static io.bartizan.integrity.jwt.JwsAlgorithm.ES256;
import static io.bartizan.integrity.jwt.JwsAlgorithm.HS256;
import static io.bartizan.integrity.jwt.TenantServer.tokenOf;
import static io.bartizan.integrity.jwt.TenantServer.verifier;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.bartizan.core.Health;
import io.bartizan.integrity.IntegrityListener;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** TK-11: issuers that appear at run time, inside an allowlist. */
class RemoteIssuersIT {

  private TenantServer provider;

  @BeforeEach
  void start() throws Exception {
    provider = new TenantServer();
    provider.open("a", 0);
    provider.open("b", 1);
  }

  @AfterEach
  void stop() {
    provider.close();
  }

  @Test
  void TK11_tenants_verifyWithTheirOwnKeysAlone() {
    try (RemoteIssuers issuers = provider.issuers().build()) {
      JwtVerifier verifier = verifier(issuers);
      assertThat(provider.asked()).as("before a token came").isZero();
      assertThat(verifier.verify(provider.token("a", 0)).issuer()).isEqualTo(provider.issuer("a"));
      assertThat(verifier.verify(provider.token("b", 1)).issuer()).isEqualTo(provider.issuer("b"));
      refuses(verifier, provider.token("a", 1), JwtReason.SIGNATURE_INVALID);
      refuses(verifier, provider.token("b", 0), JwtReason.SIGNATURE_INVALID);
      accepts(verifier, provider.token("a", 0));
      assertThat(provider.asked()).as("one discovery for each").isEqualTo(2);
      assertThat(issuers.health().status()).isEqualTo(Health.Status.UP);
      assertThat(issuers.health().detail()).contains("2 issuers with keys, 2 of them");
    }
  }

  /** Two verifiers with other algorithms share the keys and nothing else. */
  @Test
  void TK11_algorithms_areThoseOfTheTrustedIssuer() {
    try (RemoteIssuers issuers = provider.issuers().build()) {
      JwtVerifier rsa = Forge.verifier(TrustedIssuer.of(issuers, JwsAlgorithm.RS256)).build();
      refuses(rsa, provider.token("a", 0), JwtReason.ALGORITHM_NOT_ALLOWED);
      accepts(verifier(issuers), provider.token("a", 0));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> TrustedIssuer.of(issuers, ES256, HS256))
          .withMessageContaining("HS256");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> TrustedIssuer.of(provider.issuer("a"), issuers, ES256));
    }
  }

  @Test
  void TK11_otherSpellings_areRefusedAndNobodyIsAsked() {
    String base = provider.uri().resolve("/").toString();
    String port = base.substring("https://localhost".length());
    try (RemoteIssuers issuers = provider.issuers().build()) {
      JwtVerifier verifier = verifier(issuers);
      for (String issuer :
          List.of(
              base + "a/v2.0/",
              base + "a/v2.0?x=1",
              base + "a/v2.0#x",
              base + "a//v2.0",
              base + "/a/v2.0",
              base + "./v2.0",
              base + "../v2.0",
              base + "b/../a/v2.0",
              base + "%61/v2.0",
              base + "a%2f/v2.0",
              base + "a%00/v2.0",
              base + "/v2.0",
              base + "-a/v2.0",
              base + "a.b/v2.0",
              base + "a b/v2.0",
              base + "ä/v2.0",
              base + "{tenant}/v2.0",
              base + "a".repeat(65) + "/v2.0",
              base + "a/V2.0",
              base + "a/v2.0".repeat(200),
              "https://user@localhost" + port + "a/v2.0",
              "https://localhost" + port.replace(":", ":0") + "a/v2.0",
              "https://localhost:1@localhost" + port + "a/v2.0",
              "https://LOCALHOST" + port + "a/v2.0",
              "HTTPS://localhost" + port + "a/v2.0",
              "http://localhost" + port + "a/v2.0",
              "https://localhost." + port + "a/v2.0",
              " " + base + "a/v2.0",
              base + "a/v2.0\\n",
              base.toUpperCase(Locale.ROOT) + "A/V2.0",
              "https://example.com/a/v2.0",
              "a",
              "")) {
        refuses(verifier, tokenOf(issuer, 0), JwtReason.ISSUER_MISMATCH);
      }
      assertThat(provider.server().requests()).isZero();
      accepts(verifier, provider.token("a", 0));
    }
  }

  /** What a sloppy predicate says yes to is still one plain spelling. */
  @Test
  void TK11_predicate_isAskedForPlainUrisOnly() {
    Set<String> asked = ConcurrentHashMap.newKeySet();
    AtomicBoolean broken = new AtomicBoolean();
    Set<String> known = ConcurrentHashMap.newKeySet();
    known.add(provider.issuer("a"));
    try (RemoteIssuers issuers =
        RemoteIssuers.of(
            provider.server().client(),
            issuer -> {
              asked.add(issuer);
              if (broken.get()) {
                throw new IllegalStateException("database down");
              }
              return known.contains(issuer);
            })) {
      JwtVerifier verifier =
          Forge.verifier(TrustedIssuer.of(issuers, ES256)).withCache(100).build();
      for (String odd :
          List.of("https://evil@h/", "https://h/%2e", "https://h/../", "ftp://h/", "https://h/?")) {
        refuses(verifier, tokenOf(odd, 0), JwtReason.ISSUER_MISMATCH);
      }
      assertThat(asked).isEmpty();
      String remembered = provider.token("a", 0);
      accepts(verifier, remembered);
      refuses(verifier, provider.token("b", 1), JwtReason.ISSUER_MISMATCH);
      known.add(provider.issuer("b"));
      accepts(verifier, provider.token("b", 1));
      broken.set(true);
      refuses(verifier, remembered, JwtReason.KEYS_UNAVAILABLE);
      broken.set(false);
      known.remove(provider.issuer("a"));
      refuses(verifier, remembered, JwtReason.ISSUER_MISMATCH);
      accepts(verifier, provider.token("b", 1));
    }
  }

  @Test
  void TK11_set_allowsItsMembers() {
    HttpClient client = provider.server().client();
    try (RemoteIssuers issuers = RemoteIssuers.of(client, Set.of(provider.issuer("b")))) {
      accepts(verifier(issuers), provider.token("b", 1));
      refuses(verifier(issuers), provider.token("a", 0), JwtReason.ISSUER_MISMATCH);
      assertThat(issuers.load(provider.issuer("b"))).isTrue();
      assertThatIllegalArgumentException()
          .isThrownBy(() -> issuers.load(provider.issuer("a")))
          .withMessageContaining("1 listed issuers");
    }
    for (String odd : List.of("issuer", "https://H/", "https://h/%41", "https://u@h", "")) {
      assertThatIllegalArgumentException()
          .as(odd)
          .isThrownBy(() -> RemoteIssuers.of(client, Set.of(odd)));
    }
    assertThatIllegalArgumentException().isThrownBy(() -> RemoteIssuers.of(client, Set.of()));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RemoteIssuers.of(client, Set.of("http://h")))
        .withMessageContaining("https");
  }

  @Test
  void TK11_discoveryDocument_isOfTheVeryIssuerAndNamesKeysOfItsHost() {
    try (RemoteIssuers issuers = provider.issuers().build()) {
      JwtVerifier verifier = verifier(issuers);
      provider.namedIssuer = provider.issuer("b");
      refuses(verifier, provider.token("a", 0), JwtReason.KEYS_UNAVAILABLE);
      refuses(verifier, provider.token("a", 1), JwtReason.KEYS_UNAVAILABLE);
      assertThat(issuers.health().detail()).contains("is of the issuer");
      provider.namedIssuer = null;
      String base = provider.uri().resolve("/").toString();
      for (String elsewhere :
          List.of(
              base.replace("localhost", "127.0.0.1") + "a/keys",
              "https://169.254.169.254/a/keys",
              base.replace("https", "http") + "a/keys")) {
        provider.namedKeys = elsewhere;
        provider.ticker.advance(Duration.ofSeconds(31));
        int before = provider.server().requests();
        refuses(verifier, provider.token("a", 0), JwtReason.KEYS_UNAVAILABLE);
        assertThat(provider.server().requests() - before).as("the document alone").isEqualTo(1);
      }
      try (RemoteIssuers wider = provider.issuers().withKeyHost("127.0.0.1").build()) {
        provider.namedKeys = base.replace("localhost", "127.0.0.1") + "a/keys";
        accepts(verifier(wider), provider.token("a", 0));
      }
      provider.namedKeys = null;
      provider.ticker.advance(Duration.ofSeconds(31));
      accepts(verifier, provider.token("a", 0));
    }
  }

  @Test
  void TK11_failedIssuer_isLeftAloneForAWhile() {
    CopyOnWriteArrayList<String> heard = new CopyOnWriteArrayList<>();
    IntegrityListener listener =
        new IntegrityListener() {
          @Override
          public void keysChanged(String source, int usable, List<String> leftOut) {
            heard.add(source + " " + usable);
          }

          @Override
          public void keysFailed(String source, Health health) {
            heard.add(source + " failed");
          }
        };
    try (RemoteIssuers issuers = provider.issuers().withListener(listener).build()) {
      JwtVerifier verifier = verifier(issuers);
      refuses(verifier, provider.token("later", 2), JwtReason.KEYS_UNAVAILABLE);
      provider.open("later", 2);
      for (int i = 0; i < 100; i++) {
        refuses(verifier, provider.token("later", 2), JwtReason.KEYS_UNAVAILABLE);
      }
      assertThat(provider.asked("later")).isEqualTo(1);
      assertThat(issuers.health().status())
          .as("whoever sends tokens changes no status")
          .isEqualTo(Health.Status.UP);
      assertThat(issuers.health().detail()).contains("1 failed, the last: ").contains("404");
      provider.ticker.advance(Duration.ofSeconds(31));
      accepts(verifier, provider.token("later", 2));
      assertThat(issuers.health().detail()).doesNotContain("failed");
      assertThat(heard)
          .containsExactly(provider.template() + " failed", provider.template() + " 1");
    }
  }

  @Test
  void TK11_issuerThatIsKnownBeforehand_isLoadedWhateverFailedBefore() {
    try (RemoteIssuers issuers = provider.issuers().build()) {
      assertThat(issuers.load(provider.issuer("later"))).isFalse();
      provider.open("later", 2);
      assertThat(issuers.load(provider.issuer("later"))).isTrue();
      int before = provider.asked();
      accepts(verifier(issuers), provider.token("later", 2));
      assertThat(provider.asked()).isEqualTo(before);
    }
  }

  @Test
  void TK11_issuerThatWorked_servesOnWhileItFails() {
    try (RemoteIssuers issuers = provider.issuers().build()) {
      JwtVerifier verifier = verifier(issuers);
      accepts(verifier, provider.token("a", 0));
      provider.end("a");
      provider.ticker.advance(Duration.ofMinutes(6));
      accepts(verifier, provider.token("a", 0));
      refuses(verifier, unknownKey(), JwtReason.KEYS_UNAVAILABLE);
      assertThat(issuers.health().status()).isEqualTo(Health.Status.DEGRADED);
      provider.ticker.advance(Duration.ofHours(2));
      refuses(verifier, provider.token("a", 0), JwtReason.KEYS_UNAVAILABLE);
      provider.open("a", 0);
      provider.ticker.advance(Duration.ofMinutes(1));
      accepts(verifier, provider.token("a", 0));
    }
  }

  private String unknownKey() {
    String token = provider.token("a", 0);
    return Forge.base64("{\"alg\":\"ES256\",\"kid\":\"other\"}")
        + token.substring(token.indexOf('.'));
  }

  @Test
  void TK11_issuersBeyondTheBound_pushOutTheOneThatWasNotUsedForLongest() {
    provider.open("c", 2);
    try (RemoteIssuers issuers = provider.issuers().withMaxIssuers(2).build()) {
      JwtVerifier verifier = verifier(issuers);
      use(verifier, "a", 0);
      use(verifier, "b", 1);
      use(verifier, "a", 0);
      use(verifier, "c", 2);
      use(verifier, "a", 0);
      use(verifier, "c", 2);
      assertThat(List.of(provider.asked("a"), provider.asked("b"), provider.asked("c")))
          .containsExactly(1, 1, 1);
      use(verifier, "b", 1); // was forgotten, and comes in again
      use(verifier, "c", 2);
      assertThat(List.of(provider.asked("a"), provider.asked("b"), provider.asked("c")))
          .containsExactly(1, 2, 1);
      assertThat(issuers.health().detail()).startsWith("2 issuers with keys, 2 of them");
    }
  }

  private void use(JwtVerifier verifier, String tenant, int key) {
    provider.ticker.advance(Duration.ofSeconds(1));
    accepts(verifier, provider.token(tenant, key));
  }

  /** Tenants that anybody can open at the provider: their keys come, and no token verifies. */
  @Test
  void TK11_issuersWithoutATokenThatVerifies_pushOutNoneThatWorks() {
    try (RemoteIssuers issuers = provider.issuers().withMaxIssuers(2).build()) {
      JwtVerifier verifier = verifier(issuers);
      accepts(verifier, provider.token("a", 0));
      accepts(verifier, provider.token("b", 1));
      for (int i = 0; i < 20; i++) {
        provider.open("real" + i, 2);
        provider.ticker.advance(Duration.ofMillis(1));
        refuses(verifier, provider.token("real" + i, 3), JwtReason.SIGNATURE_INVALID);
      }
      accepts(verifier, provider.token("a", 0));
      accepts(verifier, provider.token("b", 1));
      assertThat(List.of(provider.asked("a"), provider.asked("b"))).containsExactly(1, 1);
      assertThat(issuers.health().detail()).startsWith("22 issuers with keys, 2 of them");
    }
  }

  @Test
  void TK11_closing_endsAll() {
    RemoteIssuers issuers = provider.issuers().build();
    JwtVerifier verifier = Forge.verifier(TrustedIssuer.of(issuers, ES256)).withCache(10).build();
    String remembered = provider.token("a", 0);
    accepts(verifier, remembered);
    issuers.close();
    refuses(verifier, remembered, JwtReason.KEYS_UNAVAILABLE);
    refuses(verifier, provider.token("a", 0), JwtReason.KEYS_UNAVAILABLE);
    refuses(verifier, provider.token("b", 1), JwtReason.KEYS_UNAVAILABLE);
    assertThat(issuers.load(provider.issuer("b"))).isFalse();
    assertThat(provider.asked("b")).isZero();
    assertThat(issuers.health()).isEqualTo(Health.down("closed"));
    issuers.close();
  }

  @Test
  void TK11_fixedIssuer_goesBeforeThoseOfATemplate() {
    try (RemoteIssuers issuers = provider.issuers().build()) {
      JwtVerifier verifier =
          JwtVerifier.builder(
                  List.of(
                      TrustedIssuer.of(issuers, ES256),
                      TrustedIssuer.of(provider.issuer("a"), Keys.verifying(ES256, 3), ES256)),
                  "my-api")
              .withClock(Forge.clock())
              .build();
      accepts(verifier, provider.token("a", 3));
      refuses(verifier, provider.token("a", 0), JwtReason.SIGNATURE_INVALID);
      assertThat(provider.asked()).isZero();
      accepts(verifier, provider.token("b", 1));
    }
  }

  @Test
  void TK11_eventLoop_neverWaitsForANewTenant() throws Exception {
    AtomicInteger executed = new AtomicInteger();
    try (RemoteIssuers issuers = provider.issuers().withMaxNewIssuers(1).build()) {
      AsyncJwtVerifier async =
          AsyncJwtVerifier.builder(verifier(issuers))
              .withExecutor(
                  task -> {
                    executed.incrementAndGet();
                    task.run();
                  })
              .build();
      provider.hangsForOthers = true;
      var hanging = async.check(provider.token("silent", 2)).toCompletableFuture();
      assertThat(hanging).isNotDone();
      var queued = async.check(provider.token("a", 0)).toCompletableFuture();
      assertThat(queued.join().<Object>fold(jwt -> jwt, refusal -> refusal.reason()))
          .isEqualTo(JwtReason.KEYS_UNAVAILABLE);
    }
    try (RemoteIssuers issuers = provider.issuers().build()) {
      AsyncJwtVerifier async =
          AsyncJwtVerifier.builder(verifier(issuers))
              .withExecutor(
                  task -> {
                    executed.incrementAndGet();
                    task.run();
                  })
              .build();
      var later = async.check(provider.token("a", 0)).toCompletableFuture();
      assertThat(later.get(20, TimeUnit.SECONDS).isAccepted()).isTrue();
      assertThat(executed.get()).isEqualTo(1);
      assertThat(async.check(provider.token("a", 0)).toCompletableFuture()).isDone();
    }
  }

  @Test
  void TK11_templatesAndSettings_areJudgedWhenTheyAreGiven() {
    HttpClient client = provider.server().client();
    for (String template :
        List.of(
            "https://h.example/x",
            "https://h.example/{tenant}/{tenant}",
            "https://h.example/{other}",
            "https://h.example/x{tenant}",
            "https://h.example/{tenant}x",
            "https://h.example/?t={tenant}",
            "https://h.example/#{tenant}",
            "https://{tenant}@h.example/",
            "https://h.example:{tenant}/",
            "https://{tenant}/",
            "https://{tenant}.example/",
            "https://x.{tenant}.example.com/",
            "https://x{tenant}.example.com/",
            "https://h.example/%41/{tenant}",
            "https://h.example/../{tenant}",
            "{tenant}",
            "{tenant}://h.example/",
            "https://H.example/{tenant}")) {
      assertThatIllegalArgumentException()
          .as(template)
          .isThrownBy(() -> RemoteIssuers.of(client, template))
          .withMessageContaining("accepted");
    }
    for (String template :
        List.of(
            "https://login.microsoftonline.com/{tenant}/v2.0",
            "https://{tenant}.okta.com/oauth2/default",
            "https://{tenant}.eu.auth0.com/",
            "https://sso.example:8443/realms/{tenant}")) {
      try (RemoteIssuers issuers = RemoteIssuers.of(client, template)) {
        assertThat(issuers.toString()).contains(template).contains("16 new ones at a time");
      }
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RemoteIssuers.of(client, "http://h.example/{tenant}"))
        .withMessageContaining("https");
    RemoteIssuers.builder(client, "http://localhost/{tenant}")
        .withKeySettings(keys -> keys.plainHttpOnLoopback())
        .build()
        .close();
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                RemoteIssuers.builder(client, "https://h.example/{tenant}")
                    .withKeySettings(
                        keys -> RemoteJwks.builder(client, provider.uri())) // for all of them
                    .build());
    for (String host : List.of("", "A", "a/b", "a:1", "-a", "*.example")) {
      assertThatIllegalArgumentException()
          .as(host)
          .isThrownBy(() -> provider.issuers().withKeyHost(host));
    }
    String host = "https://" + "a".repeat(63) + ".example.com";
    IssuerAllowlist inHost = IssuerAllowlist.parse("https://{tenant}.example.com");
    assertThat(inHost.allows(host)).isTrue();
    for (String other :
        List.of(
            "https://" + "a".repeat(64) + ".example.com",
            "https://a.b.example.com",
            "https://-a.example.com",
            "https://a-.example.com",
            "https://A.example.com",
            "https://a_b.example.com",
            "https://evil.com/.example.com",
            "https://.example.com",
            "https://a.example.com/")) {
      assertThat(inHost.allows(other)).as(other).isFalse();
    }
  }
}
