package io.bartizan.integrity.artifact;

import io.bartizan.core.VerificationException;
import org.jspecify.annotations.Nullable;

/** The grammar of one line of a checksum file. */
final class ManifestLine {

  /** Which of the dialects; one file never mixes them. */
  enum Style {
    TWO_BLANKS,
    ONE_BLANK,
    TAG
  }

  final Style style;
  final String name;
  final Digest digest;

  private ManifestLine(Style style, String name, Digest digest) {
    this.style = style;
    this.name = name;
    this.digest = digest;
  }

  /** Reads one line; without escapes in the form whose entries end with NUL. */
  static ManifestLine parse(String line, boolean escapes) {
    boolean escaped = escapes && line.startsWith("\\");
    String rest = escaped ? line.substring(1) : line;
    int digits = hexDigits(rest);
    ManifestLine parsed =
        digits >= 32 && digits < rest.length() && rest.charAt(digits) == ' '
            ? gnu(rest, digits)
            : tag(rest);
    return escaped ? new ManifestLine(parsed.style, unescape(parsed.name), parsed.digest) : parsed;
  }

  private static ManifestLine gnu(String line, int digits) {
    Digest digest = Digest.parseHexAnyCase(algorithmOf(digits), line.substring(0, digits));
    int next = digits + 1;
    boolean marked = next < line.length() && (line.charAt(next) == ' ' || line.charAt(next) == '*');
    return marked
        ? new ManifestLine(Style.TWO_BLANKS, line.substring(next + 1), digest)
        : new ManifestLine(Style.ONE_BLANK, line.substring(next), digest);
  }

  private static DigestAlgorithm algorithmOf(int digits) {
    for (DigestAlgorithm algorithm : DigestAlgorithm.values()) {
      if (algorithm.length() * 2 == digits) {
        return algorithm;
      }
    }
    if (digits == 32 || digits == 40) {
      throw DigestAlgorithm.refused(digits == 32 ? "MD5" : "SHA1");
    }
    throw malformed("no algorithm here has " + digits + " hexadecimal digits");
  }

  /** {@code SHA256 (name) = value} and OpenSSL's {@code SHA2-256(name)= value}. */
  private static ManifestLine tag(String line) {
    int open = line.indexOf('(');
    int close = line.lastIndexOf(')');
    if (open < 1 || close < open) {
      throw malformed("neither \"digits  name\" nor \"SHA256 (name) = digits\"");
    }
    boolean spaced = line.charAt(open - 1) == ' ';
    String value = after(line, close + 1, spaced ? " = " : "= ");
    if (value == null) {
      throw malformed("no \" = \" after the last bracket");
    }
    String label = line.substring(0, spaced ? open - 1 : open);
    DigestAlgorithm algorithm = algorithmOf(label);
    Digest digest =
        value.length() == algorithm.length() * 2
            ? Digest.parseHexAnyCase(algorithm, value)
            : Digest.parseBase64(algorithm, value);
    return new ManifestLine(Style.TAG, line.substring(open + 1, close), digest);
  }

  private static @Nullable String after(String line, int start, String equals) {
    return line.startsWith(equals, start) ? line.substring(start + equals.length()) : null;
  }

  private static DigestAlgorithm algorithmOf(String label) {
    for (DigestAlgorithm algorithm : DigestAlgorithm.values()) {
      String bits = algorithm.label().substring(3);
      if (label.equals("SHA" + bits) || label.equals("SHA2-" + bits)) {
        return algorithm;
      }
    }
    throw DigestAlgorithm.refused(label);
  }

  private static int hexDigits(String text) {
    int i = 0;
    while (i < text.length() && "0123456789abcdefABCDEF".indexOf(text.charAt(i)) >= 0) {
      i++;
    }
    return i;
  }

  private static String unescape(String name) {
    StringBuilder plain = new StringBuilder(name.length());
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c == '\\') {
        int code = ++i < name.length() ? "\\nr".indexOf(name.charAt(i)) : -1;
        if (code < 0) {
          throw malformed("a backslash that is none of \\\\, \\n and \\r");
        }
        plain.append("\\\n\r".charAt(code));
      } else {
        plain.append(c);
      }
    }
    return plain.toString();
  }

  /** Writes a line without its end. */
  static String format(String name, Digest digest, ManifestFormat format) {
    boolean zero = format == ManifestFormat.GNU_ZERO;
    String written =
        zero ? name : name.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r");
    String prefix = written.equals(name) ? "" : "\\";
    if (format == ManifestFormat.BSD_TAG) {
      String bits = digest.algorithm().label().substring(3);
      return prefix + "SHA" + bits + " (" + written + ") = " + digest.hex();
    }
    return prefix + digest.hex() + "  " + written;
  }

  private static VerificationException malformed(String detail) {
    return new VerificationException(ArtifactReason.MANIFEST_MALFORMED, detail);
  }
}
