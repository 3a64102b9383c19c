package io.bartizan.adapters;

import java.lang.annotation.Annotation;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The tests of classes once more, in a JVM that has no JUnit engine to run them. */
public final class TestsAgain {

  private TestsAgain() {}

  /** How many tests these classes have, inherited ones included. */
  public static int count(List<Class<?>> classes) {
    return classes.stream().mapToInt(type -> annotated(type, Test.class).size()).sum();
  }

  /**
   * Runs every test on an instance of its own, as JUnit does, prints the failed ones and how many
   * passed, and ends this JVM.
   */
  public static void main(String product, List<Class<?>> classes) throws Exception {
    int passed = 0;
    for (Class<?> type : classes) {
      Constructor<?> constructor = type.getDeclaredConstructor();
      constructor.setAccessible(true);
      for (Method test : annotated(type, Test.class)) {
        Object instance = constructor.newInstance();
        try {
          test.invoke(instance);
          passed++;
        } catch (InvocationTargetException e) {
          System.out.println(test + " failed: " + e.getCause());
        } finally {
          for (Method after : annotated(type, AfterEach.class)) {
            after.invoke(instance);
          }
        }
      }
    }
    System.out.printf("%s: %d passed%n", product, passed);
    System.exit(0);
  }

  private static List<Method> annotated(Class<?> type, Class<? extends Annotation> annotation) {
    List<Method> found = new ArrayList<>();
    for (Class<?> each = type; each != Object.class; each = each.getSuperclass()) {
      Arrays.stream(each.getDeclaredMethods())
          .filter(method -> method.isAnnotationPresent(annotation))
          .forEach(found::add);
    }
    found.forEach(method -> method.setAccessible(true));
    return found;
  }
}
