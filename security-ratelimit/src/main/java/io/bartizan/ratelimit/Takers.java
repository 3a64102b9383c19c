package io.bartizan.ratelimit;

/**
 * Who took permits of a shared cell, and how many, as long as these may count: a hash for each key,
 * so that two keys may look like one, in two generations. The older one goes once nothing of it
 * counts any more; what is beyond {@code most} keys in a generation is remembered as anybody's. Not
 * thread-safe.
 */
final class Takers {

  /** What {@link #permits} says if it could be any number. */
  static final long UNKNOWN = Long.MAX_VALUE;

  private final int most;
  private Generation present = new Generation();
  private Generation past = new Generation();
  private long anybodyUntil = Long.MIN_VALUE;

  Takers(int most) {
    this.most = most;
  }

  /** Remembers permits that count until a moment at most. */
  void add(int key, long permits, long now, long until) {
    if (now >= past.until) {
      past = present;
      present = new Generation();
    }
    present.until = Math.max(present.until, until);
    if (!present.add(key == 0 ? 1 : key, permits, most)) {
      anybodyUntil = Math.max(anybodyUntil, until);
    }
  }

  /** At least what the key took that still counts. */
  long permits(int key, long now) {
    if (now < anybodyUntil) {
      return UNKNOWN;
    }
    int hash = key == 0 ? 1 : key;
    return present.permits(hash, now) + past.permits(hash, now);
  }

  void clear() {
    present = new Generation();
    past = present;
    anybodyUntil = Long.MIN_VALUE;
  }

  /** Hashes, 0 for a free place, and beside each its permits. */
  private static final class Generation {

    private static final int[] NONE = {0};

    private long until = Long.MIN_VALUE;
    private int[] hashes = NONE;
    private int[] counts = NONE;
    private int size;

    boolean add(int hash, long permits, int most) {
      int place = place(hashes, hash);
      if (hashes[place] == 0) {
        if (size >= most) {
          return false;
        }
        if (4 * (size + 1) > 3 * hashes.length) {
          grow();
          place = place(hashes, hash);
        }
        hashes[place] = hash;
        size++;
      }
      counts[place] = (int) Math.min(Integer.MAX_VALUE, counts[place] + permits);
      return true;
    }

    private void grow() {
      int[] larger = new int[Math.max(4, 2 * hashes.length)];
      int[] moved = new int[larger.length];
      for (int i = 0; i < hashes.length; i++) {
        if (hashes[i] != 0) {
          int place = place(larger, hashes[i]);
          larger[place] = hashes[i];
          moved[place] = counts[i];
        }
      }
      hashes = larger;
      counts = moved;
    }

    long permits(int hash, long now) {
      long permits = now < until ? counts[place(hashes, hash)] : 0;
      return permits == Integer.MAX_VALUE ? UNKNOWN / 4 : permits;
    }

    /** Where the hash is, or the free place where it would be. */
    private static int place(int[] hashes, int hash) {
      int mask = hashes.length - 1;
      int place = hash & mask;
      while (hashes[place] != 0 && hashes[place] != hash) {
        place = (place + 1) & mask;
      }
      return place;
    }
  }
}
