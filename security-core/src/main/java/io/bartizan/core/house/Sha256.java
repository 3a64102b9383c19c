package io.bartizan.core.house;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** SHA-256 (FIPS 180-4), which every Java platform has. */
public final class Sha256 {

  private Sha256() {}

  /**
   * A fresh digest.
   *
   * @return for one thread
   */
  public static MessageDigest newDigest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /**
   * The digest of some bytes.
   *
   * @param bytes what is hashed
   * @return 32 bytes
   */
  public static byte[] of(byte[] bytes) {
    return newDigest().digest(bytes);
  }
}
