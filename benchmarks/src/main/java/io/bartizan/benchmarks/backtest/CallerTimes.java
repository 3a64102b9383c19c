package io.bartizan.benchmarks.backtest;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/** The times of one caller after the other, put together from the chunks of a spool. */
final class CallerTimes {
  /** There are no more times of the caller. */
  static final long NONE = Long.MIN_VALUE;

  private static final int BYTES_OF_BUFFERS = 1 << 24;
  private static final int SHORTEST_BUFFER = 1 << 12;
  private static final int LONGEST_BUFFER = 1 << 16;

  private final PriorityQueue<ChunkReading> waiting =
      new PriorityQueue<>(
          Comparator.comparingInt(ChunkReading::caller).thenComparingInt(ChunkReading::number));
  private @Nullable ChunkReading current;
  private int caller;

  CallerTimes(List<Spool.Chunk> chunks, @Nullable FileChannel file, int part, int parts)
      throws IOException {
    int buffer =
        Math.max(
            SHORTEST_BUFFER,
            Math.min(LONGEST_BUFFER, BYTES_OF_BUFFERS / Math.max(1, chunks.size())));
    for (int i = 0; i < chunks.size(); i++) {
      ChunkReading reading = new ChunkReading(i, chunks.get(i), file, buffer, part, parts);
      if (reading.nextCaller()) {
        waiting.add(reading);
      }
    }
  }

  boolean tellAll(Replayed to) throws IOException {
    for (ChunkReading head = waiting.poll(); head != null; head = waiting.poll()) {
      current = head;
      caller = head.caller();
      if (!to.caller(caller, this)) {
        return false;
      }
      while (current != null) {
        leave(current);
      }
    }
    return true;
  }

  /** The caller's next time in microseconds since the epoch, or {@link #NONE}. */
  long next() throws IOException {
    for (ChunkReading from = current; from != null; from = current) {
      if (from.hasTime()) {
        return from.time();
      }
      leave(from);
    }
    return NONE;
  }

  /** Goes to the chunk in which the caller is next. */
  private void leave(ChunkReading left) throws IOException {
    if (left.nextCaller()) {
      waiting.add(left);
    }
    ChunkReading next = waiting.peek();
    current = next != null && next.caller() == caller ? waiting.poll() : null;
  }
}
