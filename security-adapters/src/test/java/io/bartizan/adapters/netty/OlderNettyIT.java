package io.bartizan.adapters.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.adapters.OtherClassPath;
import io.netty.util.Version;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
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
    String printed =
        OtherClassPath.run(
            OlderNettyIT.class,
            "spring-boot-3.5",
            jar -> jar.startsWith("netty-"),
            "-Dio.netty.leakDetection.level=paranoid",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn");
    List<Method> tests = tests();
    assertThat(tests).hasSizeGreaterThan(20);
    assertThat(printed).containsPattern("Netty 4\\.1\\.\\d+\\.Final: " + tests.size() + " passed$");
    assertThat(printed).doesNotContain("LEAK");
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
