package io.bartizan.integrity.jwt;

import static io.bartizan.integrity.jwt.Forge.GOOD;
import static io.bartizan.integrity.jwt.Forge.strict;
import static io.bartizan.integrity.jwt.Forge.token;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever is changed in a good token, nothing but the token itself is accepted. */
class MutationTest {

  private static final String ALPHABET =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

  /** Short, so that every place and every byte of all algorithms can be tried. */
  private static final String SHORT =
      "{\"iss\":\"https://issuer\",\"aud\":\"my-api\",\"exp\":" + (Forge.NOW + 300) + "}";

  @ParameterizedTest
  @EnumSource(
      value = JwsAlgorithm.class,
      names = {"HS256", "RS256", "PS256", "ES256", "ED25519"})
  void check_changedToken_isRefused(JwsAlgorithm algorithm) {
    for (JwtVerifier verifier :
        new JwtVerifier[] {strict(algorithm).build(), strict(algorithm).withCache(64).build()}) {
      refusesChanged(verifier, token(algorithm, GOOD), algorithm.isSymmetric() ? 1 : 17);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = JwsAlgorithm.class,
      names = {"HS256", "ES256", "ED25519"})
  void check_insertedByte_isRefused(JwsAlgorithm algorithm) {
    refusesInserted(
        strict(algorithm).build(), token(algorithm, GOOD), algorithm.isSymmetric() ? 1 : 31);
  }

  /**
   * Each bit, each letter, each cut, each of 256 bytes at each place: about 90 000 tokens of each
   * algorithm.
   */
  @ParameterizedTest
  @EnumSource
  @Tag("deep")
  void check_everyMutation_isRefused(JwsAlgorithm algorithm) {
    JwtVerifier verifier = strict(algorithm).build();
    String good = token(algorithm, SHORT);
    refusesChanged(verifier, good, 1);
    refusesInserted(verifier, good, 1);
  }

  private static void refusesChanged(JwtVerifier verifier, String good, int step) {
    assertThat(verifier.check(good).isAccepted()).isTrue();
    for (int i = 0; i < good.length(); i++) {
      for (int bit = 0; bit < 8; bit++) {
        refuses(verifier, good, replaced(good, i, (char) (good.charAt(i) ^ (1 << bit))));
      }
      for (int c = 0; c < ALPHABET.length(); c += step) {
        refuses(verifier, good, replaced(good, i, ALPHABET.charAt(c)));
      }
      refuses(verifier, good, good.substring(0, i));
      refuses(verifier, good, good.substring(i + 1));
      refuses(verifier, good, good.substring(0, i) + good.substring(i + 1));
    }
    assertThat(verifier.check(good).isAccepted()).isTrue();
  }

  private static void refusesInserted(JwtVerifier verifier, String good, int step) {
    for (int i = 0; i <= good.length(); i++) {
      for (int c = 0; c < 256; c += step) {
        refuses(verifier, good, good.substring(0, i) + (char) c + good.substring(i));
      }
      refuses(verifier, good, good.substring(0, i) + '\u0141' + good.substring(i));
    }
    assertThat(verifier.check(good).isAccepted()).isTrue();
  }

  private static String replaced(String text, int at, char c) {
    return text.substring(0, at) + c + text.substring(at + 1);
  }

  private static void refuses(JwtVerifier verifier, String good, String changed) {
    if (verifier.check(changed).isAccepted() != changed.equals(good)) {
      throw new AssertionError(changed);
    }
  }
}
