package io.bartizan.integrity.artifact;

import io.bartizan.core.VerificationException;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file whose content was verified, kept open so that its path can't be swapped for another.
 *
 * <p>From {@link Artifacts#verify}: the descriptor stays open, so what is read here is the file
 * that was hashed, whatever happens to the path. Who could already write to that very file still
 * can; so each stream hashes again and throws in place of its end if the content changed.
 *
 * <p>From {@link Artifacts#verifyCopy}: a copy that nobody else can write, deleted on closing
 * unless {@link #moveTo} kept it.
 *
 * <p>Streams are independent of each other and may be used on different threads; close them all
 * before the file.
 */
public final class VerifiedFile implements Closeable {

  private final Path path;
  private final FileChannel channel;
  private final Expected proven;
  private final boolean copy;
  private boolean kept;

  VerifiedFile(Path path, FileChannel channel, Expected proven, boolean copy) {
    this.path = path;
    this.channel = channel;
    this.proven = proven;
    this.copy = copy;
  }

  /**
   * Where the file is; for a copy, where the copy is.
   *
   * <p>Unless this is a private copy, opening this path again may give another file.
   *
   * @return the path
   */
  public Path path() {
    return path;
  }

  /**
   * Whether this is a copy in a directory that nobody else can write to.
   *
   * @return true from {@link Artifacts#verifyCopy}
   */
  public boolean isPrivateCopy() {
    return copy;
  }

  /**
   * What was proven of the content: its digests and its size.
   *
   * @return the digests that were expected, with the exact size
   */
  public Expected proven() {
    return proven;
  }

  /**
   * The size.
   *
   * @return bytes
   */
  public long size() {
    return proven.maxSize();
  }

  /**
   * Reads the content from its start.
   *
   * @return a new stream; that of a file which is no private copy is a {@link
   *     VerifyingInputStream}, to be read to its end
   */
  public InputStream newInputStream() {
    InputStream content = new PositionedInputStream(channel);
    return copy ? content : VerifyingInputStream.of(content, proven);
  }

  /**
   * The whole content, hashed once more unless it is a private copy.
   *
   * @return a new array
   * @throws VerificationException if it changed since, or has more bytes than an array holds
   * @throws IOException if it can't be read
   */
  public byte[] readAllBytes() throws IOException {
    if (size() > Integer.MAX_VALUE - 8) {
      throw new VerificationException(
          ArtifactReason.TOO_LARGE, size() + " bytes do not fit into an array");
    }
    var bytes = new ByteArrayOutputStream((int) size());
    try (InputStream in = newInputStream()) {
      in.transferTo(bytes);
    } catch (StreamVerificationException e) {
      throw new VerificationException(e.refusal());
    }
    return bytes.toByteArray();
  }

  /**
   * Gives a private copy its final name: written to the disk, then renamed in one step.
   *
   * @param target the final name, on the same file system; what was there is replaced
   * @throws IllegalStateException if this is no private copy or was moved before
   * @throws IOException if it can't be renamed in one step; what was at {@code target} is still
   *     there
   */
  public void moveTo(Path target) throws IOException {
    if (!copy || kept) {
      throw new IllegalStateException(copy ? "moved before" : "only a private copy can be moved");
    }
    Publishing.publish(channel, path, target);
    kept = true;
  }

  /** Closes the descriptor and deletes a private copy that was not moved. */
  @Override
  public void close() throws IOException {
    try (channel) {
      if (copy && !kept) {
        Files.deleteIfExists(path);
      }
    }
  }

  /** Closes without a checked exception, for a caller that is failing already. */
  void closeQuietly(Exception cause) {
    try {
      close();
    } catch (IOException | UncheckedIOException e) {
      cause.addSuppressed(e);
    }
  }

  @Override
  public String toString() {
    return "VerifiedFile[" + path + ", " + proven + (copy ? ", private copy]" : "]");
  }
}
