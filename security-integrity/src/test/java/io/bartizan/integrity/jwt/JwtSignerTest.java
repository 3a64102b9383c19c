package io.bartizan.integrity.jwt;

import static io.bartizan.integrity.jwt.Forge.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.bartizan.core.Pem;
import io.bartizan.core.SecretBytes;
import io.bartizan.integrity.json.JsonWriter;
import io.bartizan.integrity.json.StrictBase64;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.EdECPrivateKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Signers fed with PEM and JWK, and the public keys that they publish. */
class JwtSignerTest {

  private static final String ISSUER = "https://issuer";
  private static final Duration VALIDITY = Duration.ofMinutes(5);

  @ParameterizedTest
  @EnumSource(names = "HS.*", mode = EnumSource.Mode.MATCH_NONE)
  void pemAndJwk_ofAPrivateKey_signWhatThePublishedKeyVerifies(JwsAlgorithm algorithm) {
    PrivateKey key = Keys.privateKey(algorithm);
    List<SigningKey> signing =
        List.of(
            SigningKey.of(algorithm, key).withKeyId("k"),
            SigningKey.pem(algorithm, pem("PRIVATE KEY", key.getEncoded())).withKeyId("k"),
            SigningKey.jwk(algorithm, jwk(algorithm, privateJwk(algorithm, 0))));
    JwtKeys.Fixed known = Keys.verifying(algorithm).withKeyId("k");
    for (SigningKey one : signing) {
      JwtSigner signer = JwtSigner.of(ISSUER, VALIDITY, one);
      String token = signer.sign(JwtClaims.forAudience("my-api"));
      assertThat(verifier(known, algorithm).verify(token).issuer()).isEqualTo(ISSUER);
      String published = one.publicJwk();
      assertThat(verifier(JwtKeys.jwk(published), algorithm).verify(token).keyId()).contains("k");
      String set = SigningKey.publicJwkSet(List.of(one));
      assertThat(set).isEqualTo("{\"keys\":[" + published + "]}");
      assertThat(verifier(JwtKeys.jwkSet(set), algorithm).check(token).isAccepted()).isTrue();
      assertThat(published)
          .contains("\"kid\":\"k\"", "\"use\":\"sig\"", "\"alg\":\"" + algorithm.headerName())
          .doesNotContain("\"d\"", "\"p\"", "\"q\"", "\"dp\"", "\"dq\"", "\"qi\"");
    }
  }

  @Test
  void publicJwkSet_severalKeys_needDistinctIds() {
    SigningKey old = key(0).withKeyId("old");
    SigningKey next = key(1).withKeyId("next");
    JwtKeys keys = JwtKeys.jwkSet(SigningKey.publicJwkSet(List.of(old, next)));
    for (SigningKey one : List.of(old, next)) {
      String token = JwtSigner.of(ISSUER, VALIDITY, one).sign(JwtClaims.forAudience("my-api"));
      assertThat(verifier(keys, JwsAlgorithm.ES256).check(token).isAccepted()).isTrue();
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SigningKey.publicJwkSet(List.of(old, old)))
        .withMessage("two keys have the key id old");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SigningKey.publicJwkSet(List.of(old, key(1))))
        .withMessage("a key has no key id, each of several needs one");
    assertThatIllegalArgumentException().isThrownBy(() -> SigningKey.publicJwkSet(List.of()));
  }

  @Test
  void publicJwk_ofASecret_isRefused() {
    SigningKey secret = SigningKey.secret(JwsAlgorithm.HS256, Keys.secret(JwsAlgorithm.HS256, 0));
    assertThatIllegalStateException().isThrownBy(secret::publicJwk);
    assertThatIllegalStateException()
        .isThrownBy(() -> SigningKey.publicJwkSet(List.of(secret)))
        .withMessageContaining("never published");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> secret.withPublicKey(Keys.publicKey(JwsAlgorithm.ES256)));
    assertThat(secret.toString()).isEqualTo("SigningKey[HS256, no public key]");
  }

  @Test
  void withPublicKey_ofAnotherPair_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> key(0).withPublicKey(Keys.pair(JwsAlgorithm.ES256, 1).getPublic()));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> key(0).withPublicKey(Keys.publicKey(JwsAlgorithm.ED25519)));
    assertThat(key(0).withPublicKey(Keys.publicKey(JwsAlgorithm.ES256)).publicJwk())
        .isEqualTo(key(0).publicJwk());
  }

  @Test
  void withEdDsaAlias_isWrittenInHeaderAndKey_andOfEd25519Alone() {
    SigningKey key = Keys.signing(JwsAlgorithm.ED25519, 0).withEdDsaAlias();
    assertThat(key.publicJwk()).contains("\"alg\":\"EdDSA\"");
    String token = JwtSigner.of(ISSUER, VALIDITY, key).sign(JwtClaims.forAudience("my-api"));
    assertThat(
            new String(
                java.util.Base64.getUrlDecoder().decode(token.split("\\.", -1)[0]),
                java.nio.charset.StandardCharsets.UTF_8))
        .contains("\"alg\":\"EdDSA\"");
    assertThatIllegalArgumentException().isThrownBy(() -> key(0).withEdDsaAlias());
  }

  @Test
  void of_keyInAModule_tellsNoPublicKey() {
    PrivateKey opaque = new Opaque(Keys.privateKey(JwsAlgorithm.ES256));
    SigningKey key = SigningKey.of(JwsAlgorithm.ES256, opaque);
    assertThatIllegalStateException()
        .isThrownBy(key::publicJwk)
        .withMessageContaining("withPublicKey");
  }

  @Test
  void pem_weakOrForeignText_isRefused() {
    PrivateKey weak = Keys.generate("RSA", 1024, "").getPrivate();
    refusesPem(JwsAlgorithm.RS256, pem("PRIVATE KEY", weak.getEncoded()), "1024 bits");
    byte[] good = Keys.privateKey(JwsAlgorithm.ES256).getEncoded();
    refusesPem(JwsAlgorithm.ES384, pem("PRIVATE KEY", good), "P-384");
    refusesPem(JwsAlgorithm.ED25519, pem("PRIVATE KEY", good), "no private key for ED25519");
    refusesPem(JwsAlgorithm.ES256, pem("EC PRIVATE KEY", good), "openssl pkcs8 -topk8 -nocrypt");
    refusesPem(JwsAlgorithm.ES256, SecretBytes.ofUtf8(""), "one PRIVATE KEY");
    refusesPem(JwsAlgorithm.HS256, pem("PRIVATE KEY", good), "takes a secret");
  }

  @Test
  void jwk_wrongHalfOrPurpose_isRefused() {
    JwsAlgorithm algorithm = JwsAlgorithm.ES256;
    Map<String, Object> good = privateJwk(algorithm, 0);
    refusesJwk(with(good, "alg", "ES384"), "another algorithm");
    refusesJwk(with(good, "use", "enc"), "not for signing");
    refusesJwk(with(good, "key_ops", List.of("verify")), "not for signing");
    refusesJwk(with(good, "d", privateJwk(algorithm, 1).get("d")), "not the one of the private");
    refusesJwk(with(good, "d", StrictBase64.encodeUrl(new byte[32])), "range");
    refusesJwk(with(good, "d", "AA"), "length");
    refusesJwk(with(good, "d", 5), "wrong type");
    refusesJwk(with(good, "kty", "oct"), "no private key for ES256");
    refusesJwk(with(good, "crv", "secp256k1"), "no private key for ES256");
    Map<String, Object> half = new LinkedHashMap<>(good);
    half.remove("d");
    refusesJwk(half, "no private key for ES256");
  }

  @Test
  void claims_ofEveryAcceptedType_areCopiedAndCanBeRead() {
    List<Object> roles = new ArrayList<>(List.of("reader"));
    UUID session = new UUID(1, 2);
    JwtClaims claims =
        JwtClaims.forAudience("my-api")
            .with("auth_time", Instant.ofEpochSecond(NOW))
            .with("sid", session)
            .with("scopes", Set.of("a"))
            .with("realm_access", Map.of("roles", roles));
    roles.add("admin");
    assertThat(claims.members())
        .containsEntry("auth_time", NOW)
        .containsEntry("sid", session.toString())
        .containsEntry("scopes", List.of("a"))
        .containsEntry("realm_access", Map.of("roles", List.of("reader")));
  }

  @Test
  void claims_ofAnotherTypeOrWithAMethodOfTheirOwn_areRefusedByName() {
    JwtClaims claims = JwtClaims.forAudience("my-api");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> claims.with("share", List.of(1, 0.5)))
        .withMessageContaining("the claim share holds a java.lang.Double");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> claims.with("x", Collections.singletonList(null)))
        .withMessageContaining("the claim x holds a null");
    List<Object> loop = new ArrayList<>();
    loop.add(loop);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> claims.with("loop", loop))
        .withMessageContaining("nested");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> claims.with("nbf", 1))
        .withMessageContaining("its own method");
  }

  private static void refusesPem(JwsAlgorithm algorithm, SecretBytes pem, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> JwtSigner.of(ISSUER, VALIDITY, SigningKey.pem(algorithm, pem)))
        .withMessageContaining(message);
  }

  private static void refusesJwk(Map<String, Object> members, String message) {
    JwsAlgorithm algorithm = JwsAlgorithm.ES256;
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                JwtSigner.of(ISSUER, VALIDITY, SigningKey.jwk(algorithm, jwk(algorithm, members))))
        .withMessageContaining(message);
  }

  private static Map<String, Object> with(Map<String, Object> members, String name, Object value) {
    Map<String, Object> changed = new LinkedHashMap<>(members);
    changed.put(name, value);
    return changed;
  }

  private static SigningKey key(int number) {
    return Keys.signing(JwsAlgorithm.ES256, number);
  }

  private static JwtVerifier verifier(JwtKeys keys, JwsAlgorithm algorithm) {
    return JwtVerifier.of(TrustedIssuer.of(ISSUER, keys, algorithm), "my-api");
  }

  /** As {@code openssl genpkey -algorithm RSA-PSS} makes them. */
  @Test
  void pem_rsaKeyForPssAlone_signsAndVerifiesPss_andNothingElse() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSASSA-PSS");
    generator.initialize(2048);
    KeyPair pair = generator.generateKeyPair();
    SecretBytes key = pem("PRIVATE KEY", pair.getPrivate().getEncoded());
    String text = Pem.encode("PUBLIC KEY", pair.getPublic().getEncoded());
    for (JwsAlgorithm algorithm : List.of(JwsAlgorithm.PS256, JwsAlgorithm.PS512)) {
      String token =
          JwtSigner.of(ISSUER, VALIDITY, SigningKey.pem(algorithm, key))
              .sign(JwtClaims.forAudience("a"));
      JwtKeys keys = JwtKeys.pem(algorithm, text);
      TrustedIssuer issuer = TrustedIssuer.of(ISSUER, keys, algorithm);
      assertThat(JwtVerifier.of(issuer, "a").verify(token).algorithm()).isEqualTo(algorithm);
    }
    refusesPem(JwsAlgorithm.RS256, key, "no private key for RS256");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> JwtKeys.pem(JwsAlgorithm.RS256, text))
        .withMessageContaining("no key for RS256");
  }

  /** As serializers write it that write all members of a class. */
  @Test
  void jwk_membersThatAreNull_areNone() {
    Map<String, Object> members = privateJwk(JwsAlgorithm.ES256, 0);
    members.remove("kid");
    String written = JsonWriter.write(members);
    String nulls = ",\"kid\":null,\"use\":null,\"key_ops\":null,\"alg\":null}";
    String all = written.substring(0, written.length() - 1) + nulls;
    SigningKey key = SigningKey.jwk(JwsAlgorithm.ES256, SecretBytes.ofUtf8(all));
    assertThat(key.keyId()).isNull();
  }

  private static SecretBytes pem(String label, byte[] der) {
    return SecretBytes.ofUtf8(Pem.encode(label, der));
  }

  private static SecretBytes jwk(JwsAlgorithm algorithm, Map<String, Object> members) {
    assertThat(algorithm.isSymmetric()).isFalse();
    return SecretBytes.ofUtf8(JsonWriter.write(members));
  }

  /** Written here from the JDK's keys, not by the code under test. */
  private static Map<String, Object> privateJwk(JwsAlgorithm algorithm, int number) {
    KeyPair pair = Keys.pair(algorithm, number);
    Map<String, Object> jwk = new LinkedHashMap<>();
    jwk.put("kid", "k");
    if (pair.getPrivate() instanceof RSAPrivateCrtKey rsa) {
      jwk.put("kty", "RSA");
      jwk.put("n", base64(rsa.getModulus(), 0));
      jwk.put("e", base64(rsa.getPublicExponent(), 0));
      jwk.put("d", base64(rsa.getPrivateExponent(), 0));
      jwk.put("p", base64(rsa.getPrimeP(), 0));
      jwk.put("q", base64(rsa.getPrimeQ(), 0));
      jwk.put("dp", base64(rsa.getPrimeExponentP(), 0));
      jwk.put("dq", base64(rsa.getPrimeExponentQ(), 0));
      jwk.put("qi", base64(rsa.getCrtCoefficient(), 0));
    } else if (pair.getPrivate() instanceof ECPrivateKey ec) {
      java.security.interfaces.ECPublicKey known =
          (java.security.interfaces.ECPublicKey) pair.getPublic();
      jwk.put("kty", "EC");
      jwk.put("crv", String.valueOf(algorithm.curve));
      jwk.put("x", base64(known.getW().getAffineX(), algorithm.size));
      jwk.put("y", base64(known.getW().getAffineY(), algorithm.size));
      jwk.put("d", base64(ec.getS(), algorithm.size));
    } else {
      byte[] spki = pair.getPublic().getEncoded();
      jwk.put("kty", "OKP");
      jwk.put("crv", "Ed25519");
      jwk.put("x", StrictBase64.encodeUrl(java.util.Arrays.copyOfRange(spki, 12, spki.length)));
      jwk.put(
          "d",
          StrictBase64.encodeUrl(((EdECPrivateKey) pair.getPrivate()).getBytes().orElseThrow()));
    }
    return jwk;
  }

  private static String base64(BigInteger value, int length) {
    byte[] signed = value.toByteArray();
    int skip = signed[0] == 0 ? 1 : 0;
    byte[] plain = new byte[Math.max(length, signed.length - skip)];
    System.arraycopy(
        signed, skip, plain, plain.length - signed.length + skip, signed.length - skip);
    return StrictBase64.encodeUrl(plain);
  }

  /** A key as a security module shows it. */
  private record Opaque(PrivateKey inner) implements PrivateKey {
    private static final long serialVersionUID = 1L;

    @Override
    public String getAlgorithm() {
      return inner.getAlgorithm();
    }

    @Override
    @SuppressWarnings("NullAway") // the JDK's contract: null if it has no encoding
    public String getFormat() {
      return null;
    }

    @Override
    @SuppressWarnings("NullAway")
    public byte[] getEncoded() {
      return null;
    }
  }
}
