package io.bartizan.benchmarks.backtest;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Reads and unpacks a stream on a thread of its own, a few blocks ahead of who takes them. The
 * stream is closed by that thread, which {@link #close} ends.
 */
final class ReadAhead extends BulkInput {
  private static final int BLOCK = 1 << 18;
  private static final int BLOCKS = 4;

  /**
   * What was read.
   *
   * @param bytes a buffer
   * @param length how much of it is filled; none at the end
   * @param fault why nothing follows; null if the stream ended or goes on
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared, and the reader fills it again
  private record Block(byte[] bytes, int length, @Nullable IOException fault) {}

  private final BlockingQueue<byte[]> free = new ArrayBlockingQueue<>(BLOCKS);
  private final BlockingQueue<Block> read = new ArrayBlockingQueue<>(BLOCKS + 1);
  private final Thread reader;
  private Block block = new Block(new byte[0], 0, null);
  private int at;
  private boolean ended;

  ReadAhead(InputStream in) {
    for (int i = 0; i < BLOCKS; i++) {
      free.add(new byte[BLOCK]);
    }
    reader = new Thread(() -> readAll(in), "backtest-reader");
    reader.setDaemon(true);
    reader.start();
  }

  private void readAll(InputStream in) {
    try (in) {
      int length;
      do {
        byte[] bytes = free.take();
        length = readBlock(in, bytes);
      } while (length > 0);
    } catch (IOException | RuntimeException | Error e) { // or who takes blocks would wait for ever
      IOException fault = e instanceof IOException unread ? unread : new IOException(e);
      boolean unused = read.offer(new Block(new byte[0], 0, fault));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Nothing at the end; a fault is told after what came before it. */
  private int readBlock(InputStream in, byte[] bytes) throws IOException {
    int filled = 0;
    int more = 0;
    try {
      while (filled < bytes.length && (more = in.read(bytes, filled, bytes.length - filled)) >= 0) {
        filled += more;
        if (in.available() == 0) {
          break; // more may be long in coming
        }
      }
    } finally {
      if (filled > 0) {
        read.add(new Block(bytes, filled, null));
      }
    }
    if (more < 0) {
      read.add(new Block(bytes, 0, null));
      return 0;
    }
    return 1;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (at == block.length() && !next()) {
      return -1;
    }
    int count = Math.min(length, block.length() - at);
    System.arraycopy(block.bytes(), at, into, offset, count);
    at += count;
    return count;
  }

  private boolean next() throws IOException {
    if (!ended) {
      take();
    }
    IOException fault = block.fault();
    if (fault != null) {
      throw fault;
    }
    return !ended;
  }

  private void take() throws InterruptedIOException {
    try {
      if (block.bytes().length > 0) {
        free.add(block.bytes());
      }
      block = read.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while a log was read");
    }
    at = 0;
    ended = block.length() == 0;
  }

  @Override
  public void close() {
    reader.interrupt();
  }
}
