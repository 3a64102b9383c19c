package io.bartizan.integrity.artifact;

import io.bartizan.core.VerificationException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Copies to a private directory that hash what they write; one that fails leaves nothing. */
final class PrivateCopy {

  private PrivateCopy() {}

  /** Writes the copy and returns its size. */
  @FunctionalInterface
  private interface Copier {
    long copyTo(FileChannel out) throws IOException;
  }

  static VerifiedFile of(Path file, Expected expected, Path privateDirectory) throws IOException {
    try (FileContent content = FileContent.open(file)) {
      return make(
          privateDirectory,
          expected,
          out -> {
            content.hash(expected, true, (buffer, length) -> writeFully(out, buffer, length));
            return content.size();
          });
    }
  }

  /** Opens what is copied. */
  @FunctionalInterface
  interface Source {
    InputStream open() throws IOException;
  }

  static VerifiedFile ofStream(Source source, Expected expected, Path privateDirectory)
      throws IOException {
    return make(
        privateDirectory,
        expected,
        out -> {
          long count = 0;
          byte[] buffer = new byte[DigestPass.BUFFER_BYTES];
          try (InputStream in = VerifyingInputStream.of(source.open(), expected)) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
              FileContent.stopIfInterrupted();
              writeFully(out, buffer, n);
              count += n;
            }
          } catch (StreamVerificationException e) {
            throw new VerificationException(e.refusal());
          }
          return count;
        });
  }

  private static VerifiedFile make(Path privateDirectory, Expected expected, Copier copier)
      throws IOException {
    Publishing.requirePrivate(privateDirectory);
    Path path =
        Files.createTempFile(
            privateDirectory, "verified-", ".tmp", Publishing.ownerOnly(privateDirectory));
    boolean done = false;
    FileChannel writer =
        FileChannel.open(
            path, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    OpenFile reader = null;
    try {
      Object key = OpenFile.keyOf(path);
      Publishing.requireSameOwner(privateDirectory, path);
      Expected proven = Artifacts.proven(expected, copier.copyTo(writer));
      if (!Publishing.isPosix(privateDirectory)) {
        writer.force(true); // elsewhere a descriptor that only reads can do it, if it comes to that
      }
      reader = OpenFile.again(writer, path, key);
      done = true;
      OpenFile kept = reader == null ? OpenFile.of(writer) : reader;
      return new VerifiedFile(path, kept, key, proven, true);
    } finally {
      if (reader != null || !done) {
        writer.close(); // a program that somebody may write to can't be started
      }
      if (!done) {
        Files.deleteIfExists(path);
      }
    }
  }

  private static void writeFully(FileChannel out, byte[] buffer, int length) throws IOException {
    ByteBuffer source = ByteBuffer.wrap(buffer, 0, length);
    while (source.hasRemaining()) {
      out.write(source);
    }
  }
}
