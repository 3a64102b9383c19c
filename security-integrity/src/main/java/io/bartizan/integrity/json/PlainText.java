package io.bartizan.integrity.json;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** The part of a JSON string that stands as it is: ASCII without controls, quote and backslash. */
final class PlainText {

  private static final VarHandle EIGHT =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final long ONES = 0x0101010101010101L;
  private static final long HIGH = ONES << 7;

  private PlainText() {}

  /** Where the first byte of another kind is, or {@code end}. */
  static int end(byte[] text, int from, int end) {
    int i = from;
    for (; i + Long.BYTES <= end; i += Long.BYTES) {
      long others = others((long) EIGHT.get(text, i));
      if (others != 0) {
        return i + Long.numberOfTrailingZeros(others) / Byte.SIZE;
      }
    }
    while (i < end && text[i] >= 0x20 && text[i] != '"' && text[i] != '\\') {
      i++;
    }
    return i;
  }

  /** Whether this part of a text, which is ASCII, says the same. */
  static boolean isSame(byte[] text, int from, int end, String expected) {
    if (end - from != expected.length()) {
      return false;
    }
    for (int i = from; i < end; i++) {
      if (text[i] != expected.charAt(i - from)) {
        return false;
      }
    }
    return true;
  }

  /**
   * The high bit of each byte of another kind. Above the lowest of these a borrow may set more, so
   * only the lowest counts.
   */
  private static long others(long bytes) {
    return (bytes
            | ((bytes - ONES * 0x20) & ~bytes)
            | zeros(bytes ^ (ONES * '"'))
            | zeros(bytes ^ (ONES * '\\')))
        & HIGH;
  }

  private static long zeros(long bytes) {
    return (bytes - ONES) & ~bytes;
  }
}
