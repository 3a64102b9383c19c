package io.bartizan.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * Compares the module's public API with the text file {@code api/<module>.txt}, so that every
 * change of it is seen in review. {@code -Dapi.update=true} writes the file anew.
 */
class PublicApiTest {

  @Test
  void public_api_is_the_checked_in_text() throws Exception {
    Path root = Path.of(System.getProperty("bartizan.root", ".."));
    String module = Path.of("").toAbsolutePath().getFileName().toString();
    Path file = root.resolve("api").resolve(module + ".txt");
    String actual = PublicApi.describe(ExportedTypes.all());
    if (Boolean.getBoolean("api.update")) {
      Files.createDirectories(file.getParent());
      Files.writeString(file, actual);
    }
    assertThat(actual)
        .as("the public API differs from %s; review it, then run with -Dapi.update=true", file)
        .isEqualTo(Files.exists(file) ? Files.readString(file) : "");
  }
}
