package io.bartizan.integrity.artifact;

import io.bartizan.core.VerificationException;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A file whose content was verified, kept open so that its path cannot be swapped for another.
 *
 * <p>From {@link Artifacts#verify}: the descriptor stays open, so what is read here is the file
 * that was hashed, whatever happens to the path. Who could already write to that very file still
 * can; so each stream hashes again and throws in place of its end if the content changed.
 *
 * <p>From {@link Artifacts#verifyCopy}: a copy that nobody else can write, deleted on closing
 * unless {@link #moveTo(Path)} kept it.
 *
 * <p>Held is a descriptor for reading and no lock, so that a program can be started meanwhile: what
 * was verified is what runs, if nobody else may write to its directory or to one above. Streams are
 * independent of each other and may be used on different threads; an interrupt ends the stream of
 * its own thread only. Close them all before the file.
 *
 * <pre>{@code
 * try (VerifiedFile tool = Artifacts.verifyCopy(download, digest, privateDirectory)) {
 *   tool.moveTo(installed, PosixFilePermissions.fromString("rwxr-xr-x"));
 *   int exit = new ProcessBuilder(installed.toString()).start().waitFor();
 * }
 * }</pre>
 */
public final class VerifiedFile implements Closeable {

  private final Path path;
  private final OpenFile opened;
  private final @Nullable Object key;
  private final Expected proven;
  private final boolean copy;
  private boolean kept;

  VerifiedFile(Path path, OpenFile opened, @Nullable Object key, Expected proven, boolean copy) {
    this.path = path;
    this.opened = opened;
    this.key = key;
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
    InputStream content = new PositionedInputStream(opened);
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
   * Gives a private copy its final name: written to the disk, then renamed in one step. Its mode is
   * that of the file which it replaces, else the one that new files get there (by the process's
   * umask); until then it is readable by its owner alone.
   *
   * @param target the final name, on the same file system; what was there is replaced
   * @throws NullPointerException if {@code target} is null
   * @throws IllegalStateException if this is no private copy or was moved before
   * @throws VerificationException {@link ArtifactReason#FILE_CHANGED} if somebody replaced the
   *     copy, or a directory above it, by something else: then nothing else is left at {@code
   *     target}
   * @throws IOException if it can't be renamed in one step; what was at {@code target} is still
   *     there
   */
  public void moveTo(Path target) throws IOException {
    move(target, null);
  }

  /**
   * Like {@link #moveTo(Path)}, with a mode, for a program for one: {@code
   * PosixFilePermissions.fromString("rwxr-xr-x")}.
   *
   * @param target the final name, on the same file system; what was there is replaced
   * @param permissions its mode
   * @throws NullPointerException if an argument is null
   * @throws IllegalStateException if this is no private copy or was moved before
   * @throws VerificationException as from {@link #moveTo(Path)}
   * @throws IOException if the mode can't be set or the file not be renamed in one step; what was
   *     at {@code target} is still there
   */
  public void moveTo(Path target, Set<PosixFilePermission> permissions) throws IOException {
    move(target, Set.copyOf(permissions));
  }

  private void move(Path target, @Nullable Set<PosixFilePermission> permissions)
      throws IOException {
    if (!copy || kept) {
      throw new IllegalStateException(copy ? "moved before" : "only a private copy can be moved");
    }
    opened.force();
    if (Boolean.FALSE.equals(opened.isAt(path, key))) {
      throw OpenFile.replaced(path);
    }
    Publishing.publish(path, target, permissions);
    kept = true;
    if (Boolean.FALSE.equals(opened.isAt(target, key))) {
      if (!Artifacts.check(target, proven).isAccepted()) {
        Files.deleteIfExists(target);
      }
      throw OpenFile.replaced(target);
    }
  }

  /** Closes the descriptor and deletes a private copy that was not moved. */
  @Override
  public void close() throws IOException {
    try (opened) {
      if (copy && !kept && !Boolean.FALSE.equals(opened.isAt(path, key))) {
        Files.deleteIfExists(path);
      }
    }
  }

  @Override
  public String toString() {
    return "VerifiedFile[" + path + ", " + proven + (copy ? ", private copy]" : "]");
  }
}
