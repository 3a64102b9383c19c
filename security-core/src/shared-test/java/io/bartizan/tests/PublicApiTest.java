package io.bartizan.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Compares the module's public API with the text file {@code api/<module>.txt}, so that every
 * change of it is seen in review. {@code -Dapi.update=true} writes the file anew.
 */
class PublicApiTest {

  private static final Path CLASSES = Path.of("target/classes");

  @Test
  void public_api_is_the_checked_in_text() throws Exception {
    Path root = Path.of(System.getProperty("bartizan.root", ".."));
    String module = Path.of("").toAbsolutePath().getFileName().toString();
    Path file = root.resolve("api").resolve(module + ".txt");
    String actual = PublicApi.describe(exportedClasses());
    if (Boolean.getBoolean("api.update")) {
      Files.createDirectories(file.getParent());
      Files.writeString(file, actual);
    }
    assertThat(actual)
        .as("the public API differs from %s; review it, then run with -Dapi.update=true", file)
        .isEqualTo(Files.exists(file) ? Files.readString(file) : "");
  }

  private static List<Class<?>> exportedClasses() throws IOException, ClassNotFoundException {
    Set<String> exported = exportedPackages();
    try (Stream<Path> files = Files.walk(CLASSES)) {
      List<String> names =
          files
              .filter(file -> file.toString().endsWith(".class"))
              .map(file -> CLASSES.relativize(file).toString())
              .map(name -> name.substring(0, name.length() - ".class".length()))
              .map(name -> name.replace('/', '.'))
              .filter(name -> !name.endsWith("-info"))
              .filter(
                  name -> exported.contains(name.substring(0, Math.max(0, name.lastIndexOf('.')))))
              .sorted()
              .toList();
      List<Class<?>> classes = new java.util.ArrayList<>();
      for (String name : names) {
        classes.add(Class.forName(name, false, PublicApiTest.class.getClassLoader()));
      }
      return classes;
    }
  }

  private static Set<String> exportedPackages() throws IOException {
    Path descriptor = CLASSES.resolve("module-info.class");
    if (Files.exists(descriptor)) {
      try (InputStream in = Files.newInputStream(descriptor)) {
        return ModuleDescriptor.read(in).exports().stream()
            .filter(export -> !export.isQualified())
            .map(ModuleDescriptor.Exports::source)
            .collect(Collectors.toCollection(TreeSet::new));
      }
    }
    try (Stream<Path> folders = Files.walk(CLASSES)) {
      return folders
          .filter(Files::isDirectory)
          .map(folder -> CLASSES.relativize(folder).toString().replace('/', '.'))
          .filter(name -> name.startsWith("io.bartizan"))
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }
}
