package io.bartizan.integrity.jwt;

import static io.bartizan.integrity.jwt.Forge.ISSUER;
import static io.bartizan.integrity.jwt.Forge.NOW;
import static io.bartizan.integrity.jwt.Forge.token;
import static io.bartizan.integrity.jwt.JwsAlgorithm.HS256;
import static io.bartizan.integrity.jwt.JwsAlgorithm.RS256;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.Refusal;
import io.bartizan.integrity.json.JsonObject;
import io.bartizan.testkit.ManualInstantSource;
import io.bartizan.tests.SeededCases;
import java.lang.reflect.Field;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** ML-15: a token that is met again is not verified again, and its own claims come out. */
class VerifiedCacheTest {

  private static final int GROUP = 4;

  private final CountingProvider provider = new CountingProvider();
  private final ManualInstantSource clock = Forge.clock();

  private JwtVerifier cached(JwsAlgorithm algorithm, int maxTokens) {
    return Forge.strict(algorithm)
        .withProvider(provider)
        .withClock(clock)
        .withCache(maxTokens)
        .build();
  }

  private static String of(JwsAlgorithm algorithm, String subject, long lifetime) {
    return token(
        algorithm,
        "{\"iss\":\""
            + ISSUER
            + "\",\"aud\":\"my-api\",\"sub\":\""
            + subject
            + "\",\"exp\":"
            + (NOW + lifetime)
            + "}");
  }

  /** Whether the answer has this subject's claims and was found without any verification. */
  private boolean isHit(JwtVerifier verifier, String token, String subject) {
    int unused = provider.count();
    assertThat(verifier.verify(token).subject()).contains(subject);
    int verified = provider.count();
    assertThat(verified).isBetween(0, 1);
    return verified == 0;
  }

  @ParameterizedTest
  @EnumSource(
      value = JwsAlgorithm.class,
      names = {"RS256", "HS256", "HS512", "ED25519"})
  void ML15_secondCheck_verifiesNothingButAnHmac(JwsAlgorithm algorithm) {
    JwtVerifier with = cached(algorithm, GROUP);
    JwtVerifier without = Forge.strict(algorithm).withProvider(provider).withClock(clock).build();
    List<String> subjects = List.of("alice", "bob", "carol", "dave");
    for (int round = 0; round < 3; round++) {
      for (String subject : subjects) {
        String token = of(algorithm, subject, 300);
        assertThat(isHit(with, token, subject))
            .as("%s in round %s", subject, round)
            .isEqualTo(round > 0 && !algorithm.isSymmetric());
        assertThat(isHit(without, token, subject)).isFalse();
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void ML15_oneTokenManyTimes_isVerifiedOnceUnlessAnHmac(JwsAlgorithm algorithm) {
    JwtVerifier verifier = cached(algorithm, GROUP);
    String token = of(algorithm, "alice", 300);
    for (int use = 0; use < 5; use++) {
      assertThat(isHit(verifier, token, "alice")).isEqualTo(use > 0 && !algorithm.isSymmetric());
    }
  }

  @Test
  void ML15_fullGroup_givesUpWhatExpiresFirstAndNothingElse() {
    List<Integer> lifetimes = List.of(400, 200, 300, 500);
    for (int newcomer : List.of(100, 250, 1_000)) {
      JwtVerifier verifier = cached(RS256, GROUP);
      for (int lifetime : lifetimes) {
        assertThat(isHit(verifier, of(RS256, "s" + lifetime, lifetime), "s" + lifetime)).isFalse();
      }
      assertThat(isHit(verifier, of(RS256, "new", newcomer), "new")).isFalse();
      assertThat(isHit(verifier, of(RS256, "new", newcomer), "new")).isTrue();
      for (int kept : List.of(400, 300, 500)) {
        assertThat(isHit(verifier, of(RS256, "s" + kept, kept), "s" + kept)).isTrue();
      }
      assertThat(isHit(verifier, of(RS256, "s200", 200), "s200")).isFalse();
    }
  }

  @Test
  void ML15_refusedToken_takesNoPlaceAndStaysRefused() {
    JwtVerifier verifier = cached(RS256, GROUP);
    List<String> tokens = new ArrayList<>();
    for (int i = 0; i < GROUP; i++) {
      tokens.add(of(RS256, "s" + i, 300));
      assertThat(isHit(verifier, tokens.get(i), "s" + i)).isFalse();
    }
    for (int i = 0; i < 20; i++) {
      String genuine = of(RS256, "forged" + i, 10_000);
      String forged = genuine.substring(0, genuine.lastIndexOf('.') + 1) + "A".repeat(342);
      String foreign = token(RS256, "{\"iss\":\"x\",\"aud\":\"my-api\",\"exp\":" + (NOW + i) + "}");
      for (String bad : List.of(forged, foreign)) {
        assertThat(verifier.check(bad).isAccepted()).isFalse();
        assertThat(verifier.check(bad).isAccepted()).isFalse();
      }
    }
    for (int i = 0; i < GROUP; i++) {
      assertThat(isHit(verifier, tokens.get(i), "s" + i)).isTrue();
    }
  }

  /** Entries are found by their signature alone, so what it signs has to be compared. */
  @ParameterizedTest
  @EnumSource(
      value = JwsAlgorithm.class,
      names = {"RS256", "ES256", "ED25519"})
  void ML15_signatureOfARememberedTokenUnderOtherText_isVerifiedAndRefused(JwsAlgorithm algorithm) {
    JwtVerifier verifier = cached(algorithm, GROUP);
    String token = of(algorithm, "alice", 300);
    String header = Forge.part(token, 0);
    String payload = Forge.part(token, 1);
    String signature = Forge.part(token, 2);
    assertThat(isHit(verifier, token, "alice")).isFalse();
    String other = Forge.part(of(algorithm, "mallo", 300), 1);
    assertThat(other).hasSameSizeAs(payload);
    String last = payload.substring(0, payload.length() - 1);
    for (String forged :
        List.of(
            header + "." + other + "." + signature,
            header + "." + payload.substring(4) + "." + signature,
            header + "." + payload + "AAAA." + signature,
            header + "." + last + "." + signature,
            header + "." + last + (char) (payload.charAt(last.length()) ^ 1) + "." + signature,
            header + "." + payload + payload + "." + signature,
            (char) (header.charAt(0) ^ 1) + header.substring(1) + "." + payload + "." + signature,
            header + payload.charAt(0) + "." + payload.substring(1) + "." + signature,
            header + "." + payload + "." + signature + "A",
            header + "." + payload + "." + signature.substring(1))) {
      assertThat(verifier.check(forged).isAccepted()).as(forged).isFalse();
    }
    assertThat(isHit(verifier, token, "alice")).as("still remembered").isTrue();
  }

  @Test
  void ML15_timeOfACachedToken_isStillChecked() {
    JwtVerifier verifier = cached(RS256, GROUP);
    String token = of(RS256, "alice", 300);
    assertThat(isHit(verifier, token, "alice")).isFalse();
    clock.advance(Duration.ofSeconds(329));
    assertThat(isHit(verifier, token, "alice")).isTrue();
    clock.advance(Duration.ofSeconds(1));
    assertThat(verifier.check(token).<Object>fold(jwt -> "accepted", Refusal::reason))
        .isEqualTo(JwtReason.EXPIRED);
    assertThat(provider.count()).isZero();
  }

  /**
   * Any tokens in any order, in caches of any size: never another's claims, never lost for long.
   */
  @Test
  void ML15_manyTokens_eachHasItsOwnClaims() {
    List<String> tokens = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      tokens.add(of(RS256, "s" + i, 300 + i % 7));
    }
    SeededCases.check(
        20,
        random -> {
          int size = List.of(4, 5, 8, 16, 63, 64, 1024).get(random.nextInt(7));
          JwtVerifier verifier = cached(RS256, size);
          int hits = 0;
          int last = -1;
          Set<Integer> seen = new HashSet<>();
          for (int step = 0; step < 60; step++) {
            int i = random.nextInt(3) == 0 && last >= 0 ? last : random.nextInt(tokens.size());
            boolean hit = isHit(verifier, tokens.get(i), "s" + i);
            assertThat(hit && !seen.contains(i)).as("a hit before it was ever seen").isFalse();
            assertThat(hit || i != last).as("the last one, met again").isTrue();
            hits += hit ? 1 : 0;
            seen.add(i);
            last = i;
          }
          // 40 tokens in 256 groups of 4: no five are neighbours
          assertThat(size != 1024 || hits == 60 - seen.size()).as("all fit").isTrue();
        });
  }

  /** The signature and the header may be several times as long as the claims. */
  @Test
  void ML15_rememberedToken_keepsItsClaimsAndNoRoomOfTheTokenAroundThem() throws Exception {
    String token = of(RS256, "alice", 300);
    int payload = Base64.getUrlDecoder().decode(Forge.part(token, 1)).length;
    assertThat(keptBytes(cached(RS256, GROUP).verify(token))).isEqualTo(payload);
    assertThat(keptBytes(cached(HS256, GROUP).verify(of(HS256, "alice", 300))))
        .as("not remembered")
        .isGreaterThan(payload);
    String large = of(HS256, "a".repeat(CompactToken.SHORT_CHARS), 300);
    int largePayload = Base64.getUrlDecoder().decode(Forge.part(large, 1)).length;
    assertThat(keptBytes(cached(HS256, GROUP).verify(large))).isEqualTo(largePayload);
  }

  private static int keptBytes(VerifiedJwt jwt) throws ReflectiveOperationException {
    Field text = JsonObject.class.getDeclaredField("text");
    text.setAccessible(true);
    return ((byte[]) text.get(jwt.claimSet().json)).length;
  }
}
