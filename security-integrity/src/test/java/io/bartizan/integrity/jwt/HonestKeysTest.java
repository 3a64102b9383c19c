package io.bartizan.integrity.jwt;

import static io.bartizan.integrity.jwt.Forge.GOOD;
import static io.bartizan.integrity.jwt.Forge.ISSUER;
import static io.bartizan.integrity.jwt.Forge.accepts;
import static io.bartizan.integrity.jwt.Forge.refuses;
import static io.bartizan.integrity.jwt.Forge.token;
import static io.bartizan.integrity.jwt.JwsAlgorithm.ES256;
import static io.bartizan.integrity.jwt.JwsAlgorithm.ES512;
import static io.bartizan.integrity.jwt.JwsAlgorithm.RS256;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.bartizan.core.Health;
import io.bartizan.core.Pem;
import io.bartizan.integrity.IntegrityListener;
import io.bartizan.tests.SeededCases;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TK-04 and TK-07: sound keys are read however they are written, and none is lost silently. */
class HonestKeysTest {

  private static final RSAPublicKey RSA = (RSAPublicKey) Keys.publicKey(RS256);
  private static final ECPublicKey EC = (ECPublicKey) Keys.publicKey(ES256);
  private static final ECPublicKey EC_521 = (ECPublicKey) Keys.publicKey(ES512);
  private static final String WEAK = weak();

  @TempDir Path folder;

  /** From text, from a file, and from a source that is fetched. */
  private List<JwtKeys> everyWay(String set) throws Exception {
    Path file = Files.writeString(Files.createTempFile(folder, "keys", ".json"), set);
    RemoteJwks fromFile = RemoteJwks.of(file);
    assertThat(fromFile.load()).as(fromFile.health().detail()).isTrue();
    RemoteJwks fetched = RemoteJwks.of("test", () -> CompletableFuture.completedFuture(set));
    assertThat(fetched.load()).as(fetched.health().detail()).isTrue();
    return List.of(JwtKeys.jwkSet(set), fromFile, fetched);
  }

  /** The cure is the issuer's, so the reason must name it. */
  @Test
  void tokenWithoutKid_ofASetOfSeveralKeys_isToldAsSuch() {
    String set =
        SigningKey.publicJwkSet(
            List.of(Keys.signing(ES256, 0).withKeyId("a"), Keys.signing(ES256, 1).withKeyId("b")));
    RemoteJwks keys = RemoteJwks.of("test", () -> CompletableFuture.completedFuture(set));
    JwtVerifier verifier = Forge.verifier(TrustedIssuer.of(ISSUER, keys, ES256)).build();
    String header = "{\"alg\":\"ES256\"%s}";
    assertThat(verifier.check(token(header.formatted(""), GOOD, ES256)))
        .hasToString(
            "Rejected[key-unknown: the header has no kid, and the issuer has several keys for this"
                + " alg]");
    assertThat(verifier.check(token(header.formatted(",\"kid\":\"c\""), GOOD, ES256)))
        .hasToString("Rejected[key-unknown: no trusted issuer has such a key for this alg]");
    accepts(verifier, token(header.formatted(",\"kid\":\"a\""), GOOD, ES256));
    JwtVerifier other = Forge.verifier(TrustedIssuer.of(ISSUER, keys, RS256)).build();
    assertThat(other.check(token("{\"alg\":\"RS256\"}", GOOD, RS256)))
        .hasToString("Rejected[key-unknown: no trusted issuer has such a key for this alg]");
  }

  @Test
  void TK04_publicNumbersOfAnyPadding_areRead() {
    SeededCases.check(
        60,
        random -> {
          String rsa =
              "{\"kty\":\"RSA\",\"kid\":\"1\",\"n\":\""
                  + written(RSA.getModulus(), random)
                  + "\",\"e\":\""
                  + written(RSA.getPublicExponent(), random)
                  + "\"}";
          String ec = ec("P-256", EC, random);
          String ec521 = ec("P-521", EC_521, random);
          assertSameKey(rsa, RSA);
          assertSameKey(ec, EC);
          assertSameKey(ec521, EC_521);
        });
  }

  private static void assertSameKey(String jwk, java.security.PublicKey key) {
    assertThat(JwtKeys.jwk(jwk).snapshot().keys.get(0).publicKey).as(jwk).isEqualTo(key);
  }

  private static String ec(String curve, ECPublicKey key, SplittableRandom random) {
    return "{\"kty\":\"EC\",\"crv\":\""
        + curve
        + "\",\"x\":\""
        + written(key.getW().getAffineX(), random)
        + "\",\"y\":\""
        + written(key.getW().getAffineY(), random)
        + "\"}";
  }

  /** As little as needed, as BigInteger writes it, or with many zeros; base64 of every kind. */
  private static String written(BigInteger value, SplittableRandom random) {
    byte[] signed = value.toByteArray();
    int skip = signed[0] == 0 && random.nextBoolean() ? 1 : 0;
    int zeros = random.nextInt(3) * random.nextInt(40);
    byte[] bytes = new byte[zeros + signed.length - skip];
    System.arraycopy(signed, skip, bytes, zeros, signed.length - skip);
    Base64.Encoder encoder = random.nextBoolean() ? Base64.getUrlEncoder() : Base64.getEncoder();
    return (random.nextBoolean() ? encoder.withoutPadding() : encoder).encodeToString(bytes);
  }

  @Test
  void TK04_numbersOutOfRange_areRefusedAsEver() {
    BigInteger p = ((java.security.spec.ECFieldFp) EC.getParams().getCurve().getField()).getP();
    SplittableRandom random = new SplittableRandom(4);
    for (BigInteger x : List.of(BigInteger.ZERO, p, p.add(EC.getW().getAffineX()))) {
      String jwk =
          "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\""
              + written(x, random)
              + "\",\"y\":\""
              + written(EC.getW().getAffineY(), random)
              + "\"}";
      assertThatIllegalArgumentException().as(jwk).isThrownBy(() -> JwtKeys.jwk(jwk));
    }
    for (String n : List.of("", "AA", "AAAA", "!", "A", "Zm9v Zm9v", "Zm9v\\u0000")) {
      String jwk = "{\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\"" + n + "\"}";
      assertThatIllegalArgumentException().as(jwk).isThrownBy(() -> JwtKeys.jwk(jwk));
    }
  }

  @Test
  void TK04_membersThatDoNotMatter_doNotSpoilAKey() throws Exception {
    String members = EcJwk.of(EC).substring(1);
    for (String odd :
        List.of(
            "\"kid\":1,",
            "\"kid\":\"\",",
            "\"kid\":null,",
            "\"kid\":\"" + "k".repeat(300) + "\",",
            "\"use\":null,",
            "\"use\":\"\",",
            "\"alg\":null,",
            "\"alg\":\"\",",
            "\"key_ops\":\"verify\",",
            "\"key_ops\":null,",
            "\"x5c\":7,",
            "\"x5t\":[],",
            "\"ext\":{},",
            "\"iat\":1e3,")) {
      for (JwtKeys keys : everyWay("{\"keys\":[{" + odd + members + "]}")) {
        accepts(verifier(keys), token(ES256, GOOD));
      }
    }
  }

  @Test
  void TK07_oddPartsOfASet_spoilNoOtherKey() throws Exception {
    String good = EcJwk.of(EC, "good");
    for (String odd :
        List.of(
            WEAK,
            EcJwk.of(EC, "private").replace("\"kty\"", "\"d\":\"AQAB\",\"kty\""),
            "{\"kty\":\"RSA\",\"n\":\"" + Forge.base64(RSA.getModulus().toByteArray()) + "\"}",
            "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"}",
            "{\"kty\":\"EC\",\"crv\":\"secp256k1\",\"x\":\"AA\",\"y\":\"AA\"}",
            "{\"kty\":\"AKP\",\"alg\":\"ML-DSA-44\",\"pub\":\"AA\"}",
            "{\"kty\":7}",
            "{\"kty\":\"EC\",\"use\":\"enc\"}",
            "{\"use\":\"sig\"}",
            "{}",
            "[]",
            "null",
            "\"key\"")) {
      for (JwtKeys keys : everyWay("{\"keys\":[" + odd + "," + good + "]}")) {
        accepts(verifier(keys), token("{\"alg\":\"ES256\",\"kid\":\"good\"}", GOOD, ES256));
        assertThat(keys.leftOut()).as(odd).hasSize(1);
        assertThat(keys.leftOut().get(0)).contains("key ").hasSizeGreaterThan(10);
        if (keys instanceof RemoteJwks remote) {
          assertThat(remote.health().status()).isEqualTo(Health.Status.UP);
          assertThat(remote.health().detail()).contains("1 left out (key ");
        } else {
          assertThat(keys.toString()).contains("1 left out (key ");
        }
      }
    }
  }

  @Test
  void TK07_oneIdForKeysOfTwoKinds_isReadFromTextToo() throws Exception {
    String set = "{\"keys\":[" + EcJwk.of(EC, "a") + "," + EcJwk.of(EC_521, "a") + "]}";
    for (JwtKeys keys : everyWay(set)) {
      accepts(verifier(keys), token("{\"alg\":\"ES256\",\"kid\":\"a\"}", GOOD, ES256));
    }
  }

  @Test
  void TK07_keysOfOtherAlgorithms_areSkippedFromTextToo() throws Exception {
    String set = "{\"keys\":[" + EcJwk.of(EC, "ec") + "," + EcJwk.of(EC_521, "ec521") + "]}";
    for (JwtKeys keys : everyWay(set)) {
      accepts(verifier(keys), token("{\"alg\":\"ES256\",\"kid\":\"ec\"}", GOOD, ES256));
      accepts(verifier(keys), token(ES256, GOOD)); // the only one of this algorithm
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TrustedIssuer.of(ISSUER, JwtKeys.jwkSet(set), RS256))
        .withMessageContaining("serves none of [RS256]");
  }

  @Test
  void TK07_byteOrderMarkAndHundredsOfKeys_areRead() throws Exception {
    StringBuilder set = new StringBuilder("\uFEFF{\"keys\":[");
    for (int i = 0; i < 150; i++) {
      set.append(EcJwk.of(Keys.pair(ES256, 1).getPublic(), "k" + i)).append(',');
    }
    set.append(EcJwk.of(EC, "last")).append("]}");
    for (JwtKeys keys : everyWay(set.toString())) {
      accepts(verifier(keys), token("{\"alg\":\"ES256\",\"kid\":\"last\"}", GOOD, ES256));
    }
  }

  @Test
  void TK07_setWithoutAUsableKey_isRefusedWithEachReason() {
    String set = "{\"keys\":[" + WEAK + "]}";
    assertThatIllegalArgumentException()
        .isThrownBy(() -> JwtKeys.jwkSet(set))
        .withMessageContaining("key \"weak\": the RSA key has 1024 bits");
    try (RemoteJwks keys = RemoteJwks.of("t", () -> CompletableFuture.completedFuture(set))) {
      assertThat(keys.load()).isFalse();
      assertThat(keys.health().detail()).contains("1024 bits");
    }
  }

  @Test
  void TK07_listener_hearsWhichKeysAreLeftOutAndWhy() {
    List<String> heard = new CopyOnWriteArrayList<>();
    IntegrityListener listener =
        new IntegrityListener() {
          @Override
          public void keysChanged(String source, int usable, List<String> leftOut) {
            heard.add(source + " " + usable + " " + leftOut);
          }
        };
    String set = "{\"keys\":[" + WEAK + "," + EcJwk.of(EC, "good") + "]}";
    try (RemoteJwks keys =
        RemoteJwks.builder("mine", () -> CompletableFuture.completedFuture(set))
            .withListener(listener)
            .build()) {
      assertThat(keys.load()).isTrue();
    }
    assertThat(heard)
        .containsExactly(
            "mine 1 [key \"weak\": the RSA key has 1024 bits, 2048 to 8192 are accepted]");
  }

  @Test
  void TK07_keysThatCanNeverBeTried_areRefusedWhenBuilt() {
    StringBuilder pem = new StringBuilder();
    for (int i = 0; i < 12; i++) {
      pem.append(Pem.encode("PUBLIC KEY", Keys.pair(ES256, i).getPublic().getEncoded()));
    }
    JwtKeys twelve = JwtKeys.pem(ES256, pem.toString());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TrustedIssuer.of(ISSUER, twelve, ES256))
        .withMessageContaining("more than 8 keys for ES256 have no key id");

    List<JwtKeys.Fixed> named = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      named.add(JwtKeys.publicKey(ES256, Keys.pair(ES256, i).getPublic()).withKeyId("k" + i));
    }
    JwtVerifier verifier = verifier(JwtKeys.anyOf(named.toArray(JwtKeys.Fixed[]::new)));
    for (int i = 0; i < 12; i++) {
      accepts(verifier, signed("{\"alg\":\"ES256\",\"kid\":\"k" + i + "\"}", i));
    }
    refuses(verifier, signed("{\"alg\":\"ES256\"}", 11), JwtReason.KEY_UNKNOWN);
    refuses(verifier, signed("{\"alg\":\"ES256\",\"kid\":\"k1\"}", 2), JwtReason.SIGNATURE_INVALID);
  }

  private static String signed(String header, int number) {
    String input = Forge.base64(header) + "." + Forge.base64(GOOD);
    return input
        + "."
        + Forge.base64(Forge.sign(ES256, Keys.pair(ES256, number), input.getBytes(UTF_8)));
  }

  private static JwtVerifier verifier(JwtKeys keys) {
    return Forge.verifier(TrustedIssuer.of(ISSUER, keys, ES256)).build();
  }

  private static String weak() {
    RSAPublicKey key = (RSAPublicKey) Keys.generate("RSA", 1024, "").getPublic();
    return "{\"kty\":\"RSA\",\"kid\":\"weak\",\"e\":\"AQAB\",\"n\":\""
        + Forge.base64(key.getModulus().toByteArray())
        + "\"}";
  }
}
