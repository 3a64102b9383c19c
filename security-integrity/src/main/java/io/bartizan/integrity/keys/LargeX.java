package io.bartizan.integrity.keys;

import java.math.BigInteger;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;

/**
 * ECDSA signatures (FIPS 186-5 section 6.4.2) whose point has an x that is not below the curve's
 * order, which JDK 17's own engine refuses although they are valid.
 *
 * <p>Such a signature has {@code r < p − n}, which no honest one ever has by chance (2^-128 of them
 * at P-256, fewer elsewhere); so plain arithmetic of a few milliseconds is enough. All inputs are
 * public.
 */
final class LargeX {

  private final BigInteger p;
  private final BigInteger n;
  private final ECPoint generator;
  private final ECPoint key;

  /** Signatures by this key, whose curve is checked. */
  public LargeX(ECPublicKey key) {
    ECParameterSpec curve = key.getParams();
    this.p = ((ECFieldFp) curve.getCurve().getField()).getP();
    this.n = curve.getOrder();
    this.generator = curve.getGenerator();
    this.key = key.getW();
  }

  /**
   * Whether it is one of them.
   *
   * @param der a signature of strict DER
   * @param hash of the content, of which as many bits count as the order has
   */
  public boolean matches(byte[] der, byte[] hash) {
    int at = (der[1] & 0xff) == 0x81 ? 3 : 2;
    BigInteger r = new BigInteger(der, at + 2, der[at + 1]);
    if (r.compareTo(p.subtract(n)) >= 0) {
      return false;
    }
    at += 2 + der[at + 1];
    BigInteger inverse = new BigInteger(der, at + 2, der[at + 1]).modInverse(n);
    int excess = Math.max(0, 8 * hash.length - n.bitLength());
    BigInteger u1 = new BigInteger(1, hash).shiftRight(excess).multiply(inverse).mod(n);
    BigInteger u2 = r.multiply(inverse).mod(n);
    BigInteger[] sum = sum(u1, u2);
    BigInteger scale = sum[2].multiply(sum[2]).mod(p);
    return scale.signum() != 0 && r.add(n).multiply(scale).mod(p).equals(sum[0]);
  }

  /** {@code u1·G + u2·Q} in Jacobian coordinates, both at once (Shamir's trick). */
  private BigInteger[] sum(BigInteger u1, BigInteger u2) {
    BigInteger[] g = {generator.getAffineX(), generator.getAffineY(), BigInteger.ONE};
    BigInteger[] q = {key.getAffineX(), key.getAffineY(), BigInteger.ONE};
    BigInteger[] both = add(g, q);
    BigInteger[] sum = {BigInteger.ONE, BigInteger.ONE, BigInteger.ZERO};
    for (int bit = n.bitLength() - 1; bit >= 0; bit--) {
      sum = twice(sum);
      if (u1.testBit(bit) || u2.testBit(bit)) {
        sum = add(sum, !u1.testBit(bit) ? q : u2.testBit(bit) ? both : g);
      }
    }
    return sum;
  }

  /** For curves with {@code a = −3}; a third coordinate of zero is infinity. */
  private BigInteger[] twice(BigInteger[] a) {
    BigInteger delta = times(a[2], a[2]);
    BigInteger gamma = times(a[1], a[1]);
    BigInteger beta = times(a[0], gamma);
    BigInteger alpha = times(a[0].subtract(delta), a[0].add(delta)).multiply(BigInteger.valueOf(3));
    BigInteger x = times(alpha, alpha).subtract(beta.shiftLeft(3)).mod(p);
    BigInteger yz = a[1].add(a[2]);
    BigInteger z = times(yz, yz).subtract(gamma).subtract(delta).mod(p);
    BigInteger y =
        alpha
            .multiply(beta.shiftLeft(2).subtract(x))
            .subtract(gamma.multiply(gamma).shiftLeft(3))
            .mod(p);
    return new BigInteger[] {x, y, z};
  }

  private BigInteger[] add(BigInteger[] a, BigInteger[] b) {
    if (a[2].signum() == 0) {
      return b;
    }
    if (b[2].signum() == 0) {
      return a;
    }
    BigInteger za = times(a[2], a[2]);
    BigInteger zb = times(b[2], b[2]);
    BigInteger ua = times(a[0], zb);
    BigInteger sa = times(times(a[1], b[2]), zb);
    BigInteger h = times(b[0], za).subtract(ua).mod(p);
    BigInteger w = times(times(b[1], a[2]), za).subtract(sa).mod(p);
    if (h.signum() == 0) {
      return w.signum() == 0
          ? twice(a)
          : new BigInteger[] {BigInteger.ONE, BigInteger.ONE, BigInteger.ZERO};
    }
    BigInteger hh = times(h, h);
    BigInteger hhh = times(h, hh);
    BigInteger v = times(ua, hh);
    BigInteger x = w.multiply(w).subtract(hhh).subtract(v.shiftLeft(1)).mod(p);
    BigInteger y = w.multiply(v.subtract(x)).subtract(sa.multiply(hhh)).mod(p);
    return new BigInteger[] {x, y, times(times(a[2], b[2]), h)};
  }

  private BigInteger times(BigInteger a, BigInteger b) {
    return a.multiply(b).mod(p);
  }
}
