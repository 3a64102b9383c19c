package io.bartizan.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnitAccess;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What this module looks up by name is what {@link LooksUp} says, and what GraalVM's {@code
 * native-image} is told: in {@code reachability-metadata.json}, and in the files of GraalVM for JDK
 * 17 and 21. {@code -Dnative.update=true} writes them anew.
 */
class NativeImageTest {

  private static final Path MODULE = Path.of("").toAbsolutePath();
  private static final Path CLASSES = Path.of("target/classes");

  /** Who finds something by a name, {@code Type.method}. */
  private static final Pattern BY_NAME =
      Pattern.compile(
          "java\\.lang\\.Class\\.(forName|getResource|getResourceAsStream|newInstance"
              + "|get(Declared)?(Field|Method|Constructor)s?)"
              + "|java\\.lang\\.(ClassLoader|Module)\\.(loadClass|getResources?|resources"
              + "|getResourceAsStream|getSystemResources?|getSystemResourceAsStream)"
              + "|java\\.lang\\.reflect\\.(Proxy\\.newProxyInstance|Array\\.newInstance)"
              + "|java\\.lang\\.invoke\\.MethodHandles\\$Lookup\\.(find|unreflect).*"
              + "|java\\.util\\.concurrent\\.atomic\\.\\w+FieldUpdater\\.newUpdater"
              + "|java\\.util\\.ServiceLoader\\.load.*|java\\.util\\.ResourceBundle\\.getBundle"
              + "|java\\.io\\.ObjectInputStream\\..*"
              + "|org\\.springframework\\.util\\.(ClassUtils\\.(forName|resolveClassName|isPresent)"
              + "|ReflectionUtils\\.(find|get|doWith|access).*)"
              + "|org\\.springframework\\.core\\.io\\..*Resource\\.<init>"
              + "|org\\.springframework\\.beans\\.BeanUtils\\.instantiate.*");

  /** A class in the text of a program, perhaps without the packages that stand in front. */
  private static final Pattern CLASS_NAME =
      Pattern.compile("(?:[a-z]\\w*\\.)*[A-Z]\\w*(?:\\$\\w+)?");

  private static String moduleName() {
    return MODULE.getFileName().toString();
  }

  private static Map<String, LooksUp.Entry> table() {
    return LooksUp.of(moduleName());
  }

  @Test
  void lookup_byName_isInTheTable_andNoOtherIs() {
    Map<String, Set<String>> found = new TreeMap<>();
    for (JavaClass type : ExportedTypes.compiled()) {
      Stream<JavaAccess<?>> accesses =
          Stream.concat(
              type.getAccessesFromSelf().stream(), type.getCodeUnitReferencesFromSelf().stream());
      accesses
          .filter(JavaCodeUnitAccess.class::isInstance)
          .map(NativeImageTest::called)
          .filter(called -> BY_NAME.matcher(called).matches())
          .forEach(
              called -> found.computeIfAbsent(type.getName(), name -> new TreeSet<>()).add(called));
    }
    assertThat(found.keySet()).as(found.toString()).isEqualTo(table().keySet());
    for (LooksUp.Entry entry : table().values()) {
      boolean listsNothing = entry.types().isEmpty() && entry.resources().isEmpty();
      assertThat(entry.folded().isEmpty()).as("a reason in %s", entry).isNotEqualTo(listsNothing);
    }
  }

  private static String called(JavaAccess<?> access) {
    return access.getTargetOwner().getName() + "." + access.getTarget().getName();
  }

  @Test
  void file_ofTheJar_isListed() throws IOException {
    Set<String> listed = new TreeSet<>();
    table().values().forEach(entry -> listed.addAll(entry.resources()));
    try (Stream<Path> files = Files.walk(CLASSES)) {
      assertThat(
              files
                  .filter(Files::isRegularFile)
                  .map(file -> CLASSES.relativize(file).toString().replace('\\', '/'))
                  .filter(file -> !file.startsWith("META-INF/") && !file.endsWith(".class")))
          .allSatisfy(file -> assertThat(listed).contains(file));
    }
    assertThat(listed)
        .allSatisfy(
            file -> assertThat(getClass().getClassLoader().getResource(file)).as(file).isNotNull());
  }

  @Test
  void classes_thatTheCodeNames_areThoseOfTheTable() throws IOException {
    for (Map.Entry<String, LooksUp.Entry> each : table().entrySet()) {
      LooksUp.Entry entry = each.getValue();
      if (entry.types().isEmpty()) {
        continue;
      }
      Set<String> listed = new TreeSet<>(entry.proxies());
      entry.types().forEach(type -> listed.add(type.name().replace("[]", "")));
      Set<String> strings = strings(each.getKey());
      Set<String> named =
          strings.stream()
              .filter(text -> CLASS_NAME.matcher(text).matches())
              .filter(text -> text.contains(".") || !entry.prefix().isEmpty())
              .filter(text -> !ExportedTypes.compiled().contain(besides(each.getKey(), text)))
              .map(name -> entry.prefix() + name)
              .collect(Collectors.toCollection(TreeSet::new));
      assertThat(named).as(each.getKey()).isEqualTo(listed);
      assertThat(strings).anyMatch(text -> text.startsWith(entry.prefix()));
      for (LooksUp.Type type : entry.types()) {
        assertThat(strings).containsAll(type.fields());
        type.methods().forEach(method -> assertThat(strings).contains(method.name()));
      }
    }
  }

  /** The name of a class in the package of another one. */
  private static String besides(String type, String simpleName) {
    return type.substring(0, type.lastIndexOf('.') + 1) + simpleName;
  }

  @Test
  void member_thatIsListed_exists() throws Exception {
    try (URLClassLoader others = new URLClassLoader(otherJars(), getClass().getClassLoader())) {
      for (LooksUp.Entry entry : table().values()) {
        for (LooksUp.Type type : entry.types()) {
          Class<?> found = found(others, type.name());
          for (String field : found == null ? List.<String>of() : type.fields()) {
            assertThat(found.getField(field)).isNotNull();
          }
          for (LooksUp.Method method : found == null ? List.<LooksUp.Method>of() : type.methods()) {
            Class<?>[] parameters = new Class<?>[method.parameters().size()];
            for (int i = 0; i < parameters.length; i++) {
              parameters[i] = found(others, method.parameters().get(i));
            }
            assertThat(found.getMethod(method.name(), parameters)).isNotNull();
          }
        }
        for (String proxy : entry.proxies()) {
          Class<?> found = found(others, proxy);
          assertThat(found == null || found.isInterface()).as(proxy).isTrue();
        }
      }
    }
  }

  /** Null where an optional jar is not there; those of Spring Boot 3.5 must be in the gate. */
  private static Class<?> found(ClassLoader loader, String name) {
    String element = name.replace("[]", "");
    try {
      Class<?> type = Class.forName(element, false, loader);
      return name.equals(element) ? type : type.arrayType();
    } catch (ClassNotFoundException e) {
      boolean mustBeThere =
          Boolean.parseBoolean(System.getenv("BARTIZAN_CI"))
              && name.startsWith("org.springframework.");
      assertThat(mustBeThere).as(name).isFalse();
      return null;
    }
  }

  private static URL[] otherJars() throws IOException {
    String folder = System.getenv("BARTIZAN_LIBRARIES");
    if (folder == null || !Files.isDirectory(Path.of(folder, "spring-boot-3.5"))) {
      return new URL[0];
    }
    List<URL> urls = new ArrayList<>();
    try (Stream<Path> jars = Files.list(Path.of(folder, "spring-boot-3.5"))) {
      for (Path jar : (Iterable<Path>) jars.sorted()::iterator) {
        urls.add(url(jar));
      }
    }
    return urls.toArray(URL[]::new);
  }

  private static URL url(Path jar) throws MalformedURLException {
    return jar.toUri().toURL();
  }

  @Test
  void files_ofTheJar_sayWhatTheTableSays() throws IOException {
    Map<String, String> expected = LooksUp.files(moduleName());
    Path folder = Path.of("META-INF/native-image/io.bartizan", artifact());
    if (Boolean.getBoolean("native.update") && !expected.isEmpty()) {
      Path sources = Files.createDirectories(Path.of("src/main/resources").resolve(folder));
      for (Map.Entry<String, String> file : expected.entrySet()) {
        Files.writeString(sources.resolve(file.getKey()), file.getValue());
      }
    }
    Map<String, String> there = new TreeMap<>();
    Path all = CLASSES.resolve("META-INF/native-image");
    if (Files.exists(all)) {
      try (Stream<Path> files = Files.walk(all)) {
        for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
          assertThat(file.getParent()).isEqualTo(CLASSES.resolve(folder));
          there.put(file.getFileName().toString(), Files.readString(file));
        }
      }
    }
    assertThat(there).as("review LooksUp, then run with -Dnative.update=true").isEqualTo(expected);
  }

  private static String artifact() throws IOException {
    String pom = Files.readString(Path.of("pom.xml"));
    Matcher own = Pattern.compile("</parent>\\s*<artifactId>([^<]+)</artifactId>").matcher(pom);
    assertThat(own.find()).isTrue();
    return own.group(1);
  }

  /** The string constants of a compiled class (JVM specification, section 4.4). */
  private static Set<String> strings(String type) throws IOException {
    Map<Integer, String> texts = new HashMap<>();
    Set<Integer> used = new TreeSet<>();
    String file = type.replace('.', '/') + ".class";
    try (InputStream in = Files.newInputStream(CLASSES.resolve(file));
        DataInputStream data = new DataInputStream(in)) {
      data.skipNBytes(8);
      int count = data.readUnsignedShort();
      for (int i = 1; i < count; i++) {
        int tag = data.readUnsignedByte();
        switch (tag) {
          case 1 -> texts.put(i, data.readUTF());
          case 8 -> used.add(data.readUnsignedShort());
          case 7, 16, 19, 20 -> data.skipNBytes(2);
          case 15 -> data.skipNBytes(3);
          case 5, 6 -> {
            data.skipNBytes(8);
            i++;
          }
          default -> data.skipNBytes(4);
        }
      }
    }
    return used.stream()
        .map(texts::get)
        .flatMap(text -> Arrays.stream(text.split("\u0001", -1)))
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
