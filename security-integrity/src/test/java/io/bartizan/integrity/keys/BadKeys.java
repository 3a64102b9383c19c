package io.bartizan.integrity.keys;

import java.math.BigInteger;
import java.util.HexFormat;
import java.util.List;

/** Keys that nobody may accept. */
final class BadKeys {

  /** Points of small order, their non-canonical twins, points of mixed order, and no points. */
  static final List<String> EDWARDS_POINTS =
      List.of(
          "0100000000000000000000000000000000000000000000000000000000000000",
          "0100000000000000000000000000000000000000000000000000000000000080",
          "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
          "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
          "0000000000000000000000000000000000000000000000000000000000000000",
          "0000000000000000000000000000000000000000000000000000000000000080",
          "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
          "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
          "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
          "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
          "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
          "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
          "f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
          "0200000000000000000000000000000000000000000000000000000000000000",
          "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff");

  private BadKeys() {}

  static List<byte[]> edwardsPoints() {
    return EDWARDS_POINTS.stream().map(HexFormat.of()::parseHex).toList();
  }

  /** A product of powers of 65537 modulo the primes' product, as Infineon's chips made them. */
  static BigInteger rocaModulus() {
    BigInteger product = BigInteger.ONE;
    for (int candidate = 3; candidate <= 167; candidate += 2) {
      if (BigInteger.valueOf(candidate).isProbablePrime(20)) {
        product = product.multiply(BigInteger.valueOf(candidate));
      }
    }
    BigInteger base = BigInteger.valueOf(65537);
    BigInteger residue = base.modPow(BigInteger.valueOf(123_457), product);
    BigInteger factor = product.shiftLeft(2048 - product.bitLength()).divide(product);
    BigInteger modulus = residue.add(product.multiply(factor));
    while (!modulus.testBit(0) || modulus.bitLength() < 2048) {
      modulus = modulus.add(product);
    }
    return modulus;
  }
}
