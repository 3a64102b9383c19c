package io.bartizan.core;

import java.io.IOException;
import java.nio.file.Path;

/**
 * The place of a secret, such as a file; read again each time, so that the secret can be rotated.
 *
 * <p>An implementation must be thread-safe, must return a new {@link SecretBytes} that the caller
 * closes, and must not put a byte of the secret into its {@code toString()} or its exceptions.
 */
@FunctionalInterface
public interface SecretSource {

  /** The largest secret that {@link #file} and {@link #environment} read, in bytes. */
  int MAX_BYTES = 64 * 1024;

  /**
   * Reads the secret as it is now.
   *
   * @return a new secret; the caller closes it
   * @throws IOException if the source can't be read or holds nothing; the message names the source
   */
  SecretBytes read() throws IOException;

  /**
   * A file's bytes, such as a mounted Kubernetes secret; symbolic links are followed at each read.
   * One final line ending is not part of the secret, since most editors and {@code echo} add one.
   *
   * @param file the path; it need not exist yet
   * @return a source that reads the file at each call
   * @throws NullPointerException if {@code file} is null
   */
  static SecretSource file(Path file) {
    return new FileSecretSource(file);
  }

  /**
   * An environment variable's characters as UTF-8, without one final line ending, as a Kubernetes
   * secret has it that {@code echo} made. A running process's environment never changes, so this
   * source can't rotate; prefer a file. A process whose locale is C or POSIX, as in many
   * containers, reads ASCII alone: a secret with other characters is refused there, since all of
   * them would become the same one.
   *
   * @param variable the variable's name
   * @return a source that reads the variable at each call
   * @throws NullPointerException if {@code variable} is null
   */
  static SecretSource environment(String variable) {
    return new EnvironmentSecretSource(variable);
  }
}
