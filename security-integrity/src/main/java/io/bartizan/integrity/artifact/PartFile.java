package io.bartizan.integrity.artifact;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What was downloaded so far, beside the target under a name of the digest's, locked by one
 * process.
 *
 * <p>It outlives a crash, to be resumed. Whoever finds it locked, or not its own file, works in a
 * new file of a random name instead and resumes nothing, so no two ever write to one.
 */
final class PartFile implements AutoCloseable {

  private static final int MAX_TAG_BYTES = 1_024;

  /**
   * What this JVM works on. POSIX gives a process's lock up when it closes any descriptor of the
   * file, so a second thread must not even open what a first one has locked.
   */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path path;
  private final @Nullable Path tagFile;
  private final FileChannel channel;
  private boolean published;
  private boolean kept;
  private boolean handedOver;
  private @Nullable Path held;

  private PartFile(Path path, @Nullable Path tagFile, FileChannel channel) {
    this.path = path;
    this.tagFile = tagFile;
    this.channel = channel;
  }

  static PartFile open(Path target, Expected expected) throws IOException {
    Path directory = directoryOf(target);
    String stem = target.getFileName() + "." + expected.digests().get(0).hex().substring(0, 16);
    Path path = directory.resolve("." + stem + ".part");
    Path held = directory.toRealPath().resolve(path.getFileName());
    if (HELD.add(held)) {
      PartFile resumable = null;
      try {
        resumable = resumable(path, directory.resolve("." + stem + ".etag"));
      } finally {
        if (resumable == null) {
          HELD.remove(held);
        }
      }
      if (resumable != null) {
        resumable.held = held;
        return resumable;
      }
    }
    Path fresh =
        Files.createTempFile(directory, "." + stem, ".part", Publishing.ownerOnly(directory));
    return new PartFile(
        fresh, null, FileChannel.open(fresh, StandardOpenOption.READ, StandardOpenOption.WRITE));
  }

  static Path directoryOf(Path target) {
    Path directory = target.toAbsolutePath().getParent();
    if (directory == null || target.getFileName() == null) {
      throw new IllegalArgumentException("target \"" + target + "\" is no file name");
    }
    return directory;
  }

  private static @Nullable PartFile resumable(Path path, Path tagFile) throws IOException {
    Set<OpenOption> existing =
        Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    FileChannel channel = null;
    try {
      try {
        Files.createFile(path, Publishing.ownerOnly(directoryOf(path)));
      } catch (FileAlreadyExistsException e) {
        if (!Publishing.isOwnPrivateFile(path)) {
          return null;
        }
      }
      Object before = key(path);
      channel = FileChannel.open(path, existing);
      FileLock lock = channel.tryLock();
      if (lock != null && before != null && before.equals(key(path))) {
        PartFile part = new PartFile(path, tagFile, channel);
        channel = null;
        return part;
      }
      return null;
    } catch (OverlappingFileLockException | java.nio.file.NoSuchFileException e) {
      return null; // another thread has it, or has just published it
    } finally {
      if (channel != null) {
        channel.close();
      }
    }
  }

  private static @Nullable Object key(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
        .fileKey();
  }

  Path path() {
    return path;
  }

  FileChannel channel() {
    return channel;
  }

  /** The strong entity tag of what is here, empty if there is nothing to resume. */
  String tag() throws IOException {
    if (tagFile == null || channel.size() == 0 || !Files.isRegularFile(tagFile)) {
      return "";
    }
    try (var in = Files.newInputStream(tagFile, LinkOption.NOFOLLOW_LINKS)) {
      String tag = new String(in.readNBytes(MAX_TAG_BYTES), StandardCharsets.UTF_8);
      return isStrong(tag) ? tag : "";
    }
  }

  /** RFC 9110 section 8.8.3: opaque, quoted, not weak, and nothing that could split a header. */
  static boolean isStrong(String tag) {
    if (tag.length() < 2 || tag.length() > MAX_TAG_BYTES || tag.charAt(0) != '"') {
      return false;
    }
    for (int i = 1; i < tag.length() - 1; i++) {
      char c = tag.charAt(i);
      if (c <= ' ' || c == '"' || c >= 0x7f) {
        return false;
      }
    }
    return tag.charAt(tag.length() - 1) == '"';
  }

  /** Forgets what is here and remembers under which tag new content comes. */
  void restart(String tag) throws IOException {
    if (tagFile != null) {
      Files.deleteIfExists(tagFile);
    }
    channel.truncate(0);
    channel.position(0);
    if (tagFile != null && isStrong(tag)) {
      Files.writeString(tagFile, tag, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }
  }

  void write(byte[] buffer, int length) throws IOException {
    ByteBuffer source = ByteBuffer.wrap(buffer, 0, length);
    while (source.hasRemaining()) {
      channel.write(source);
    }
  }

  /** What is here stays for the next run, if a next run can find it. */
  void keep() {
    kept = tagFile != null;
  }

  void discard() {
    kept = false;
  }

  void publish(Path target) throws IOException {
    Publishing.publish(channel, path, target);
    published = true;
    if (tagFile != null) {
      Files.deleteIfExists(tagFile);
    }
  }

  /** The published file, still open; its new owner closes it. */
  FileChannel handOver() {
    handedOver = true;
    return channel;
  }

  @Override
  public void close() throws IOException {
    try {
      if (!handedOver) {
        closeChannel();
      }
    } finally {
      if (held != null) {
        HELD.remove(held);
      }
    }
  }

  private void closeChannel() throws IOException {
    try (channel) {
      if (!published && !kept) {
        Files.deleteIfExists(path);
        if (tagFile != null) {
          Files.deleteIfExists(tagFile);
        }
      }
    }
  }
}
