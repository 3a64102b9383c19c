package io.bartizan.integrity.artifact;

import io.bartizan.core.VerificationException;

/** The grammar of a digest that stands beside one file. */
final class Sidecar {

  /** The largest, in bytes; what tools write has a few hundred. */
  private static final int MAX_BYTES = 16 * 1024;

  private static final int MAX_GROUP = 16;

  /** What tools write for a name that they were not told, as {@code sha256sum < x}. */
  private static final String STANDARD_INPUT = "-";

  private Sidecar() {}

  static Digest parse(byte[] content, String fileName) {
    if (content.length > MAX_BYTES) {
      throw new VerificationException(
          ArtifactReason.TOO_LARGE, "the sidecar has more than " + MAX_BYTES + " bytes");
    }
    ManifestText manifest = ManifestText.of(content);
    String text = manifest.decoded(0, content.length).strip();
    Digest bare = grouped(text);
    if (bare != null) {
      return bare;
    }
    if (text.lines().count() == 1) {
      int lineEnd = manifest.text.stripTrailing().length();
      if (text.indexOf('(') >= 0 || startsWithDigits(text)) {
        ManifestLine line = ManifestLine.parse(manifest, 0, lineEnd, true);
        requireName(line.name, fileName);
        if (line.digest == null) {
          throw DigestAlgorithm.refused(line.other);
        }
        return line.digest;
      }
    }
    int colon = text.lastIndexOf(':');
    Digest printed = colon < 0 ? null : grouped(text.substring(colon + 1));
    if (printed == null) {
      throw ManifestLine.malformed(
          text.startsWith("-----BEGIN PGP")
              ? "a clear-signed text: detach the signature"
              : "a sidecar has a digest alone, or with the name of its file in one of the usual"
                  + " forms");
    }
    requireName(text.substring(0, colon), fileName);
    return printed;
  }

  private static boolean startsWithDigits(String text) {
    int from = text.startsWith("\\") ? 1 : 0;
    return text.length() > from + 32
        && text.substring(from, from + 32)
            .chars()
            .allMatch(c -> DigestText.hexDigit((char) c, true) >= 0);
  }

  /** Nothing but digits, perhaps in groups and over several lines; null if it is anything else. */
  private static @org.jspecify.annotations.Nullable Digest grouped(String text) {
    StringBuilder digits = new StringBuilder();
    int group = 0;
    int longest = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (DigestText.hexDigit(c, true) >= 0) {
        digits.append(c);
        longest = Math.max(longest, ++group);
      } else if (c != ' ' && c != '\t' && c != '\n' && c != '\r') {
        return null;
      } else {
        group = 0;
      }
    }
    if (longest < digits.length() && longest > MAX_GROUP) {
      return null; // two digests, not the groups of one
    }
    DigestAlgorithm algorithm = DigestAlgorithm.ofHexDigits(digits.length());
    if (algorithm != null) {
      return Digest.parseHexAnyCase(algorithm, digits);
    }
    if (digits.length() == 32 || digits.length() == 40) {
      throw DigestAlgorithm.refused(digits.length() == 32 ? "MD5" : "SHA1");
    }
    return null;
  }

  private static void requireName(String written, String fileName) {
    if (written.equals(STANDARD_INPUT)) {
      return;
    }
    int slash = Math.max(written.lastIndexOf('/'), written.lastIndexOf('\\'));
    if (!written.substring(slash + 1).equals(fileName)) {
      throw ManifestLine.malformed(
          "the sidecar of \""
              + DigestText.shortened(fileName)
              + "\" is of another file, \""
              + DigestText.shortened(written)
              + "\"");
    }
  }
}
