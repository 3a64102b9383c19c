package io.bartizan.benchmarks.backtest;

import java.io.IOException;
import java.io.InputStream;

/** The lines of a stream, as slices of one buffer; a line too long is passed over, never kept. */
final class Lines {
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
      int end = ByteSearch.find(buffer, searched, filled, '\n');
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
