package io.bartizan.integrity.artifact;

import io.bartizan.core.VerificationException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
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

  static VerifiedFile ofSpecialFile(Path file, Expected expected, Path privateDirectory)
      throws IOException {
    return make(
        privateDirectory,
        expected,
        out -> {
          long count = 0;
          byte[] buffer = new byte[DigestPass.BUFFER_BYTES];
          try (InputStream in = VerifyingInputStream.of(Files.newInputStream(file), expected)) {
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
    FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
    VerifiedFile copy = new VerifiedFile(path, channel, expected, true);
    try {
      Publishing.requireSameOwner(privateDirectory, path);
      long size = copier.copyTo(channel);
      return new VerifiedFile(path, channel, Artifacts.proven(expected, size), true);
    } catch (IOException | RuntimeException e) {
      copy.closeQuietly(e);
      throw e;
    }
  }

  private static void writeFully(FileChannel out, byte[] buffer, int length) throws IOException {
    ByteBuffer source = ByteBuffer.wrap(buffer, 0, length);
    while (source.hasRemaining()) {
      out.write(source);
    }
  }
}
