package io.bartizan.integrity.keys;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EcdsaFormsTest {

  private static final BigInteger N = EcCurves.get("P-256").getOrder();

  @Test
  void isInRange_edges_areOutside() {
    List<BigInteger> edges =
        List.of(
            BigInteger.ZERO,
            N,
            N.add(BigInteger.ONE),
            BigInteger.TWO.pow(256).subtract(BigInteger.ONE));
    assertThat(EcdsaForms.isInRange(plain(BigInteger.ONE, N.subtract(BigInteger.ONE)), N)).isTrue();
    for (BigInteger edge : edges) {
      assertThat(EcdsaForms.isInRange(plain(edge, BigInteger.ONE), N)).isFalse();
      assertThat(EcdsaForms.isInRange(plain(BigInteger.ONE, edge), N)).isFalse();
      assertThat(EcdsaForms.isStrictDer(EcdsaForms.toDer(plain(edge, BigInteger.ONE)), N))
          .isFalse();
      assertThat(EcdsaForms.isStrictDer(EcdsaForms.toDer(plain(BigInteger.ONE, edge)), N))
          .isFalse();
    }
  }

  @Test
  void forms_ofRandomNumbers_goBothWays() {
    Random random = new Random(11);
    for (String curve : List.of("P-256", "P-384", "P-521")) {
      BigInteger order = EcCurves.get(curve).getOrder();
      int half = (order.bitLength() + 7) / 8;
      for (int i = 0; i < 300; i++) {
        byte[] plain = new byte[2 * half];
        for (int end = half; end <= plain.length; end += half) {
          int bits = i < 150 ? order.bitLength() - 1 : 1 + random.nextInt(order.bitLength() - 1);
          byte[] number = new BigInteger(bits, random).add(BigInteger.ONE).toByteArray();
          int length = Math.min(number.length, half);
          System.arraycopy(number, number.length - length, plain, end - length, length);
        }
        byte[] der = EcdsaForms.toDer(plain);
        assertThat(EcdsaForms.fromDer(der, half)).isEqualTo(plain);
        assertThat(EcdsaForms.isStrictDer(der, order))
            .isEqualTo(EcdsaForms.isInRange(plain, order));
      }
    }
  }

  @Test
  void isStrictDer_signaturesOfTheJdk_areAccepted() throws Exception {
    for (Map.Entry<String, String> curve :
        Map.of("P-256", "secp256r1", "P-384", "secp384r1", "P-521", "secp521r1").entrySet()) {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec(curve.getValue()));
      KeyPair pair = generator.generateKeyPair();
      for (int i = 0; i < 20; i++) {
        Signature signer = Signature.getInstance("SHA256withECDSA");
        signer.initSign(pair.getPrivate());
        signer.update((byte) i);
        assertThat(EcdsaForms.isStrictDer(signer.sign(), EcCurves.get(curve.getKey()).getOrder()))
            .isTrue();
      }
    }
  }

  @Test
  void isStrictDer_otherSpellings_areRefused() {
    assertThat(EcdsaForms.isStrictDer(hex("3006020101020101"), N)).isTrue();
    for (String other :
        List.of(
            "",
            "30",
            "3006",
            "308106020101020101", // a long length for a short one
            "300702020001020101", // a zero too many
            "300702010102020001",
            "30060201010201ff", // negative
            "3006020100020101",
            "3006020101020100",
            "300602010102010100", // something behind
            "30070201010201010000",
            "3005020101020101", // a length too short
            "3007020101020101",
            "3106020101020101",
            "3006030101020101",
            "3006020101030101",
            "3080020101020101" + "0000", // indefinite length
            "30060200010201ff",
            "3006027f01020101",
            "300602ff01020101")) {
      assertThat(EcdsaForms.isStrictDer(hex(other), N)).as(other).isFalse();
    }
  }

  @Test
  void fromDer_brokenText_isNull() {
    byte[] good = EcdsaForms.toDer(plain(BigInteger.TEN, BigInteger.TWO));
    assertThat(EcdsaForms.fromDer(good, 32)).isNotNull();
    for (int length = 0; length < good.length; length++) {
      assertThat(EcdsaForms.fromDer(Arrays.copyOf(good, length), 32)).as("%d", length).isNull();
    }
    assertThat(EcdsaForms.fromDer(hex("3006020001" + "020101"), 32)).isNull();
    assertThat(EcdsaForms.fromDer(hex("300602ff01020101"), 32)).isNull();
    assertThat(EcdsaForms.fromDer(EcdsaForms.toDer(plain(N, N)), 31)).isNull();
  }

  /** DER of every length that two numbers below a large order can have, and each cut of it. */
  @Test
  void isStrictDer_ofEveryLength_isToldFromItsOtherSpellings() {
    BigInteger order = BigInteger.ONE.shiftLeft(8 * 130);
    for (int length = 1; length <= 124; length++) {
      BigInteger number = BigInteger.ONE.shiftLeft(8 * length - 2);
      for (byte[] numbers : List.of(der(number, BigInteger.ONE), der(BigInteger.ONE, number))) {
        byte[] good = sequence(numbers);
        boolean isShort = numbers.length < 128;
        assertThat(good.length).isEqualTo(numbers.length + (isShort ? 2 : 3));
        assertThat(EcdsaForms.isStrictDer(good, order)).as("%d", length).isTrue();
        for (byte[] other :
            List.of(
                joined(new byte[] {0x30, (byte) 0x81, (byte) numbers.length}, numbers),
                joined(new byte[] {0x30, (byte) numbers.length}, numbers),
                joined(new byte[] {0x30, (byte) 0x82, 0, (byte) numbers.length}, numbers),
                joined(good, new byte[1]),
                Arrays.copyOf(good, good.length - 1))) {
          assertThat(EcdsaForms.isStrictDer(other, order))
              .as("%d: %s", length, HexFormat.of().formatHex(other))
              .isEqualTo(Arrays.equals(other, good));
        }
      }
    }
  }

  @Test
  void isStrictDer_ofMoreThan255Bytes_isRefused() {
    BigInteger order = BigInteger.ONE.shiftLeft(8 * 130);
    BigInteger large = BigInteger.ONE.shiftLeft(8 * 125 - 2); // 127 bytes with its head
    for (int length = 120; length <= 126; length++) {
      byte[] numbers = der(large, BigInteger.ONE.shiftLeft(8 * length - 2));
      assertThat(EcdsaForms.isStrictDer(sequence(numbers), order))
          .as("%d", numbers.length)
          .isEqualTo(numbers.length <= 255);
    }
    byte[] most = der(large, BigInteger.ONE.shiftLeft(8 * 126 - 2));
    assertThat(most).hasSize(255);
    assertThat(EcdsaForms.isStrictDer(sequence(most), order)).isTrue();
  }

  @Test
  void isStrictDer_eachByteChanged_isAnotherPairOfNumbersOrRefused() {
    for (byte[] good :
        List.of(
            EcdsaForms.toDer(plain(BigInteger.ONE, BigInteger.TWO)),
            EcdsaForms.toDer(plain(N.subtract(BigInteger.ONE), BigInteger.valueOf(128))),
            EcdsaForms.toDer(plain(BigInteger.valueOf(255), N.shiftRight(1))))) {
      for (int at = 0; at < good.length; at++) {
        for (int value = 0; value < 256; value++) {
          byte[] other = good.clone();
          other[at] = (byte) value;
          boolean accepted = EcdsaForms.isStrictDer(other, N);
          byte[] plain = EcdsaForms.fromDer(other, 32);
          boolean canonical =
              plain != null
                  && EcdsaForms.isInRange(plain, N)
                  && Arrays.equals(EcdsaForms.toDer(plain), other);
          assertThat(accepted).as("%d at %d", value, at).isEqualTo(canonical);
        }
      }
    }
  }

  @Test
  void fromDer_numbersOfTheirFullLength_areReadAndLongerOnesAreNot() {
    BigInteger full = BigInteger.ONE.shiftLeft(32).subtract(BigInteger.ONE);
    byte[] both = joined(new byte[4], new byte[4]);
    Arrays.fill(both, (byte) 0xff);
    assertThat(EcdsaForms.fromDer(sequence(der(full, full)), 4)).isEqualTo(both);
    BigInteger more = full.add(BigInteger.ONE);
    assertThat(EcdsaForms.fromDer(sequence(der(more, full)), 4)).isNull();
    assertThat(EcdsaForms.fromDer(sequence(der(full, more)), 4)).isNull();
    assertThat(EcdsaForms.fromDer(sequence(der(more, more)), 5)).hasSize(10);
    assertThat(EcdsaForms.fromDer(joined(sequence(der(full, full)), new byte[1]), 4)).isNull();
    assertThat(EcdsaForms.fromDer(joined(sequence(der(full, full)), der(full, full)), 4)).isNull();
    assertThat(EcdsaForms.fromDer(hex("3006030101020101"), 4)).isNull();
    assertThat(EcdsaForms.fromDer(hex("3006020101030101"), 4)).isNull();
    assertThat(EcdsaForms.fromDer(hex("3006020101020200"), 4)).isNull();
    assertThat(EcdsaForms.fromDer(hex("3006020101020101"), 4)).isEqualTo(hex("0000000100000001"));
  }

  @Test
  void toDer_lengthFrom128On_takesTwoBytes() {
    byte[] plain = new byte[2 * 66];
    for (int length = 1; length <= 66; length++) {
      Arrays.fill(plain, (byte) 0);
      Arrays.fill(plain, 66 - length, 66, (byte) 1);
      Arrays.fill(plain, 2 * 66 - length, 2 * 66, (byte) 1);
      byte[] der = EcdsaForms.toDer(plain);
      assertThat(der.length).isEqualTo(2 * length + 4 + (2 * length + 4 > 127 ? 3 : 2));
      assertThat(EcdsaForms.fromDer(der, 66)).isEqualTo(plain);
      plain[66 - length] = 0;
      der = EcdsaForms.toDer(plain);
      int body = length == 1 ? 2 + 4 : 2 * length - 1 + 4; // a zero takes a byte too
      assertThat(der.length).isEqualTo(body + (body > 127 ? 3 : 2));
      assertThat(EcdsaForms.fromDer(der, 66)).isEqualTo(plain);
    }
    assertThat(EcdsaForms.toDer(new byte[] {1, 1})).isEqualTo(hex("3006020101020101"));
  }

  /** Two numbers in DER, one after the other. */
  private static byte[] der(BigInteger first, BigInteger second) {
    byte[] r = first.toByteArray();
    byte[] s = second.toByteArray();
    return joined(
        joined(new byte[] {2, (byte) r.length}, r), joined(new byte[] {2, (byte) s.length}, s));
  }

  private static byte[] sequence(byte[] numbers) {
    byte length = (byte) numbers.length;
    return joined(
        numbers.length < 128 ? new byte[] {0x30, length} : new byte[] {0x30, (byte) 0x81, length},
        numbers);
  }

  private static byte[] joined(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text);
  }

  private static byte[] plain(BigInteger r, BigInteger s) {
    byte[] plain = new byte[64];
    for (int i = 0; i < 2; i++) {
      byte[] bytes = (i == 0 ? r : s).toByteArray();
      int length = Math.min(32, bytes.length);
      System.arraycopy(bytes, bytes.length - length, plain, 32 * (i + 1) - length, length);
    }
    return plain;
  }
}
