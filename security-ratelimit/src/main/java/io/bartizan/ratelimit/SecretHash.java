package io.bartizan.ratelimit;

import java.security.SecureRandom;

/**
 * SipHash-1-3 (Aumasson and Bernstein, 2012) of a text's UTF-16 units in little-endian order, with
 * a random key of 128 bits: who does not know the key can neither aim two texts at one hash nor
 * find two that have one, other than by chance.
 */
final class SecretHash {

  private static final int UNITS_PER_BLOCK = 4;
  private static final int LAST_ROUNDS = 3;

  private final long key0;
  private final long key1;

  SecretHash(long key0, long key1) {
    this.key0 = key0;
    this.key1 = key1;
  }

  static SecretHash random() {
    SecureRandom random = new SecureRandom();
    return new SecretHash(random.nextLong(), random.nextLong());
  }

  long of(String text) {
    long v0 = key0 ^ 0x736f6d6570736575L;
    long v1 = key1 ^ 0x646f72616e646f6dL;
    long v2 = key0 ^ 0x6c7967656e657261L;
    long v3 = key1 ^ 0x7465646279746573L;
    int last = text.length() / UNITS_PER_BLOCK;
    for (int i = 0; i <= last + LAST_ROUNDS; i++) {
      long block = i < last ? block(text, i) : i == last ? lastBlock(text, i) : 0;
      v2 ^= i == last + 1 ? 0xff : 0;
      v3 ^= block;
      v0 += v1;
      v2 += v3;
      v1 = Long.rotateLeft(v1, 13) ^ v0;
      v3 = Long.rotateLeft(v3, 16) ^ v2;
      v0 = Long.rotateLeft(v0, 32);
      v2 += v1;
      v0 += v3;
      v1 = Long.rotateLeft(v1, 17) ^ v2;
      v3 = Long.rotateLeft(v3, 21) ^ v0;
      v2 = Long.rotateLeft(v2, 32);
      v0 ^= block;
    }
    return v0 ^ v1 ^ v2 ^ v3;
  }

  private static long block(String text, int index) {
    int at = UNITS_PER_BLOCK * index;
    return text.charAt(at)
        | (long) text.charAt(at + 1) << 16
        | (long) text.charAt(at + 2) << 32
        | (long) text.charAt(at + 3) << 48;
  }

  /** What is left, and the number of bytes. */
  private static long lastBlock(String text, int index) {
    long block = (long) text.length() << 57;
    for (int i = UNITS_PER_BLOCK * index; i < text.length(); i++) {
      block |= (long) text.charAt(i) << (16 * (i % UNITS_PER_BLOCK));
    }
    return block;
  }
}
