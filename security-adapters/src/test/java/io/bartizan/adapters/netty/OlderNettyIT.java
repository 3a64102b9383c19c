package io.bartizan.adapters.netty;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import io.netty.util.Version;
import java.io.File;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The same classes on Netty 4.1: the tests of {@link NettyIT} once more in a JVM of its own, on the
 * Netty of Spring Boot 3.5 in the folder that {@code BARTIZAN_LIBRARIES} names ({@code
 * .ci/libraries}). Every buffer is watched for a leak.
 */
@Tag("deep")
class OlderNettyIT {

  @Test
  void guards_onNetty41_doTheSame_andLeakNothing() throws Exception {
    String printed = run();
    List<Method> tests = tests();
    assertThat(tests).hasSizeGreaterThan(20);
    assertThat(printed).containsPattern("Netty 4\\.1\\.\\d+\\.Final: " + tests.size() + " passed$");
    assertThat(printed).doesNotContain("LEAK");
  }

  private static String run() throws Exception {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx512m",
            "-Dio.netty.leakDetection.level=paranoid",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
            "-cp",
            classPath(),
            OlderNettyIT.class.getName());
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
              others.map(Path::toString).filter(OlderNettyIT::isNetty),
              Arrays.stream(own.split(File.pathSeparator, -1)).filter(entry -> !isNetty(entry)))
          .collect(Collectors.joining(File.pathSeparator));
    }
  }

  private static boolean isNetty(String jar) {
    return Path.of(jar).getFileName().toString().startsWith("netty-");
  }

  private static Path folder() {
    String folder = System.getenv("BARTIZAN_LIBRARIES");
    if (folder != null && Files.isDirectory(Path.of(folder, "spring-boot-3.5"))) {
      return Path.of(folder, "spring-boot-3.5");
    }
    String message = "BARTIZAN_LIBRARIES names no folder with a folder \"spring-boot-3.5\" of jars";
    if (Boolean.parseBoolean(System.getenv("BARTIZAN_CI"))) {
      throw new AssertionError(message);
    }
    return abort(message);
  }

  /** The tests of {@link NettyIT} and of the contract that it fulfils. */
  private static List<Method> tests() {
    List<Method> tests = new ArrayList<>();
    for (Class<?> type = NettyIT.class; type != Object.class; type = type.getSuperclass()) {
      for (Method method : type.getDeclaredMethods()) {
        if (method.isAnnotationPresent(Test.class)) {
          tests.add(method);
        }
      }
    }
    return tests;
  }

  /** Runs every test on an instance of its own, as JUnit does. */
  public static void main(String[] arguments) throws Exception {
    int passed = 0;
    for (Method test : tests()) {
      NettyIT instance = new NettyIT();
      test.setAccessible(true);
      try {
        test.invoke(instance);
        passed++;
      } catch (InvocationTargetException e) {
        System.out.println(test + " failed: " + e.getCause());
      } finally {
        instance.stop();
      }
    }
    System.out.printf(
        "Netty %s: %d passed%n",
        Version.identify().get("netty-codec-http").artifactVersion(), passed);
    System.exit(0);
  }
}
