package io.bartizan.integrity.jwt;

import static io.bartizan.integrity.jwt.Forge.GOOD;
import static io.bartizan.integrity.jwt.Forge.ISSUER;
import static io.bartizan.integrity.jwt.Forge.accepts;
import static io.bartizan.integrity.jwt.Forge.base64;
import static io.bartizan.integrity.jwt.Forge.refuses;
import static io.bartizan.integrity.jwt.Forge.strict;
import static io.bartizan.integrity.jwt.Forge.token;
import static io.bartizan.integrity.jwt.JwsAlgorithm.ED25519;
import static io.bartizan.integrity.jwt.JwsAlgorithm.ES256;
import static io.bartizan.integrity.jwt.JwsAlgorithm.ES384;
import static io.bartizan.integrity.jwt.JwsAlgorithm.HS256;
import static io.bartizan.integrity.jwt.JwsAlgorithm.HS512;
import static io.bartizan.integrity.jwt.JwsAlgorithm.PS256;
import static io.bartizan.integrity.jwt.JwsAlgorithm.RS256;
import static io.bartizan.integrity.jwt.JwsAlgorithm.RS384;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.bartizan.core.Pem;
import io.bartizan.core.SecretBytes;
import java.math.BigInteger;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.RSAPublicKeySpec;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Section A of the attack matrix: algorithm and key. */
class AlgorithmAttackTest {

  private final JwtVerifier es256 = strict(ES256).build();

  @Test
  void A01_algNone_isRefusedBeforeKeysAreLookedUp() {
    for (String signature : List.of("", base64("x"), base64(new byte[64]))) {
      String unsigned = base64("{\"alg\":\"none\"}") + "." + base64(GOOD) + "." + signature;
      refuses(es256, unsigned, JwtReason.ALGORITHM_NOT_ALLOWED);
    }
    assertThat(JwsAlgorithm.values()).noneMatch(a -> a.name().equalsIgnoreCase("none"));
  }

  @Test
  void A02_algOfOtherCase_isRefused() {
    for (String name : List.of("noNe", "NONE", "none ", "es256", "Es256", "ES256 ", " ES256")) {
      refuses(
          es256, token("{\"alg\":\"" + name + "\"}", GOOD, ES256), JwtReason.ALGORITHM_NOT_ALLOWED);
    }
  }

  @Test
  void A03_algMissingOrNoString_isMalformed() {
    for (String header :
        List.of(
            "{}",
            "{\"alg\":null}",
            "{\"alg\":256}",
            "{\"alg\":[\"ES256\"]}",
            "{\"alg\":\"\"}",
            "{\"alg\":{}}",
            "{\"alg\":true}",
            "{\"Alg\":\"ES256\"}")) {
      refuses(es256, token(header, GOOD, ES256), JwtReason.MALFORMED);
    }
  }

  @Test
  void A04_rsaPublicKeyAsHmacSecret_isRefused() {
    PublicKey key = Keys.publicKey(RS256);
    String pem = Pem.encode("PUBLIC KEY", key.getEncoded());
    String jwk = "{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}";
    JwtVerifier rs256 = strict(RS256).build();
    for (byte[] secret :
        List.of(
            key.getEncoded(),
            pem.getBytes(UTF_8),
            pem.strip().getBytes(UTF_8),
            jwk.getBytes(UTF_8))) {
      String input = base64("{\"alg\":\"HS256\"}") + "." + base64(GOOD);
      byte[] mac = Forge.hmac("HmacSHA256", secret, input.getBytes(ISO_8859_1));
      refuses(rs256, input + "." + base64(mac), JwtReason.ALGORITHM_NOT_ALLOWED);
    }
    for (String text : List.of("-----BEGIN PUBLIC KEY-----\nMCowBQYD", jwk + "   ")) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> JwtKeys.secret(HS256, SecretBytes.copyOf(text.getBytes(UTF_8))));
    }
    assertThatIllegalArgumentException()
        .as("the 44 bytes of an Ed25519 key would have the right length")
        .isThrownBy(
            () -> JwtKeys.secret(HS256, SecretBytes.copyOf(Keys.publicKey(ED25519).getEncoded())));
    assertThatIllegalArgumentException().isThrownBy(() -> JwtKeys.publicKey(HS256, key));
    assertThatIllegalArgumentException().isThrownBy(() -> JwtKeys.pem(HS256, pem));
  }

  @Test
  void A05_pemWithLeadingBlanks_isNoSecretEither() {
    for (String blanks : List.of(" ", "\n", "\r\n\t", "\u00a0", "x")) {
      byte[] text = (blanks + "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2V").getBytes(ISO_8859_1);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> JwtKeys.secret(HS256, SecretBytes.copyOf(text)));
    }
  }

  @Test
  void A06_jwkWithoutAlg_isBoundToTheOnlyAllowedOne() {
    JwtKeys.Fixed keys = JwtKeys.jwk(rsaJwk(""));
    JwtVerifier verifier =
        JwtVerifier.builder(TrustedIssuer.of(ISSUER, keys, RS256, ES256), "my-api")
            .withClock(Forge.clock())
            .build();
    accepts(verifier, token(RS256, GOOD));
    refuses(verifier, token(RS384, GOOD), JwtReason.ALGORITHM_NOT_ALLOWED);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TrustedIssuer.of(ISSUER, keys, RS256, PS256))
        .withMessageContaining("fits each of [RS256, PS256]");
  }

  @Test
  void A07_otherAlgorithmUnderOneKey_isRefused() {
    JwtKeys.Fixed both =
        JwtKeys.anyOf(
            JwtKeys.publicKey(RS256, Keys.publicKey(RS256)).withKeyId("rs"),
            JwtKeys.publicKey(PS256, Keys.pair(PS256, 1).getPublic()).withKeyId("ps"));
    JwtVerifier verifier =
        JwtVerifier.builder(TrustedIssuer.of(ISSUER, both, RS256, PS256), "my-api")
            .withClock(Forge.clock())
            .build();
    accepts(verifier, token("{\"alg\":\"RS256\",\"kid\":\"rs\"}", GOOD, RS256));
    refuses(
        verifier, token("{\"alg\":\"PS256\",\"kid\":\"rs\"}", GOOD, PS256), JwtReason.KEY_UNKNOWN);
    refuses(verifier, token("{\"alg\":\"PS256\"}", GOOD, PS256), JwtReason.SIGNATURE_INVALID);
    refuses(verifier, token(RS384, GOOD), JwtReason.ALGORITHM_NOT_ALLOWED);
  }

  @Test
  void A08_keyOfAnotherCurve_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> JwtKeys.publicKey(ES256, Keys.publicKey(ES384)));
    refuses(es256, token("{\"alg\":\"ES256\"}", GOOD, ES384), JwtReason.SIGNATURE_INVALID);
    assertThatIllegalArgumentException().isThrownBy(() -> JwtKeys.publicKey(ES256, Keys.koblitz()));
  }

  @Test
  void A09_edDsa_isAnAliasOnlyWhereDeclared() {
    String older = token("{\"alg\":\"EdDSA\"}", GOOD, ED25519);
    refuses(strict(ED25519).build(), older, JwtReason.ALGORITHM_NOT_ALLOWED);
    TrustedIssuer issuer = TrustedIssuer.of(ISSUER, Keys.verifying(ED25519), ED25519);
    JwtVerifier both =
        JwtVerifier.builder(issuer.withEdDsaAlias(), "my-api").withClock(Forge.clock()).build();
    accepts(both, older);
    accepts(both, token(ED25519, GOOD));
    refuses(es256, older, JwtReason.ALGORITHM_NOT_ALLOWED);
    PublicKey ed448 = Keys.generate("Ed448", 0, "").getPublic();
    assertThatIllegalArgumentException().isThrownBy(() -> JwtKeys.publicKey(ED25519, ed448));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TrustedIssuer.of(ISSUER, Keys.verifying(ES256), ES256).withEdDsaAlias());
  }

  @Test
  void A10_unknownAlgWithEmptySignature_isRefused() {
    for (String name : List.of("XX256", "HS1", "ES256K", "Ed448", "RSA-OAEP", "dir", "A128KW")) {
      String header = base64("{\"alg\":\"" + name + "\"}");
      refuses(es256, header + "." + base64(GOOD) + ".", JwtReason.ALGORITHM_NOT_ALLOWED);
    }
  }

  @Test
  void A11_jwkForSomethingElse_isNotUsed() {
    for (String members :
        List.of(
            "\"use\":\"enc\",",
            "\"key_ops\":[\"sign\"],",
            "\"key_ops\":[],",
            "\"alg\":\"RSA-OAEP\",")) {
      assertThatIllegalArgumentException().isThrownBy(() -> JwtKeys.jwk(rsaJwk(members)));
    }
    assertThat(JwtKeys.jwk(rsaJwk("\"use\":\"sig\",\"key_ops\":[\"verify\"],"))).isNotNull();
  }

  @Test
  void A12_secretBesidePublicKeys_isLeftOutWithItsReason_asFromAnEndpoint() {
    String oct = "{\"kty\":\"oct\",\"alg\":\"HS256\",\"k\":\"" + base64(sevens(32)) + "\"}";
    String mixed = "{\"keys\":[" + oct + "," + rsaJwk("\"kid\":\"a\",") + "]}";
    assertThat(JwtKeys.jwkSet(mixed).leftOut())
        .isEqualTo(PublishedKeys.read(mixed.getBytes(UTF_8), 100_000).leftOut())
        .singleElement()
        .asString()
        .startsWith("key 1: it is a secret");
    assertThat(JwtKeys.jwkSet(mixed).snapshot().keys).noneMatch(VerifyingKey::isSecret);
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> JwtKeys.jwkSet("{\"keys\":[" + oct + "," + rsaJwk("\"use\":\"enc\",") + "]}"))
        .withMessageContaining("no usable key");
    assertThat(JwtKeys.jwkSet("{\"keys\":[" + oct + "]}").leftOut()).isEmpty();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> JwtKeys.jwk(rsaJwk("\"d\":\"AQAB\",")))
        .withMessageContaining("private");
  }

  @Test
  void A13_twoKeysOfOneId_areRefused() {
    String one = rsaJwk("\"kid\":\"a\",");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> JwtKeys.jwkSet("{\"keys\":[" + one + "," + one + "]}"))
        .withMessageContaining("same key id");
  }

  @Test
  void A14_weakRsaKeys_areRefusedWhenLoaded() throws Exception {
    PublicKey small = Keys.generate("RSA", 1024, "").getPublic();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> JwtKeys.publicKey(RS256, small))
        .withMessageContaining("1024 bits");
    BigInteger modulus = ((RSAPublicKey) Keys.publicKey(RS256)).getModulus();
    PublicKey fine =
        KeyFactory.getInstance("RSA")
            .generatePublic(new RSAPublicKeySpec(modulus, BigInteger.valueOf(3)));
    assertThat(JwtKeys.publicKey(RS256, fine)).isNotNull();
  }

  @Test
  void A15_shortHmacSecrets_areRefusedWhenLoaded() {
    for (int length : List.of(0, 1, 16, 31, 1025)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> JwtKeys.secret(HS256, SecretBytes.copyOf(sevens(length))))
          .withMessageContaining("32 to 1024");
    }
    assertThat(JwtKeys.secret(HS256, SecretBytes.random(32))).isNotNull();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> JwtKeys.secret(HS512, SecretBytes.copyOf(sevens(63))));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                JwtKeys.jwk(
                    "{\"kty\":\"oct\",\"alg\":\"HS256\",\"k\":\"" + base64("short") + "\"}"));
  }

  @Test
  void A16_secretsThatHmacTakesForEqual_areRefusedInOneSet() {
    byte[] key = new byte[32];
    Arrays.fill(key, (byte) 7);
    JwtKeys.Fixed one = JwtKeys.secret(HS256, SecretBytes.copyOf(key)).withKeyId("a");
    JwtKeys.Fixed padded =
        JwtKeys.secret(HS256, SecretBytes.copyOf(Arrays.copyOf(key, 40))).withKeyId("b");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> JwtKeys.anyOf(one, padded))
        .withMessageContaining("same to HMAC");
    byte[] large = Arrays.copyOf(key, 65);
    large[64] = 1;
    JwtKeys.Fixed longer = JwtKeys.secret(HS256, SecretBytes.copyOf(large)).withKeyId("c");
    JwtKeys.Fixed hashed =
        JwtKeys.secret(HS256, SecretBytes.copyOf(Thumbprint.sha256(large))).withKeyId("d");
    assertThatIllegalArgumentException()
        .as("a key longer than the block is hashed")
        .isThrownBy(() -> JwtKeys.anyOf(longer, hashed))
        .withMessageContaining("same to HMAC");
  }

  @Test
  void A17_keyInTheHeader_isNotTrusted() {
    String header = "{\"alg\":\"ES256\",\"jwk\":" + EcJwk.of(Keys.pair(ES256, 1).getPublic()) + "}";
    refuses(es256, withOtherKey(header), JwtReason.SIGNATURE_INVALID);
  }

  @Test
  void A18_placesOfKeysInTheHeader_areNotVisited() {
    for (String name : List.of("jku", "x5u")) {
      for (String uri :
          List.of("https://127.0.0.1:1/jwks", "file:///etc/passwd", "http://169.254.169.254/")) {
        String header = "{\"alg\":\"ES256\",\"" + name + "\":\"" + uri + "\"}";
        refuses(es256, withOtherKey(header), JwtReason.SIGNATURE_INVALID);
        accepts(es256, token(header, GOOD, ES256));
      }
    }
  }

  @Test
  void A19_chainInTheHeader_isNotTrusted() {
    refuses(
        es256, withOtherKey("{\"alg\":\"ES256\",\"x5c\":[\"MIIB\"]}"), JwtReason.SIGNATURE_INVALID);
  }

  @Test
  void A20_keyIdThatAttacks_isOnlyLookedUp() {
    JwtVerifier named =
        JwtVerifier.builder(
                TrustedIssuer.of(ISSUER, Keys.verifying(ES256).withKeyId("k1"), ES256), "my-api")
            .withClock(Forge.clock())
            .build();
    for (String id :
        List.of("../../dev/null", "/dev/null", "' OR 1=1 --", "k1\\u000a", "k1 ", "*", "K1", "")) {
      refuses(
          named,
          token("{\"alg\":\"ES256\",\"kid\":\"" + id + "\"}", GOOD, ES256),
          JwtReason.KEY_UNKNOWN);
    }
    for (String id : List.of("1", "null", "[\"k1\"]", "{}", "\"" + "k".repeat(257) + "\"")) {
      refuses(
          named, token("{\"alg\":\"ES256\",\"kid\":" + id + "}", GOOD, ES256), JwtReason.MALFORMED);
    }
    assertThat(
            named
                .check(token("{\"alg\":\"ES256\",\"kid\":\"evil\\nline\"}", GOOD, ES256))
                .toString())
        .doesNotContain("evil");
    accepts(named, token("{\"alg\":\"ES256\",\"kid\":\"k1\"}", GOOD, ES256));
  }

  @Test
  void A21_issuerOfTheToken_neverChoosesKeys() {
    String evil = GOOD.replace("https://issuer", "https://evil");
    refuses(es256, token(ES256, evil), JwtReason.ISSUER_MISMATCH);
    refuses(es256, token(ES256, Forge.payload("iss", "")), JwtReason.ISSUER_MISMATCH);
  }

  @Test
  void A22_keyOfOneIssuer_neverVerifiesForAnother() {
    JwtVerifier two =
        JwtVerifier.builder(
                List.of(
                    TrustedIssuer.of("https://a", Keys.verifying(ES256, 0).withKeyId("1"), ES256),
                    TrustedIssuer.of("https://b", Keys.verifying(ES256, 1).withKeyId("1"), ES256)),
                "my-api")
            .withClock(Forge.clock())
            .build();
    String header = "{\"alg\":\"ES256\",\"kid\":\"1\"}";
    accepts(two, token(header, GOOD.replace("https://issuer", "https://a"), ES256));
    refuses(
        two,
        token(header, GOOD.replace("https://issuer", "https://b"), ES256),
        JwtReason.SIGNATURE_INVALID); // only the keys of the issuer that it names are tried
    refuses(two, token(header, GOOD, ES256), JwtReason.ISSUER_MISMATCH);
  }

  private static byte[] sevens(int length) {
    byte[] secret = new byte[length];
    Arrays.fill(secret, (byte) 7);
    return secret;
  }

  private static String withOtherKey(String header) {
    String input = base64(header) + "." + base64(GOOD);
    byte[] signature = Forge.sign(ES256, Keys.pair(ES256, 1), input.getBytes(ISO_8859_1));
    return input + "." + base64(signature);
  }

  private static String rsaJwk(String more) {
    RSAPublicKey key = (RSAPublicKey) Keys.publicKey(RS256);
    byte[] modulus = key.getModulus().toByteArray();
    return "{\"kty\":\"RSA\","
        + more
        + "\"n\":\""
        + base64(Arrays.copyOfRange(modulus, 1, modulus.length))
        + "\",\"e\":\"AQAB\"}";
  }
}
