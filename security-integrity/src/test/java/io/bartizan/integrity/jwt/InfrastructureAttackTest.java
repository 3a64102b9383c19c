package io.bartizan.integrity.jwt;

import static io.bartizan.integrity.jwt.Forge.GOOD;
import static io.bartizan.integrity.jwt.Forge.ISSUER;
import static io.bartizan.integrity.jwt.Forge.NOW;
import static io.bartizan.integrity.jwt.Forge.accepts;
import static io.bartizan.integrity.jwt.Forge.base64;
import static io.bartizan.integrity.jwt.Forge.payload;
import static io.bartizan.integrity.jwt.Forge.refuses;
import static io.bartizan.integrity.jwt.Forge.strict;
import static io.bartizan.integrity.jwt.Forge.token;
import static io.bartizan.integrity.jwt.JwsAlgorithm.ED25519;
import static io.bartizan.integrity.jwt.JwsAlgorithm.ES256;
import static io.bartizan.integrity.jwt.JwsAlgorithm.HS256;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.bartizan.core.Checked;
import io.bartizan.core.Health;
import io.bartizan.core.VerificationException;
import io.bartizan.testkit.ManualInstantSource;
import io.bartizan.testkit.ManualTicker;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Section F of the attack matrix: what stands around the signature. */
class InfrastructureAttackTest {

  private final ManualTicker ticker = new ManualTicker();
  private final ManualInstantSource clock = Forge.clock();

  @Test
  void F01_unknownKeyFlood_neitherFetchesNorBlocks() throws Exception {
    try (JwksServer server = new JwksServer();
        RemoteJwks keys = server.keys(ticker).build()) {
      server.publish(EcJwk.of(Keys.publicKey(ES256), "a"));
      JwtVerifier verifier = verifier(keys);
      accepts(verifier, named("a"));
      ticker.advance(Duration.ofSeconds(31));
      for (int i = 0; i < 500; i++) {
        refuses(verifier, named("flood-" + i), JwtReason.KEY_UNKNOWN);
      }
      assertThat(server.requests()).isEqualTo(2);
      server.stall();
      ticker.advance(Duration.ofSeconds(31));
      Thread flooder = new Thread(() -> refuses(verifier, named("late"), JwtReason.KEY_UNKNOWN));
      flooder.start();
      server.awaitRequests(3);
      for (int i = 0; i < 200; i++) {
        accepts(verifier, named("a"));
      }
      assertThat(flooder.isAlive()).as("only the flooder waits").isTrue();
      server.goOn();
      flooder.join(10_000);
      assertThat(flooder.isAlive()).isFalse();
      assertThat(server.requests()).isEqualTo(3);
    }
  }

  @Test
  void F02_keysOfADeadServer_endAtTheCeiling() throws Exception {
    try (JwksServer server = new JwksServer();
        RemoteJwks keys = server.keys(ticker).build()) {
      server.publish(EcJwk.of(Keys.publicKey(ES256), "a"));
      JwtVerifier verifier = verifier(keys);
      accepts(verifier, named("a"));
      assertThat(keys.health().status()).isEqualTo(Health.Status.UP);
      server.fail(503);
      ticker.advance(Duration.ofMinutes(59));
      accepts(verifier, named("a"));
      server.awaitRequests(2);
      JwksServer.awaitIdle(keys);
      assertThat(keys.health().status()).isEqualTo(Health.Status.DEGRADED);
      assertThat(keys.health().detail()).contains("503");
      ticker.advance(Duration.ofMinutes(1));
      refuses(verifier, named("a"), JwtReason.KEYS_UNAVAILABLE);
      assertThat(keys.health().status()).isEqualTo(Health.Status.DOWN);
      server.publish(EcJwk.of(Keys.publicKey(ES256), "a"));
      ticker.advance(Duration.ofSeconds(31));
      accepts(verifier, named("a"));
      assertThat(keys.health().status()).isEqualTo(Health.Status.UP);
    }
  }

  @Test
  void F03_cachedToken_isCheckedAgainAtEachUse() throws Exception {
    Set<String> revoked = new HashSet<>();
    JwtVerifier verifier =
        strict(ED25519)
            .withClock(clock)
            .withMaxAge(Duration.ofMinutes(2))
            .withRevocation((issuer, id) -> revoked.contains(issuer + id))
            .withCache(16)
            .build();
    String token = token(ED25519, GOOD);
    accepts(verifier, token);
    accepts(verifier, token);
    revoked.add("https://issuerid-1");
    refuses(verifier, token, JwtReason.REVOKED);
    revoked.clear();
    clock.set(Instant.ofEpochSecond(NOW + 151));
    refuses(verifier, token, JwtReason.TOO_OLD);
    clock.set(Instant.ofEpochSecond(NOW + 331));
    refuses(verifier, token, JwtReason.EXPIRED);
    clock.set(Instant.ofEpochSecond(NOW - 31));
    refuses(verifier, token, JwtReason.NOT_YET_VALID);

    String other = token.substring(0, token.length() - 2) + (token.endsWith("AA") ? "BA" : "AA");
    clock.set(Instant.ofEpochSecond(NOW));
    accepts(verifier, token);
    assertThat(verifier.check(other).isAccepted()).isFalse();
    for (int i = 0; i < 100; i++) {
      accepts(verifier, token(ED25519, payload("sub", "\"s" + i + "\"")));
    }
    assertThat(verifier.toString()).contains("cache of 16 tokens");
    assertThat(strict(HS256).withCache(16).build().toString()).contains("no cache");
  }

  @Test
  void F03_cachedToken_isForgottenWhenKeysChange() throws Exception {
    try (JwksServer server = new JwksServer();
        RemoteJwks keys = server.keys(ticker).build()) {
      server.publish(EcJwk.of(Keys.publicKey(ES256), "a"));
      JwtVerifier verifier =
          JwtVerifier.builder(TrustedIssuer.of(ISSUER, keys, ES256), "my-api")
              .withClock(clock)
              .withCache(64)
              .build();
      String token = named("a");
      accepts(verifier, token);
      server.publish(EcJwk.of(Keys.pair(ES256, 1).getPublic(), "a"));
      ticker.advance(Duration.ofMinutes(6));
      boolean unused = verifier.check(token).isAccepted();
      server.awaitRequests(2);
      JwksServer.awaitIdle(keys);
      refuses(verifier, token, JwtReason.SIGNATURE_INVALID);
    }
  }

  private static JwtRevocation revocation(Function<String, @Nullable Instant> subjectNotBefore) {
    return new JwtRevocation() {
      @Override
      public boolean isRevoked(String issuer, String tokenId) {
        return false;
      }

      @Override
      public @Nullable Instant subjectNotBefore(String issuer, String subject) {
        return subjectNotBefore.apply(subject);
      }
    };
  }

  @Test
  void F04_revocation_isByIssuerAndIdOrSubject() {
    String token = token(ED25519, GOOD);
    JwtRevocation bySubject =
        revocation(subject -> subject.equals("alice") ? Instant.ofEpochSecond(NOW + 1) : null);
    JwtVerifier verifier = strict(ED25519).withRevocation(bySubject).withCache(16).build();
    refuses(verifier, token, JwtReason.REVOKED);
    refuses(verifier, token(ED25519, payload("iat", "")), JwtReason.REVOKED);
    accepts(verifier, token(ED25519, payload("iat", "" + (NOW + 1))));
    accepts(verifier, token(ED25519, payload("sub", "\"bob\"")));
    accepts(verifier, token(ED25519, payload("sub", "")));
    JwtVerifier other =
        strict(ED25519).withRevocation((issuer, id) -> issuer.equals("https://other")).build();
    accepts(other, token);
  }

  @Test
  void F04_revocationOfASubjectForEver_orSinceEver_isDecided() {
    AtomicReference<Instant> since = new AtomicReference<>();
    JwtRevocation list = revocation(subject -> since.get());
    JwtVerifier verifier = strict(ED25519).withRevocation(list).withCache(16).build();
    String token = token(ED25519, GOOD);
    for (Instant early :
        new Instant[] {Instant.MIN, Instant.EPOCH, Instant.ofEpochSecond(NOW, 999_999_999)}) {
      since.set(early);
      accepts(verifier, token);
    }
    for (Instant late : new Instant[] {Instant.ofEpochSecond(NOW + 1), Instant.MAX}) {
      since.set(late);
      refuses(verifier, token, JwtReason.REVOKED);
    }
    String half = token(ED25519, payload("iat", NOW + ".5"));
    since.set(Instant.ofEpochSecond(NOW, 500_000_000));
    accepts(verifier, half);
    since.set(Instant.ofEpochSecond(NOW, 501_000_000));
    refuses(verifier, half, JwtReason.REVOKED);
  }

  @Test
  void F05_refusals_sayNothingOfTheTokenAndFitOneLine() {
    String evil = "evil\\r\\nINFO admin logged in\\u202e";
    JwtVerifier verifier = strict(HS256).build();
    for (String token :
        new String[] {
          token(
              "{\"alg\":\"HS256\",\"kid\":\"" + evil + "\",\"typ\":\"" + evil + "\"}", GOOD, HS256),
          token("{\"alg\":\"" + evil + "\"}", GOOD, HS256),
          token(HS256, payload("iss", "\"" + evil + "\"")),
          token(HS256, payload("aud", "\"" + evil + "\"")),
          token(HS256, payload(evil, "1") + evil),
          token(HS256, payload("exp", "\"" + evil + "\"")),
          base64(evil) + "." + base64(evil) + "." + base64(evil),
          "evil\r\n"
        }) {
      Checked.Rejected<VerifiedJwt> refused = (Checked.Rejected<VerifiedJwt>) verifier.check(token);
      assertThat(refused.toString() + refused.refusal().message())
          .doesNotContain("evil", "admin", "\n", "\r", "\u202e")
          .doesNotContain(base64(GOOD).substring(0, 12));
      assertThatExceptionOfType(VerificationException.class)
          .isThrownBy(refused::orThrow)
          .satisfies(thrown -> assertThat(thrown.getStackTrace()).isEmpty());
    }
    assertThat(verifier.verify(token(HS256, GOOD)).toString()).doesNotContain("alice");
  }

  private JwtVerifier verifier(RemoteJwks keys) {
    return JwtVerifier.builder(TrustedIssuer.of(ISSUER, keys, ES256), "my-api")
        .withClock(clock)
        .build();
  }

  private static String named(String keyId) {
    String input = base64("{\"alg\":\"ES256\",\"kid\":\"" + keyId + "\"}") + "." + base64(GOOD);
    return input + "." + base64(Forge.sign(ES256, Keys.pair(ES256), input.getBytes(ISO_8859_1)));
  }
}
