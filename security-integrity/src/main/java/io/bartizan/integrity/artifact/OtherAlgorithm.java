package io.bartizan.integrity.artifact;

import io.bartizan.core.Refusal;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Lists whose digits look like those of an accepted algorithm and are of another. */
final class OtherAlgorithm {

  /**
   * As a file is called: {@code B2SUMS}, {@code x.iso.b2sum}, {@code SHA3-512SUMS}. A {@code b2}
   * alone may be a second beta, so it counts as the very end only.
   */
  private static final Pattern NAME =
      Pattern.compile(
          "(?:^|[^a-z0-9])"
              + "(b[23](?=sums?(?:$|[^a-z0-9]))|(?<=\\.)b[23]$|blake2[bs]?|blake3"
              + "|sha3(?:-?\\d{3})?|sm3)(?:sums?)?(?:$|[^a-z0-9])");

  /** A list that calls itself one of these is believed: the rest of its name is its files'. */
  private static final Pattern KNOWN = Pattern.compile("sha-?(?:256|384|512)");

  private OtherAlgorithm() {}

  /** Refuses a list that is said to be of an algorithm which is not read here. */
  static void refuseByName(Path file) {
    @Nullable Path name = file.getFileName();
    String text = name == null ? "" : name.toString().toLowerCase(Locale.ROOT);
    Matcher said = NAME.matcher(text);
    if (said.find() && !KNOWN.matcher(text).find()) {
      String algorithm = said.group(1);
      throw DigestAlgorithm.refused(
          algorithm.equals("b2") ? "BLAKE2b" : algorithm.equals("b3") ? "BLAKE3" : algorithm);
    }
  }

  /** Said where every file of a list differs. */
  static Refusal perhaps(Refusal mismatch) {
    return mismatch instanceof DigestMismatch both
        ? both.and(
            "every file of the list differs, so it may be of another algorithm with as many digits"
                + " (BLAKE2, BLAKE3, SHA-3)")
        : mismatch;
  }
}
