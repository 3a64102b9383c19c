package io.bartizan.integrity.keys;

import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The curves P-256, P-384 and P-521 of FIPS 186, by their names in JWK. */
public final class EcCurves {

  private static final Map<String, ECParameterSpec> CURVES = curves();

  private EcCurves() {}

  /**
   * A curve's parameters.
   *
   * @param name such as {@code P-256}
   * @return null for another name than the three
   */
  public static @Nullable ECParameterSpec find(@Nullable String name) {
    return name == null ? null : CURVES.get(name);
  }

  /**
   * A curve's parameters.
   *
   * @param name such as {@code P-256}
   * @return its parameters
   * @throws IllegalArgumentException for another name than the three
   */
  public static ECParameterSpec get(@Nullable String name) {
    ECParameterSpec curve = find(name);
    if (curve == null) {
      throw new IllegalArgumentException(name + " is no such curve");
    }
    return curve;
  }

  /** The name of the curve with these parameters, whoever made the object; null for another. */
  static @Nullable String nameOf(ECParameterSpec given) {
    for (Map.Entry<String, ECParameterSpec> curve : CURVES.entrySet()) {
      ECParameterSpec known = curve.getValue();
      if (known.getCurve().getField().equals(given.getCurve().getField())
          && known.getCurve().getA().equals(given.getCurve().getA())
          && known.getCurve().getB().equals(given.getCurve().getB())
          && known.getGenerator().equals(given.getGenerator())
          && known.getOrder().equals(given.getOrder())) {
        return curve.getKey();
      }
    }
    return null;
  }

  static int fieldBytes(ECParameterSpec curve) {
    return (curve.getCurve().getField().getFieldSize() + 7) / 8;
  }

  /** The three curves have cofactor 1, so a point on the curve is a point of the group. */
  static void checkOnCurve(ECPoint point, ECParameterSpec curve) {
    BigInteger p = ((ECFieldFp) curve.getCurve().getField()).getP();
    BigInteger x = point.getAffineX();
    BigInteger y = point.getAffineY();
    boolean valid = x != null && y != null && isField(x, p) && isField(y, p);
    if (valid) {
      BigInteger right =
          x.multiply(x).add(curve.getCurve().getA()).multiply(x).add(curve.getCurve().getB());
      valid = y.multiply(y).subtract(right).mod(p).signum() == 0;
    }
    if (!valid) {
      throw new IllegalArgumentException("the EC key is no point of its curve");
    }
  }

  private static boolean isField(BigInteger value, BigInteger p) {
    return value.signum() >= 0 && value.compareTo(p) < 0;
  }

  private static Map<String, ECParameterSpec> curves() {
    Map<String, ECParameterSpec> curves = new LinkedHashMap<>();
    try {
      for (String bits : new String[] {"256", "384", "521"}) {
        AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
        parameters.init(new ECGenParameterSpec("secp" + bits + "r1"));
        curves.put("P-" + bits, parameters.getParameterSpec(ECParameterSpec.class));
      }
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has the curves of FIPS 186", e);
    }
    return curves;
  }
}
