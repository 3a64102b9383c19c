package io.bartizan.integrity.artifact;

import io.bartizan.core.VerificationException;
import java.util.Arrays;
import java.util.Base64;

/** Reads digests strictly: ASCII only, exact length, canonical base64. */
final class DigestText {

  /** The longest text that any format of a digest needs, with room for an authority or a query. */
  static final int MAX_CHARS = 2_048;

  private static final int MAX_SHOWN = 200;

  private DigestText() {}

  static Digest hex(DigestAlgorithm algorithm, CharSequence text, boolean anyCase) {
    int expected = algorithm.length() * 2;
    if (text.length() != expected) {
      throw malformed(
          algorithm.label() + " has " + expected + " hexadecimal digits, found " + text.length());
    }
    byte[] value = new byte[algorithm.length()];
    for (int i = 0; i < expected; i++) {
      int digit = hexDigit(text.charAt(i), anyCase);
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
    return Digest.ofValue(algorithm, value);
  }

  static Digest base64(DigestAlgorithm algorithm, CharSequence text) {
    return decode(algorithm, text, Base64.getDecoder(), Base64.getEncoder(), "base64");
  }

  /** RFC 4648 section 5 without padding, as RFC 6920 has it. */
  static Digest base64Url(DigestAlgorithm algorithm, CharSequence text) {
    return decode(
        algorithm,
        text,
        Base64.getUrlDecoder(),
        Base64.getUrlEncoder().withoutPadding(),
        "unpadded base64url");
  }

  private static Digest decode(
      DigestAlgorithm algorithm,
      CharSequence text,
      Base64.Decoder decoder,
      Base64.Encoder encoder,
      String form) {
    byte[] ascii = new byte[Math.min(text.length(), MAX_CHARS)];
    for (int i = 0; i < ascii.length; i++) {
      char c = text.charAt(i);
      ascii[i] = (byte) (c < 0x80 ? c : 0);
    }
    if (text.length() <= MAX_CHARS) {
      try {
        byte[] value = decoder.decode(ascii);
        if (value.length != algorithm.length()) {
          throw malformed(
              algorithm.label() + " has " + algorithm.length() + " bytes, found " + value.length);
        }
        // The JDK's decoder lets missing padding and loose trailing bits pass.
        if (Arrays.equals(encoder.encode(value), ascii)) {
          return Digest.ofValue(algorithm, value);
        }
      } catch (IllegalArgumentException e) {
        // told below
      }
    }
    throw malformed(algorithm.label() + " is not canonical " + form);
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

  private static int hexDigit(char c, boolean anyCase) {
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
