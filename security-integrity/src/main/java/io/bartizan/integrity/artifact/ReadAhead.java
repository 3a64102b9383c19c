package io.bartizan.integrity.artifact;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Reads a channel on a thread of its own while the caller hashes what came before.
 *
 * <p>SHA-256 of one file is one serial chain; all that can be gained is not to wait for the read
 * meanwhile. Three buffers of a mebibyte go round: one being filled, one being hashed, one between.
 * The thread lives from construction to {@link #close}, which waits for it.
 */
final class ReadAhead implements AutoCloseable {

  /** Smaller files are hashed sooner than a thread is worth starting. */
  static final long MIN_BYTES = 8L * 1024 * 1024;

  private static final int CHUNK_BYTES = 1024 * 1024;
  private static final int CHUNKS = 3;

  /** A filled buffer; a negative length is the end. */
  static final class Chunk {
    final byte[] bytes;
    final int length;
    private final @Nullable Throwable failure;

    private Chunk(byte[] bytes, int length, @Nullable Throwable failure) {
      this.bytes = bytes;
      this.length = length;
      this.failure = failure;
    }
  }

  private final BlockingQueue<byte[]> empty = new ArrayBlockingQueue<>(CHUNKS);
  private final BlockingQueue<Chunk> full = new ArrayBlockingQueue<>(CHUNKS + 1);
  private final Thread reader;

  ReadAhead(ReadableByteChannel source) {
    for (int i = 0; i < CHUNKS; i++) {
      empty.add(new byte[CHUNK_BYTES]);
    }
    reader = new Thread(() -> fill(source), "bartizan-read-ahead");
    reader.setDaemon(true);
    reader.start();
  }

  /** The next filled buffer; give it back with {@link #done}. */
  Chunk next() throws IOException {
    try {
      Chunk chunk = full.take();
      if (chunk.failure instanceof IOException e) {
        throw e;
      }
      if (chunk.failure != null) {
        throw new IOException("reading failed", chunk.failure);
      }
      return chunk;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while hashing");
    }
  }

  void done(Chunk chunk) {
    empty.add(chunk.bytes);
  }

  private void fill(ReadableByteChannel source) {
    byte[] none = {};
    try {
      while (true) {
        byte[] buffer = empty.take();
        ByteBuffer target = ByteBuffer.wrap(buffer);
        int n = 0;
        while (target.hasRemaining() && n >= 0) {
          n = source.read(target);
        }
        if (target.position() > 0) {
          full.add(new Chunk(buffer, target.position(), null));
        }
        if (n < 0) {
          full.add(new Chunk(none, -1, null));
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      full.add(new Chunk(none, -1, new InterruptedIOException("interrupted")));
    } catch (IOException | RuntimeException | Error e) {
      full.add(new Chunk(none, -1, e));
    }
  }

  /** Stops the thread and waits for it; a read under way is interrupted, which closes a channel. */
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
