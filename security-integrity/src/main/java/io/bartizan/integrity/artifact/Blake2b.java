package io.bartizan.integrity.artifact;

import org.bouncycastle.crypto.digests.Blake2bDigest;

/** BLAKE2b-512, which the JDK has not; all that this package takes from Bouncy Castle. */
final class Blake2b {

  private final Blake2bDigest hash = new Blake2bDigest(512);

  private Blake2b() {}

  static Blake2b start() {
    try {
      return new Blake2b();
    } catch (NoClassDefFoundError e) {
      throw new IllegalStateException(
          "minisign's usual form needs bcprov-jdk18on, which is neither on the class path nor a module",
          e);
    }
  }

  void update(byte[] buffer, int length) {
    hash.update(buffer, 0, length);
  }

  byte[] finish() {
    byte[] value = new byte[64];
    int unused = hash.doFinal(value, 0);
    return value;
  }
}
