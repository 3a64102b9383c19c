package io.bartizan.integrity.json;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Decimal digits, eight at a time: the times of a token have ten. */
final class Digits {

  /** How many {@link #eight} reads. */
  static final int EIGHT = Long.BYTES;

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final long HIGH_HALVES = 0xF0F0F0F0F0F0F0F0L;
  private static final long ZEROS = 0x3030303030303030L;
  private static final long SIXES = 0x0606060606060606L;
  private static final long EVERY_FOURTH = 0x000000FF000000FFL;

  private Digits() {}

  /** The number that eight digits make which begin here; -1 if other bytes are among them. */
  static long eight(byte[] text, int at, int end) {
    if (end - at < EIGHT) {
      return -1;
    }
    long bytes = (long) LONGS.get(text, at);
    if ((bytes & HIGH_HALVES) != ZEROS || ((bytes + SIXES) & HIGH_HALVES) != ZEROS) {
      return -1;
    }
    long digits = bytes - ZEROS;
    long pairs = digits * 10 + (digits >>> 8);
    return ((pairs & EVERY_FOURTH) * (100 + (1_000_000L << 32))
            + ((pairs >>> 16) & EVERY_FOURTH) * (1 + (10_000L << 32)))
        >>> 32;
  }
}
