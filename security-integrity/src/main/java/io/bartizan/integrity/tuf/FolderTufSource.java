package io.bartizan.integrity.tuf;

import io.bartizan.core.VerificationException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A repository on disk. */
final class FolderTufSource extends TufSource {

  private final Path metadata;
  private final Path targets;

  FolderTufSource(Path metadata, Path targets) {
    this.metadata = metadata;
    this.targets = targets;
  }

  @Override
  byte @Nullable [] metadata(String name, int maxBytes, Duration limit) {
    return read(metadata, name, maxBytes);
  }

  @Override
  byte @Nullable [] target(String path, int maxBytes, Duration limit) {
    return read(targets, path, maxBytes);
  }

  private static byte @Nullable [] read(Path folder, String name, int maxBytes) {
    try {
      Path root = folder.toAbsolutePath().normalize();
      Path file = root.resolve(name).normalize();
      if (!file.startsWith(root) || !Files.isRegularFile(file)) {
        return null;
      }
      try (InputStream in = Files.newInputStream(file)) {
        byte[] bytes = in.readNBytes(maxBytes == Integer.MAX_VALUE ? maxBytes : maxBytes + 1);
        if (bytes.length > maxBytes) {
          throw tooLarge(name, maxBytes);
        }
        return bytes;
      }
    } catch (NoSuchFileException | InvalidPathException e) {
      return null;
    } catch (IOException e) {
      throw new VerificationException(
          TufReason.FETCH_FAILED, "\"" + name + "\" can't be read: " + e.getMessage());
    }
  }

  static VerificationException tooLarge(String name, int maxBytes) {
    return new VerificationException(
        TufReason.TOO_LARGE, "\"" + name + "\" has more than " + maxBytes + " bytes");
  }

  @Override
  public String toString() {
    return "TufSource[" + metadata + ", " + targets + "]";
  }
}
