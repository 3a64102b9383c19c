package io.bartizan.examples.gateway;

import io.bartizan.integrity.artifact.Expected;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Files, and what each of them should be.
 *
 * @param folder where they lie
 * @param expected by name; a file without an entry is not served
 */
public record ArtifactStore(Path folder, Supplier<Map<String, Expected>> expected) {

  static ArtifactStore empty() {
    return new ArtifactStore(Path.of(""), Map::of);
  }
}
