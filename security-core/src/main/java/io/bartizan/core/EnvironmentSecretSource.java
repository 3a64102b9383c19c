package io.bartizan.core;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads an environment variable without its final line ending. */
record EnvironmentSecretSource(String variable) implements SecretSource {

  EnvironmentSecretSource {
    Objects.requireNonNull(variable, "variable");
  }

  @Override
  public SecretBytes read() throws IOException {
    String value = withoutLineEnding(System.getenv(variable));
    if (value.isEmpty()) {
      throw new IOException("environment variable " + SafeText.of(variable) + " is not set");
    }
    // the JVM puts one and the same character in the place of each that its locale can't read, so
    // that anyone could guess the secret
    if (value.indexOf('\uFFFD') >= 0 || value.codePoints().anyMatch(SecretBytes::isSurrogate)) {
      throw new IOException(
          "environment variable "
              + SafeText.of(variable)
              + " holds characters that this process can't read in its locale; set"
              + " LC_ALL=C.UTF-8, or take a file");
    }
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    if (bytes.length > MAX_BYTES) {
      throw new IOException(
          "environment variable "
              + SafeText.of(variable)
              + " holds "
              + bytes.length
              + " bytes, at most "
              + MAX_BYTES
              + " are read");
    }
    try {
      return SecretBytes.copyOf(bytes);
    } finally {
      java.util.Arrays.fill(bytes, (byte) 0);
    }
  }

  private static String withoutLineEnding(@Nullable String value) {
    if (value == null || !value.endsWith("\n")) {
      return value == null ? "" : value;
    }
    return value.substring(0, value.length() - (value.endsWith("\r\n") ? 2 : 1));
  }
}
