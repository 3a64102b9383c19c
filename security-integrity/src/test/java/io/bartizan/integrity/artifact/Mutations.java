package io.bartizan.integrity.artifact;

import io.bartizan.core.VerificationException;
import java.util.SplittableRandom;

/** Small seeded damage to texts, and what a parser may do with it. */
final class Mutations {

  private static final String LIKELY = "\n\r\0 \t\\*#=-:;,()/.\"{}[]?%09afAFéа\u200b\ufeff\ud800";

  private Mutations() {}

  /** Any parser. */
  @FunctionalInterface
  interface Parser {
    Object parse(String text);
  }

  /** Changes, removes, inserts, doubles or cuts something. */
  static void mutate(StringBuilder text, SplittableRandom random) {
    int at = random.nextInt(text.length() + 1);
    char c =
        random.nextInt(4) == 0
            ? (char) random.nextInt(0x10000)
            : LIKELY.charAt(random.nextInt(LIKELY.length()));
    switch (random.nextInt(6)) {
      case 0 -> text.insert(at, c);
      case 1 -> text.delete(at, Math.min(text.length(), at + random.nextInt(1, 5)));
      case 2 -> text.setLength(at);
      case 3 -> text.insert(at, text.substring(at, Math.min(text.length(), at + 70)));
      default -> {
        if (at < text.length()) {
          text.setCharAt(at, c);
        }
      }
    }
  }

  /** Anything but a typed refusal fails the test. */
  static void refusedOrParsed(Parser parser, String text) {
    try {
      if (parser.parse(text) == null) {
        throw new AssertionError("null");
      }
    } catch (VerificationException expected) {
      if (!(expected.reason() instanceof ArtifactReason)) {
        throw new AssertionError("an untyped refusal", expected);
      }
    }
  }
}
