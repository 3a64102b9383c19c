package io.bartizan.adapters.temporal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import io.bartizan.tests.ShortJvm;
import io.temporal.serviceclient.Version;
import java.io.File;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The same interceptors on the oldest Temporal: their tests once more in a JVM of its own, on the
 * SDK in the folder that {@code BARTIZAN_LIBRARIES} names ({@code .ci/libraries}).
 */
@Tag("deep")
class OlderTemporalIT {

  private static final List<Class<?>> CLASSES =
      List.of(
          RateLimitInterceptorIT.class,
          ConcurrencyInterceptorIT.class,
          PacingInterceptorIT.class,
          HeldContextTest.class);

  @Test
  void interceptors_onTheOldestTemporal_doTheSame() throws Exception {
    long tests = CLASSES.stream().flatMap(OlderTemporalIT::tests).count();
    assertThat(tests).isGreaterThan(20);
    assertThat(run()).endsWith("Temporal 1.31.0: " + tests + " passed");
  }

  private static String run() throws Exception {
    List<String> command =
        ShortJvm.command("-Xmx512m", "-Dorg.slf4j.simpleLogger.defaultLogLevel=error");
    command.addAll(List.of("-cp", classPath(), OlderTemporalIT.class.getName()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      return new String(process.getInputStream().readAllBytes(), UTF_8).trim();
    } finally {
      process.destroyForcibly();
    }
  }

  private static String classPath() throws Exception {
    String own = System.getProperty("java.class.path");
    try (Stream<Path> others = Files.list(folder())) {
      return Stream.concat(
              others.map(Path::toString).filter(OlderTemporalIT::isTemporal),
              Arrays.stream(own.split(File.pathSeparator, -1)).filter(entry -> !isTemporal(entry)))
          .collect(Collectors.joining(File.pathSeparator));
    }
  }

  private static boolean isTemporal(String jar) {
    return Path.of(jar).getFileName().toString().matches("(temporal|nexus|tally)-.*\\.jar");
  }

  private static Path folder() {
    String folder = System.getenv("BARTIZAN_LIBRARIES");
    if (folder != null && Files.isDirectory(Path.of(folder, "older"))) {
      return Path.of(folder, "older");
    }
    String message = "BARTIZAN_LIBRARIES names no folder with a folder \"older\" of jars";
    if (Boolean.parseBoolean(System.getenv("BARTIZAN_CI"))) {
      throw new AssertionError(message);
    }
    return abort(message);
  }

  private static Stream<Method> tests(Class<?> type) {
    return Arrays.stream(type.getDeclaredMethods())
        .filter(method -> method.isAnnotationPresent(Test.class));
  }

  /** Runs every test on an instance of its own, as JUnit does. */
  public static void main(String[] arguments) throws Exception {
    int passed = 0;
    for (Class<?> type : CLASSES) {
      Constructor<?> constructor = type.getDeclaredConstructor();
      constructor.setAccessible(true);
      for (Method test : tests(type).toList()) {
        Object instance = constructor.newInstance();
        test.setAccessible(true);
        try {
          test.invoke(instance);
          passed++;
        } catch (InvocationTargetException e) {
          System.out.println(test + " failed: " + e.getCause());
        } finally {
          end(instance);
        }
      }
    }
    System.out.printf("Temporal %s: %d passed%n", Version.LIBRARY_VERSION, passed);
    System.exit(0);
  }

  private static void end(Object instance) throws Exception {
    for (Method method : instance.getClass().getDeclaredMethods()) {
      if (method.isAnnotationPresent(AfterEach.class)) {
        method.setAccessible(true);
        method.invoke(instance);
      }
    }
  }
}
