package io.bartizan.integrity.artifact;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
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
  private static final Set<OpenOption> EXISTING =
      Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);

  /**
   * What this JVM works on. POSIX gives a process's lock up when it closes any descriptor of the
   * file, so a second thread must not even open what a first one has locked.
   */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path path;
  private final @Nullable Path tagFile;
  private final FileChannel channel;
  private boolean tagged;
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
    String stem = Publishing.stem(target) + expected.digests().get(0).hex().substring(0, 16);
    Path path = directory.resolve("." + stem + ".part");
    PartFile resumable = claimed(path, () -> resumable(path, tagFileOf(path)));
    if (resumable != null) {
      return resumable;
    }
    for (int attempt = 0; attempt < 3; attempt++) { // one may be taken for abandoned and swept
      long number = UUID.randomUUID().getLeastSignificantBits();
      Path fresh = directory.resolve("." + stem + Long.toUnsignedString(number) + ".part");
      PartFile part = claimed(fresh, () -> resumable(fresh, null));
      if (part != null) {
        return part;
      }
    }
    Path unlocked =
        Files.createTempFile(directory, "." + stem, ".part", Publishing.ownerOnly(directory));
    return new PartFile(unlocked, null, FileChannel.open(unlocked, EXISTING));
  }

  private interface Opening {
    @Nullable PartFile open() throws IOException;
  }

  /** Opens what no other thread of this JVM has; what is opened gives the claim up on closing. */
  private static @Nullable PartFile claimed(Path path, Opening opening) throws IOException {
    Path name = directoryOf(path).toRealPath().resolve(path.getFileName());
    if (!HELD.add(name)) {
      return null;
    }
    PartFile part = null;
    try {
      part = opening.open();
    } finally {
      if (part == null) {
        HELD.remove(name);
      }
    }
    if (part != null) {
      part.held = name;
    }
    return part;
  }

  static Path directoryOf(Path target) {
    Path directory = target.toAbsolutePath().getParent();
    if (directory == null || target.getFileName() == null) {
      throw new IllegalArgumentException("target \"" + target + "\" is no file name");
    }
    return directory;
  }

  private static @Nullable PartFile resumable(Path path, @Nullable Path tagFile)
      throws IOException {
    boolean created = false;
    boolean mayDelete = false;
    FileChannel channel = null;
    try {
      try {
        Files.createFile(path, Publishing.ownerOnly(directoryOf(path)));
        created = true;
      } catch (FileAlreadyExistsException e) {
        if (!Publishing.isOwnPrivateFile(path)) {
          return null;
        }
      }
      Object before = OpenFile.keyOf(path);
      channel = FileChannel.open(path, EXISTING);
      FileLock lock = lock(path, channel);
      mayDelete = created && (lock != null || !hasLocks(channel));
      if (lock != null && isAt(path, before, channel, lock)) {
        PartFile part = new PartFile(path, tagFile, channel);
        channel = null;
        return part;
      }
      return null;
    } catch (OverlappingFileLockException | NoSuchFileException e) {
      return null; // another thread has it, or has just published it
    } finally {
      if (channel != null) {
        if (mayDelete) {
          Files.deleteIfExists(path);
        }
        channel.close();
      }
    }
  }

  /** Null if another process has it, or nobody can. */
  private static @Nullable FileLock lock(Path path, FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (ClosedChannelException e) {
      throw e;
    } catch (IOException | UnsupportedOperationException e) {
      MissingService.LOCKS.tell(path);
      return null;
    }
  }

  private static boolean hasLocks(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      if (lock != null) {
        lock.release();
      }
      return true;
    } catch (ClosedChannelException e) {
      throw e;
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }

  /**
   * Whether the name is still that of the locked file, and not of one that was put there since.
   *
   * @param before the file's key before it was opened; null where files have none
   */
  private static boolean isAt(
      Path path, @Nullable Object before, FileChannel channel, FileLock lock) throws IOException {
    if (before != null) {
      return before.equals(OpenFile.keyOf(path));
    }
    try (FileChannel other = FileChannel.open(path, EXISTING)) {
      FileLock unused = lock(path, other);
      return false; // of another file, or it would overlap
    } catch (OverlappingFileLockException e) {
      lock.release(); // POSIX gave it up when the other descriptor of the file was closed
      return lock(path, channel) != null;
    }
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
      tagged = kept = isStrong(tag); // stays also where no server answers this time
      return tagged ? tag : "";
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
    channel.truncate(0); // and to its start
    kept = false;
    tagged = tagFile != null && isStrong(tag);
    if (tagFile != null && tagged) {
      Files.writeString(tagFile, tag, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }
  }

  void write(byte[] buffer, int length) throws IOException {
    ByteBuffer source = ByteBuffer.wrap(buffer, 0, length);
    while (source.hasRemaining()) {
      channel.write(source);
    }
  }

  /** What is here stays for the next run, if a next run can find it and may resume it. */
  void keep() {
    kept = tagged;
  }

  void discard() {
    kept = false;
  }

  /**
   * Puts the file at its final name; what is left of earlier downloads of this target goes.
   *
   * @return the file, opened for reading alone where this file system can tell that it is the same
   */
  OpenFile publish(Path target, @Nullable Set<PosixFilePermission> permissions) throws IOException {
    channel.force(true);
    OpenFile reader = OpenFile.again(channel, path, OpenFile.keyOf(path));
    try {
      Publishing.publish(path, target, permissions);
      published = true;
      if (tagFile != null) {
        Files.deleteIfExists(tagFile);
      }
      sweep(target);
      handedOver = reader == null;
      OpenFile file = reader == null ? OpenFile.of(channel) : reader;
      reader = null;
      return file;
    } finally {
      if (reader != null) {
        reader.close();
      }
    }
  }

  /** Part files of this target that nobody works on: of other content, or of a broken process. */
  private static void sweep(Path target) throws IOException {
    Path directory = directoryOf(target);
    Pattern left =
        Pattern.compile(
            Pattern.quote("." + Publishing.stem(target)) + "[0-9a-f]{16}\\d*\\.(?:part|etag)");
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> entries =
        Files.newDirectoryStream(
            directory, entry -> left.matcher(entry.getFileName().toString()).matches())) {
      entries.forEach(found::add);
    } catch (IOException | DirectoryIteratorException e) {
      return; // a directory that may be written to and not be listed
    }
    for (Path entry : found) {
      if (entry.toString().endsWith(".part")) {
        try (PartFile abandoned = claimed(entry, () -> abandoned(entry))) {
          if (abandoned != null) {
            abandoned.discard();
          }
        }
      } else if (Files.notExists(partOf(entry), LinkOption.NOFOLLOW_LINKS)
          && Files.isRegularFile(entry, LinkOption.NOFOLLOW_LINKS)) {
        Files.deleteIfExists(entry);
      }
    }
  }

  private static @Nullable PartFile abandoned(Path path) throws IOException {
    return Files.exists(path, LinkOption.NOFOLLOW_LINKS) ? resumable(path, tagFileOf(path)) : null;
  }

  private static Path tagFileOf(Path part) {
    String name = part.getFileName().toString();
    return part.resolveSibling(name.substring(0, name.length() - 4) + "etag");
  }

  private static Path partOf(Path tagFile) {
    String name = tagFile.getFileName().toString();
    return tagFile.resolveSibling(name.substring(0, name.length() - 4) + "part");
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
