package io.bartizan.integrity.keys;

import java.math.BigInteger;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;
import org.bouncycastle.math.ec.ECAlgorithms;
import org.bouncycastle.math.ec.ECPoint;
import org.bouncycastle.math.ec.FixedPointCombMultiplier;
import org.bouncycastle.math.ec.rfc8032.Ed25519;
import org.bouncycastle.util.BigIntegers;

/**
 * One call of everything that this module uses of Bouncy Castle; a class of its own, so that a part
 * that is missing is an error here and nowhere else. Takes some milliseconds, once.
 */
final class BouncyCastleTrial {

  private BouncyCastleTrial() {}

  static boolean succeeds() {
    BigInteger three = BigInteger.valueOf(3);
    byte[] point = new byte[Ed25519.PUBLIC_KEY_SIZE];
    Ed25519.generatePublicKey(new byte[Ed25519.SECRET_KEY_SIZE], 0, point, 0);
    byte[] signature = new byte[Ed25519.SIGNATURE_SIZE];
    boolean forged =
        new Ed25519PublicKeyParameters(point, 0)
            .verify(Ed25519.Algorithm.Ed25519, null, point, 0, point.length, signature, 0);
    X9ECParameters parameters = CustomNamedCurves.getByName("P-256");
    ECPoint g = parameters.getG();
    ECPoint sum = ECAlgorithms.sumOfTwoMultiplies(g, BigInteger.TWO, g, BigInteger.ONE).normalize();
    ECPoint product = new FixedPointCombMultiplier().multiply(g, three).normalize();
    ECPoint doubled = g.timesPow2(1).add(g).normalize();
    ECPoint valid =
        parameters
            .getCurve()
            .validatePoint(
                sum.getAffineXCoord().toBigInteger(), sum.getAffineYCoord().toBigInteger());
    ECPoint[] table = {doubled};
    parameters.getCurve().normalizeAll(table, 0, 1, null);
    BigInteger inverse = BigIntegers.modOddInverseVar(parameters.getN(), three);
    return !forged
        && sum.equals(product)
        && sum.equals(doubled)
        && sum.equals(valid)
        && inverse.multiply(three).mod(parameters.getN()).equals(BigInteger.ONE)
        && !parameters.getCurve().getInfinity().twicePlus(g).isInfinity();
  }
}
