package io.bartizan.integrity.tuf;

import io.bartizan.core.VerificationException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder of what was trusted: roots, the state, metadata of roles, targets.
 *
 * <p>Each file comes to its name by a rename and is forced to disk before, so that a crash leaves
 * the old one or the new one. Nothing here is believed: what is read is verified again. One process
 * refreshes at a time, under a lock of the file {@code lock}.
 */
final class TrustFolder {

  private static final Logger LOG = LoggerFactory.getLogger(TrustFolder.class);
  private static final String TEMPORARY = ".tuf-";
  private static final String STATE = "state.json";
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
  private static final Duration ABANDONED = Duration.ofHours(1);

  /** File locks are a process's; these are for the threads of this one. */
  private static final Map<Path, ReentrantLock> THREADS = new ConcurrentHashMap<>();

  private final Path folder;

  TrustFolder(Path folder) {
    this.folder = folder;
  }

  byte @Nullable [] root(long version) throws IOException {
    return read("root." + version + ".json", RootMetadata.MAX_BYTES);
  }

  void saveRoot(long version, byte[] bytes) throws IOException {
    write("root." + version + ".json", bytes);
  }

  /** Null if there is none that can be read. */
  @Nullable StoredState state() throws IOException {
    byte[] json = read(STATE, StoredState.MAX_BYTES);
    return json == null ? null : StoredState.read(json);
  }

  void saveState(StoredState state) throws IOException {
    write(STATE, state.json());
  }

  byte @Nullable [] role(String name) throws IOException {
    return read("role." + TargetPath.hash(name) + ".json", TargetsMetadata.MAX_BYTES);
  }

  void saveRole(String name, byte[] bytes) throws IOException {
    write("role." + TargetPath.hash(name) + ".json", bytes);
  }

  byte @Nullable [] target(String path, int maxBytes) throws IOException {
    return read("target." + TargetPath.hash(path), maxBytes);
  }

  void saveTarget(String path, byte[] bytes) throws IOException {
    write("target." + TargetPath.hash(path), bytes);
  }

  /** Null if it is not there, or larger than what could be right. */
  private byte @Nullable [] read(String name, int maxBytes) throws IOException {
    try (InputStream in = Files.newInputStream(folder.resolve(name), LinkOption.NOFOLLOW_LINKS)) {
      byte[] bytes = in.readNBytes(maxBytes == Integer.MAX_VALUE ? maxBytes : maxBytes + 1);
      return bytes.length > maxBytes ? null : bytes;
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  private void write(String name, byte[] bytes) throws IOException {
    Files.createDirectories(folder);
    Path temporary = Files.createTempFile(folder, TEMPORARY, ".tmp");
    try {
      try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
        ByteBuffer content = ByteBuffer.wrap(bytes);
        while (content.hasRemaining()) {
          channel.write(content);
        }
        channel.force(true);
      }
      Files.move(
          temporary,
          folder.resolve(name),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(temporary);
    }
    forceFolder();
  }

  private void forceFolder() throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (ClosedByInterruptException e) {
      throw e;
    } catch (IOException e) {
      LOG.debug("the folder {} can't be forced to disk", folder, e); // as on Windows
    }
  }

  /** Takes away what broken processes left, just after the state was written. */
  void sweep() throws IOException {
    FileTime now = Files.getLastModifiedTime(folder.resolve(STATE));
    try (DirectoryStream<Path> left = Files.newDirectoryStream(folder, TEMPORARY + "*.tmp")) {
      for (Path each : left) {
        if (age(each, now).compareTo(ABANDONED) > 0) {
          Files.deleteIfExists(each);
        }
      }
    }
  }

  private static Duration age(Path file, FileTime now) throws IOException {
    try {
      return Duration.between(Files.getLastModifiedTime(file).toInstant(), now.toInstant());
    } catch (NoSuchFileException e) {
      return Duration.ZERO; // written to its end meanwhile
    }
  }

  /** Held by one thread of one process. */
  static final class Held implements AutoCloseable {
    private final ReentrantLock thread;
    private final FileChannel channel;

    private Held(ReentrantLock thread, FileChannel channel) {
      this.thread = thread;
      this.channel = channel;
    }

    @Override
    public void close() throws IOException {
      try {
        channel.close(); // and with it the lock of the file
      } finally {
        thread.unlock();
      }
    }
  }

  /** Waits for the folder; refuses when that takes too long. */
  Held lock(Duration limit) throws IOException {
    long started = System.nanoTime();
    Files.createDirectories(folder);
    ReentrantLock thread =
        THREADS.computeIfAbsent(folder.toRealPath(), path -> new ReentrantLock());
    if (thread.isHeldByCurrentThread()) {
      throw new IllegalStateException("the folder is locked by this thread");
    }
    try {
      if (!thread.tryLock(limit.toNanos(), TimeUnit.NANOSECONDS)) {
        throw busy(limit);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for " + folder);
    }
    FileChannel channel = null;
    boolean done = false;
    try {
      channel =
          FileChannel.open(
              folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      while (!isLocked(channel)) {
        if (System.nanoTime() - started >= limit.toNanos()) {
          throw busy(limit);
        }
        if (Thread.currentThread().isInterrupted()) {
          throw new InterruptedIOException("interrupted while waiting for " + folder);
        }
        LockSupport.parkNanos(PAUSE_NANOS);
      }
      done = true;
      return new Held(thread, channel);
    } finally {
      if (!done) {
        if (channel != null) {
          channel.close();
        }
        thread.unlock();
      }
    }
  }

  /** True too where the file system has no locks: then the last one to write wins. */
  private boolean isLocked(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false; // another copy of this library in this JVM has it
    } catch (ClosedByInterruptException e) {
      throw e;
    } catch (IOException | UnsupportedOperationException e) {
      LOG.warn("{} can't be locked, no other process may use it: {}", folder, e.toString());
      return true;
    }
  }

  private VerificationException busy(Duration limit) {
    return new VerificationException(
        TufReason.FOLDER_BUSY,
        "\"" + folder + "\" is in use by another since " + limit.toMillis() + " ms");
  }

  @Override
  public String toString() {
    return folder.toString();
  }
}
