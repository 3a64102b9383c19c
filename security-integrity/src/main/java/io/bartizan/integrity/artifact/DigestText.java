package io.bartizan.integrity.artifact;

import io.bartizan.core.VerificationException;
import io.bartizan.integrity.json.StrictBase64;
import org.jspecify.annotations.Nullable;

/** Reads digests strictly: ASCII only, exact length, canonical base64. */
final class DigestText {

  /** The longest text that any format of a digest needs, with room for an authority or a query. */
  static final int MAX_CHARS = 2_048;

  private static final int MAX_SHOWN = 200;

  private DigestText() {}

  /** To the text's end; one that has no digest there is told whole, with what it looks like. */
  static Digest hex(DigestAlgorithm algorithm, CharSequence text, int from, boolean anyCase) {
    try {
      return hex(algorithm, text, from, text.length(), anyCase);
    } catch (VerificationException e) {
      throw malformed(
          e.refusal().detail()
              + ", in \""
              + shortened(text)
              + "\""
              + (from == 0 ? meant(algorithm, shortened(text)) : ""));
    }
  }

  /** Which form a text is of, for what people paste; empty for anything else. */
  private static String meant(DigestAlgorithm algorithm, String text) {
    if (text.matches("sha(256|384|512):.*")) {
      return "; Digest.parseOci reads that form";
    }
    if (text.matches("sha(256|384|512)-.*")) {
      return "; Digest.parseSri reads that form";
    }
    if (text.startsWith("ni:")) {
      return "; Digest.parseNi reads that form";
    }
    if (text.matches("[0-9a-fA-F]+") && text.length() == algorithm.length() * 2) {
      return "; Digest.parseHexAnyCase reads upper case";
    }
    if (base64OrNull(algorithm, text, 0, text.length()) != null) {
      return "; Digest.parseBase64 reads that form";
    }
    return text.matches("(?s)\\s*[0-9a-fA-F]+\\s.*")
        ? "; give the digits alone, or read a list with Manifest"
        : "";
  }

  static Digest hex(
      DigestAlgorithm algorithm, CharSequence text, int from, int to, boolean anyCase) {
    int expected = algorithm.length() * 2;
    if (to - from != expected) {
      throw malformed(
          algorithm.label() + " has " + expected + " hexadecimal digits, found " + (to - from));
    }
    byte[] value = new byte[algorithm.length()];
    for (int i = 0; i < expected; i++) {
      int digit = hexDigit(text.charAt(from + i), anyCase);
      if (digit < 0) {
        throw malformed(
            algorithm.label()
                + " has a character at "
                + i
                + " that is no "
                + (anyCase ? "" : "lower-case ")
                + "hexadecimal digit");
      }
      value[i >> 1] = (byte) (value[i >> 1] << 4 | digit);
    }
    return Digest.owning(algorithm, value);
  }

  static Digest base64(DigestAlgorithm algorithm, CharSequence text) {
    return requireBase64(algorithm, base64OrNull(algorithm, text, 0, text.length()));
  }

  static Digest base64(DigestAlgorithm algorithm, byte[] text, int from, int to) {
    return requireBase64(algorithm, base64OrNull(algorithm, text, from, to));
  }

  private static Digest requireBase64(DigestAlgorithm algorithm, @Nullable Digest digest) {
    if (digest == null) {
      throw malformed(
          algorithm.label() + " is not canonical base64 of " + algorithm.length() + " bytes");
    }
    return digest;
  }

  /** RFC 4648 section 4; null if it is not canonical or not of the algorithm's length. */
  static @Nullable Digest base64OrNull(
      DigestAlgorithm algorithm, CharSequence text, int from, int to) {
    if (to - from != base64Length(algorithm)) {
      return null;
    }
    byte[] ascii = new byte[to - from];
    for (int i = 0; i < ascii.length; i++) {
      char c = text.charAt(from + i);
      ascii[i] = c < 0x80 ? (byte) c : -1; // which no alphabet holds
    }
    return base64OrNull(algorithm, ascii, 0, ascii.length);
  }

  private static @Nullable Digest base64OrNull(
      DigestAlgorithm algorithm, byte[] text, int from, int to) {
    boolean fits = to - from == base64Length(algorithm);
    byte[] value = fits ? StrictBase64.decodeStandard(text, from, to) : null;
    return value == null || value.length != algorithm.length()
        ? null
        : Digest.owning(algorithm, value);
  }

  private static int base64Length(DigestAlgorithm algorithm) {
    return (algorithm.length() + 2) / 3 * 4;
  }

  /** RFC 4648 section 5 without padding, as RFC 6920 has it. */
  static Digest base64Url(DigestAlgorithm algorithm, CharSequence text) {
    int expected = (algorithm.length() * 8 + 5) / 6;
    byte[] value = text.length() == expected ? StrictBase64.decodeUrl(text.toString()) : null;
    if (value == null) {
      throw malformed(
          algorithm.label()
              + " is not canonical unpadded base64url of "
              + algorithm.length()
              + " bytes");
    }
    return Digest.owning(algorithm, value);
  }

  /** {@code label SEPARATOR value}: splits at the first separator. */
  static int separator(CharSequence text, char separator, String form) {
    requireBounded(text);
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) == separator) {
        return i;
      }
    }
    throw malformed("digest \"" + shortened(text) + "\" has not the form " + form);
  }

  static void requireBounded(CharSequence text) {
    if (text.length() > MAX_CHARS) {
      throw malformed("digest has " + text.length() + " characters, at most " + MAX_CHARS);
    }
  }

  static int hexDigit(char c, boolean anyCase) {
    if (c >= '0' && c <= '9') {
      return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
      return c - 'a' + 10;
    }
    return anyCase && c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
  }

  /** For a message whose other half must not be crowded out; not yet escaped. */
  static String shortened(CharSequence text) {
    return text.length() <= MAX_SHOWN ? text.toString() : text.subSequence(0, MAX_SHOWN) + "…";
  }

  static VerificationException malformed(String detail) {
    return new VerificationException(ArtifactReason.DIGEST_MALFORMED, detail);
  }
}
