package io.bartizan.integrity.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bartizan.core.Pem;
import io.bartizan.integrity.artifact.PinnedKey;
import io.bartizan.integrity.jwt.JwsAlgorithm;
import io.bartizan.integrity.jwt.JwtKeys;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.security.KeyPairGenerator;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** ML-16: points beside their curve, through doors where nobody but this module looks. */
class EcPointsTest {

  private static final Map<Integer, String> SPKI =
      Map.of(
          256, "3059301306072a8648ce3d020106082a8648ce3d030107034200",
          384, "3076301006072a8648ce3d020106052b8104002203620" + "0",
          521, "30819b301006072a8648ce3d020106052b81040023038186" + "00");

  private static final String VERDICT = "the EC key is no point of its curve";

  private final List<ECPoint> right = new ArrayList<>();
  private final List<ECPoint> wrong = new ArrayList<>();

  private ECParameterSpec points(int bits) throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp" + bits + "r1"));
    ECPublicKey key = (ECPublicKey) generator.generateKeyPair().getPublic();
    ECParameterSpec curve = key.getParams();
    BigInteger p = ((ECFieldFp) curve.getCurve().getField()).getP();
    BigInteger one = BigInteger.ONE;
    BigInteger x = key.getW().getAffineX();
    BigInteger y = key.getW().getAffineY();
    right.addAll(List.of(key.getW(), new ECPoint(x, p.subtract(y)), curve.getGenerator()));
    wrong.addAll(
        List.of(
            new ECPoint(x, y.xor(one)),
            new ECPoint(x.xor(one), y),
            new ECPoint(y, x),
            new ECPoint(x, y.add(p)), // the same residue
            new ECPoint(x.add(p), y),
            new ECPoint(x, y.subtract(p)),
            new ECPoint(x.subtract(p), y),
            new ECPoint(x, y.negate()),
            new ECPoint(BigInteger.ZERO, BigInteger.ZERO),
            new ECPoint(p, p),
            new ECPoint(x, BigInteger.ZERO),
            new ECPoint(x, one),
            new ECPoint(x, p.subtract(one)),
            new ECPoint(x, p)));
    int found = 0;
    for (BigInteger edge : List.of(BigInteger.ZERO, one, BigInteger.TWO, p.subtract(one))) {
      BigInteger root = root(edge, curve, p);
      if (root == null) {
        wrong.add(new ECPoint(edge, y));
      } else {
        found++;
        right.addAll(List.of(new ECPoint(edge, root), new ECPoint(edge, p.subtract(root))));
        wrong.addAll(
            List.of(
                new ECPoint(edge.add(p), root),
                new ECPoint(edge, root.add(p)),
                new ECPoint(edge.subtract(p), root),
                new ECPoint(edge, root.xor(one))));
      }
    }
    assertThat(found).as("edges that a point has").isPositive();
    return curve;
  }

  /** The square root of x³ + ax + b where there is one; all three primes are 3 modulo 4. */
  private static @Nullable BigInteger root(BigInteger x, ECParameterSpec curve, BigInteger p) {
    BigInteger square =
        x.pow(3).add(curve.getCurve().getA().multiply(x)).add(curve.getCurve().getB()).mod(p);
    BigInteger root = square.modPow(p.add(BigInteger.ONE).shiftRight(2), p);
    return root.multiply(root).mod(p).equals(square) ? root : null;
  }

  @ParameterizedTest
  @ValueSource(ints = {256, 384, 521})
  void ML16_objectOfAProviderThatChecksNothing_isJudgedHere(int bits) throws Exception {
    ECParameterSpec curve = points(bits);
    for (ECPoint point : right) {
      PublicObject key = new PublicObject(point, curve);
      for (ThrowingCallable door : doorsOfObjects(bits, key)) {
        assertThatCode(door).as(text(point)).doesNotThrowAnyException();
      }
      assertThat(((ECPublicKey) KeyGate.pass(key).key()).getW()).isEqualTo(point);
    }
    wrong.add(ECPoint.POINT_INFINITY);
    for (ECPoint point : wrong) {
      PublicObject key = new PublicObject(point, curve);
      for (ThrowingCallable door : doorsOfObjects(bits, key)) {
        assertThatIllegalArgumentException()
            .as(text(point))
            .isThrownBy(door)
            .withMessageContaining(VERDICT);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {256, 384, 521})
  void ML16_jwkAndPem_takeThePointsOfTheCurveAlone(int bits) throws Exception {
    var unused = points(bits);
    int bytes = (bits + 7) / 8;
    int refused = 0;
    for (ECPoint point : right) {
      assertThatCode(() -> JwtKeys.jwk(jwk(bits, point, bytes))).doesNotThrowAnyException();
      for (ThrowingCallable door : doorsOfPem(bits, point, bytes)) {
        assertThatCode(door).as(text(point)).doesNotThrowAnyException();
      }
    }
    for (ECPoint point : wrong) {
      if (fits(point, bytes)) {
        refused++;
        assertThatIllegalArgumentException()
            .as(text(point))
            .isThrownBy(() -> JwtKeys.jwk(jwk(bits, point, bytes)))
            .withMessageContaining(VERDICT);
        for (ThrowingCallable door : doorsOfPem(bits, point, bytes)) {
          assertThat(catchThrowable(door))
              .as(text(point))
              .isInstanceOfAny(
                  IllegalArgumentException.class, io.bartizan.core.VerificationException.class);
        }
      }
    }
    assertThat(refused).isGreaterThan(8);
  }

  /** The check itself, before anybody else could refuse. */
  @ParameterizedTest
  @ValueSource(ints = {256, 384, 521})
  void ML16_checkOfAPoint_dependsOnNoProvider(int bits) throws Exception {
    ECParameterSpec curve = points(bits);
    for (ECPoint point : right) {
      EcCurves.checkOnCurve(point, curve);
      assertThatCode(() -> KeyGate.ec("P-" + bits, point)).doesNotThrowAnyException();
    }
    for (ECPoint point : wrong) {
      assertThatIllegalArgumentException()
          .as(text(point))
          .isThrownBy(() -> EcCurves.checkOnCurve(point, curve))
          .withMessage(VERDICT);
      assertThatIllegalArgumentException()
          .as(text(point))
          .isThrownBy(() -> KeyGate.ec("P-" + bits, point))
          .withMessage(VERDICT);
    }
  }

  private static List<ThrowingCallable> doorsOfObjects(int bits, ECPublicKey key) {
    JwsAlgorithm algorithm = algorithm(bits);
    return List.of(
        () -> KeyGate.pass(key), () -> PinnedKey.of(key), () -> JwtKeys.publicKey(algorithm, key));
  }

  private static List<ThrowingCallable> doorsOfPem(int bits, ECPoint point, int bytes) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(HexFormat.of().parseHex(String.valueOf(SPKI.get(bits))));
    out.write(4);
    out.writeBytes(fixed(point.getAffineX(), bytes));
    out.writeBytes(fixed(point.getAffineY(), bytes));
    String pem = Pem.encode("PUBLIC KEY", out.toByteArray());
    return List.of(
        () -> KeyGate.ofSpki(out.toByteArray()),
        () -> PinnedKey.parse(pem),
        () -> JwtKeys.pem(algorithm(bits), pem));
  }

  private static JwsAlgorithm algorithm(int bits) {
    return bits == 256 ? JwsAlgorithm.ES256 : bits == 384 ? JwsAlgorithm.ES384 : JwsAlgorithm.ES512;
  }

  private static String jwk(int bits, ECPoint point, int bytes) {
    Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
    return "{\"kty\":\"EC\",\"crv\":\"P-"
        + bits
        + "\",\"x\":\""
        + base64.encodeToString(fixed(point.getAffineX(), bytes))
        + "\",\"y\":\""
        + base64.encodeToString(fixed(point.getAffineY(), bytes))
        + "\"}";
  }

  private static boolean fits(ECPoint point, int bytes) {
    return List.of(point.getAffineX(), point.getAffineY()).stream()
        .allMatch(number -> number.signum() >= 0 && number.bitLength() <= 8 * bytes);
  }

  private static byte[] fixed(BigInteger number, int bytes) {
    byte[] digits = number.toByteArray();
    byte[] fixed = new byte[bytes];
    int length = Math.min(bytes, digits.length);
    System.arraycopy(digits, digits.length - length, fixed, bytes - length, length);
    return fixed;
  }

  private static String text(ECPoint point) {
    return Arrays.asList(point.getAffineX(), point.getAffineY()).toString();
  }

  private record PublicObject(ECPoint getW, ECParameterSpec getParams) implements ECPublicKey {
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
      return new byte[] {0x30, 0};
    }
  }
}
