package io.bartizan.integrity.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Our ECDSA arithmetic beside the JDK's. */
class EcdsaKeyTest {

  private static final Map<String, String> CURVES =
      Map.of("P-256", "secp256r1", "P-384", "secp384r1", "P-521", "secp521r1");

  /** Hashes longer and shorter than the order, before and after the key's multiples are there. */
  @ParameterizedTest
  @ValueSource(strings = {"P-256", "P-384", "P-521"})
  void matches_whatTheJdkSigned_andNothingElse(String curve) throws Exception {
    KeyPair pair = pair(curve);
    ECPublicKey open = (ECPublicKey) pair.getPublic();
    BigInteger order = open.getParams().getOrder();
    EcdsaKey key = EcdsaKey.of(curve, open);
    EcdsaKey other = EcdsaKey.of(curve, (ECPublicKey) pair(curve).getPublic());
    int half = (order.bitLength() + 7) / 8;
    for (int i = 0; i < EcdsaKey.WORTH_WHILE + 3; i++) {
      String hash = List.of("256", "384", "512").get(i % 3);
      byte[] content = ("content " + i).getBytes(StandardCharsets.UTF_8);
      byte[] der = sign("SHA" + hash + "withECDSA", pair, content);
      byte[] digest = MessageDigest.getInstance("SHA-" + hash).digest(content);
      byte[] plain = EcdsaForms.fromDer(der, half);
      BigInteger r = new BigInteger(1, plain, 0, half);
      BigInteger s = new BigInteger(1, plain, half, half);

      assertThat(key.matchesDer(digest, der)).as("%s %s", curve, hash).isTrue();
      assertThat(key.matches(digest, r, s)).isTrue();
      assertThat(key.matches(digest, r, order.subtract(s))).isTrue(); // its twin, by the standard
      assertThat(key.matches(digest, s, r)).isFalse();
      assertThat(key.matches(digest, r.add(BigInteger.ONE), s)).isFalse();
      assertThat(key.matches(digest, r, s.add(BigInteger.ONE))).isFalse();
      assertThat(other.matches(digest, r, s)).isFalse();
      digest[0] ^= 1;
      assertThat(key.matches(digest, r, s)).isFalse();
    }
  }

  @Test
  void matches_bitsBehindTheOrder_doNotCount() throws Exception {
    KeyPair pair = pair("P-256");
    EcdsaKey key = EcdsaKey.of("P-256", (ECPublicKey) pair.getPublic());
    byte[] content = {1};
    byte[] der = sign("SHA512withECDSA", pair, content);
    byte[] digest = MessageDigest.getInstance("SHA-512").digest(content);

    digest[63] ^= 1;
    assertThat(key.matchesDer(digest, der)).isTrue();
    digest[31] ^= 1;
    assertThat(key.matchesDer(digest, der)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"P-256", "P-384", "P-521"})
  void matches_numbersOutOfRange_never(String curve) throws Exception {
    ECPublicKey open = (ECPublicKey) pair(curve).getPublic();
    BigInteger order = open.getParams().getOrder();
    EcdsaKey key = EcdsaKey.of(curve, open);
    byte[] zeros = new byte[32]; // with which r = s = 0 would be a signature of every key
    for (BigInteger wrong :
        List.of(
            BigInteger.ZERO,
            BigInteger.ONE.negate(),
            order,
            order.add(BigInteger.ONE),
            order.shiftLeft(1))) {
      assertThat(key.matches(zeros, wrong, BigInteger.ONE)).isFalse();
      assertThat(key.matches(zeros, BigInteger.ONE, wrong)).isFalse();
      assertThat(key.matches(zeros, wrong, wrong)).isFalse();
    }
  }

  @Test
  void of_otherCurve_isAnError() throws Exception {
    ECPublicKey open = (ECPublicKey) pair("P-256").getPublic();
    assertThatIllegalArgumentException().isThrownBy(() -> EcdsaKey.of("P-384", open));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EcdsaKey.of("secp256k1", open))
        .withMessageContaining("secp256k1");
  }

  private static KeyPair pair(String curve) throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec(CURVES.get(curve)));
    return generator.generateKeyPair();
  }

  private static byte[] sign(String algorithm, KeyPair pair, byte[] content) throws Exception {
    Signature signature = Signature.getInstance(algorithm);
    signature.initSign(pair.getPrivate());
    signature.update(content);
    return signature.sign();
  }
}
