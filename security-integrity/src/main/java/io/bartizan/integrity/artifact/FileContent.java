package io.bartizan.integrity.artifact;

import io.bartizan.core.VerificationException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** An open regular file that is read once from start to end and must not change meanwhile. */
final class FileContent implements AutoCloseable {

  /** Gets what was read, in order. */
  @FunctionalInterface
  interface Sink {
    void accept(byte[] buffer, int length) throws IOException;
  }

  /** What a change of a file can't leave as it is, as far as file systems tell. */
  record Snapshot(@Nullable Object key, long size, FileTime modified) {
    static Snapshot of(Path file, LinkOption... links) throws IOException {
      BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class, links);
      if (!found.isRegularFile()) {
        throw notRegular(file);
      }
      return new Snapshot(found.fileKey(), found.size(), found.lastModifiedTime());
    }
  }

  private final Path file;
  private final LinkOption[] links;
  private final Snapshot before;
  private final OpenFile opened;

  private FileContent(Path file, LinkOption[] links, Snapshot before, OpenFile opened) {
    this.file = file;
    this.links = links;
    this.before = before;
    this.opened = opened;
  }

  static FileContent open(Path file, LinkOption... links) throws IOException {
    return open(file, Snapshot.of(file, links), links);
  }

  /** A pipe that took its place since is seen before a read could wait for whoever fills it. */
  static FileContent open(Path file, Snapshot before, LinkOption... links) throws IOException {
    OpenFile opened = OpenFile.open(file, links);
    boolean right = false;
    try {
      requirePosition(file, opened);
      right = true;
      return new FileContent(file, links, before, opened);
    } finally {
      if (!right) {
        opened.close();
      }
    }
  }

  private static void requirePosition(Path file, OpenFile opened) throws ClosedChannelException {
    try {
      opened.requirePosition();
    } catch (ClosedChannelException e) {
      throw e; // by an interrupt
    } catch (IOException e) {
      throw notRegular(file);
    }
  }

  private static VerificationException notRegular(Path file) {
    return new VerificationException(
        ArtifactReason.NOT_REGULAR_FILE,
        "\"" + DigestText.shortened(file.toString()) + "\" is no regular file");
  }

  /** Reads a file from start to end, ahead if it is large, and tells the listener. */
  static void readAll(Path file, ContainedProgress listener, Sink sink) throws IOException {
    String name = file.toString();
    boolean whole = false;
    try (FileContent content = open(file)) {
      listener.planned(1, content.size());
      listener.started(name, content.size());
      content.read(
          true,
          (buffer, length) -> {
            sink.accept(buffer, length);
            listener.advanced(name, length);
          });
      whole = true;
    } finally {
      listener.finished(name, whole);
    }
  }

  OpenFile opened() {
    return opened;
  }

  long size() {
    return before.size();
  }

  /** Hashes everything; what is known to be wrong beforehand is refused before hashing. */
  void hash(Expected expected, boolean ahead, Sink sink) throws IOException {
    if (expected.size().isPresent() && expected.size().getAsLong() != size()) {
      throw new VerificationException(
          ArtifactReason.SIZE_MISMATCH,
          "expected "
              + expected.maxSize()
              + " bytes, found "
              + size()
              + DigestPass.suffix(file.toString()));
    }
    DigestPass pass = new DigestPass(expected);
    read(
        ahead,
        (buffer, length) -> {
          pass.update(buffer, 0, length);
          sink.accept(buffer, length);
        });
    pass.finish(file.toString());
  }

  /** Reads everything; refuses if the file was changed, replaced, shortened or lengthened. */
  void read(boolean ahead, Sink sink) throws IOException {
    long count;
    if (ahead && before.size() >= ReadAhead.MIN_BYTES) {
      count = readAhead(sink);
    } else {
      count = readInTurn(sink);
    }
    if (count != before.size() || !Snapshot.of(file, links).equals(before)) {
      throw changed();
    }
  }

  /**
   * Before the sink gets them: whoever can make the file longer must not fill the disk of a copy.
   */
  private void requireExpected(long count) {
    if (count > before.size()) {
      throw changed();
    }
  }

  private VerificationException changed() {
    return new VerificationException(
        ArtifactReason.FILE_CHANGED,
        "\"" + DigestText.shortened(file.toString()) + "\" changed while it was read");
  }

  private long readInTurn(Sink sink) throws IOException {
    int length = (int) Math.min(before.size() + 1, DigestPass.BUFFER_BYTES);
    byte[] buffer = new byte[length];
    long count = 0;
    for (int n = opened.read(buffer, 0, length, count);
        n >= 0;
        n = opened.read(buffer, 0, length, count)) {
      stopIfInterrupted();
      count += n;
      requireExpected(count);
      sink.accept(buffer, n);
    }
    return count;
  }

  private long readAhead(Sink sink) throws IOException {
    long count = 0;
    try (ReadAhead reader = new ReadAhead(opened)) {
      for (var chunk = reader.next(); chunk.length >= 0; chunk = reader.next()) {
        stopIfInterrupted();
        count += chunk.length;
        requireExpected(count);
        sink.accept(chunk.bytes, chunk.length);
        reader.done();
      }
    }
    return count;
  }

  static void stopIfInterrupted() throws InterruptedIOException {
    if (Thread.currentThread().isInterrupted()) {
      throw new InterruptedIOException("interrupted while hashing");
    }
  }

  @Override
  public void close() throws IOException {
    opened.close();
  }

  @Override
  public String toString() {
    return "FileContent[" + Objects.toString(file) + "]";
  }
}
