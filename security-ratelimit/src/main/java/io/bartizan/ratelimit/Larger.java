package io.bartizan.ratelimit;

import io.bartizan.ratelimit.count.Micros;

/**
 * Which of two definitions of one limit is the larger: the one that brings more permits in the long
 * run, and of equal ones that with more at once. The script decides it by the same products.
 */
final class Larger {

  private Larger() {}

  /**
   * Whether who asks by one definition needs room by the other as well: unless the one that is
   * asked is the larger. Not for definitions of different kinds, which never meet on Redis; nor for
   * even buckets, where sharing all grants does the same; nor for days and months of a time zone,
   * whose edges the script does not know.
   */
  static boolean binds(Limit other, Limit asked) {
    if (!forgetsAtOnce(asked) || !sameKind(other, asked)) {
      return false;
    }
    double more = (double) permits(asked) * period(other);
    double less = (double) permits(other) * period(asked);
    return !(more > less || (more == less && asked.capacity() > other.capacity()));
  }

  private static boolean forgetsAtOnce(Limit limit) {
    return limit instanceof TokenBucket bucket
        ? bucket.isStepped()
        : !(limit instanceof FixedWindow window) || window.zone().isEmpty();
  }

  private static boolean sameKind(Limit one, Limit other) {
    if (one instanceof FixedWindow a && other instanceof FixedWindow b) {
      return a.start() == b.start();
    }
    if (one instanceof TokenBucket a && other instanceof TokenBucket b) {
      return a.isStepped() == b.isStepped();
    }
    return one.getClass() == other.getClass();
  }

  private static long permits(Limit limit) {
    return limit instanceof TokenBucket bucket ? bucket.refill().permits() : limit.capacity();
  }

  private static long period(Limit limit) {
    return limit instanceof TokenBucket bucket
        ? bucket.refill().periodMicros()
        : Micros.of(limit.window());
  }
}
