package io.bartizan.integrity.keys;

import java.math.BigInteger;
import java.security.interfaces.ECPublicKey;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.math.ec.ECAlgorithms;
import org.bouncycastle.math.ec.ECCurve;
import org.bouncycastle.math.ec.ECFieldElement;
import org.bouncycastle.math.ec.ECPoint;
import org.bouncycastle.util.BigIntegers;
import org.jspecify.annotations.Nullable;

/**
 * A public key that verifies ECDSA signatures (FIPS 186-5 section 6.4.2) on Bouncy Castle's curve
 * arithmetic, several times as fast as the engine of JDK 17. Only where {@link
 * BouncyCastle#isPresent()}. Thread-safe.
 *
 * <p>How it works: a verifier sees the same public key again and again, so the multiples of it that
 * Lim and Lee's comb needs are computed once, as they are for the generator, and {@code u1·G +
 * u2·Q} takes {@value #COMB}th as many doublings as it has bits. The result's x is compared without
 * an inversion. All inputs are public, so nothing here needs constant time. {@code r} and {@code s}
 * outside {@code [1, n)} are refused before anything else (CVE-2022-21449).
 */
public final class EcdsaKey {

  private static final int COMB = 8;

  /** After so many signatures of a key its multiples are computed. */
  public static final int WORTH_WHILE = 8;

  private final Curve curve;
  private final ECPoint key;
  private final AtomicInteger seen = new AtomicInteger();
  private volatile ECPoint @Nullable [] keyMultiples;

  private EcdsaKey(Curve curve, ECPoint key) {
    this.curve = curve;
    this.key = key;
  }

  /**
   * A key that the gate let pass.
   *
   * @param curve {@code P-256}, {@code P-384} or {@code P-521}
   * @param key a point of it
   * @return the key
   * @throws IllegalArgumentException if it is another curve or no point of this one
   */
  public static EcdsaKey of(String curve, ECPublicKey key) {
    Curve own = Curve.of(curve);
    return new EcdsaKey(own, own.point(key.getW().getAffineX(), key.getW().getAffineY()));
  }

  /**
   * Whether a signature is this key's.
   *
   * @param hash of what was signed, of which as many bits count as the curve's order has
   * @param r the signature's first number, any
   * @param s the second, any
   * @return whether it is
   */
  public boolean matches(byte[] hash, BigInteger r, BigInteger s) {
    if (!curve.isScalar(r) || !curve.isScalar(s)) {
      return false;
    }
    BigInteger n = curve.order;
    int excess = Math.max(0, 8 * hash.length - n.bitLength());
    BigInteger inverse = BigIntegers.modOddInverseVar(n, s);
    BigInteger u1 = new BigInteger(1, hash).shiftRight(excess).multiply(inverse).mod(n);
    BigInteger u2 = r.multiply(inverse).mod(n);
    ECPoint[] multiples = multiplesOfKey();
    ECPoint sum =
        multiples == null
            ? ECAlgorithms.sumOfTwoMultiplies(curve.generator, u1, key, u2)
            : curve.sum(u1, u2, multiples);
    return curve.hasX(sum, r);
  }

  /**
   * Whether a signature in DER is this key's.
   *
   * @param hash of what was signed, of which as many bits count as the curve's order has
   * @param der of the one spelling, as {@link EcdsaForms#isStrictDer} judges it
   * @return whether it is
   */
  public boolean matchesDer(byte[] hash, byte[] der) {
    int at = (der[1] & 0xff) == 0x81 ? 3 : 2;
    int next = at + 2 + der[at + 1];
    return matches(
        hash,
        new BigInteger(der, at + 2, der[at + 1]),
        new BigInteger(der, next + 2, der[next + 1]));
  }

  /** Null as long as it is not worth while: a key that came with a proof may be used once. */
  private ECPoint @Nullable [] multiplesOfKey() {
    ECPoint[] multiples = keyMultiples;
    if (multiples == null && seen.incrementAndGet() > WORTH_WHILE) {
      multiples = curve.multiples(key);
      keyMultiples = multiples;
    }
    return multiples;
  }

  /** A curve with the multiples of its generator. */
  private static final class Curve {

    /** Each when it is first used: its multiples take some milliseconds. */
    private static final Map<String, Curve> MADE = new ConcurrentHashMap<>();

    private final ECCurve field;
    private final BigInteger prime;
    private final BigInteger order;
    private final int rows;
    private final ECPoint generator;
    private final ECPoint[] ofGenerator;

    private Curve(String name) {
      X9ECParameters parameters = CustomNamedCurves.getByName(name);
      this.field = parameters.getCurve();
      this.prime = field.getField().getCharacteristic();
      this.order = parameters.getN();
      this.rows = (order.bitLength() + COMB - 1) / COMB;
      this.generator = parameters.getG();
      this.ofGenerator = multiples(generator);
    }

    static Curve of(String name) {
      return switch (name) {
        case "P-256", "P-384", "P-521" -> MADE.computeIfAbsent(name, Curve::new);
        default -> throw new IllegalArgumentException("no arithmetic for curve " + name);
      };
    }

    ECPoint point(BigInteger x, BigInteger y) {
      return field.validatePoint(x, y);
    }

    boolean isScalar(BigInteger value) {
      return value.signum() > 0 && value.compareTo(order) < 0;
    }

    /** Entry {@code i} is the sum of {@code 2^(rows·j)·p} over the bits {@code j} of {@code i}. */
    ECPoint[] multiples(ECPoint p) {
      ECPoint[] table = new ECPoint[1 << COMB];
      table[0] = field.getInfinity();
      ECPoint power = p;
      for (int bit = 0; bit < COMB; bit++) {
        if (bit > 0) {
          power = power.timesPow2(rows);
        }
        for (int i = 0; i < 1 << bit; i++) {
          table[(1 << bit) + i] = table[i].add(power);
        }
      }
      field.normalizeAll(table, 1, table.length - 1, null);
      return table;
    }

    ECPoint sum(BigInteger u1, BigInteger u2, ECPoint[] ofKey) {
      ECPoint sum = field.getInfinity();
      for (int row = rows - 1; row >= 0; row--) {
        sum = sum.twicePlus(ofGenerator[column(u1, row)]).add(ofKey[column(u2, row)]);
      }
      return sum;
    }

    private int column(BigInteger scalar, int row) {
      int index = 0;
      for (int bit = 0; bit < COMB; bit++) {
        if (scalar.testBit(row + bit * rows)) {
          index |= 1 << bit;
        }
      }
      return index;
    }

    /** Whether the point's affine x, reduced by the order, is r: X = (r + k·n)·Z² for some k. */
    boolean hasX(ECPoint point, BigInteger r) {
      if (point.isInfinity()) {
        return false;
      }
      ECFieldElement x = point.getXCoord();
      ECFieldElement scale = point.getZCoord(0).square();
      for (BigInteger candidate = r;
          candidate.compareTo(prime) < 0;
          candidate = candidate.add(order)) {
        if (field.fromBigInteger(candidate).multiply(scale).equals(x)) {
          return true;
        }
      }
      return false;
    }
  }
}
