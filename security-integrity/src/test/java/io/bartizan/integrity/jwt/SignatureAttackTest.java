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
import static io.bartizan.integrity.jwt.JwsAlgorithm.HS256;
import static io.bartizan.integrity.jwt.JwsAlgorithm.PS256;
import static io.bartizan.integrity.jwt.JwsAlgorithm.RS256;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.bartizan.integrity.keys.EcdsaForms;
import java.math.BigInteger;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.Provider;
import java.security.Security;
import java.security.Signature;
import java.security.interfaces.RSAPrivateKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Section B of the attack matrix: the signature. */
class SignatureAttackTest {

  private static final BigInteger N =
      new BigInteger("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16);

  private final JwtVerifier es256 = strict(ES256).build();

  @ParameterizedTest
  @EnumSource
  void B01_missingSignature_isRefused(JwsAlgorithm algorithm) {
    JwtVerifier verifier = strict(algorithm).build();
    String good = token(algorithm, GOOD);
    accepts(verifier, good);
    String input = good.substring(0, good.lastIndexOf('.'));
    refuses(verifier, input + ".", JwtReason.MALFORMED);
    refuses(verifier, input, JwtReason.MALFORMED);
    refuses(verifier, "." + good, JwtReason.MALFORMED);
    refuses(verifier, "..", JwtReason.MALFORMED);
    refuses(verifier, "", JwtReason.MALFORMED);
  }

  @Test
  void B02_psychicSignatures_areRefused() {
    List<BigInteger> edges =
        List.of(
            BigInteger.ZERO,
            N,
            N.add(BigInteger.ONE),
            BigInteger.TWO.pow(256).subtract(BigInteger.ONE));
    List<BigInteger> others = new ArrayList<>(edges);
    others.add(BigInteger.ONE);
    List<JwtVerifier> verifiers =
        List.of(es256, strict(ES256).withProvider(provider("SunEC")).build());
    for (BigInteger r : others) {
      for (BigInteger s : others) {
        String forged = withSignature(plain(r, s));
        for (JwtVerifier verifier : verifiers) {
          refuses(verifier, forged, JwtReason.SIGNATURE_INVALID);
        }
      }
    }
  }

  @Test
  void B03_ecdsaInAnotherEncoding_isRefused() {
    byte[] plain = signature(token(ES256, GOOD));
    byte[] longer = new byte[66];
    System.arraycopy(plain, 0, longer, 1, 32);
    System.arraycopy(plain, 32, longer, 34, 32);
    for (byte[] other :
        List.of(
            EcdsaForms.toDer(plain),
            longer,
            Arrays.copyOf(plain, 63),
            Arrays.copyOf(plain, 65),
            Arrays.copyOf(plain, 32),
            new byte[128])) {
      refuses(es256, withSignature(other), JwtReason.SIGNATURE_INVALID);
    }
  }

  /** RFC 7515 knows no low-S rule, so the twin is as valid as the original, and documented so. */
  @Test
  void B04_ecdsaTwin_isAcceptedAndRevokedWithItsOriginal() {
    String token = token(ES256, GOOD);
    byte[] plain = signature(token);
    BigInteger s = new BigInteger(1, Arrays.copyOfRange(plain, 32, 64));
    BigInteger r = new BigInteger(1, Arrays.copyOfRange(plain, 0, 32));
    String twin = token.substring(0, token.lastIndexOf('.') + 1) + base64(plain(r, N.subtract(s)));
    assertThat(twin).isNotEqualTo(token);
    accepts(es256, twin);
    JwtVerifier revoking =
        strict(ES256).withCache(64).withRevocation((issuer, id) -> id.equals("id-1")).build();
    refuses(revoking, token, JwtReason.REVOKED);
    refuses(revoking, twin, JwtReason.REVOKED);
  }

  @Test
  void B05_ed25519Malleability_isRefused() {
    String token = token(ED25519, GOOD);
    byte[] plain = signature(token);
    BigInteger order =
        BigInteger.TWO.pow(252).add(new BigInteger("27742317777372353535851937790883648493"));
    byte[] reversed = new byte[32];
    for (int i = 0; i < 32; i++) {
      reversed[i] = plain[63 - i];
    }
    byte[] sum = new BigInteger(1, reversed).add(order).toByteArray();
    byte[] twin = plain.clone();
    for (int i = 0; i < 32; i++) {
      twin[32 + i] = i < sum.length ? sum[sum.length - 1 - i] : 0;
    }
    String forged = token.substring(0, token.lastIndexOf('.') + 1) + base64(twin);
    refuses(strict(ED25519).build(), forged, JwtReason.SIGNATURE_INVALID);
    refuses(
        strict(ED25519).withProvider(provider("SunEC")).build(),
        forged,
        JwtReason.SIGNATURE_INVALID);
    for (String point :
        List.of(
            "0100000000000000000000000000000000000000000000000000000000000000",
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "0000000000000000000000000000000000000000000000000000000000000000",
            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
            "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")) {
      String jwk =
          "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\""
              + base64(HexFormat.of().parseHex(point))
              + "\"}";
      assertThatIllegalArgumentException().as(point).isThrownBy(() -> JwtKeys.jwk(jwk));
    }
  }

  /**
   * The JDK also takes a hash name without NULL parameters, which only the key's owner can make.
   */
  @Test
  void B06_pkcs1PaddingForgeries_areRefused() throws Exception {
    RSAPrivateKey key = (RSAPrivateKey) Keys.privateKey(RS256);
    JwtVerifier verifier = strict(RS256).build();
    String input = base64(Forge.header(RS256)) + "." + base64(GOOD);
    byte[] hash = MessageDigest.getInstance("SHA-256").digest(input.getBytes(ISO_8859_1));
    byte[] info = join(HexFormat.of().parseHex("3031300d060960864801650304020105000420"), hash);
    accepts(verifier, input + "." + base64(raw(key, padded(info, 0xff, 0))));
    for (byte[] block :
        List.of(
            padded(info, 0x00, 0),
            padded(info, 0xfe, 0),
            padded(info, 0xff, 20),
            padded(hash, 0xff, 0),
            shortPadding(info))) {
      refuses(verifier, input + "." + base64(raw(key, block)), JwtReason.SIGNATURE_INVALID);
    }
    RSAPublicKey cubic =
        (RSAPublicKey)
            KeyFactory.getInstance("RSA")
                .generatePublic(new RSAPublicKeySpec(key.getModulus(), BigInteger.valueOf(3)));
    JwtVerifier three =
        JwtVerifier.builder(
                TrustedIssuer.of(ISSUER, JwtKeys.publicKey(RS256, cubic), RS256), "my-api")
            .withClock(Forge.clock())
            .build();
    byte[] start = shortPadding(info);
    BigInteger root = new BigInteger(1, start).add(BigInteger.ONE.shiftLeft(1500));
    BigInteger guess = cubeRoot(root);
    refuses(three, input + "." + base64(fixed(guess)), JwtReason.SIGNATURE_INVALID);
  }

  @Test
  void B07_pssOfOtherParameters_isRefused() throws Exception {
    JwtVerifier verifier = strict(PS256).build();
    String input = base64(Forge.header(PS256)) + "." + base64(GOOD);
    accepts(verifier, input + "." + base64(pss(input, "SHA-256", "SHA-256", 32)));
    refuses(
        verifier,
        input + "." + base64(pss(input, "SHA-256", "SHA-256", 20)),
        JwtReason.SIGNATURE_INVALID);
    refuses(
        verifier,
        input + "." + base64(pss(input, "SHA-256", "SHA-1", 32)),
        JwtReason.SIGNATURE_INVALID);
    refuses(
        verifier,
        input + "." + base64(pss(input, "SHA-384", "SHA-384", 32)),
        JwtReason.SIGNATURE_INVALID);
  }

  @Test
  void B08_truncatedMac_isRefused() {
    JwtVerifier verifier = strict(HS256).build();
    String token = token(HS256, GOOD);
    byte[] mac = signature(token);
    String input = token.substring(0, token.lastIndexOf('.') + 1);
    for (int length = 1; length < mac.length; length++) {
      refuses(verifier, input + base64(Arrays.copyOf(mac, length)), JwtReason.SIGNATURE_INVALID);
    }
    refuses(verifier, input + base64(Arrays.copyOf(mac, 33)), JwtReason.SIGNATURE_INVALID);
  }

  /** The time itself is measured by the constant-time program of the mac package. */
  @Test
  void B09_secretsAreNeverComparedWithEarlyExit() {
    JavaClass engine = new ClassFileImporter().importClass(MacEngine.class);
    assertThat(engine.getMethodCallsFromSelf())
        .anyMatch(
            call ->
                call.getTargetOwner().isEquivalentTo(MessageDigest.class)
                    && call.getName().equals("isEqual"))
        .noneMatch(call -> call.getTargetOwner().isEquivalentTo(Arrays.class));
  }

  @Test
  void B10_hashOfKeyAndMessage_isNoMac() throws Exception {
    String input = base64(Forge.header(HS256)) + "." + base64(GOOD);
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    digest.update(Keys.secret(HS256, 0).exposedCopy());
    byte[] tag = digest.digest(input.getBytes(ISO_8859_1));
    refuses(strict(HS256).build(), input + "." + base64(tag), JwtReason.SIGNATURE_INVALID);
  }

  @Test
  void B11_candidateKeys_areAtMostEight() {
    List<JwtKeys.Fixed> many = new ArrayList<>();
    for (int i = 12; i >= 0; i--) {
      many.add(Keys.verifying(HS256, i));
    }
    JwtKeys all = JwtKeys.anyOf(many.toArray(JwtKeys.Fixed[]::new));
    assertThatIllegalArgumentException()
        .as("the ninth key and those after it would never be tried")
        .isThrownBy(() -> TrustedIssuer.of(ISSUER, all, HS256))
        .withMessageContaining("more than 8 keys");
    JwtKeys eight = JwtKeys.anyOf(many.subList(5, 13).toArray(JwtKeys.Fixed[]::new));
    accepts(
        JwtVerifier.builder(TrustedIssuer.of(ISSUER, eight, HS256), "my-api")
            .withClock(Forge.clock())
            .build(),
        token(HS256, GOOD));
  }

  private static byte[] signature(String token) {
    return java.util.Base64.getUrlDecoder().decode(Forge.part(token, 2));
  }

  private static String withSignature(byte[] signature) {
    return base64(Forge.header(ES256)) + "." + base64(GOOD) + "." + base64(signature);
  }

  private static byte[] plain(BigInteger r, BigInteger s) {
    byte[] plain = new byte[64];
    copyRight(r, plain, 32);
    copyRight(s, plain, 64);
    return plain;
  }

  private static void copyRight(BigInteger value, byte[] to, int end) {
    byte[] bytes = value.toByteArray();
    int length = Math.min(32, bytes.length);
    System.arraycopy(bytes, bytes.length - length, to, end - length, length);
  }

  private static Provider provider(String name) {
    return Security.getProvider(name);
  }

  private static byte[] join(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  /** {@code 00 01 fill… 00 info}, with so many bytes of rubbish at the end. */
  private static byte[] padded(byte[] info, int fill, int rubbish) {
    byte[] block = new byte[256];
    Arrays.fill(block, (byte) fill);
    block[0] = 0;
    block[1] = 1;
    int at = 256 - rubbish - info.length;
    block[at - 1] = 0;
    System.arraycopy(info, 0, block, at, info.length);
    return block;
  }

  /** Bleichenbacher's block of 2006: eight bytes of padding, the rest is the forger's. */
  private static byte[] shortPadding(byte[] info) {
    byte[] block = new byte[256];
    block[1] = 1;
    Arrays.fill(block, 2, 10, (byte) 0xff);
    System.arraycopy(info, 0, block, 11, info.length);
    return block;
  }

  private static byte[] raw(RSAPrivateKey key, byte[] block) {
    return fixed(new BigInteger(1, block).modPow(key.getPrivateExponent(), key.getModulus()));
  }

  private static byte[] fixed(BigInteger value) {
    byte[] bytes = value.toByteArray();
    byte[] fixed = new byte[256];
    int length = Math.min(256, bytes.length);
    System.arraycopy(bytes, bytes.length - length, fixed, 256 - length, length);
    return fixed;
  }

  private static BigInteger cubeRoot(BigInteger value) {
    BigInteger low = BigInteger.ZERO;
    BigInteger high = BigInteger.ONE.shiftLeft(700);
    while (high.subtract(low).compareTo(BigInteger.ONE) > 0) {
      BigInteger middle = low.add(high).shiftRight(1);
      if (middle.pow(3).compareTo(value) <= 0) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private static byte[] pss(String input, String hash, String mask, int salt) throws Exception {
    Signature signature = Signature.getInstance("RSASSA-PSS");
    signature.setParameter(
        new PSSParameterSpec(hash, "MGF1", new MGF1ParameterSpec(mask), salt, 1));
    signature.initSign(Keys.privateKey(PS256));
    signature.update(input.getBytes(ISO_8859_1));
    return signature.sign();
  }
}
