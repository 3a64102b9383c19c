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
