package io.bartizan.integrity.attest;

import static io.bartizan.integrity.Refusals.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.bartizan.core.Checked;
import io.bartizan.core.Refusal;
import io.bartizan.integrity.artifact.Digest;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** TK-08: numbers of others, in signed statements. */
class HugeNumbersTest {

  private static final String TYPE = "https://slsa.dev/provenance/v1";
  private static final Signer ALICE = Signer.ecdsa();
  private static final Digest APP = Digest.sha256Of(utf8("the artifact"));
  private final StatementVerifier verifier =
      StatementVerifier.of(SignerKeys.anyOf(ALICE.key), TYPE);

  /** {@code check} answers whatever number is inside, and what it hands out is cheap to use. */
  @Test
  void TK08_statementsOfGeneratedNumbers_areRefusedOrHarmless() {
    long seed = 8;
    SplittableRandom random = new SplittableRandom(seed);
    int accepted = 0;
    int refused = 0;
    for (int i = 0; i < 400; i++) {
      String number = number(random);
      Checked<VerifiedStatement> result = verifier.check(statement(number), APP);
      if (result instanceof Checked.Accepted<VerifiedStatement> good) {
        accepted++;
        assertThatCode(() -> use(good.value().predicate())).as(number).doesNotThrowAnyException();
      } else {
        refused++;
        assertThat(result.<Object>fold(v -> v, Refusal::reason))
            .as("%s, seed %s", number, seed)
            .isEqualTo(AttestReason.TOO_LARGE);
      }
    }
    assertThat(accepted).as("accepted").isGreaterThan(50);
    assertThat(refused).as("refused").isGreaterThan(50);
  }

  @Test
  void TK08_exponentsBeyondEveryDouble_areRefused() {
    for (String number :
        List.of("1e99999999999", "-1E+2147483648", "0e-99999999999", "1e999999999", "1e1000")) {
      assertThat(verifier.check(statement(number), APP).<Object>fold(v -> v, Refusal::reason))
          .as(number)
          .isEqualTo(AttestReason.TOO_LARGE);
    }
    for (String number : List.of("1.7976931348623157e308", "4.9e-324", "0", "1e999")) {
      assertThat(verifier.check(statement(number), APP).isAccepted()).as(number).isTrue();
    }
  }

  static String number(SplittableRandom random) {
    StringBuilder text = new StringBuilder(random.nextBoolean() ? "-" : "");
    text.append(random.nextBoolean() ? "0" : 1 + random.nextInt(1_000_000));
    if (random.nextBoolean()) {
      text.append('.').append(random.nextInt(10_000));
    }
    if (random.nextInt(4) > 0) {
      text.append(random.nextBoolean() ? 'e' : 'E')
          .append(List.of("", "+", "-").get(random.nextInt(3)));
      int digits = 1 + random.nextInt(13);
      for (int i = 0; i < digits; i++) {
        text.append(random.nextInt(10));
      }
    }
    return text.toString();
  }

  /** What a handler may do with a number, each within a small piece of memory. */
  private static void use(Map<String, ?> predicate) {
    Object value = predicate.get("n");
    Map<Object, Object> keys = new HashMap<>();
    keys.put(value, value);
    assertThat(keys).containsKey(value);
    if (value instanceof BigDecimal number) {
      assertThat(number.toBigInteger().bitLength()).isLessThan(4_000);
      assertThat(number.toPlainString().length()).isLessThan(1_100);
      assertThat(number.add(BigDecimal.ONE).precision()).isLessThan(1_100);
    }
  }

  private static byte[] statement(String number) {
    String statement =
        "{\"_type\":\"https://in-toto.io/Statement/v1\",\"predicateType\":\""
            + TYPE
            + "\",\"subject\":[{\"name\":\"a\",\"digest\":{\"sha256\":\""
            + APP.hex()
            + "\"}}],\"predicate\":{\"n\":"
            + number
            + "}}";
    return Signer.json(Signer.envelope(Signer.IN_TOTO, utf8(statement), ALICE));
  }
}
