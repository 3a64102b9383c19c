package io.bartizan.benchmarks.backtest;

import io.bartizan.ratelimit.Key;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Numbers for callers, from 0 on, as many as may be remembered; of a name of more than 256 bytes
 * its SHA-256 digest is kept. The hash is seeded anew each time, so that no log can aim at one
 * place of the table.
 */
final class Callers {
  /** There is no room for another caller. */
  static final int FULL = -1;

  /** The bytes are no UTF-8. */
  static final int NOT_UTF8 = -2;

  private static final int MAX_BYTES = 256;

  private static final int MOST_NAME_BYTES = Integer.MAX_VALUE - 1_000;

  private final int most;
  private final int seed = new SplittableRandom().nextInt() | 1;

  /** All names in UTF-8, one after the other, so that comparing one touches one place. */
  private byte[] bytes = new byte[16_384];

  private int[] ends = new int[1024];

  /** The hash above, a number and one more below; zero if free. */
  private long[] slots = new long[2048];

  private int[] requests = new int[1024];
  private int size;
  private int active;

  Callers(int most) {
    this.most = most;
  }

  /** The caller's number, {@link #FULL} or {@link #NOT_UTF8}. */
  int of(byte[] name, int from, int to) {
    if (to - from <= MAX_BYTES) {
      return number(name, from, to);
    }
    String decoded = decoded(name, from, to);
    return decoded == null ? NOT_UTF8 : ofDigest(decoded);
  }

  /** The caller's number, {@link #FULL} or {@link #NOT_UTF8}, of a text that no UTF-8 can be of. */
  int of(String name) {
    try {
      ByteBuffer encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(name));
      byte[] utf8 = new byte[encoded.remaining()];
      encoded.get(utf8);
      return utf8.length > MAX_BYTES ? ofDigest(name) : number(utf8, 0, utf8.length);
    } catch (CharacterCodingException e) {
      return NOT_UTF8;
    }
  }

  /** Made longer than any key that is kept whole, so that a digest is what is kept. */
  private int ofDigest(String name) {
    String digest = Key.bounded(name + "\0".repeat(Key.MAX_CHARS));
    byte[] ascii = digest.getBytes(StandardCharsets.US_ASCII);
    return number(ascii, 0, ascii.length);
  }

  private int number(byte[] name, int from, int to) {
    int hash = seed;
    for (int i = from; i < to; i++) {
      hash = (hash ^ name[i]) * 0x01000193;
    }
    hash = (hash ^ hash >>> 15) * 0x2c1b3c6d;
    hash ^= hash >>> 12;
    int mask = slots.length - 1;
    int at = hash & mask;
    for (; slots[at] != 0; at = (at + 1) & mask) {
      if ((int) (slots[at] >>> 32) == hash) {
        int id = (int) slots[at] - 1;
        if (Arrays.equals(name, from, to, bytes, start(id), ends[id])) {
          return id;
        }
      }
    }
    return decoded(name, from, to) == null ? NOT_UTF8 : add(at, hash, name, from, to);
  }

  private static @Nullable String decoded(byte[] name, int from, int to) {
    try {
      ByteBuffer given = ByteBuffer.wrap(name, from, to - from);
      return StandardCharsets.UTF_8.newDecoder().decode(given).toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }

  private int start(int id) {
    return id == 0 ? 0 : ends[id - 1];
  }

  private int add(int at, int hash, byte[] utf8, int from, int to) {
    int start = start(size);
    if (size == most || start > MOST_NAME_BYTES - MAX_BYTES) {
      return FULL;
    }
    int id = size++;
    if (id == ends.length) {
      requests = Arrays.copyOf(requests, 2 * id);
      ends = Arrays.copyOf(ends, 2 * id);
    }
    if (start + MAX_BYTES > bytes.length) {
      bytes = Arrays.copyOf(bytes, (int) Math.min(2L * bytes.length, MOST_NAME_BYTES));
    }
    System.arraycopy(utf8, from, bytes, start, to - from);
    ends[id] = start + to - from;
    slots[at] = (long) hash << 32 | (id + 1);
    if (2 * size > slots.length) {
      spread();
    }
    return id;
  }

  private void spread() {
    long[] larger = new long[2 * slots.length];
    for (long slot : slots) {
      if (slot != 0) {
        int at = (int) (slot >>> 32) & (larger.length - 1);
        while (larger[at] != 0) {
          at = (at + 1) & (larger.length - 1);
        }
        larger[at] = slot;
      }
    }
    slots = larger;
  }

  /** The name, or the digest of a long one. */
  String name(int id) {
    Objects.checkIndex(id, size);
    return new String(bytes, start(id), ends[id] - start(id), StandardCharsets.UTF_8);
  }

  /** How many numbers are given, also to those of whom no request was replayed. */
  int size() {
    return size;
  }

  /** Counts a request that is replayed. */
  void count(int id) {
    if (requests[id]++ == 0) {
      active++;
    }
  }

  /** How many have at least one request that is replayed. */
  int active() {
    return active;
  }

  /** How many requests of the caller were replayed. */
  int requests(int id) {
    return requests[id];
  }

  /** How many requests the busiest one has. */
  int mostRequests() {
    int most = 0;
    for (int id = 0; id < size; id++) {
      most = Math.max(most, requests[id]);
    }
    return most;
  }
}
