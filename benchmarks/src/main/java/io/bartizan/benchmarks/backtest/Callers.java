package io.bartizan.benchmarks.backtest;

import io.bartizan.ratelimit.Key;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Numbers for callers, from 0 on, as many as may be remembered. The hash is seeded anew each time,
 * so that no log can aim at one place of the table.
 */
final class Callers {
  /** There is no room for another caller. */
  static final int FULL = -1;

  /** The bytes are no UTF-8. */
  static final int NOT_UTF8 = -2;

  private static final int MAX_BYTES = 256;

  private final int most;
  private final int seed = new SplittableRandom().nextInt() | 1;
  private @Nullable String[] names = new String[1024];
  private int[] slots = new int[2048];
  private int[] requests = new int[1024];
  private int size;
  private int active;

  Callers(int most) {
    this.most = most;
  }

  /** The caller's number, {@link #FULL} or {@link #NOT_UTF8}. */
  int of(byte[] bytes, int from, int to) {
    if (to - from > MAX_BYTES) {
      return decoded(bytes, from, to);
    }
    int hash = seed;
    for (int i = from; i < to; i++) {
      if (bytes[i] < 0) {
        return decoded(bytes, from, to);
      }
      hash = (hash ^ bytes[i]) * 0x01000193;
    }
    int at = slot(hash);
    for (; slots[at] != 0; at = (at + 1) & (slots.length - 1)) {
      if (isNamed(slots[at] - 1, bytes, from, to)) {
        return slots[at] - 1;
      }
    }
    return add(at, new String(bytes, from, to - from, StandardCharsets.US_ASCII));
  }

  /** The caller's number, or {@link #FULL}. */
  int of(String name) {
    String bounded = Key.bounded(name);
    int at = slot(hash(bounded));
    for (; slots[at] != 0; at = (at + 1) & (slots.length - 1)) {
      if (name(slots[at] - 1).equals(bounded)) {
        return slots[at] - 1;
      }
    }
    return add(at, bounded);
  }

  private int decoded(byte[] bytes, int from, int to) {
    try {
      return of(
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(bytes, from, to - from))
              .toString());
    } catch (CharacterCodingException e) {
      return NOT_UTF8;
    }
  }

  private int add(int at, String name) {
    if (size == most) {
      return FULL;
    }
    int id = size++;
    if (id == names.length) {
      names = Arrays.copyOf(names, 2 * id);
      requests = Arrays.copyOf(requests, 2 * id);
    }
    names[id] = name;
    slots[at] = id + 1;
    if (2 * size > slots.length) {
      slots = new int[2 * slots.length];
      for (int i = 0; i < size; i++) {
        int place = slot(hash(name(i)));
        while (slots[place] != 0) {
          place = (place + 1) & (slots.length - 1);
        }
        slots[place] = i + 1;
      }
    }
    return id;
  }

  private boolean isNamed(int id, byte[] bytes, int from, int to) {
    String name = name(id);
    if (name.length() != to - from) {
      return false;
    }
    for (int i = 0; i < name.length(); i++) {
      if (name.charAt(i) != bytes[from + i]) {
        return false;
      }
    }
    return true;
  }

  private int hash(String name) {
    int hash = seed;
    for (int i = 0; i < name.length(); i++) {
      hash = (hash ^ name.charAt(i)) * 0x01000193;
    }
    return hash;
  }

  private int slot(int hash) {
    return ((hash ^ hash >>> 15) * 0x2c1b3c6d >>> 7) & (slots.length - 1);
  }

  /** As limiters are given it. */
  String name(int id) {
    String name = names[id];
    if (name == null) {
      throw new IllegalArgumentException("no caller has the number " + id);
    }
    return name;
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
