package io.bartizan.integrity.jwt;

import static io.bartizan.integrity.jwt.Forge.GOOD;
import static io.bartizan.integrity.jwt.Forge.strict;
import static io.bartizan.integrity.jwt.JwsAlgorithm.HS256;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.Checked;
import io.bartizan.tests.AllocatedBytes;
import io.bartizan.tests.SeededCases;
import java.util.EnumSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Random and grammar-made tokens, most of them properly signed so that the readers behind the
 * signature are reached: each gives a typed refusal within the memory that design.md allows.
 */
class TokenFuzzTest {

  private static final String[] NAMES = {
    "alg",
    "typ",
    "kid",
    "crit",
    "b64",
    "zip",
    "jwk",
    "iss",
    "aud",
    "exp",
    "nbf",
    "iat",
    "sub",
    "jti",
    "cnf",
    "scope",
    "x",
    "",
    "\\u0061lg",
    "é"
  };
  private static final String[] VALUES = {
    "\"HS256\"",
    "\"none\"",
    "\"JWT\"",
    "null",
    "true",
    "0",
    "-1",
    "1e9",
    "1795219200",
    "1795219500",
    "253402300800",
    "99999999999999999999",
    "\"https://issuer\"",
    "\"my-api\"",
    "[\"my-api\"]",
    "[]",
    "{}",
    "\"\\ud800\"",
    "\"\\ud83d\\ude00\"",
    "\"é\"",
    "01",
    "1.5",
    "\"",
    "[[[[]]]]",
    "{\"jkt\":\"AA\"}",
    "NaN"
  };

  private final JwtVerifier verifier = strict(HS256).build();
  private final Set<JwtReason> seen = EnumSet.noneOf(JwtReason.class);
  private int accepted;
  private Checked<VerifiedJwt> last;

  @Test
  void check_twentyThousandTokens_givesTypedRefusalsOnly() {
    fuzz(20_000);
  }

  /** Two million take about 20 seconds. */
  @Test
  @Tag("deep")
  void check_manyTokens_givesTypedRefusalsOnly() {
    fuzz(Integer.getInteger("tokens", 2_000_000));
  }

  private void fuzz(int count) {
    for (int i = 0; i < 2_000; i++) {
      boolean unused = verifier.check(made(new SplittableRandom(i))).isAccepted(); // classes load
    }
    SeededCases.check(
        count,
        random -> {
          String token = made(random);
          AllocatedBytes.assertBounded(token.length(), () -> last = verifier.check(token));
          if (last instanceof Checked.Rejected<VerifiedJwt> refused) {
            seen.add((JwtReason) refused.refusal().reason());
          } else {
            accepted++;
          }
        });
    assertThat(seen)
        .contains(
            JwtReason.MALFORMED,
            JwtReason.TOO_LARGE,
            JwtReason.ALGORITHM_NOT_ALLOWED,
            JwtReason.HEADER_NOT_SUPPORTED,
            JwtReason.SIGNATURE_INVALID,
            JwtReason.ISSUER_MISMATCH,
            JwtReason.CLAIM_INVALID,
            JwtReason.CLAIM_MISSING,
            JwtReason.AUDIENCE_MISMATCH);
    assertThat(accepted).as("the grammar makes good tokens too").isPositive();
  }

  private static String made(SplittableRandom random) {
    switch (random.nextInt(8)) {
      case 0 -> {
        return letters(random, random.nextInt(400), "abcXYZ09-_.=+/ \n\u0000é\u0141");
      }
      case 1 -> {
        return large(random);
      }
      case 2 -> {
        return mutated(random, Forge.token(HS256, GOOD));
      }
      default -> {
        String header =
            random.nextInt(4) == 0 ? members(random, "\"alg\":\"HS256\"") : Forge.header(HS256);
        String payload =
            random.nextInt(3) == 0
                ? letters(random, random.nextInt(200), "{}[]\",:\\u0e-1 \n\u0007é")
                : members(random, start(random));
        return Forge.token(header.getBytes(ISO_8859_1), payload.getBytes(ISO_8859_1), HS256);
      }
    }
  }

  private static String start(SplittableRandom random) {
    String claims = random.nextInt(4) == 0 ? Forge.payload("exp", "") : GOOD;
    return random.nextInt(3) == 0 ? "" : claims.substring(1, claims.length() - 1);
  }

  /** Texts that cost a careless reader most: many small values, names or levels. */
  private static String large(SplittableRandom random) {
    String[] units = {"1,", "{},", "\"\",", "[", "{\"a\":", "{\"a\":1},", "[],", "\"\\u0041\","};
    String unit = units[random.nextInt(units.length)];
    int size = random.nextInt(13_000);
    String body = "{\"x\":[" + unit.repeat(size / unit.length()) + "1]}";
    return Forge.token(Forge.header(HS256).getBytes(ISO_8859_1), body.getBytes(ISO_8859_1), HS256);
  }

  private static String mutated(SplittableRandom random, String token) {
    StringBuilder text = new StringBuilder(token);
    for (int i = random.nextInt(3); i >= 0; i--) {
      text.setCharAt(random.nextInt(text.length()), (char) random.nextInt(300));
    }
    return text.toString();
  }

  private static String members(SplittableRandom random, String start) {
    StringBuilder text = new StringBuilder("{").append(start);
    for (int i = random.nextInt(4); i > 0; i--) {
      text.append(text.length() > 1 ? "," : "")
          .append('"')
          .append(NAMES[random.nextInt(NAMES.length)])
          .append("\":")
          .append(VALUES[random.nextInt(VALUES.length)]);
    }
    return text.append('}').toString();
  }

  private static String letters(SplittableRandom random, int length, String alphabet) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.append(alphabet.charAt(random.nextInt(alphabet.length())));
    }
    return text.toString();
  }
}
