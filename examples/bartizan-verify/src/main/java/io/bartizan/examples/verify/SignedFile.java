package io.bartizan.examples.verify;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A file and the bundle about it, of each command that judges such a pair. */
final class SignedFile extends Mixed {

  @Option(names = "--bundle", required = true, description = "the bundle or envelope, JSON")
  private @Nullable Path bundle;

  @Parameters(paramLabel = "FILE")
  private @Nullable Path file;

  /** Never more than the library reads. */
  byte[] bundle() throws IOException {
    return Pasted.bundle(required(bundle));
  }

  Input open() throws IOException {
    return Input.of(required(file));
  }

  private static Path required(@Nullable Path given) {
    if (given == null) {
      throw new IllegalStateException("picocli requires both");
    }
    return given;
  }
}
