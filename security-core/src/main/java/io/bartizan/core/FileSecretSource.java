package io.bartizan.core;

import io.bartizan.core.house.Unreadable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;

/** Reads a file without its final line ending. */
record FileSecretSource(Path file) implements SecretSource {

  FileSecretSource {
    Objects.requireNonNull(file, "file");
  }

  @Override
  public SecretBytes read() throws IOException {
    if (Files.isDirectory(file)) {
      throw new IOException("secret file " + name() + " is a directory");
    }
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(MAX_BYTES + 2);
    } catch (IOException e) {
      throw new IOException(
          "secret file " + name() + " can't be read: " + Unreadable.why(file, e), e);
    }
    byte[] secret = Arrays.copyOf(bytes, lengthWithoutLineEnding(bytes));
    try {
      if (secret.length == 0) {
        throw new IOException("secret file " + name() + " is empty");
      }
      if (secret.length > MAX_BYTES) {
        throw new IOException("secret file " + name() + " is larger than " + MAX_BYTES + " bytes");
      }
      return SecretBytes.copyOf(secret);
    } finally {
      Arrays.fill(bytes, (byte) 0);
      Arrays.fill(secret, (byte) 0);
    }
  }

  private static int lengthWithoutLineEnding(byte[] bytes) {
    int length = bytes.length;
    if (length > 0 && bytes[length - 1] == '\n') {
      length--;
      if (length > 0 && bytes[length - 1] == '\r') {
        length--;
      }
    }
    return length;
  }

  private String name() {
    return SafeText.of(file.toString());
  }
}
