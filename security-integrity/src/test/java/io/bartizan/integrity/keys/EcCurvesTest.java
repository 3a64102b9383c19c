package io.bartizan.integrity.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.math.BigInteger;
import java.security.spec.ECFieldFp;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.EllipticCurve;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A curve is known by its numbers, whoever made the object, and by all of them. */
class EcCurvesTest {

  @ParameterizedTest
  @CsvSource({"P-256, 32, 256", "P-384, 48, 384", "P-521, 66, 521"})
  void curve_isFoundByItsName_andHasItsSize(String name, int bytes, int bits) {
    ECParameterSpec curve = EcCurves.get(name);
    assertThat(EcCurves.find(name)).isSameAs(curve);
    assertThat(EcCurves.fieldBytes(curve)).isEqualTo(bytes);
    assertThat(curve.getOrder().bitLength()).isEqualTo(bits);
    assertThat(EcCurves.nameOf(curve)).isEqualTo(name);
  }

  @Test
  void otherName_isNoCurve() {
    for (String name : new String[] {null, "", "P-224", "secp256r1", "p-256"}) {
      assertThat(EcCurves.find(name)).isNull();
      assertThatIllegalArgumentException()
          .isThrownBy(() -> EcCurves.get(name))
          .withMessage(name + " is no such curve");
    }
  }

  /** Its five numbers in the order of {@link #made}. */
  private static BigInteger[] numbers(String name) {
    ECParameterSpec curve = EcCurves.get(name);
    return new BigInteger[] {
      ((ECFieldFp) curve.getCurve().getField()).getP(),
      curve.getCurve().getA(),
      curve.getCurve().getB(),
      curve.getGenerator().getAffineX(),
      curve.getGenerator().getAffineY(),
      curve.getOrder()
    };
  }

  private static ECParameterSpec made(BigInteger... of) {
    EllipticCurve curve = new EllipticCurve(new ECFieldFp(of[0]), of[1], of[2]);
    return new ECParameterSpec(curve, new ECPoint(of[3], of[4]), of[5], 1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"P-256", "P-384", "P-521"})
  void objectOfTheSameNumbers_isTheCurve_andWithOneChangedItIsNot(String name) {
    assertThat(EcCurves.nameOf(made(numbers(name)))).isEqualTo(name);
    for (int i = 0; i < 6; i++) {
      BigInteger[] numbers = numbers(name);
      numbers[i] = i == 0 ? numbers[i].add(BigInteger.TWO) : numbers[i].subtract(BigInteger.ONE);
      assertThat(EcCurves.nameOf(made(numbers))).as("number %s changed", i).isNull();
    }
  }

  /** The three curves have three orders, so that no signature of one can be checked by another. */
  @Test
  void pointOfOneCurve_isNoneOfAnother() {
    for (String name : new String[] {"P-256", "P-384", "P-521"}) {
      ECPoint point = EcCurves.get(name).getGenerator();
      for (String other : new String[] {"P-256", "P-384", "P-521"}) {
        if (other.equals(name)) {
          EcCurves.checkOnCurve(point, EcCurves.get(other));
        } else {
          assertThatIllegalArgumentException()
              .isThrownBy(() -> EcCurves.checkOnCurve(point, EcCurves.get(other)));
        }
      }
    }
  }
}
