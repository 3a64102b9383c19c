package io.bartizan.benchmarks;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One contender of a row: a JMH benchmark method with its parameters and threads.
 *
 * @param classPath of the build whose benchmark it is, null for this one's
 */
record Side(
    String name,
    String version,
    Class<?> benchmark,
    String method,
    int threads,
    Map<String, String> parameters,
    @Nullable String classPath) {

  static Side of(String name, String version, Class<?> benchmark, String method) {
    return new Side(name, version, benchmark, method, 1, Map.of(), null);
  }

  Side withThreads(int count) {
    return new Side(name, version, benchmark, method, count, parameters, classPath);
  }

  Side named(String other) {
    return new Side(other, version, benchmark, method, threads, parameters, classPath);
  }

  /** The benchmark of the same name in another build. */
  Side in(String build, String itsClassPath) {
    return new Side(name, build, benchmark, method, threads, parameters, itsClassPath);
  }

  Side with(String parameter, String value) {
    Map<String, String> more = new LinkedHashMap<>(parameters);
    more.put(parameter, value);
    return new Side(name, version, benchmark, method, threads, Map.copyOf(more), classPath);
  }

  /** Whether the other one measures the very same, by whatever name. */
  boolean runsAs(Side other) {
    return named(other.name).equals(other);
  }

  /** The expression by which JMH finds this method and no other. */
  String include() {
    return "^" + Pattern.quote(benchmark.getName() + "." + method) + "$";
  }
}
