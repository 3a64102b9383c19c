package io.bartizan.integrity.jwt;

import static io.bartizan.integrity.jwt.Forge.GOOD;
import static io.bartizan.integrity.jwt.Forge.ISSUER;
import static io.bartizan.integrity.jwt.Forge.accepts;
import static io.bartizan.integrity.jwt.Forge.payload;
import static io.bartizan.integrity.jwt.Forge.refuses;
import static io.bartizan.integrity.jwt.Forge.strict;
import static io.bartizan.integrity.jwt.Forge.token;
import static io.bartizan.integrity.jwt.JwsAlgorithm.ES256;
import static io.bartizan.integrity.jwt.JwsAlgorithm.HS256;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.bartizan.core.Refusal;
import io.bartizan.core.SecretBytes;
import io.bartizan.core.VerificationException;
import io.bartizan.tests.SeededCases;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** TK-09 to TK-12: what widespread issuers write, and what verifier and signer share. */
class CommonIssuersTest {

  private final JwtVerifier verifier = strict(HS256).build();

  private VerifiedJwt with(String name, String value) {
    return verifier.verify(token(HS256, payload(name, value)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "scope | \"openid profile\"", // RFC 8693, Keycloak, Auth0
        "scope | [\"openid\",\"profile\"]", // Spring Authorization Server
        "scp | \"openid profile\"", // Entra
        "scp | [\"openid\",\"profile\"]", // Okta
        "scope | [\"openid profile\"]",
        "scope | \" openid  profile openid \""
      })
  void TK12_scopes_areReadInEachForm(String name, String value) {
    assertThat(with(name, value).scopes()).containsExactlyInAnyOrder("openid", "profile");
  }

  @Test
  void TK12_null_isEmptyForEachGetter() {
    assertThat(with("scope", "null").scopes()).isEmpty();
    assertThat(with("scope", "null,\"scp\":\"a b\"").scopes()).containsExactlyInAnyOrder("a", "b");
    VerifiedJwt jwt = with("x", "null");
    assertThat(jwt.string("x")).isEmpty();
    assertThat(jwt.strings("x")).isEmpty();
    assertThat(jwt.time("x")).isEmpty();
    assertThat(jwt.number("x")).isEmpty();
    assertThat(jwt.bool("x")).isEmpty();
    assertThat(jwt.has("x")).isTrue();
  }

  @Test
  void TK12_absentIsEmpty_andUnreadableIsARefusal() {
    assertThat(verifier.verify(token(HS256, GOOD)).scopes()).isEmpty();
    for (String name : List.of("scope", "scp")) {
      for (String value : List.of("7", "{}", "true", "[1]", "[\"a\",null]")) {
        String token = token(HS256, payload(name, value));
        assertThat(verifier.check(token).fold(ok -> null, Refusal::reason))
            .as(value)
            .isEqualTo(JwtReason.CLAIM_INVALID);
      }
    }
    assertThat(with("groups", "\"admin\"").strings("groups")).containsExactly("admin");
    assertThat(with("groups", "[]").strings("groups")).isEmpty();
    assertThat(with("email_verified", "\"true\"").bool("email_verified")).contains(true);
    assertThat(with("email_verified", "false").bool("email_verified")).contains(false);
    assertThatExceptionOfType(VerificationException.class)
        .isThrownBy(() -> with("email_verified", "\"yes\"").bool("email_verified"));
    Instant time = Instant.parse("2026-11-21T12:00:00Z");
    assertThat(with("t", "" + time.getEpochSecond()).time("t")).contains(time);
    assertThat(with("t", "\"2026-11-21T13:00:00.000+01:00\"").time("t")).contains(time);
    assertThat(with("t", "1").time("other")).isEmpty();
    for (String value : List.of("\"now\"", "-1", "1e3", "99999999999999", "[]")) {
      assertThatExceptionOfType(VerificationException.class)
          .as(value)
          .isThrownBy(() -> with("t", value).time("t"));
    }
  }

  @Test
  void TK12_requiredClaim_isComparedByValue() {
    JwtVerifier cognito =
        strict(HS256)
            .withRequiredClaim("token_use", "access")
            .withRequiredClaim("client_id", "one")
            .withRequiredClaim("client_id", "two")
            .build();
    String good = payload("token_use", "\"access\"").replace("}", ",\"client_id\":\"two\"}");
    accepts(cognito, token(HS256, good));
    accepts(cognito, token(HS256, good.replace("\"two\"", "[\"x\",\"one\"]")));
    refuses(cognito, token(HS256, good.replace("two", "three")), JwtReason.CLAIM_INVALID);
    refuses(cognito, token(HS256, good.replace("\"two\"", "2")), JwtReason.CLAIM_INVALID);
    refuses(cognito, token(HS256, good.replace("\"two\"", "[]")), JwtReason.CLAIM_INVALID);
    refuses(cognito, token(HS256, good.replace("access", "id")), JwtReason.CLAIM_INVALID);
    refuses(cognito, token(HS256, payload("token_use", "\"access\"")), JwtReason.CLAIM_MISSING);
    assertThat(cognito.toString()).contains("token_use");
  }

  @Test
  void TK12_requiredClaims_areJudgedInTheirOrder_andABuilderThatGoesOnChangesNoVerifier() {
    JwtVerifier.Builder builder = strict(HS256);
    List<String> names = List.of("one", "two", "three", "four", "five", "six", "seven", "eight");
    for (String name : names) {
      builder = builder.withRequiredClaim(name, "right");
    }
    JwtVerifier verifier = builder.build();
    String wrong = payload("eight", "\"wrong\"");
    refuses(verifier, token(HS256, wrong), JwtReason.CLAIM_MISSING); // the first, not the eighth
    String good = payload("one", "\"right\"");
    for (String name : names.subList(1, 8)) {
      good = good.replace("}", ",\"" + name + "\":\"right\"}");
    }
    accepts(verifier, token(HS256, good));
    builder = builder.withRequiredClaim("one", "other");
    String other = good.replace("\"one\":\"right\"", "\"one\":\"other\"");
    refuses(verifier, token(HS256, other), JwtReason.CLAIM_INVALID);
    accepts(builder.build(), token(HS256, other));
  }

  @Test
  void TK11_issuerInMigration_hasASecretAndPublishedKeys() {
    JwtVerifier both =
        JwtVerifier.builder(
                List.of(
                    TrustedIssuer.of(ISSUER, Keys.verifying(HS256), HS256),
                    TrustedIssuer.of(ISSUER, Keys.verifying(ES256), ES256)),
                "my-api")
            .withClock(Forge.clock())
            .build();
    accepts(both, token(HS256, GOOD));
    accepts(both, token(ES256, GOOD));
    // the public key, which everybody knows, as a secret
    byte[] published = Keys.publicKey(ES256).getEncoded();
    String input = Forge.base64(Forge.header(HS256)) + "." + Forge.base64(GOOD);
    byte[] tag = Forge.hmac("HmacSHA256", published, input.getBytes(StandardCharsets.ISO_8859_1));
    refuses(both, input + "." + Forge.base64(tag), JwtReason.SIGNATURE_INVALID);
    refuses(both, token(Forge.header(ES256), GOOD, HS256), JwtReason.SIGNATURE_INVALID);
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                JwtVerifier.of(
                    List.of(
                        TrustedIssuer.of(ISSUER, Keys.verifying(ES256), ES256),
                        TrustedIssuer.of(ISSUER, Keys.verifying(ES256, 1), ES256)),
                    "my-api"))
        .withMessageContaining("twice");
  }

  @Test
  void TK11_types_addUp() {
    JwtVerifier two = strict(HS256).withType("JWT").withType("at+jwt").build();
    for (String type : List.of("JWT", "at+jwt", "application/at+jwt")) {
      accepts(two, token("{\"alg\":\"HS256\",\"typ\":\"" + type + "\"}", GOOD, HS256));
    }
    refuses(
        two,
        token("{\"alg\":\"HS256\",\"typ\":\"logout+jwt\"}", GOOD, HS256),
        JwtReason.TYPE_MISMATCH);
    refuses(two, token(HS256, GOOD), JwtReason.TYPE_MISMATCH);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> strict(HS256).withType("at+jwt").ignoreType().build());
    JwtVerifier revoked =
        strict(HS256)
            .withRevocation((issuer, id) -> id.equals("id-1"))
            .withRevocation((issuer, id) -> id.equals("id-2"))
            .build();
    refuses(revoked, token(HS256, GOOD), JwtReason.REVOKED);
    refuses(revoked, token(HS256, payload("jti", "\"id-2\"")), JwtReason.REVOKED);
    accepts(revoked, token(HS256, payload("jti", "\"id-3\"")));
  }

  @Test
  void TK09_whatFitsTheAllowedSize_isVerified() {
    for (String each : List.of("\"g%d\"", "%d", "\"\"", "{}")) {
      StringBuilder groups = new StringBuilder("[");
      for (int i = 0; i < 1100; i++) {
        groups.append(i == 0 ? "" : ",").append(String.format(each, i));
      }
      accepts(verifier, token(HS256, payload("groups", groups.append(']').toString())));
    }
    JwtVerifier large = strict(HS256).withMaxTokenChars(1 << 20).build();
    String many = "[" + "1,".repeat(300_000) + "1]";
    accepts(large, token(HS256, payload("x", many)));
    refuses(verifier, token(HS256, payload("x", many)), JwtReason.TOO_LARGE);
  }

  @Test
  void TK09_signer_refusesWhatADefaultVerifierWould() {
    SeededCases.check(
        200,
        random -> {
          JwtClaims claims = claims(random);
          JwtSigner.Builder builder =
              JwtSigner.builder(
                      ISSUER,
                      Duration.ofSeconds(1 + random.nextInt(1000)),
                      Keys.signing(HS256, 0).withKeyId("k".repeat(1 + random.nextInt(256))))
                  .withClock(Forge.clock());
          String signed;
          try {
            signed = builder.build().sign(claims);
          } catch (IllegalArgumentException e) {
            return;
          }
          assertThat(verifier.check(signed).isAccepted())
              .as(verifier.check(signed).toString())
              .isTrue();
        });
    JwtSigner signer = Keys.signer(HS256, ISSUER, 0).withClock(Forge.clock()).build();
    JwtClaims base = JwtClaims.forAudience("my-api");
    for (JwtClaims bad :
        List.of(
            base.with("n", new java.math.BigInteger("1".repeat(40))),
            base.with("text", "x".repeat(20_000)),
            base.withNotBefore(Instant.ofEpochSecond(Forge.NOW + 300)))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> signer.sign(bad))
          .withMessageMatching("(?s)(no verifier would accept|the token has).*");
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Keys.signer(HS256, ISSUER, 0).withType("t".repeat(5_000)).build());
  }

  private static JwtClaims claims(SplittableRandom random) {
    JwtClaims claims = JwtClaims.forAudience("my-api");
    for (int i = random.nextInt(4); i > 0; i--) {
      claims = claims.with("c" + i, value(random, 0));
    }
    return random.nextInt(4) > 0
        ? claims
        : claims.withNotBefore(
            Instant.ofEpochSecond(Forge.NOW + (random.nextBoolean() ? -500 : 1000)));
  }

  private static Object value(SplittableRandom random, int depth) {
    return switch (random.nextInt(depth > 8 ? 3 : 5)) {
      case 0 -> "x".repeat(random.nextInt(random.nextInt(8) == 0 ? 20_000 : 30));
      case 1 ->
          new java.math.BigInteger(
              random.nextInt(200), new java.util.Random(random.nextInt())); // seeded
      case 2 -> random.nextBoolean();
      case 3 -> java.util.Map.of("k", value(random, depth + 1));
      default -> {
        List<Object> list = new ArrayList<>();
        for (int i = random.nextInt(6); i > 0; i--) {
          list.add(value(random, depth + 1));
        }
        yield list;
      }
    };
  }

  /** An 88-character secret, as a hosted service shows it: RFC 2104 hashes it. */
  @Test
  void TK10_longSecrets_areThoseOfRfc2104() {
    for (int length : List.of(32, 64, 65, 88, 128, 129, 1024)) {
      String text = "s".repeat(length);
      for (JwsAlgorithm algorithm : List.of(HS256, JwsAlgorithm.HS384, JwsAlgorithm.HS512)) {
        if (length < algorithm.hashBytes) {
          continue;
        }
        String input = Forge.base64(Forge.header(algorithm)) + "." + Forge.base64(GOOD);
        byte[] tag =
            Forge.hmac(
                algorithm.jca,
                text.getBytes(StandardCharsets.UTF_8),
                input.getBytes(StandardCharsets.ISO_8859_1));
        JwtKeys keys = JwtKeys.secret(algorithm, SecretBytes.ofUtf8(text));
        accepts(
            Forge.verifier(TrustedIssuer.of(ISSUER, keys, algorithm)).build(),
            input + "." + Forge.base64(tag));
      }
    }
  }
}
