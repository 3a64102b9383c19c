package io.bartizan.integrity.mac;

/** A hash for HMAC, with the bounds of its keys (RFC 2104 section 3, RFC 4868 section 2.1.1). */
public enum HmacAlgorithm {
  /** HMAC-SHA-256: a tag of 32 bytes, keys from 32 bytes. */
  SHA_256("SHA-256", "HmacSHA256", 32, 64),
  /** HMAC-SHA-384: a tag of 48 bytes, keys from 48 bytes. */
  SHA_384("SHA-384", "HmacSHA384", 48, 128),
  /** HMAC-SHA-512: a tag of 64 bytes, keys from 64 bytes. */
  SHA_512("SHA-512", "HmacSHA512", 64, 128);

  private final String digestName;
  private final String macName;
  private final int tagLength;
  private final int blockLength;

  HmacAlgorithm(String digestName, String macName, int tagLength, int blockLength) {
    this.digestName = digestName;
    this.macName = macName;
    this.tagLength = tagLength;
    this.blockLength = blockLength;
  }

  String digestName() {
    return digestName;
  }

  String macName() {
    return macName;
  }

  /**
   * The length of a tag, which is also the shortest key.
   *
   * @return bytes
   */
  public int tagLength() {
    return tagLength;
  }

  /**
   * The hash's block size. A longer key is hashed to the tag's length first (RFC 2104 section 2),
   * so that such a key and its hash are the same key.
   *
   * @return bytes
   */
  public int blockLength() {
    return blockLength;
  }
}
