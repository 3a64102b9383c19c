package io.bartizan.adapters.temporal;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.adapters.OtherClassPath;
import io.temporal.serviceclient.Version;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
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
    String printed =
        OtherClassPath.run(
            OlderTemporalIT.class,
            "older",
            jar -> jar.matches("(temporal|nexus|tally)-.*\\.jar"),
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=error");
    assertThat(printed).endsWith("Temporal 1.31.0: " + tests + " passed");
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
