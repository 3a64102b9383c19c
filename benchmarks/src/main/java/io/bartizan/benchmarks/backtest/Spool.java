package io.bartizan.benchmarks.backtest;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Requests in the order of their times, some five bytes each: in memory up to a bound, then in a
 * file that goes when this is closed. So a log is read once, however often it is replayed.
 */
final class Spool implements AutoCloseable {
  private static final int BLOCK = 1 << 20;
  private static final int LONGEST = 20;

  private final int blocksInMemory;
  private final List<byte[]> blocks = new ArrayList<>();
  private byte[] block = new byte[BLOCK];
  private int filled;
  private @Nullable Path file;
  private @Nullable DataOutputStream out;
  private int blocksInFile;
  private long first;
  private long last;
  private long size;

  Spool(int mebibytesInMemory) {
    this.blocksInMemory = mebibytesInMemory;
  }

  /** Adds a request that is no earlier than those before it. */
  void add(long micros, int caller) throws SpoolException {
    if (size == 0) {
      first = micros;
      last = micros;
    }
    if (filled > BLOCK - LONGEST) {
      putAway();
    }
    number(micros - last);
    number(caller);
    last = micros;
    size++;
  }

  private void number(long value) {
    long rest = value;
    while (rest > 0x7f) {
      block[filled++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    block[filled++] = (byte) rest;
  }

  private void putAway() throws SpoolException {
    if (blocks.size() < blocksInMemory) {
      blocks.add(Arrays.copyOf(block, filled));
    } else {
      try {
        store();
      } catch (IOException e) {
        throw new SpoolException(e);
      }
    }
    filled = 0;
  }

  private void store() throws IOException {
    DataOutputStream to = out;
    if (to == null) {
      Path made = Files.createTempFile("backtest", ".spool");
      file = made;
      to = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(made), BLOCK));
      out = to;
    }
    to.writeInt(filled);
    to.write(block, 0, filled);
    blocksInFile++;
  }

  /** Tells all requests; false if the hearer wanted no more. Several threads may do so at once. */
  boolean replay(Replayed to) throws IOException {
    Reading reading = new Reading(first, to);
    for (byte[] stored : blocks) {
      if (!reading.block(stored, stored.length)) {
        return false;
      }
    }
    Path stored = file;
    DataOutputStream written = out;
    if (stored != null && written != null) {
      written.flush();
      byte[] bytes = new byte[BLOCK];
      try (DataInputStream in =
          new DataInputStream(new BufferedInputStream(Files.newInputStream(stored), BLOCK))) {
        for (int i = 0; i < blocksInFile; i++) {
          int length = in.readInt();
          in.readFully(bytes, 0, length);
          if (!reading.block(bytes, length)) {
            return false;
          }
        }
      }
    }
    return reading.block(block, filled);
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
    return file;
  }

  boolean isInFile() {
    return file != null;
  }

  @Override
  public void close() throws IOException {
    DataOutputStream written = out;
    if (written != null) {
      written.close();
    }
    Path stored = file;
    if (stored != null) {
      Files.deleteIfExists(stored);
    }
  }

  private static final class Reading {
    private final Replayed to;
    private long micros;
    private int at;

    Reading(long first, Replayed to) {
      this.micros = first;
      this.to = to;
    }

    boolean block(byte[] bytes, int length) {
      at = 0;
      while (at < length) {
        micros += number(bytes);
        if (!to.next(micros, (int) number(bytes))) {
          return false;
        }
      }
      return true;
    }

    private long number(byte[] bytes) {
      long value = 0;
      for (int shift = 0; ; shift += 7) {
        byte next = bytes[at++];
        value |= (long) (next & 0x7f) << shift;
        if (next >= 0) {
          return value;
        }
      }
    }
  }
}
