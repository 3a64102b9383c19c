package io.bartizan.integrity.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.bartizan.core.Pem;
import io.bartizan.core.SecretBytes;
import io.bartizan.integrity.artifact.MinisignKey;
import io.bartizan.integrity.artifact.PinnedKey;
import io.bartizan.integrity.attest.sigstore.KeyPolicy;
import io.bartizan.integrity.jwt.JwsAlgorithm;
import io.bartizan.integrity.jwt.JwtKeys;
import io.bartizan.integrity.jwt.SigningKey;
import io.bartizan.integrity.mac.Hmac;
import io.bartizan.integrity.mac.HmacAlgorithm;
import io.bartizan.integrity.mac.WebhookScheme;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.Security;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.EllipticCurve;
import java.security.spec.RSAPublicKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.math.ec.rfc8032.Ed25519;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class KeyGateTest {

  private static final BigInteger F4 = BigInteger.valueOf(65537);
  private static final KeyPair RSA = pair("RSA", null);
  private static final KeyPair ED25519 = pair("Ed25519", null);

  @Test
  void goodKeys_throughEachDoor_areAccepted() throws Exception {
    for (KeyPair pair :
        List.of(
            RSA,
            ED25519,
            pair("EC", "secp256r1"),
            pair("EC", "secp384r1"),
            pair("EC", "secp521r1"))) {
      PublicKey key = pair.getPublic();
      KeyGate.Passed passed = KeyGate.pass(key);
      assertThat(passed.spki()).isEqualTo(key.getEncoded());
      assertThat(passed.key()).isEqualTo(key).isNotSameAs(key);
      assertThat(KeyGate.ofSpki(key.getEncoded()).spki()).isEqualTo(passed.spki());
      assertThatCode(() -> PinnedKey.of(key)).doesNotThrowAnyException();
      assertThatCode(() -> JwtKeys.publicKey(algorithm(passed), key)).doesNotThrowAnyException();
    }
    byte[] point = EdwardsPoint.of(ED25519.getPublic());
    for (ThrowingCallable door : doorsOfPoint(point)) {
      assertThatCode(door).doesNotThrowAnyException();
    }
  }

  @Test
  void rsaKeys_weakOrFactorable_areRefusedAtEachDoor() throws Exception {
    BigInteger good = ((RSAPublicKey) RSA.getPublic()).getModulus();
    BigInteger smallFactor = good.shiftRight(10).setBit(0).multiply(BigInteger.valueOf(1003));
    List<BigInteger[]> weak =
        List.of(
            numbers(BadKeys.rocaModulus(), F4),
            numbers(good, BigInteger.valueOf(65536)),
            numbers(good.clearBit(0), F4),
            numbers(smallFactor, F4),
            numbers(good.shiftRight(1).setBit(0), F4),
            numbers(BigInteger.ONE.shiftLeft(8192).setBit(0), F4),
            numbers(good, BigInteger.ONE.shiftLeft(64).setBit(0)));
    for (BigInteger[] key : weak) {
      assertThatIllegalArgumentException().isThrownBy(() -> KeyGate.rsa(key[0], key[1]));
      PublicKey object = rsaKey(key[0], key[1]);
      for (ThrowingCallable door : doors(object, JwsAlgorithm.RS256)) {
        assertThatIllegalArgumentException().isThrownBy(door);
      }
      String jwk =
          "{\"kty\":\"RSA\",\"n\":\"" + unsigned(key[0]) + "\",\"e\":\"" + unsigned(key[1]) + "\"}";
      assertThatIllegalArgumentException().isThrownBy(() -> JwtKeys.jwk(jwk));
    }
    assertThatIllegalArgumentException().isThrownBy(() -> KeyGate.rsa(good, BigInteger.ONE));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> KeyGate.rsa(BadKeys.rocaModulus(), F4))
        .withMessageContaining("ROCA");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PinnedKey.of(rsaKey(BadKeys.rocaModulus(), F4)))
        .withMessageContaining("ROCA");
  }

  /** At doors of keys that last; a key that comes with a request is its sender's own affair. */
  @Test
  void TK16_rsaModulus_thatIsNoProductOfTwoGoodPrimes_isRefusedAtEachLastingDoor()
      throws Exception {
    Random random = new Random(16);
    BigInteger one = BigInteger.probablePrime(1025, random);
    BigInteger beside = one.add(BigInteger.TWO.pow(300)).nextProbablePrime();
    BigInteger other = BigInteger.probablePrime(1026, random);
    PublicKey good = rsaKey(one.multiply(other), F4);
    Map<String, BigInteger> bad =
        Map.of(
            "is a prime", BigInteger.probablePrime(2048, random),
            "primes are the same", one.multiply(one),
            "close together (CVE-2022-26320)", one.multiply(beside));
    for (Map.Entry<String, BigInteger> each : bad.entrySet()) {
      PublicKey key = rsaKey(each.getValue(), F4);
      assertThatCode(() -> KeyGate.rsa(each.getValue(), F4)).doesNotThrowAnyException();
      for (ThrowingCallable door : lastingDoors(key)) {
        assertThatIllegalArgumentException().isThrownBy(door).withMessageContaining(each.getKey());
      }
      String set = "{\"keys\":[" + jwk(key) + "," + jwk(good) + "]}";
      assertThat(JwtKeys.jwkSet(set).leftOut()).singleElement().asString().contains(each.getKey());
    }
    for (ThrowingCallable door : lastingDoors(good)) {
      assertThatCode(door).doesNotThrowAnyException();
    }
  }

  private static List<ThrowingCallable> lastingDoors(PublicKey key) {
    String pem = Pem.encode("PUBLIC KEY", key.getEncoded());
    return List.of(
        () -> JwtKeys.publicKey(JwsAlgorithm.RS256, key),
        () -> JwtKeys.pem(JwsAlgorithm.RS256, pem),
        () -> JwtKeys.jwk(jwk(key)),
        () -> SigningKey.external(JwsAlgorithm.RS256, key, message -> message),
        () -> PinnedKey.of(key),
        () -> PinnedKey.parse(pem),
        () -> KeyPolicy.builder(key),
        () -> KeyPolicy.parse(pem));
  }

  private static String jwk(PublicKey key) {
    RSAPublicKey rsa = (RSAPublicKey) key;
    return "{\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"%s\"}"
        .formatted(unsigned(rsa.getModulus()), unsigned(rsa.getPublicExponent()));
  }

  @Test
  void edwardsPoints_ofSmallOrderOrNotCanonical_areRefusedAtEachDoor() {
    for (byte[] point : BadKeys.edwardsPoints()) {
      for (ThrowingCallable door : doorsOfPoint(point)) {
        assertThatIllegalArgumentException().isThrownBy(door);
      }
      PublicKey object = new RawKey("Ed25519", EdwardsPoint.spki(point));
      for (ThrowingCallable door : doors(object, JwsAlgorithm.ED25519)) {
        assertThatIllegalArgumentException().isThrownBy(door);
      }
    }
  }

  /** A point of the main group plus one of order 2: some verifiers would take it. */
  @Test
  void edwardsPoints_ofMixedOrder_areRefused() {
    byte[] point = EdwardsPoint.of(ED25519.getPublic());
    BigInteger p = BigInteger.TWO.pow(255).subtract(BigInteger.valueOf(19));
    byte[] big = reversed(point);
    boolean odd = big[0] < 0;
    big[0] &= 0x7f;
    byte[] other = reversed(fixed(p.subtract(new BigInteger(1, big)))); // (−x, −y)
    other[31] |= (byte) (odd ? 0 : 0x80);
    assertThat(EdwardsPoint.isOfFullOrderByNumbers(other)).isFalse();
    for (ThrowingCallable door : doorsOfPoint(other)) {
      assertThatIllegalArgumentException().isThrownBy(door);
    }
  }

  @Test
  void fullOrder_byBouncyCastleAndByNumbers_isOneAnswer() {
    List<byte[]> points = new ArrayList<>(BadKeys.edwardsPoints());
    Random random = new Random(25519);
    for (int i = 0; i < 40; i++) {
      byte[] seed = new byte[32];
      random.nextBytes(seed);
      points.add(seed);
      byte[] point = new byte[32];
      Ed25519.generatePublicKey(seed, 0, point, 0);
      points.add(point);
      byte[] mirrored = point.clone();
      mirrored[31] ^= (byte) 0x80;
      points.add(mirrored);
    }
    int accepted = 0;
    for (byte[] point : points) {
      boolean known = Ed25519.validatePublicKeyFull(point, 0);
      accepted += known ? 1 : 0;
      assertThat(EdwardsPoint.isOfFullOrderByNumbers(point))
          .as(Arrays.toString(point))
          .isEqualTo(known);
    }
    assertThat(accepted).isBetween(80, points.size() - BadKeys.EDWARDS_POINTS.size());
  }

  @Test
  void ecKeys_offTheCurveOrOnAnother_areRefusedAtEachDoor() throws Exception {
    ECPublicKey good = (ECPublicKey) pair("EC", "secp256r1").getPublic();
    ECPoint off =
        new ECPoint(good.getW().getAffineX(), good.getW().getAffineY().add(BigInteger.ONE));
    ECParameterSpec params = good.getParams();
    ECParameterSpec otherGenerator =
        new ECParameterSpec(params.getCurve(), good.getW(), params.getOrder(), 1);
    ECParameterSpec otherCurve =
        new ECParameterSpec(
            new EllipticCurve(
                params.getCurve().getField(), params.getCurve().getA(), BigInteger.TEN),
            params.getGenerator(),
            params.getOrder(),
            1);
    List<PublicKey> bad =
        List.of(
            new EcKey(off, params),
            new EcKey(ECPoint.POINT_INFINITY, params),
            new EcKey(good.getW(), otherGenerator),
            new EcKey(good.getW(), otherCurve));
    for (PublicKey key : bad) {
      for (ThrowingCallable door : doors(key, JwsAlgorithm.ES256)) {
        assertThatIllegalArgumentException().isThrownBy(door);
      }
    }
    assertThatCode(() -> PinnedKey.of(new EcKey(good.getW(), params))).doesNotThrowAnyException();
  }

  /** The same numbers, whatever object holds them and whoever stands first among the providers. */
  @Test
  void verdictAndEncoding_withOtherProvidersAndOrders_areTheSame() throws Exception {
    BouncyCastleProvider other = new BouncyCastleProvider();
    List<KeyPair> pairs = List.of(RSA, ED25519, pair("EC", "secp256r1"), pair("EC", "secp521r1"));
    List<byte[]> before = new ArrayList<>();
    for (KeyPair pair : pairs) {
      before.add(KeyGate.pass(pair.getPublic()).spki());
    }
    assertThat(Security.insertProviderAt(other, 1)).isEqualTo(1);
    try {
      for (int i = 0; i < pairs.size(); i++) {
        PublicKey key = pairs.get(i).getPublic();
        String family = key.getAlgorithm().equals("EdDSA") ? "Ed25519" : key.getAlgorithm();
        PublicKey foreign =
            KeyFactory.getInstance(family, other)
                .generatePublic(new X509EncodedKeySpec(key.getEncoded()));
        for (PublicKey one : List.of(key, foreign)) {
          KeyGate.Passed passed = KeyGate.pass(one);
          assertThat(passed.spki()).isEqualTo(before.get(i));
          assertThat(passed.key().getEncoded()).isEqualTo(before.get(i));
          assertThat(PinnedKey.of(one)).isEqualTo(PinnedKey.of(key));
          assertThat(PinnedKey.parse(Pem.encode("PUBLIC KEY", one.getEncoded())))
              .isEqualTo(PinnedKey.of(key));
        }
      }
      edwardsPoints_ofSmallOrderOrNotCanonical_areRefusedAtEachDoor();
      rsaKeys_weakOrFactorable_areRefusedAtEachDoor();
    } finally {
      Security.removeProvider(other.getName());
    }
  }

  @Test
  void secrets_thatArePublicKeys_areRefusedAtEachDoor() {
    byte[] der = ED25519.getPublic().getEncoded();
    String pem = Pem.encode("PUBLIC KEY", der);
    List<byte[]> disguised =
        List.of(
            der,
            "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA".getBytes(StandardCharsets.UTF_8),
            "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AAAA\"}".getBytes(StandardCharsets.UTF_8),
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI".getBytes(StandardCharsets.UTF_8));
    assertThat(pem).startsWith("-----BEGIN");
    for (byte[] secret : disguised) {
      String text = new String(secret, StandardCharsets.ISO_8859_1);
      assertThatIllegalArgumentException().as(text).isThrownBy(() -> SecretGate.check(secret));
      SecretBytes bytes = SecretBytes.copyOf(secret);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> JwtKeys.secret(JwsAlgorithm.HS256, bytes));
      assertThatIllegalArgumentException().isThrownBy(() -> Hmac.of(HmacAlgorithm.SHA_256, bytes));
      assertThatIllegalArgumentException().isThrownBy(() -> WebhookScheme.stripe(bytes));
      assertThatIllegalArgumentException().isThrownBy(() -> WebhookScheme.slack(bytes));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> WebhookScheme.githubAcceptingReplays(bytes));
      assertThatIllegalArgumentException()
          .isThrownBy(
              () ->
                  WebhookScheme.standard(
                      SecretBytes.ofUtf8("whsec_" + Base64.getEncoder().encodeToString(secret))));
    }
    byte[] plain = new byte[64];
    plain[63] = 1;
    assertThatCode(() -> SecretGate.check(plain)).doesNotThrowAnyException();
  }

  private static List<ThrowingCallable> doors(PublicKey key, JwsAlgorithm algorithm) {
    return List.of(
        () -> KeyGate.pass(key),
        () -> JwtKeys.publicKey(algorithm, key),
        () -> PinnedKey.of(key),
        () -> PinnedKey.parse(Pem.encode("PUBLIC KEY", key.getEncoded())),
        () -> JwtKeys.pem(algorithm, Pem.encode("PUBLIC KEY", key.getEncoded())));
  }

  private static List<ThrowingCallable> doorsOfPoint(byte[] point) {
    String base64 = Base64.getEncoder().encodeToString(point);
    String url = Base64.getUrlEncoder().withoutPadding().encodeToString(point);
    byte[] minisign = new byte[42];
    minisign[0] = 'E';
    minisign[1] = 'd';
    System.arraycopy(point, 0, minisign, 10, 32);
    String pem = Pem.encode("PUBLIC KEY", EdwardsPoint.spki(point));
    return List.of(
        () -> KeyGate.ed25519(point),
        () -> JwtKeys.jwk("{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" + url + "\"}"),
        () -> JwtKeys.pem(JwsAlgorithm.ED25519, pem),
        () -> PinnedKey.parse(pem),
        () -> MinisignKey.parse(Base64.getEncoder().encodeToString(minisign)),
        () -> WebhookScheme.standard(SecretBytes.ofUtf8("whpk_" + base64)));
  }

  private static JwsAlgorithm algorithm(KeyGate.Passed key) {
    return switch (String.valueOf(key.curve())) {
      case "P-256" -> JwsAlgorithm.ES256;
      case "P-384" -> JwsAlgorithm.ES384;
      case "P-521" -> JwsAlgorithm.ES512;
      case "Ed25519" -> JwsAlgorithm.ED25519;
      default -> JwsAlgorithm.RS256;
    };
  }

  private static BigInteger[] numbers(BigInteger modulus, BigInteger exponent) {
    return new BigInteger[] {modulus, exponent};
  }

  private static PublicKey rsaKey(BigInteger modulus, BigInteger exponent) throws Exception {
    PublicKey encoded;
    try {
      encoded =
          KeyFactory.getInstance("RSA").generatePublic(new RSAPublicKeySpec(modulus, exponent));
    } catch (java.security.spec.InvalidKeySpecException e) { // this provider refuses it itself
      return new RsaKey(modulus, exponent, new byte[] {0x30, 0});
    }
    return new RsaKey(modulus, exponent, encoded.getEncoded());
  }

  private static String unsigned(BigInteger number) {
    byte[] bytes = number.toByteArray();
    byte[] plain = bytes[0] == 0 ? Arrays.copyOfRange(bytes, 1, bytes.length) : bytes;
    return Base64.getUrlEncoder().withoutPadding().encodeToString(plain);
  }

  private static byte[] reversed(byte[] bytes) {
    byte[] reversed = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      reversed[i] = bytes[bytes.length - 1 - i];
    }
    return reversed;
  }

  private static byte[] fixed(BigInteger number) {
    byte[] bytes = number.toByteArray();
    byte[] fixed = new byte[32];
    System.arraycopy(bytes, 0, fixed, 32 - bytes.length, bytes.length);
    return fixed;
  }

  private static KeyPair pair(String family, @Nullable String curve) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(family);
      if (curve != null) {
        generator.initialize(new ECGenParameterSpec(curve));
      } else if (family.equals("RSA")) {
        generator.initialize(2048);
      }
      return generator.generateKeyPair();
    } catch (java.security.GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  @SuppressWarnings("ArrayRecordComponent") // as providers make them
  private record RawKey(String getAlgorithm, byte[] getEncoded) implements PublicKey {
    @Override
    public String getFormat() {
      return "X.509";
    }
  }

  /** An object of a provider that checks nothing. */
  @SuppressWarnings("ArrayRecordComponent")
  private record RsaKey(BigInteger getModulus, BigInteger getPublicExponent, byte[] getEncoded)
      implements RSAPublicKey {
    @Override
    public String getAlgorithm() {
      return "RSA";
    }

    @Override
    public String getFormat() {
      return "X.509";
    }
  }

  private record EcKey(ECPoint getW, ECParameterSpec getParams) implements ECPublicKey {
    @Override
    public String getAlgorithm() {
      return "EC";
    }

    @Override
    public String getFormat() {
      return "X.509";
    }

    @Override
    public byte[] getEncoded() {
      try {
        return KeyFactory.getInstance("EC")
            .generatePublic(new ECPublicKeySpec(getW, getParams))
            .getEncoded();
      } catch (java.security.GeneralSecurityException | RuntimeException e) {
        return new byte[] {0x30, 0};
      }
    }
  }
}
