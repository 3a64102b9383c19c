package io.bartizan.integrity.artifact;

import io.bartizan.core.VerificationException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A hash function that an artifact may be pinned by; weaker first. */
public enum DigestAlgorithm {
  /** SHA-256 (FIPS 180-4), 32 bytes. */
  SHA_256("SHA-256", 32),
  /** SHA-384 (FIPS 180-4), 48 bytes. */
  SHA_384("SHA-384", 48),
  /** SHA-512 (FIPS 180-4), 64 bytes. */
  SHA_512("SHA-512", 64);

  /** Not cloned for each word of a hostile text, as {@code values()} is. */
  private static final DigestAlgorithm[] ALL = values();

  private final String standardName;
  private final String label;
  private final int length;
  private final String tag;
  private final String longTag;

  DigestAlgorithm(String standardName, int length) {
    this.standardName = standardName;
    this.label = standardName.toLowerCase(Locale.ROOT).replace("-", "");
    this.length = length;
    String bits = label.substring(3);
    this.tag = "SHA" + bits;
    this.longTag = "SHA2-" + bits;
  }

  /**
   * The name that OCI, SRI and most tools use, such as {@code sha256}.
   *
   * @return lower-case letters and digits
   */
  public String label() {
    return label;
  }

  /**
   * How long a digest is.
   *
   * @return bytes
   */
  public int length() {
    return length;
  }

  String standardName() {
    return standardName;
  }

  /** The hyphenated lower-case name of RFC 9530 and RFC 6920. */
  String registeredName() {
    return standardName.toLowerCase(Locale.ROOT);
  }

  /** The name in tagged checksum files of BSD and coreutils: {@code SHA256}. */
  String tag() {
    return tag;
  }

  /** The algorithm that checksum files call by this range of a text; null if there is none. */
  static @Nullable DigestAlgorithm tagged(String text, int start, int end) {
    for (DigestAlgorithm algorithm : ALL) {
      String name = end - start == algorithm.tag.length() ? algorithm.tag : algorithm.longTag;
      if (end - start == name.length() && text.startsWith(name, start)) {
        return algorithm;
      }
    }
    return null;
  }

  /** The algorithm whose label stands at this place of a text, before a hyphen or the end. */
  static @Nullable DigestAlgorithm labelled(String text, int start, int end) {
    for (DigestAlgorithm algorithm : ALL) {
      int hyphen = start + algorithm.label.length();
      if (hyphen <= end
          && text.startsWith(algorithm.label, start)
          && (hyphen == end || text.charAt(hyphen) == '-')) {
        return algorithm;
      }
    }
    return null;
  }

  /** The algorithm with so many hexadecimal digits; null if there is none. */
  static @Nullable DigestAlgorithm ofHexDigits(int digits) {
    for (DigestAlgorithm algorithm : ALL) {
      if (algorithm.length * 2 == digits) {
        return algorithm;
      }
    }
    return null;
  }

  MessageDigest newMessageDigest() {
    try {
      return MessageDigest.getInstance(standardName);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this JVM has no provider of " + standardName, e);
    }
  }

  static DigestAlgorithm ofLabel(String label) {
    for (DigestAlgorithm algorithm : values()) {
      if (algorithm.label.equals(label)) {
        return algorithm;
      }
    }
    throw refused(label);
  }

  static DigestAlgorithm ofRegisteredName(String name) {
    for (DigestAlgorithm algorithm : values()) {
      if (algorithm.registeredName().equals(name)) {
        return algorithm;
      }
    }
    throw refused(name);
  }

  static VerificationException refused(String name) {
    String plain = name.toLowerCase(Locale.ROOT).replace("-", "");
    boolean weak = plain.equals("md5") || plain.equals("sha1") || plain.equals("sha");
    return new VerificationException(
        weak ? ArtifactReason.ALGORITHM_WEAK : ArtifactReason.ALGORITHM_UNKNOWN,
        "algorithm \""
            + DigestText.shortened(name)
            + "\", SHA-256, SHA-384 and SHA-512 are accepted in the spelling of the format");
  }
}
