package io.bartizan.benchmarks.backtest;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import org.jspecify.annotations.Nullable;

/** Where the reading of one chunk of a spool is; callers of other parts are passed over. */
final class ChunkReading {
  private final int number;
  private final Spool.Chunk chunk;
  private final @Nullable FileChannel file;
  private final int part;
  private final int parts;
  private final byte[] buffer;

  /** Where in the chunk the buffer begins, and how much of it is filled and taken. */
  private int bufferStart;

  private int filled;
  private int at;

  private int caller;
  private int callerEnd;
  private long micros;

  ChunkReading(
      int number, Spool.Chunk chunk, @Nullable FileChannel file, int buffer, int part, int parts) {
    this.number = number;
    this.chunk = chunk;
    this.file = file;
    this.part = part;
    this.parts = parts;
    byte[] inMemory = chunk.bytes();
    this.buffer = inMemory == null ? new byte[Math.min(buffer, chunk.length())] : inMemory;
    this.filled = inMemory == null ? 0 : chunk.length();
  }

  int number() {
    return number;
  }

  int caller() {
    return caller;
  }

  /** Leaves the caller's other times out and goes to the next caller; false if there is none. */
  boolean nextCaller() throws IOException {
    do {
      at = callerEnd - bufferStart;
      if (callerEnd == chunk.length()) {
        return false;
      }
      caller += (int) nextNumber();
      int length = (int) nextNumber();
      callerEnd = bufferStart + at + length;
    } while (caller % parts != part);
    micros = chunk.base();
    return true;
  }

  boolean hasTime() {
    return bufferStart + at < callerEnd;
  }

  long time() throws IOException {
    micros += nextNumber() * chunk.unit();
    return micros;
  }

  private long nextNumber() throws IOException {
    long value = 0;
    for (int shift = 0; ; shift += 7) {
      if (at >= filled) {
        fill();
      }
      byte next = buffer[at++];
      value |= (long) (next & 0x7f) << shift;
      if (next >= 0) {
        return value;
      }
    }
  }

  /** From the file what follows, or what is beyond what was passed over. */
  private void fill() throws IOException {
    bufferStart += at;
    at = 0;
    ByteBuffer into =
        ByteBuffer.wrap(buffer, 0, Math.min(buffer.length, chunk.length() - bufferStart));
    long from = chunk.offset() + bufferStart;
    while (into.hasRemaining()) {
      int read = file == null ? -1 : file.read(into, from + into.position());
      if (read < 0) {
        throw new EOFException("the file of requests ends too early");
      }
    }
    filled = into.limit();
  }
}
