package io.bartizan.integrity.artifact;

import io.bartizan.core.VerificationException;
import java.io.Closeable;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A file held open for reading at any position, by several threads at once.
 *
 * <p>A channel is closed for everybody when one thread that reads from it is interrupted; a {@link
 * RandomAccessFile} is not, and so is used wherever there is one: in the default file system,
 * unless links must not be followed.
 */
final class OpenFile implements Closeable {

  private final FileChannel channel;
  private final @Nullable RandomAccessFile file;
  private final ReentrantLock turn = new ReentrantLock(); // seeking and reading are two steps

  private OpenFile(FileChannel channel, @Nullable RandomAccessFile file) {
    this.channel = channel;
    this.file = file;
  }

  static OpenFile open(Path path, LinkOption... links) throws IOException {
    if (links.length == 0 && path.getFileSystem() == FileSystems.getDefault()) {
      try {
        RandomAccessFile file = new RandomAccessFile(path.toFile(), "r");
        return new OpenFile(file.getChannel(), file);
      } catch (FileNotFoundException e) {
        // opened below, which says why it can't be; and some names java.io can't spell
      }
    }
    Set<OpenOption> options = new HashSet<>(Set.of(links));
    options.add(StandardOpenOption.READ);
    return new OpenFile(FileChannel.open(path, options), null);
  }

  /** What is open already. */
  static OpenFile of(FileChannel channel) {
    return new OpenFile(channel, null);
  }

  /**
   * The file that a channel writes to, opened anew for reading alone; null if this file system
   * can't tell whether it is the same.
   */
  static @Nullable OpenFile again(FileChannel writer, Path path, @Nullable Object key)
      throws IOException {
    OpenFile reader = open(path);
    boolean same = false;
    try {
      Boolean told = isSame(writer, false, reader.channel);
      if (told == null) {
        if (key == null) {
          return null;
        }
        told = key.equals(keyOf(path));
      }
      if (!told) {
        throw replaced(path);
      }
      same = true;
      return reader;
    } finally {
      if (!same) {
        reader.close();
      }
    }
  }

  /**
   * Whether two descriptors are of one file. The table of this JVM's locks knows files by what the
   * system says of descriptors, not of names; null where there are no locks.
   */
  private static @Nullable Boolean isSame(FileChannel one, boolean shared, FileChannel other) {
    try (FileLock own = lock(one, shared)) {
      if (own == null && !isHeld(one, shared)) {
        return null;
      }
      try {
        release(other.tryLock(0, Long.MAX_VALUE, true));
        return false;
      } catch (OverlappingFileLockException e) {
        return true;
      }
    } catch (IOException | UnsupportedOperationException e) {
      return null;
    }
  }

  private static @Nullable FileLock lock(FileChannel channel, boolean shared) throws IOException {
    try {
      return channel.tryLock(0, Long.MAX_VALUE, shared);
    } catch (OverlappingFileLockException e) {
      return null; // held already
    }
  }

  private static boolean isHeld(FileChannel channel, boolean shared) throws IOException {
    try {
      release(channel.tryLock(0, Long.MAX_VALUE, shared));
      return false;
    } catch (OverlappingFileLockException e) {
      return true;
    }
  }

  private static void release(@Nullable FileLock lock) throws IOException {
    if (lock != null) {
      lock.release();
    }
  }

  /** Whether a name is this file's now; null if this file system can't tell. */
  @Nullable Boolean isAt(Path path, @Nullable Object key) throws IOException {
    if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    try (FileChannel other =
        FileChannel.open(path, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
      Boolean told = isSame(channel, true, other);
      if (told == null && key != null) {
        return key.equals(keyOf(path));
      }
      return told;
    }
  }

  /** What a file system calls a file by, whatever its names; null on some. */
  static @Nullable Object keyOf(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
        .fileKey();
  }

  static VerificationException replaced(Path path) {
    return new VerificationException(
        ArtifactReason.FILE_CHANGED,
        "\"" + DigestText.shortened(path.toString()) + "\" was replaced by another file");
  }

  /** Pipes, sockets and terminals have none. */
  void requirePosition() throws IOException {
    long unused = file == null ? channel.position() : file.getFilePointer();
  }

  /** Up to so many bytes from a position on; -1 at the end. */
  int read(byte[] buffer, int offset, int length, long position) throws IOException {
    if (file == null) {
      return channel.read(ByteBuffer.wrap(buffer, offset, length), position);
    }
    turn.lock();
    try {
      file.seek(position);
      return file.read(buffer, offset, length);
    } finally {
      turn.unlock();
    }
  }

  long size() throws IOException {
    return file == null ? channel.size() : file.length();
  }

  /** Content and length to the disk. */
  void force() throws IOException {
    if (file == null) {
      channel.force(true);
    } else {
      file.getFD().sync();
    }
  }

  @Override
  public void close() throws IOException {
    try (channel) {
      if (file != null) {
        file.close();
      }
    }
  }
}
