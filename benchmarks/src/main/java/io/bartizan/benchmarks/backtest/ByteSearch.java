package io.bartizan.benchmarks.backtest;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Looks for a byte, eight at a time. */
final class ByteSearch {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long ONES = 0x0101010101010101L;
  private static final long HIGH_BITS = 0x8080808080808080L;

  private ByteSearch() {}

  /** Where the ASCII character is first, or {@code to} if it is nowhere. */
  static int find(byte[] bytes, int from, int to, char wanted) {
    long pattern = wanted * ONES;
    int at = from;
    for (; at + Long.BYTES <= to; at += Long.BYTES) {
      long zeros = (long) LONGS.get(bytes, at) ^ pattern; // a byte of zero is what is looked for
      long found = (zeros - ONES) & ~zeros & HIGH_BITS; // the lowest bit set is at the first
      if (found != 0) {
        return at + Long.numberOfTrailingZeros(found) / Byte.SIZE;
      }
    }
    while (at < to && bytes[at] != wanted) {
      at++;
    }
    return at;
  }
}
