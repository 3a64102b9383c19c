package io.bartizan.integrity.artifact;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Reads a file on a thread of its own while the caller hashes what came before.
 *
 * <p>SHA-256 of one file is one serial chain; all that can be gained is not to wait for the read
 * meanwhile. A ring of buffers lies between the two. Reading is faster than hashing where the page
 * cache has the file, so the reader sleeps when the ring is full, and is woken only when half of it
 * is free again: each wake-up costs the hashing thread a system call. It asks for pieces that stay
 * in the cache next to its core, for the JDK copies each through a buffer of its own. The thread
 * lives from construction to {@link #close}, which waits for it.
 */
final class ReadAhead implements AutoCloseable {

  /** Smaller files are hashed sooner than a thread is worth starting. */
  static final long MIN_BYTES = 8L * 1024 * 1024;

  private static final int CHUNKS = 8;
  private static final int CHUNK_BYTES = 512 * 1024;
  private static final int PIECE_BYTES = 128 * 1024;

  /** A filled buffer; a negative length is the end. */
  static final class Chunk {
    final byte[] bytes = new byte[CHUNK_BYTES];
    int length;
  }

  private final Chunk[] ring = new Chunk[CHUNKS];
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition filledOne = lock.newCondition();
  private final Condition freedHalf = lock.newCondition();
  private final Thread reader;
  private long filled;
  private long freed;
  private @Nullable Throwable failure;

  ReadAhead(OpenFile source) {
    for (int i = 0; i < CHUNKS; i++) {
      ring[i] = new Chunk();
    }
    reader = new Thread(() -> fill(source), "bartizan-read-ahead");
    reader.setDaemon(true);
    reader.start();
  }

  /** The next filled buffer, to be given back with {@link #done} before the next is asked for. */
  Chunk next() throws IOException {
    lock.lock();
    try {
      while (filled == freed && failure == null) {
        filledOne.await();
      }
      if (filled > freed) {
        return ring[(int) (freed % CHUNKS)];
      }
      if (failure instanceof IOException e) {
        throw e;
      }
      throw new IOException("reading failed", failure);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while hashing");
    } finally {
      lock.unlock();
    }
  }

  /** Gives back what {@link #next} returned. */
  void done() {
    lock.lock();
    try {
      freed++;
      if (filled - freed <= CHUNKS / 2) {
        freedHalf.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  private void fill(OpenFile source) {
    try {
      Chunk chunk;
      long position = 0;
      do {
        chunk = awaitFree();
        chunk.length = read(source, chunk.bytes, position);
        position += chunk.length;
        announce(null);
      } while (chunk.length >= 0);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      announce(new InterruptedIOException("interrupted"));
    } catch (IOException | RuntimeException | Error e) {
      announce(e);
    }
  }

  private Chunk awaitFree() throws InterruptedException {
    lock.lock();
    try {
      if (filled - freed == CHUNKS) {
        while (filled - freed > CHUNKS / 2) {
          freedHalf.await();
        }
      }
      return ring[(int) (filled % CHUNKS)];
    } finally {
      lock.unlock();
    }
  }

  /** Fills the buffer unless the end comes first; -1 if it came at once. */
  private static int read(OpenFile source, byte[] bytes, long position) throws IOException {
    int at = 0;
    while (at < bytes.length) {
      int n = source.read(bytes, at, Math.min(PIECE_BYTES, bytes.length - at), position + at);
      if (n < 0) {
        return at == 0 ? -1 : at;
      }
      at += n;
    }
    return at;
  }

  private void announce(@Nullable Throwable why) {
    lock.lock();
    try {
      if (why == null) {
        filled++;
      } else {
        failure = why;
      }
      filledOne.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Stops the thread and waits for it; a read under way ends first. */
  @Override
  public void close() {
    reader.interrupt();
    boolean interrupted = false;
    while (reader.isAlive()) {
      try {
        reader.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
