package io.bartizan.integrity.artifact;

import io.bartizan.core.VerificationException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;

/** Small files read whole, whose refusals name them. */
final class BoundedFile {

  private BoundedFile() {}

  /** Never reads more than one byte above the bound, whatever the file's size is said to be. */
  static <T> T parse(Path file, int maxBytes, Function<byte[], T> parser) throws IOException {
    if (Files.isDirectory(file)) { // told without its name where it is read
      throw new FileSystemException(file.toString(), null, "is a directory");
    }
    byte[] content;
    try (InputStream in = Files.newInputStream(file)) {
      content = in.readNBytes(maxBytes + 1);
    }
    try {
      if (content.length > maxBytes) {
        throw new VerificationException(
            ArtifactReason.TOO_LARGE, "more than " + maxBytes + " bytes");
      }
      return parser.apply(content);
    } catch (VerificationException e) {
      throw new VerificationException(
          e.reason(), "\"" + DigestText.shortened(file.toString()) + "\": " + e.refusal().detail());
    }
  }
}
