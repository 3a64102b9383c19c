package io.bartizan.core;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** Reads an environment variable. */
record EnvironmentSecretSource(String variable) implements SecretSource {

  EnvironmentSecretSource {
    Objects.requireNonNull(variable, "variable");
  }

  @Override
  public SecretBytes read() throws IOException {
    String value = System.getenv(variable);
    if (value == null || value.isEmpty()) {
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
    if (value.endsWith("\n") || value.endsWith("\r")) {
      throw new IOException(
          "environment variable "
              + SafeText.of(variable)
              + " ends with a line end, as echo leaves one in a Kubernetes secret; make it without"
              + " (printf '%s'), or take a file, whose last line end is no part of the secret");
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
}
