package io.bartizan.tests;

import com.tngtech.archunit.ArchConfiguration;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.module.ModuleDescriptor;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What this module shows to its users: the public types of the packages that it exports. */
final class ExportedTypes {

  static final Path CLASSES = Path.of("target/classes");
  static final String NOT_EXPORTED = "io.bartizan.core.house.NotExported";

  private ExportedTypes() {}

  /** All classes of this module as ArchUnit reads them; read once. */
  static JavaClasses compiled() {
    return Compiled.CLASSES;
  }

  /** Every class of the exported packages, public or not, sorted by name. */
  static List<Class<?>> all() {
    Set<String> exported = packages();
    List<Class<?>> classes = new ArrayList<>();
    for (String name : names()) {
      if (exported.contains(name.substring(0, Math.max(0, name.lastIndexOf('.'))))) {
        try {
          classes.add(Class.forName(name, false, ExportedTypes.class.getClassLoader()));
        } catch (ClassNotFoundException e) {
          throw new IllegalStateException(name, e);
        }
      }
    }
    return classes;
  }

  /** The types that a user can name. */
  static List<Class<?>> visible() {
    return all().stream().filter(ExportedTypes::isVisible).toList();
  }

  static boolean isVisible(Class<?> type) {
    for (Class<?> t = type; t != null; t = t.getEnclosingClass()) {
      if (!Modifier.isPublic(t.getModifiers()) || t.isSynthetic() || t.isAnonymousClass()) {
        return false;
      }
    }
    return true;
  }

  /** The packages exported to everybody; without a descriptor, those that are not marked. */
  static Set<String> packages() {
    Path descriptor = CLASSES.resolve("module-info.class");
    if (!Files.exists(descriptor)) {
      return names().stream()
          .map(name -> name.substring(0, name.lastIndexOf('.')))
          .filter(name -> !isMarked(name + ".package-info"))
          .collect(Collectors.toCollection(TreeSet::new));
    }
    try (InputStream in = Files.newInputStream(descriptor)) {
      return ModuleDescriptor.read(in).exports().stream()
          .filter(export -> !export.isQualified())
          .map(ModuleDescriptor.Exports::source)
          .collect(Collectors.toCollection(TreeSet::new));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isMarked(String packageInfo) {
    return compiled().contain(packageInfo)
        && compiled().get(packageInfo).isAnnotatedWith(NOT_EXPORTED);
  }

  private static List<String> names() {
    try (Stream<Path> files = Files.walk(CLASSES)) {
      return files
          .filter(file -> file.toString().endsWith(".class"))
          .map(file -> CLASSES.relativize(file).toString())
          .map(name -> name.substring(0, name.length() - ".class".length()))
          .map(name -> name.replace('/', '.'))
          .filter(name -> name.startsWith("io.bartizan.") && !name.endsWith("-info"))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static final class Compiled {
    static final JavaClasses CLASSES;

    static {
      ArchConfiguration.get().setResolveMissingDependenciesFromClassPath(false);
      CLASSES = new ClassFileImporter().importPath(ExportedTypes.CLASSES);
    }
  }
}
