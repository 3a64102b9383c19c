package io.bartizan.integrity.keys;

import java.math.BigInteger;
import java.security.PublicKey;
import java.security.interfaces.EdECPublicKey;
import java.util.Arrays;
import java.util.HexFormat;
import org.bouncycastle.math.ec.rfc8032.Ed25519;
import org.jspecify.annotations.Nullable;

/**
 * The 32 bytes of an Ed25519 public key (RFC 8032 section 5.1.2) and their SubjectPublicKeyInfo
 * (RFC 8410).
 *
 * <p>Accepted is a canonical encoding of a point of full order. With a point of small order one
 * signature verifies for many messages, and a point outside the main group is verified by some
 * verifiers and not by others. Bouncy Castle checks it in microseconds where it is there; the
 * arithmetic here takes about a millisecond and gives the same answer.
 */
public final class EdwardsPoint {

  /** Bytes of a point. */
  public static final int BYTES = 32;

  private static final byte[] SPKI = HexFormat.of().parseHex("302a300506032b6570032100");
  private static final BigInteger P = BigInteger.TWO.pow(255).subtract(BigInteger.valueOf(19));
  private static final BigInteger ORDER =
      BigInteger.TWO.pow(252).add(new BigInteger("27742317777372353535851937790883648493"));
  private static final BigInteger D =
      BigInteger.valueOf(-121665).multiply(BigInteger.valueOf(121666).modInverse(P)).mod(P);
  private static final BigInteger ROOT_OF_MINUS_1 =
      BigInteger.TWO.modPow(P.subtract(BigInteger.ONE).shiftRight(2), P);

  private static final byte[] NEUTRAL = littleEndian(BigInteger.ONE);

  private EdwardsPoint() {}

  /**
   * The point as a SubjectPublicKeyInfo.
   *
   * @param point 32 bytes
   * @return DER
   */
  public static byte[] spki(byte[] point) {
    byte[] spki = Arrays.copyOf(SPKI, SPKI.length + BYTES);
    System.arraycopy(point, 0, spki, SPKI.length, BYTES);
    return spki;
  }

  /**
   * The point of a key.
   *
   * @param key of any provider
   * @return 32 bytes
   * @throws IllegalArgumentException if it is no Ed25519 key
   */
  public static byte[] of(PublicKey key) {
    byte[] point = ofSpki(key.getEncoded());
    if (point == null && key instanceof EdECPublicKey ed) {
      point = ofNumbers(ed);
    }
    if (point == null) {
      throw new IllegalArgumentException("the EdDSA key is no Ed25519 key of RFC 8410");
    }
    return point;
  }

  /** Null if it is something else. */
  static byte @Nullable [] ofSpki(byte @Nullable [] spki) {
    return spki == null
            || spki.length != SPKI.length + BYTES
            || !Arrays.equals(spki, 0, SPKI.length, SPKI, 0, SPKI.length)
        ? null
        : Arrays.copyOfRange(spki, SPKI.length, spki.length);
  }

  private static byte @Nullable [] ofNumbers(EdECPublicKey key) {
    BigInteger y = key.getPoint().getY();
    if (!key.getParams().getName().equals("Ed25519") || y.signum() < 0 || y.bitLength() > 255) {
      return null;
    }
    byte[] point = littleEndian(y);
    point[BYTES - 1] |= (byte) (key.getPoint().isXOdd() ? 0x80 : 0);
    return point;
  }

  private static byte[] littleEndian(BigInteger value) {
    byte[] big = value.toByteArray();
    byte[] little = new byte[BYTES];
    for (int i = 0; i < Math.min(BYTES, big.length); i++) {
      little[i] = big[big.length - 1 - i];
    }
    return little;
  }

  static void check(byte[] point) {
    if (point.length != BYTES || !isOfFullOrder(point)) {
      throw new IllegalArgumentException("the Ed25519 key is no point of full order");
    }
  }

  /**
   * Whether the R of a signature by a key of full order may be right without a cofactor (RFC 8032
   * section 5.1.7 allows both): as the JDK and Go verify, and Bouncy Castle does not.
   *
   * @param signature begins with R
   * @return whether R is a point of the main group, of whatever order there
   */
  public static boolean isRightWithoutCofactor(byte[] signature) {
    byte[] r = Arrays.copyOf(signature, BYTES);
    return Arrays.equals(r, NEUTRAL) || isOfFullOrder(r);
  }

  private static boolean isOfFullOrder(byte[] point) {
    try {
      return BouncyCastle.isPresent()
          ? Ed25519.validatePublicKeyFull(point, 0)
          : isOfFullOrderByNumbers(point);
    } catch (LinkageError e) { // a release without this method
      return isOfFullOrderByNumbers(point);
    }
  }

  /** RFC 8032 section 5.1.3, and the point times the order is the neutral one. */
  static boolean isOfFullOrderByNumbers(byte[] point) {
    byte[] big = new byte[BYTES];
    for (int i = 0; i < BYTES; i++) {
      big[i] = point[BYTES - 1 - i];
    }
    boolean odd = big[0] < 0;
    big[0] &= 0x7f;
    BigInteger y = new BigInteger(1, big);
    if (y.compareTo(P) >= 0 || y.equals(BigInteger.ONE)) {
      return false;
    }
    BigInteger x = xOf(y);
    if (x == null || (x.signum() == 0 && odd)) {
      return false;
    }
    Projective neutral = new Projective(BigInteger.ZERO, BigInteger.ONE, BigInteger.ONE);
    Projective base = new Projective(x.testBit(0) == odd ? x : P.subtract(x), y, BigInteger.ONE);
    Projective sum = neutral;
    for (int bit = ORDER.bitLength() - 1; bit >= 0; bit--) {
      sum = sum.plus(sum);
      if (ORDER.testBit(bit)) {
        sum = sum.plus(base);
      }
    }
    return sum.x.signum() == 0 && sum.y.equals(sum.z);
  }

  /** A square root of {@code (y² − 1) / (d·y² + 1)}; null if there is none. */
  private static @Nullable BigInteger xOf(BigInteger y) {
    BigInteger square = y.multiply(y).mod(P);
    BigInteger right =
        square
            .subtract(BigInteger.ONE)
            .multiply(D.multiply(square).add(BigInteger.ONE).modInverse(P))
            .mod(P);
    BigInteger x = right.modPow(P.add(BigInteger.valueOf(3)).shiftRight(3), P);
    if (!x.multiply(x).mod(P).equals(right)) {
      x = x.multiply(ROOT_OF_MINUS_1).mod(P);
    }
    return x.multiply(x).mod(P).equals(right) ? x : null;
  }

  /** Projective coordinates on {@code −x² + y² = 1 + d·x²·y²}, whose addition is complete. */
  private record Projective(BigInteger x, BigInteger y, BigInteger z) {

    Projective plus(Projective other) {
      BigInteger a = z.multiply(other.z).mod(P);
      BigInteger b = a.multiply(a).mod(P);
      BigInteger c = x.multiply(other.x).mod(P);
      BigInteger d = y.multiply(other.y).mod(P);
      BigInteger e = D.multiply(c).multiply(d).mod(P);
      BigInteger f = b.subtract(e);
      BigInteger g = b.add(e);
      BigInteger cross = x.add(y).multiply(other.x.add(other.y)).subtract(c).subtract(d).mod(P);
      return new Projective(
          a.multiply(f).mod(P).multiply(cross).mod(P),
          a.multiply(g).mod(P).multiply(d.add(c)).mod(P),
          f.multiply(g).mod(P));
    }
  }
}
