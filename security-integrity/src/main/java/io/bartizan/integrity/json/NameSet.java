package io.bartizan.integrity.json;

import java.util.SplittableRandom;

/**
 * Which names one object had, kept as 64-bit hashes: the names themselves would cost more than the
 * text. Two different names with one hash would be refused as if they were one, which no text of
 * this world meets by chance. The hash has a secret start, so that nobody can make names that stand
 * in each other's way.
 */
final class NameSet {

  private static final long SEED = new SplittableRandom().nextLong();
  private static final long MULTIPLIER = 0x9E3779B97F4A7C15L;

  /** Up to here a walk is faster than a table. */
  private static final int FEW = 16;

  private static final long[] NO_TABLE = {};

  private final long[] few = new long[FEW];
  private long[] table = NO_TABLE;
  private int size;

  void clear() {
    size = 0;
    table = NO_TABLE;
  }

  /** False if the hash is there already. */
  boolean add(long hash) {
    if (size < FEW) {
      for (int i = 0; i < size; i++) {
        if (few[i] == hash) {
          return false;
        }
      }
      few[size++] = hash;
      return true;
    }
    if ((size + 1) * 4 > table.length * 3) {
      grow();
    }
    if (!insert(table, hash)) {
      return false;
    }
    size++;
    return true;
  }

  private void grow() {
    long[] larger = new long[Math.max(4 * FEW, table.length * 2)];
    for (long each : table.length == 0 ? few : table) {
      if (each != 0) {
        boolean unused = insert(larger, each);
      }
    }
    table = larger;
  }

  private static boolean insert(long[] table, long hash) {
    int mask = table.length - 1;
    int slot = (int) hash & mask;
    while (table[slot] != 0) {
      if (table[slot] == hash) {
        return false;
      }
      slot = (slot + 1) & mask;
    }
    table[slot] = hash;
    return true;
  }

  /** Never zero; the same for a name's characters wherever they stand. */
  static long hash(CharSequence name) {
    long hash = SEED;
    for (int i = 0; i < name.length(); i++) {
      hash = step(hash, name.charAt(i));
    }
    return last(hash);
  }

  /** Of a name that is plain ASCII. */
  static long hash(byte[] text, int from, int to) {
    long hash = SEED;
    for (int i = from; i < to; i++) {
      hash = step(hash, text[i]);
    }
    return last(hash);
  }

  private static long step(long hash, int c) {
    long next = (hash ^ c) * MULTIPLIER;
    return next ^ (next >>> 32);
  }

  private static long last(long hash) {
    long mixed = hash * MULTIPLIER;
    mixed ^= mixed >>> 29;
    return mixed == 0 ? 1 : mixed;
  }
}
