package io.bartizan.integrity.artifact;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bartizan.core.VerificationException;
import org.jspecify.annotations.Nullable;

/**
 * The grammar of one line of a checksum file.
 *
 * <p>Lines are read where they stand in the text, without copies, so that a manifest of half a
 * million lines costs no more than a few times its size.
 */
final class ManifestLine {

  /** Which of the dialects; one file never mixes them. */
  enum Style {
    TWO_BLANKS,
    ONE_BLANK,
    TAG
  }

  final Style style;
  final String name;

  /** Null if it is of an algorithm that proves nothing, or that is not known here. */
  final @Nullable Digest digest;

  /** That algorithm, as it is called or as many digits tell. */
  final String other;

  private ManifestLine(Style style, String name, @Nullable Digest digest, String other) {
    this.style = style;
    this.name = name;
    this.digest = digest;
    this.other = other;
  }

  /** Reads one line; without escapes in the form whose entries end with NUL. */
  static ManifestLine parse(ManifestText manifest, int from, int to, boolean escapes) {
    String text = manifest.text;
    if (text.startsWith("-----BEGIN PGP", from)) {
      throw malformed("a clear-signed text, of which parts are not signed: detach the signature");
    }
    int first = from;
    while (escapes && first < to && isBlank(text.charAt(first))) {
      first++; // as coreutils do
    }
    boolean escaped = escapes && text.startsWith("\\", first);
    int start = escaped ? first + 1 : first;
    int digits = hexDigits(text, start, to);
    boolean gnu = digits >= 32 && start + digits < to && isBlank(text.charAt(start + digits));
    return gnu ? gnu(manifest, start, digits, to, escaped) : tag(manifest, start, to, escaped);
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\t';
  }

  private static ManifestLine gnu(
      ManifestText manifest, int start, int digits, int to, boolean escaped) {
    String text = manifest.text;
    DigestAlgorithm algorithm = DigestAlgorithm.ofHexDigits(digits);
    if (algorithm == null && digits != 32 && digits != 40) {
      throw malformed("no algorithm here has " + digits + " hexadecimal digits");
    }
    Digest digest =
        algorithm == null ? null : DigestText.hex(algorithm, text, start, start + digits, true);
    int next = start + digits + 1;
    boolean marked = next < to && (text.charAt(next) == ' ' || text.charAt(next) == '*');
    return new ManifestLine(
        marked ? Style.TWO_BLANKS : Style.ONE_BLANK,
        name(manifest, marked ? next + 1 : next, to, escaped),
        digest,
        digits == 32 ? "MD5" : "SHA1");
  }

  /** {@code SHA256 (name) = value} and OpenSSL's {@code SHA2-256(name)= value}. */
  private static ManifestLine tag(ManifestText manifest, int start, int to, boolean escaped) {
    String text = manifest.text;
    int open = text.indexOf('(', start);
    int close = text.lastIndexOf(')', to - 1);
    if (open <= start || close < open) {
      throw malformed("neither \"digits  name\" nor \"SHA256 (name) = digits\"");
    }
    boolean spaced = text.charAt(open - 1) == ' ';
    String equals = spaced ? " = " : "= ";
    int value = close + 1 + equals.length();
    if (value > to || !text.startsWith(equals, close + 1)) {
      throw malformed("no \" = \" after the last bracket");
    }
    int end = spaced ? open - 1 : open;
    DigestAlgorithm algorithm = DigestAlgorithm.tagged(text, start, end);
    Digest digest =
        algorithm == null
            ? null
            : to - value == algorithm.length() * 2
                ? DigestText.hex(algorithm, text, value, to, true)
                : DigestText.base64(algorithm, manifest.bytes, value, to);
    return new ManifestLine(
        Style.TAG,
        name(manifest, open + 1, close, escaped),
        digest,
        digest == null ? manifest.decoded(start, end) : "");
  }

  private static int hexDigits(String text, int start, int to) {
    int i = start;
    while (i < to && DigestText.hexDigit(text.charAt(i), true) >= 0) {
      i++;
    }
    return i - start;
  }

  private static String name(ManifestText manifest, int start, int end, boolean escaped) {
    return escaped ? unescaped(manifest.bytes, start, end) : manifest.decoded(start, end);
  }

  /** Before decoding, since a backslash is no part of another character in UTF-8. */
  private static String unescaped(byte[] bytes, int start, int end) {
    byte[] plain = new byte[end - start];
    int length = 0;
    for (int i = start; i < end; i++) {
      byte b = bytes[i];
      if (b == '\\') {
        int code = ++i < end ? "\\nr".indexOf(bytes[i]) : -1;
        if (code < 0) {
          throw malformed("a backslash that is none of \\\\, \\n and \\r");
        }
        b = (byte) "\\\n\r".charAt(code);
      }
      plain[length++] = b;
    }
    return new String(plain, 0, length, UTF_8);
  }

  /** Writes a line without its end. */
  static String format(String name, Digest digest, ManifestFormat format) {
    boolean zero = format == ManifestFormat.GNU_ZERO;
    String written =
        zero ? name : name.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r");
    String prefix = written.equals(name) ? "" : "\\";
    if (format == ManifestFormat.BSD_TAG) {
      return prefix + digest.algorithm().tag() + " (" + written + ") = " + digest.hex();
    }
    return prefix + digest.hex() + "  " + written;
  }

  static VerificationException malformed(String detail) {
    return new VerificationException(ArtifactReason.MANIFEST_MALFORMED, detail);
  }
}
