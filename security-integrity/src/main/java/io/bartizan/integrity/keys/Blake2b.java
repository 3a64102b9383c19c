package io.bartizan.integrity.keys;

import org.bouncycastle.crypto.digests.Blake2bDigest;

/** BLAKE2b-512, which the JDK has not; from Bouncy Castle. Not thread-safe. */
public final class Blake2b {

  private final Blake2bDigest hash = new Blake2bDigest(512);

  private Blake2b() {}

  /** A new hash; an {@link IllegalStateException} without Bouncy Castle. */
  public static Blake2b start() {
    try {
      return new Blake2b();
    } catch (NoClassDefFoundError e) {
      throw new IllegalStateException(
          "minisign's usual form needs bcprov-jdk18on, which is neither on the class path nor a"
              + " module",
          e);
    }
  }

  /** Adds the first bytes of the buffer. */
  public void update(byte[] buffer, int length) {
    hash.update(buffer, 0, length);
  }

  /** The 64 bytes of the hash; the last call. */
  public byte[] finish() {
    byte[] value = new byte[64];
    int unused = hash.doFinal(value, 0);
    return value;
  }
}
