package io.bartizan.integrity.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.math.BigInteger;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Each bound of the rules for RSA keys, from both sides; the numbers are no products of two. */
class RsaNumbersTest {

  private static final BigInteger F4 = BigInteger.valueOf(65537);
  private static final int[] PRIMES =
      IntStream.rangeClosed(3, 167)
          .filter(n -> BigInteger.valueOf(n).isProbablePrime(50))
          .toArray();
  private static final BigInteger ALL =
      IntStream.of(PRIMES)
          .mapToObj(BigInteger::valueOf)
          .reduce(BigInteger.ONE, BigInteger::multiply);
  private static final BigInteger GOOD = withoutSmallFactor(BigInteger.ONE.shiftLeft(2047));

  @Test
  void modulus_of2048To8192Bits_isAccepted_andNoOther() {
    for (int bits : new int[] {2048, 2049, 8191, 8192}) {
      accepted(withoutSmallFactor(BigInteger.ONE.shiftLeft(bits - 1)), F4);
    }
    for (int bits : new int[] {1, 2047, 8193}) {
      BigInteger modulus = withoutSmallFactor(BigInteger.ONE.shiftLeft(bits - 1));
      refused(modulus, F4, "the RSA key has " + bits + " bits, 2048 to 8192 are accepted");
    }
    refused(GOOD.negate(), F4, " bits, 2048 to 8192 are accepted");
    refused(BigInteger.ZERO, F4, "the RSA key has 0 bits");
  }

  @Test
  void exponent_oddAndFrom3To64Bits_isAccepted_andNoOther() {
    BigInteger end = BigInteger.ONE.shiftLeft(64);
    for (BigInteger good : List.of(number(3), number(5), F4, end.subtract(BigInteger.ONE))) {
      accepted(GOOD, good);
    }
    for (BigInteger bad :
        List.of(
            number(-1),
            number(-3),
            F4.negate(),
            number(0),
            number(1),
            number(2),
            number(4),
            number(65536),
            end,
            end.add(BigInteger.ONE))) {
      refused(GOOD, bad, "exponent is even, 1 or longer than 64 bits");
    }
  }

  @Test
  void modulus_withAFactorUpTo167_isRefused() {
    BigInteger rest = withoutSmallFactor(BigInteger.ONE.shiftLeft(2050));
    for (int prime : PRIMES) {
      refused(rest.multiply(number(prime)), F4, "has a small factor");
    }
    refused(rest.multiply(number(2)), F4, "has a small factor");
    accepted(rest.multiply(number(173)), F4);
  }

  @Test
  void modulus_thatIsAPowerOf65537ModuloEachSmallPrime_isRoca() {
    for (int power = 0; power <= 167; power++) {
      refused(large(F4.modPow(number(power), ALL)), F4, "has the fingerprint of ROCA");
    }
  }

  @Test
  void modulus_thatIsNoPowerModuloOneSmallPrime_isAccepted() {
    Set<Integer> telling = new TreeSet<>();
    BigInteger roca = large(F4.modPow(number(5), ALL));
    for (int prime : PRIMES) {
      Set<Integer> powers = new HashSet<>();
      for (int power = 0; power < prime; power++) {
        powers.add(F4.modPow(number(power), number(prime)).intValue());
      }
      BigInteger others = ALL.divide(number(prime)).shiftLeft(1);
      for (int i = 1; i < prime; i++) {
        BigInteger other = roca.add(others.multiply(number(i)));
        int rest = other.mod(number(prime)).intValue();
        if (rest != 0 && !powers.contains(rest)) {
          telling.add(prime);
          accepted(other, F4);
        } else if (rest != 0) {
          refused(other, F4, "has the fingerprint of ROCA");
        }
      }
    }
    assertThat(telling).contains(11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97);
  }

  @Test
  void factors_primeOrWithin100RoundsOfFermat_areFound_andNoOther() {
    BigInteger one = number(1_000_000_007);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RsaNumbers.checkFactors(one))
        .withMessageContaining("is a prime");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RsaNumbers.checkFactors(one.multiply(one)))
        .withMessageContaining("the same or close together");
    for (int round : new int[] {0, 1, 2, 50, 98, 99, 100, 101, 200}) {
      BigInteger modulus = one.multiply(foundInRound(round, one));
      if (round < 100) {
        assertThatIllegalArgumentException()
            .as("round %s", round)
            .isThrownBy(() -> RsaNumbers.checkFactors(modulus))
            .withMessageContaining("the same or close together");
      } else {
        assertThatCode(() -> RsaNumbers.checkFactors(modulus))
            .as("round %s", round)
            .doesNotThrowAnyException();
      }
    }
  }

  /** A prime that Fermat's method finds with the other one when so many rounds failed. */
  private static BigInteger foundInRound(int round, BigInteger one) {
    long about = (long) (2 * Math.sqrt(2.0 * one.longValue() * Math.max(0, round - 1)));
    BigInteger other = one.add(number(about)).nextProbablePrime();
    while (true) {
      BigInteger product = one.multiply(other);
      BigInteger first = product.sqrt().add(BigInteger.ONE);
      long rounds = one.add(other).shiftRight(1).subtract(first).longValueExact();
      if (rounds == round) {
        return other;
      }
      assertThat(rounds).isLessThan(round);
      other = other.nextProbablePrime();
    }
  }

  private static void accepted(BigInteger modulus, BigInteger exponent) {
    assertThatCode(() -> RsaNumbers.check(modulus, exponent)).doesNotThrowAnyException();
  }

  private static void refused(BigInteger modulus, BigInteger exponent, String why) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RsaNumbers.check(modulus, exponent))
        .withMessageContaining(why);
  }

  private static BigInteger withoutSmallFactor(BigInteger from) {
    BigInteger number = from.setBit(0);
    while (!number.gcd(ALL).equals(BigInteger.ONE)) {
      number = number.add(BigInteger.TWO);
    }
    return number;
  }

  /** An odd number of 2048 bits and more with the same rests. */
  private static BigInteger large(BigInteger rests) {
    BigInteger large = BigInteger.ONE.shiftLeft(2048).multiply(ALL).add(rests);
    return large.testBit(0) ? large : large.add(ALL);
  }

  private static BigInteger number(long value) {
    return BigInteger.valueOf(value);
  }
}
