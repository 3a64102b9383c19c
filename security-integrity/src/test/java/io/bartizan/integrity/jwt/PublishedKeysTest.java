package io.bartizan.integrity.jwt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** How many keys of a set are tried for what costs an exponentiation each, and what spoils none. */
class PublishedKeysTest {

  private static final BigInteger PRIME = BigInteger.probablePrime(2048, new Random(32));

  /** Keys that differ in their exponents, and that a trial refuses because one prime is no two. */
  private static String set(int keys) {
    return set(keys, PRIME);
  }

  private static String set(int keys, BigInteger modulus) {
    List<String> all = new ArrayList<>();
    for (int i = 1; i <= keys; i++) {
      all.add(
          "{\"kty\":\"RSA\",\"kid\":\"k%d\",\"n\":\"%s\",\"e\":\"%s\"}"
              .formatted(i, url(modulus), url(BigInteger.valueOf(2L * i + 1))));
    }
    return "{\"keys\":[" + String.join(",", all) + "]}";
  }

  private static String url(BigInteger number) {
    byte[] bytes = number.toByteArray();
    int skip = bytes[0] == 0 ? 1 : 0;
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(java.util.Arrays.copyOfRange(bytes, skip, bytes.length));
  }

  @Test
  void keysAfterThe32nd_areReadUntried() {
    String set = set(35);
    for (PublishedKeys read :
        List.of(
            PublishedKeys.read(set), PublishedKeys.read(set.getBytes(UTF_8), set.length() + 1))) {
      assertThat(read.faults())
          .hasSize(32)
          .allSatisfy(why -> assertThat(why).contains("is a prime"))
          .isEqualTo(read.leftOut());
      assertThat(read.keys().stream().map(each -> each.keyId)).containsExactly("k33", "k34", "k35");
    }
  }

  /** A square, which a trial refuses too. */
  @Test
  void longKeys_areTriedWhileThatCostsNoMoreThan32Of2048Bits() {
    PublishedKeys read = PublishedKeys.read(set(11, PRIME.multiply(PRIME)));
    assertThat(read.faults())
        .hasSize(8)
        .allSatisfy(why -> assertThat(why).contains("close together"));
    assertThat(read.keys().stream().map(each -> each.keyId)).containsExactly("k9", "k10", "k11");
  }

  @Test
  void twoSecretsOfOneId_spoilNoPublicKey() {
    String secret = "{\"kty\":\"oct\",\"kid\":\"s\",\"k\":\"" + "A1b2".repeat(12) + "\"},";
    String set =
        "{\"keys\":[" + secret + secret + Keys.signing(JwsAlgorithm.ES256, 0).publicJwk() + "]}";
    for (PublishedKeys read :
        List.of(PublishedKeys.read(set), PublishedKeys.read(set.getBytes(UTF_8), 10_000))) {
      assertThat(read.keys()).hasSize(1);
      assertThat(read.faults())
          .hasSize(2)
          .allSatisfy(why -> assertThat(why).contains("it is a secret"));
    }
  }

  /** As serializers write it that write all members of a class. */
  @Test
  void privateMemberThatIsNull_isNone() {
    String key = Keys.signing(JwsAlgorithm.ES256, 0).publicJwk();
    String written = key.substring(0, key.length() - 1) + ",\"d\":null}";
    assertThat(PublishedKeys.read("{\"keys\":[" + written + "]}").keys()).hasSize(1);
  }
}
