package io.bartizan.integrity.artifact;

import io.bartizan.core.Checked;
import io.bartizan.core.VerificationException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;

/**
 * Opens or copies a file only after its SHA-256, SHA-384 or SHA-512 digest matches.
 *
 * <p>Both ways open the file once, so that no swap of its path between checking and using gets
 * through. {@link #verify} is safe against who may rename, {@link #verifyCopy} also against who may
 * write to the file itself. Only regular files are read; one that changes meanwhile is refused. A
 * pipe in its place is refused without reading; but who may rename in the directory can put one
 * there at the instant between looking and opening, and then opening waits, as any program's would,
 * until somebody writes to the pipe: Java has no opening that does not wait. Files of 8 MiB and
 * more are read on a second thread while they are hashed; memory is constant. Thread-safe; an
 * interrupt ends the work with {@link java.io.InterruptedIOException} or {@link
 * java.nio.channels.ClosedByInterruptException}.
 *
 * <pre>{@code
 * try (VerifiedFile tool = Artifacts.verifyCopy(download, Expected.of(digest), privateDirectory)) {
 *   tool.moveTo(installed);
 * }
 * }</pre>
 */
public final class Artifacts {

  private Artifacts() {}

  /**
   * Verifies a file and keeps it open; safe against swapping the path, see {@link VerifiedFile}.
   *
   * @param file a regular file, or a link to one
   * @param expected what its content must hash to
   * @return the open file, to be closed by the caller
   * @throws NullPointerException if an argument is null
   * @throws VerificationException if its content is another, it is no regular file, or it changes
   *     meanwhile; a {@link DigestMismatch} tells both digests
   * @throws IOException if it can't be read
   */
  public static VerifiedFile verify(Path file, Digest expected) throws IOException {
    return check(file, expected).orThrow();
  }

  /**
   * Verifies a file and keeps it open; safe against swapping the path, see {@link VerifiedFile}.
   *
   * @param file a regular file, or a link to one
   * @param expected what its content must be
   * @return the open file, to be closed by the caller
   * @throws NullPointerException if an argument is null
   * @throws VerificationException if its content is another, it is no regular file, or it changes
   *     meanwhile
   * @throws IOException if it can't be read
   */
  public static VerifiedFile verify(Path file, Expected expected) throws IOException {
    return check(file, expected).orThrow();
  }

  /**
   * Like {@link #verify(Path, Expected)}, telling how far it has come.
   *
   * @param file a regular file, or a link to one
   * @param expected what its content must be
   * @param listener who hears of progress
   * @return the open file, to be closed by the caller
   * @throws NullPointerException if an argument is null
   * @throws VerificationException if its content is another, it is no regular file, or it changes
   *     meanwhile
   * @throws IOException if it can't be read
   */
  public static VerifiedFile verify(Path file, Expected expected, ProgressListener listener)
      throws IOException {
    return check(file, expected, listener).orThrow();
  }

  /**
   * Like {@link #verify(Path, Digest)}, with the refusal as a value.
   *
   * @param file a regular file, or a link to one
   * @param expected what its content must hash to
   * @return the open file or the refusal
   * @throws NullPointerException if an argument is null
   * @throws IOException if it can't be read
   */
  public static Checked<VerifiedFile> check(Path file, Digest expected) throws IOException {
    return check(file, Expected.of(expected));
  }

  /**
   * Like {@link #verify(Path, Expected)}, with the refusal as a value.
   *
   * @param file a regular file, or a link to one
   * @param expected what its content must be
   * @return the open file or the refusal
   * @throws NullPointerException if an argument is null
   * @throws IOException if it can't be read
   */
  public static Checked<VerifiedFile> check(Path file, Expected expected) throws IOException {
    Objects.requireNonNull(expected, "expected");
    return Checked.of(() -> open(file, expected, ContainedProgress.NOBODY));
  }

  /**
   * Like {@link #verify(Path, Expected, ProgressListener)}, with the refusal as a value.
   *
   * @param file a regular file, or a link to one
   * @param expected what its content must be
   * @param listener who hears of progress
   * @return the open file or the refusal
   * @throws NullPointerException if an argument is null
   * @throws IOException if it can't be read
   */
  public static Checked<VerifiedFile> check(Path file, Expected expected, ProgressListener listener)
      throws IOException {
    Objects.requireNonNull(expected, "expected");
    ContainedProgress told = ContainedProgress.NOBODY.and(listener);
    return Checked.of(() -> open(file, expected, told));
  }

  private static VerifiedFile open(Path file, Expected expected, ContainedProgress listener)
      throws IOException {
    FileContent content = FileContent.open(file);
    String name = file.toString();
    boolean right = false;
    try {
      listener.planned(1, content.size());
      listener.started(name, content.size());
      content.hash(expected, true, (buffer, length) -> listener.advanced(name, length));
      VerifiedFile verified =
          new VerifiedFile(file, content.opened(), null, proven(expected, content.size()), false);
      right = true;
      return verified;
    } finally {
      if (!right) {
        content.close();
      }
      listener.finished(name, right);
    }
  }

  /**
   * Copies a file to a private directory, hashing what is written; safe also against who may write
   * to the source.
   *
   * @param file a regular file, or a link to one
   * @param expected what its content must hash to
   * @param privateDirectory an existing directory that nobody but its owner, the caller, may write
   *     to; checked where the file system has POSIX modes
   * @return the copy, open; closing deletes it
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if {@code privateDirectory} is no directory
   * @throws VerificationException if the content is another, the source is no regular file or
   *     changes meanwhile, or the directory is not private; nothing is left behind
   * @throws IOException if reading or writing fails; nothing is left behind
   */
  public static VerifiedFile verifyCopy(Path file, Digest expected, Path privateDirectory)
      throws IOException {
    return checkCopy(file, expected, privateDirectory).orThrow();
  }

  /**
   * Copies a file to a private directory, hashing what is written; safe also against who may write
   * to the source.
   *
   * @param file a regular file, or a link to one
   * @param expected what its content must be
   * @param privateDirectory an existing directory that nobody but its owner, the caller, may write
   *     to; checked where the file system has POSIX modes
   * @return the copy, open; closing deletes it
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if {@code privateDirectory} is no directory
   * @throws VerificationException if the content is another, the source is no regular file or
   *     changes meanwhile, or the directory is not private; nothing is left behind
   * @throws IOException if reading or writing fails; nothing is left behind
   */
  public static VerifiedFile verifyCopy(Path file, Expected expected, Path privateDirectory)
      throws IOException {
    return checkCopy(file, expected, privateDirectory).orThrow();
  }

  /**
   * Like {@link #verifyCopy(Path, Digest, Path)}, with the refusal as a value.
   *
   * @param file a regular file, or a link to one
   * @param expected what its content must hash to
   * @param privateDirectory as in {@link #verifyCopy(Path, Digest, Path)}
   * @return the copy or the refusal
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if {@code privateDirectory} is no directory
   * @throws IOException if reading or writing fails; nothing is left behind
   */
  public static Checked<VerifiedFile> checkCopy(Path file, Digest expected, Path privateDirectory)
      throws IOException {
    return checkCopy(file, Expected.of(expected), privateDirectory);
  }

  /**
   * Like {@link #verifyCopy(Path, Expected, Path)}, with the refusal as a value.
   *
   * @param file a regular file, or a link to one
   * @param expected what its content must be
   * @param privateDirectory as in {@link #verifyCopy(Path, Expected, Path)}
   * @return the copy or the refusal
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if {@code privateDirectory} is no directory
   * @throws IOException if reading or writing fails; nothing is left behind
   */
  public static Checked<VerifiedFile> checkCopy(Path file, Expected expected, Path privateDirectory)
      throws IOException {
    Objects.requireNonNull(expected, "expected");
    Objects.requireNonNull(privateDirectory, "privateDirectory");
    return Checked.of(() -> PrivateCopy.of(file, expected, privateDirectory));
  }

  /**
   * Copies a stream to a private directory and hashes what it copies; the content counts only once
   * all of it was right.
   *
   * @param source where the bytes come from; read to its end, closed, and no further than expected
   * @param expected what they must be; with a size or a largest size
   * @param privateDirectory as in {@link #verifyCopy(Path, Expected, Path)}
   * @return the copy, open; closing deletes it
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if {@code privateDirectory} is no directory or {@code
   *     expected} has no bound
   * @throws VerificationException if the content is another or the directory is not private
   * @throws IOException if reading or writing fails; nothing is left behind
   */
  public static VerifiedFile verifyCopy(
      InputStream source, Expected expected, Path privateDirectory) throws IOException {
    return checkCopy(source, expected, privateDirectory).orThrow();
  }

  /**
   * Like {@link #verifyCopy(InputStream, Expected, Path)}, with the refusal as a value.
   *
   * @param source where the bytes come from; read to its end, closed, and no further than expected
   * @param expected what they must be; with a size or a largest size
   * @param privateDirectory as in {@link #verifyCopy(Path, Expected, Path)}
   * @return the copy or the refusal
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if {@code privateDirectory} is no directory or {@code
   *     expected} has no bound
   * @throws IOException if reading or writing fails; nothing is left behind
   */
  public static Checked<VerifiedFile> checkCopy(
      InputStream source, Expected expected, Path privateDirectory) throws IOException {
    Objects.requireNonNull(source, "source");
    Objects.requireNonNull(privateDirectory, "privateDirectory");
    requireBound(expected);
    try (source) {
      return Checked.of(() -> PrivateCopy.ofStream(() -> source, expected, privateDirectory));
    }
  }

  /**
   * Copies whatever can be read, a pipe or a device too, to a private directory.
   *
   * @param file any path that can be opened; reading may wait for a writer
   * @param expected what its content must be; with a size or a largest size, for such sources may
   *     never end
   * @param privateDirectory as in {@link #verifyCopy(Path, Expected, Path)}
   * @return the copy, open; closing deletes it
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if {@code privateDirectory} is no directory or {@code
   *     expected} has no bound
   * @throws VerificationException if the content is another or the directory is not private
   * @throws IOException if reading or writing fails; nothing is left behind
   */
  public static VerifiedFile verifyCopyOfSpecialFile(
      Path file, Expected expected, Path privateDirectory) throws IOException {
    return checkCopyOfSpecialFile(file, expected, privateDirectory).orThrow();
  }

  /**
   * Like {@link #verifyCopyOfSpecialFile}, with the refusal as a value.
   *
   * @param file any path that can be opened; reading may wait for a writer
   * @param expected what its content must be; with a size or a largest size
   * @param privateDirectory as in {@link #verifyCopy(Path, Expected, Path)}
   * @return the copy or the refusal
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if {@code privateDirectory} is no directory or {@code
   *     expected} has no bound
   * @throws IOException if reading or writing fails; nothing is left behind
   */
  public static Checked<VerifiedFile> checkCopyOfSpecialFile(
      Path file, Expected expected, Path privateDirectory) throws IOException {
    Objects.requireNonNull(file, "file");
    Objects.requireNonNull(privateDirectory, "privateDirectory");
    requireBound(expected);
    return Checked.of(
        () -> PrivateCopy.ofStream(() -> Files.newInputStream(file), expected, privateDirectory));
  }

  private static void requireBound(Expected expected) {
    if (expected.maxSize() == Long.MAX_VALUE) {
      throw new IllegalArgumentException(
          "expected has no size, withSize or withMaxSize is needed for a source that may not end");
    }
  }

  /**
   * Several digests of a regular file in one pass.
   *
   * @param file a regular file, or a link to one
   * @param algorithms which digests
   * @return one digest for each, in that order
   * @throws NullPointerException if an argument is null
   * @throws VerificationException if it is no regular file or changes meanwhile
   * @throws IOException if it can't be read
   */
  public static List<Digest> digests(Path file, Collection<DigestAlgorithm> algorithms)
      throws IOException {
    List<MessageDigest> hashes = new ArrayList<>();
    algorithms.forEach(algorithm -> hashes.add(algorithm.newMessageDigest()));
    try (FileContent content = FileContent.open(file)) {
      content.read(
          true, (buffer, length) -> hashes.forEach(hash -> hash.update(buffer, 0, length)));
    }
    List<Digest> digests = new ArrayList<>();
    int i = 0;
    for (DigestAlgorithm algorithm : algorithms) {
      digests.add(Digest.ofValue(algorithm, hashes.get(i++).digest()));
    }
    return List.copyOf(digests);
  }

  static Expected proven(Expected expected, long size) {
    return expected.size().isPresent() ? expected : expected.withSize(size);
  }
}
