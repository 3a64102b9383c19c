package io.bartizan.testkit;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;

/**
 * Streams that do what broken networks, full disks and attackers do, for tests of whatever verifies
 * content.
 *
 * <p>Each wraps a good stream and changes one thing. Not thread-safe, like streams in general.
 *
 * <pre>{@code
 * InputStream evil = HostileStreams.flip(new ByteArrayInputStream(content), 17, 3);
 * assertThrows(IOException.class, () -> verified(evil).readAllBytes());
 * }</pre>
 */
public final class HostileStreams {

  private HostileStreams() {}

  /**
   * One bit is another.
   *
   * @param source the good stream
   * @param offset which byte, from 0; past the end nothing is changed
   * @param bit which bit of it, 0 to 7
   * @return the stream
   * @throws NullPointerException if {@code source} is null
   * @throws IllegalArgumentException if {@code offset} is negative or {@code bit} is not 0 to 7
   */
  public static InputStream flip(InputStream source, long offset, int bit) {
    requireNotNegative("offset", offset);
    if (bit < 0 || bit > 7) {
      throw new IllegalArgumentException("bit is " + bit + ", 0 to 7 is accepted");
    }
    return new Watched(source, offset) {
      @Override
      int at(int value) {
        return value ^ (1 << bit);
      }
    };
  }

  /**
   * Ends early, as if that were the end.
   *
   * @param source the good stream
   * @param bytes how many bytes are given
   * @return the stream
   * @throws NullPointerException if {@code source} is null
   * @throws IllegalArgumentException if {@code bytes} is negative
   */
  public static InputStream truncate(InputStream source, long bytes) {
    requireNotNegative("bytes", bytes);
    return new Watched(source, bytes) {
      @Override
      int at(int value) {
        return -1;
      }
    };
  }

  /**
   * Goes on after the end.
   *
   * @param source the good stream
   * @param more what follows it
   * @return the stream
   * @throws NullPointerException if an argument is null
   */
  public static InputStream append(InputStream source, byte[] more) {
    return new SequenceInputStream(source, new ByteArrayInputStream(more.clone()));
  }

  /**
   * Breaks: every read from there on throws.
   *
   * @param source the good stream
   * @param offset before which byte, from 0
   * @return the stream
   * @throws NullPointerException if {@code source} is null
   * @throws IllegalArgumentException if {@code offset} is negative
   */
  public static InputStream fail(InputStream source, long offset) {
    requireNotNegative("offset", offset);
    return new Watched(source, offset) {
      @Override
      int at(int value) throws IOException {
        throw new IOException("the source broke at byte " + offset);
      }
    };
  }

  /**
   * Stands still: a read waits until the thread is interrupted or the stream is closed.
   *
   * @param source the good stream
   * @param offset before which byte, from 0
   * @return the stream
   * @throws NullPointerException if {@code source} is null
   * @throws IllegalArgumentException if {@code offset} is negative
   */
  public static InputStream stall(InputStream source, long offset) {
    requireNotNegative("offset", offset);
    CountDownLatch closed = new CountDownLatch(1);
    return new Watched(source, offset) {
      @Override
      int at(int value) throws IOException {
        try {
          closed.await();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new InterruptedIOException("interrupted while the source stood still");
        }
        throw new IOException("closed while the source stood still");
      }

      @Override
      public void close() throws IOException {
        closed.countDown();
        super.close();
      }
    };
  }

  /**
   * Replaces a file by another while it is read.
   *
   * @param source the good stream, of that file or of another
   * @param offset before which byte, from 0
   * @param file which file is replaced
   * @param other its new content, moved there in one step
   * @return the stream
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if {@code offset} is negative
   */
  public static InputStream swap(InputStream source, long offset, Path file, Path other) {
    requireNotNegative("offset", offset);
    Objects.requireNonNull(file, "file");
    Objects.requireNonNull(other, "other");
    return new Watched(source, offset) {
      @Override
      int at(int value) throws IOException {
        Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
        return value;
      }
    };
  }

  /**
   * Lies about how much there is; the bytes are right.
   *
   * @param source the good stream
   * @param available what it says is available, a negative number too
   * @return the stream
   * @throws NullPointerException if {@code source} is null
   */
  public static InputStream lieAboutSize(InputStream source, int available) {
    return new Watched(source, Long.MAX_VALUE) {
      @Override
      int at(int value) {
        return value;
      }

      @Override
      public int available() {
        return available;
      }
    };
  }

  private static void requireNotNegative(String name, long value) {
    if (value < 0) {
      throw new IllegalArgumentException(name + " is " + value + ", zero or more is accepted");
    }
  }

  /** Gives bytes one by one and does something before one of them. */
  private abstract static class Watched extends InputStream {
    private final InputStream source;
    private final long offset;
    private long position;
    private boolean ended;
    private boolean broken;

    Watched(InputStream source, long offset) {
      this.source = Objects.requireNonNull(source, "source");
      this.offset = offset;
    }

    /** What is given in place of this byte, -1 for the end. */
    abstract int at(int value) throws IOException;

    @Override
    public int read() throws IOException {
      if (ended) {
        return -1;
      }
      int value = source.read();
      if (position == offset) {
        if (broken) {
          throw new IOException("the source is broken");
        }
        broken = true;
        value = value < 0 ? value : at(value);
        broken = false;
      }
      ended = value < 0;
      position++;
      return value;
    }

    /** Never gives more than it was watched for: one byte, then what can follow unwatched. */
    @Override
    public int read(byte[] buffer, int start, int length) throws IOException {
      Objects.checkFromIndexSize(start, length, buffer.length);
      if (length == 0) {
        return 0;
      }
      if (position == offset || ended) {
        int value = read();
        if (value >= 0) {
          buffer[start] = (byte) value;
        }
        return value < 0 ? -1 : 1;
      }
      long quiet = position < offset ? offset - position : length;
      int n = source.read(buffer, start, (int) Math.min(length, quiet));
      ended = n < 0;
      position += Math.max(n, 0);
      return n;
    }

    @Override
    public void close() throws IOException {
      source.close();
    }
  }
}
