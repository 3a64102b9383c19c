package io.bartizan.benchmarks.backtest;

import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** The lines of a stream, as slices of one buffer; a line too long is passed over, never kept. */
final class Lines {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long ONES = 0x0101010101010101L;
  private static final long HIGH_BITS = 0x80 * ONES;
  private static final long LINE_FEEDS = '\n' * ONES;

  private final InputStream in;
  private final int maxLine;
  private final byte[] buffer;
  private int filled;
  private int next;
  private int from;
  private int to;
  private boolean tooLong;
  private boolean ended;

  Lines(InputStream in, int maxLine) {
    this.in = in;
    this.maxLine = maxLine;
    this.buffer = new byte[Math.max(1 << 18, 2 * maxLine + 2)];
  }

  /** Goes to the next line; false at the end. */
  boolean next() throws IOException {
    tooLong = false;
    int searched = next;
    while (true) {
      int end = lineFeed(searched);
      if (end < filled) {
        end(end, end + 1);
        return true;
      }
      if (ended) {
        boolean some = next < filled || tooLong;
        end(filled, filled);
        return some;
      }
      if (filled - next > maxLine + 1) {
        tooLong = true;
        filled = next + maxLine + 1; // enough of it for a sample
      }
      searched = fill();
    }
  }

  /** Where the next line feed is, or all that is filled ends; eight bytes at a time. */
  private int lineFeed(int start) {
    int at = start;
    for (; at + Long.BYTES <= filled; at += Long.BYTES) {
      long zeros = (long) LONGS.get(buffer, at) ^ LINE_FEEDS; // a byte of zero is a line feed
      long found = (zeros - ONES) & ~zeros & HIGH_BITS; // the lowest bit set is at the first
      if (found != 0) {
        return at + Long.numberOfTrailingZeros(found) / Byte.SIZE;
      }
    }
    while (at < filled && buffer[at] != '\n') {
      at++;
    }
    return at;
  }

  private void end(int lineEnd, int newNext) {
    from = next;
    to = lineEnd > next && buffer[lineEnd - 1] == '\r' ? lineEnd - 1 : lineEnd;
    tooLong |= to - from > maxLine;
    next = newNext;
  }

  /** Reads more behind what there is of the line; where that begins. */
  private int fill() throws IOException {
    if (next > 0 && (next == filled || filled + maxLine > buffer.length)) {
      System.arraycopy(buffer, next, buffer, 0, filled - next);
      filled -= next;
      next = 0;
    }
    int start = filled;
    int read = in.read(buffer, filled, buffer.length - filled);
    if (read < 0) {
      ended = true;
    } else {
      filled += read;
    }
    return start;
  }

  byte[] bytes() {
    return buffer;
  }

  int from() {
    return from;
  }

  int to() {
    return to;
  }

  boolean isTooLong() {
    return tooLong;
  }
}
