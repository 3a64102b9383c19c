package io.bartizan.integrity.keys;

import java.math.BigInteger;

/**
 * Which RSA public keys are accepted: 2048 to 8192 bits, an odd exponent from 3 of at most 64 bits,
 * no small factor, no ROCA fingerprint (CVE-2017-15361).
 */
final class RsaNumbers {

  static final int MIN_BITS = 2048;
  static final int MAX_BITS = 8192;

  private static final int FERMAT_ROUNDS = 100;

  private static final int[] PRIMES = {
    3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97,
    101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167
  };

  private RsaNumbers() {}

  static void check(BigInteger modulus, BigInteger exponent) {
    checkBits(modulus);
    if (!exponent.testBit(0)
        || exponent.signum() < 0
        || exponent.bitLength() < 2
        || exponent.bitLength() > 64) {
      throw new IllegalArgumentException(
          "the RSA key's exponent is even, 1 or longer than 64 bits");
    }
    if (!modulus.testBit(0) || hasSmallFactor(modulus)) {
      throw new IllegalArgumentException("the RSA key's modulus has a small factor");
    }
    if (isRoca(modulus)) {
      throw new IllegalArgumentException(
          "the RSA key has the fingerprint of ROCA (CVE-2017-15361) and can be factored");
    }
  }

  static void checkBits(BigInteger modulus) {
    int bits = modulus.bitLength();
    if (modulus.signum() < 0 || bits < MIN_BITS || bits > MAX_BITS) {
      throw new IllegalArgumentException(
          "the RSA key has " + bits + " bits, " + MIN_BITS + " to " + MAX_BITS + " are accepted");
    }
  }

  /** Whether well-known tests find the factors of a modulus that passed. */
  static void checkFactors(BigInteger modulus) {
    if (BigInteger.TWO.modPow(modulus.subtract(BigInteger.ONE), modulus).equals(BigInteger.ONE)) {
      throw new IllegalArgumentException("the RSA key's modulus is a prime, so anybody can sign");
    }
    if (hasCloseFactors(modulus)) {
      throw new IllegalArgumentException(
          "the RSA key's two primes are the same or close together (CVE-2022-26320)");
    }
  }

  /** Fermat's factorization: n = a² - b² with a just above the root of n. */
  private static boolean hasCloseFactors(BigInteger modulus) {
    BigInteger root = modulus.sqrt();
    BigInteger a = root.multiply(root).equals(modulus) ? root : root.add(BigInteger.ONE);
    for (int i = 0; i < FERMAT_ROUNDS; i++) {
      BigInteger square = a.multiply(a).subtract(modulus);
      BigInteger b = square.sqrt();
      if (b.multiply(b).equals(square)) {
        return true;
      }
      a = a.add(BigInteger.ONE);
    }
    return false;
  }

  private static boolean hasSmallFactor(BigInteger modulus) {
    for (int prime : PRIMES) {
      if (modulus.mod(BigInteger.valueOf(prime)).signum() == 0) {
        return true;
      }
    }
    return false;
  }

  /** Infineon's primes are powers of 65537 modulo every small prime, and so is their product. */
  private static boolean isRoca(BigInteger modulus) {
    for (int prime : PRIMES) {
      int rest = modulus.mod(BigInteger.valueOf(prime)).intValue();
      int power = 1;
      boolean reached = false;
      for (int i = 0; i < prime && !reached; i++) {
        reached = power == rest;
        power = power * (65537 % prime) % prime;
      }
      if (!reached) {
        return false;
      }
    }
    return true;
  }
}
