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
