package io.bartizan.core;

import io.bartizan.tests.ListenerContract;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;

class CoreListenersTest extends ListenerContract {

  @TempDir Path folder;

  @Override
  protected List<Teller<?>> tellers() {
    return List.of(new Teller<>(Rotating.class, RotationListener.class, this::rotate));
  }

  /** A secret that rotates, is spoiled, and is well again. */
  private List<String> rotate(List<RotationListener> listeners) throws IOException {
    Path file = Files.writeString(folder.resolve("key"), "one");
    Rotating.Builder<String> builder =
        Rotating.builder(SecretSource.file(file), CoreListenersTest::text, Duration.ofDays(1));
    for (RotationListener listener : listeners) {
      builder = builder.withListener(listener);
    }
    List<String> seen = new ArrayList<>();
    try (Rotating<String> value = builder.build()) {
      for (String next : List.of("two", "", "three")) {
        Files.writeString(file, next);
        seen.add(value.refresh() + " " + value.get() + " " + value.health().status());
      }
    }
    return seen;
  }

  private static String text(SecretBytes secret) {
    return secret.lend(bytes -> new String(bytes, StandardCharsets.UTF_8));
  }
}
