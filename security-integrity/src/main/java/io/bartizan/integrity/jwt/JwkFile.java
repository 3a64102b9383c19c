package io.bartizan.integrity.jwt;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A JWK set in a file that others replace. */
final class JwkFile {

  private JwkFile() {}

  static byte[] read(Path file, int maxBytes) {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] set = in.readNBytes(maxBytes + 1);
      if (set.length > maxBytes) {
        throw new IllegalArgumentException("the file has more than " + maxBytes + " bytes");
      }
      return set;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
