package io.bartizan.benchmarks.backtest;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Requests by caller, each caller's in the order of their times, some three bytes each: in memory
 * up to a bound, then in a file that goes when this is closed. So a log is read once, however often
 * it is replayed, and a replay needs to know of one caller at a time.
 *
 * <p>A million requests at a time are sorted by caller and written as a chunk: for each caller the
 * distance of its number from that before, how many bytes follow, and the times as distances, all
 * as numbers of seven bits a byte.
 */
final class Spool implements AutoCloseable {
  private static final int CHUNK = 1 << 20;

  private static final int LONGEST_NUMBER = 10;
  private static final long[] UNITS = {1_000_000, 1_000, 1};

  /**
   * Sorted requests.
   *
   * @param bytes the chunk; null if it is in the file
   * @param offset where it begins in the file
   * @param length how many bytes it has
   * @param base the time that each caller's first one is told from
   * @param unit how many microseconds a distance of one is
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Chunk(byte @Nullable [] bytes, long offset, int length, long base, long unit) {}

  private final long bytesInMemory;
  private final int chunk;
  private final List<Chunk> chunks = new ArrayList<>();
  private long[] times = new long[4096];
  private int[] callers = new int[4096];
  private int[] ends = new int[4096];
  private byte[] written = new byte[1 << 16];
  private int filled;
  private int highest;
  private long stored;
  private long storedInFile;
  private @Nullable Path path;
  private @Nullable FileChannel file;
  private long first;
  private long last;
  private long size;

  Spool(int mebibytesInMemory) {
    this((long) mebibytesInMemory << 20, CHUNK);
  }

  /** A hook for tests: so many requests are sorted at a time. */
  Spool(long bytesInMemory, int chunk) {
    this.bytesInMemory = bytesInMemory;
    this.chunk = chunk;
  }

  /** Adds a request that is no earlier than those before it. */
  void add(long micros, int caller) throws SpoolException {
    if (size++ == 0) {
      first = micros;
    }
    if (filled == times.length) {
      makeRoom();
    }
    last = micros;
    times[filled] = micros;
    callers[filled++] = caller;
    highest = Math.max(highest, caller);
  }

  private void makeRoom() throws SpoolException {
    if (filled == chunk) {
      putAway();
    } else {
      times = Arrays.copyOf(times, Math.min(2 * filled, chunk));
      callers = Arrays.copyOf(callers, times.length);
    }
  }

  private void putAway() throws SpoolException {
    long base = times[0];
    long unit = unit();
    int length = write(sorted(), base, unit);
    boolean fits = stored + length <= bytesInMemory;
    try {
      byte[] kept = fits ? Arrays.copyOf(written, length) : null;
      chunks.add(new Chunk(kept, fits ? 0 : store(length), length, base, unit));
    } catch (IOException e) {
      throw new SpoolException(e);
    }
    stored += length;
    filled = 0;
    highest = 0;
  }

  /** The largest one that all times are multiples of. */
  private long unit() {
    int coarsest = 0;
    for (int i = 0; i < filled; i++) {
      while (times[i] % UNITS[coarsest] != 0) {
        coarsest++;
      }
    }
    return UNITS[coarsest];
  }

  /** The times by caller; {@code ends} says where those of each end. */
  private long[] sorted() {
    if (ends.length <= highest) {
      ends = new int[Math.max(2 * ends.length, highest + 1)];
    }
    Arrays.fill(ends, 0, highest + 1, 0);
    for (int i = 0; i < filled; i++) {
      ends[callers[i]]++;
    }
    int start = 0;
    for (int caller = 0; caller <= highest; caller++) {
      int count = ends[caller];
      ends[caller] = start;
      start += count;
    }
    long[] sorted = new long[filled];
    for (int i = 0; i < filled; i++) {
      sorted[ends[callers[i]]++] = times[i];
    }
    return sorted;
  }

  private int write(long[] sorted, long base, long unit) {
    int at = 0;
    int known = 0;
    int start = 0;
    for (int caller = 0; caller <= highest; caller++) {
      int end = ends[caller];
      if (end > start) {
        long most = at + (long) LONGEST_NUMBER * (end - start + 2);
        if (most > written.length) {
          written = Arrays.copyOf(written, (int) Math.max(most, 2L * written.length));
        }
        at = number(at, caller - known);
        at = number(at, lengthOf(sorted, start, end, base, unit));
        at = writeTimes(at, sorted, start, end, base, unit);
        known = caller;
        start = end;
      }
    }
    return at;
  }

  private int writeTimes(int to, long[] sorted, int start, int end, long base, long unit) {
    int at = to;
    long before = base;
    for (int i = start; i < end; i++) {
      at = number(at, (sorted[i] - before) / unit);
      before = sorted[i];
    }
    return at;
  }

  private static int lengthOf(long[] sorted, int start, int end, long base, long unit) {
    int length = 0;
    long before = base;
    for (int i = start; i < end; i++) {
      long distance = (sorted[i] - before) / unit;
      length += 1 + (63 - Long.numberOfLeadingZeros(distance | 1)) / 7;
      before = sorted[i];
    }
    return length;
  }

  private int number(int to, long value) {
    int at = to;
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      written[at++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    written[at++] = (byte) rest;
    return at;
  }

  private long store(int length) throws IOException {
    FileChannel to = file;
    if (to == null) {
      Path made = Files.createTempFile("backtest", ".spool");
      path = made;
      to = FileChannel.open(made, StandardOpenOption.READ, StandardOpenOption.WRITE);
      file = to;
    }
    long offset = storedInFile;
    ByteBuffer bytes = ByteBuffer.wrap(written, 0, length);
    while (bytes.hasRemaining()) {
      storedInFile += to.write(bytes, storedInFile);
    }
    return offset;
  }

  /** No more will be added; those that are in no chunk yet come into one. */
  void end() throws SpoolException {
    if (filled > 0) {
      putAway();
    }
    times = new long[0];
    callers = new int[0];
    ends = new int[0];
    written = new byte[0];
  }

  /** Tells of all callers; false if the hearer wanted no more. */
  boolean replay(Replayed to) throws IOException {
    return replay(0, 1, to);
  }

  /**
   * Tells of the callers whose number divided by {@code parts} leaves {@code part}, the lowest
   * number first; false if the hearer wanted no more. Several threads may do so at once.
   */
  boolean replay(int part, int parts, Replayed to) throws IOException {
    return new CallerTimes(chunks, file, part, parts).tellAll(to);
  }

  long size() {
    return size;
  }

  long firstMicros() {
    return first;
  }

  long lastMicros() {
    return last;
  }

  /** Where what does not fit into memory is; null if all does. */
  @Nullable Path file() {
    return path;
  }

  boolean isInFile() {
    return path != null;
  }

  @Override
  public void close() throws IOException {
    FileChannel open = file;
    if (open != null) {
      open.close();
    }
    Path made = path;
    if (made != null) {
      Files.deleteIfExists(made);
    }
  }
}
