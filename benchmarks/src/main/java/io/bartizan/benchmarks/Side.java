package io.bartizan.benchmarks;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/** One contender of a row: a JMH benchmark method with its parameters and threads. */
record Side(
    String name,
    String version,
    Class<?> benchmark,
    String method,
    int threads,
    Map<String, String> parameters) {

  static Side of(String name, String version, Class<?> benchmark, String method) {
    return new Side(name, version, benchmark, method, 1, Map.of());
  }

  Side withThreads(int count) {
    return new Side(name, version, benchmark, method, count, parameters);
  }

  Side named(String other) {
    return new Side(other, version, benchmark, method, threads, parameters);
  }

  Side with(String parameter, String value) {
    Map<String, String> more = new LinkedHashMap<>(parameters);
    more.put(parameter, value);
    return new Side(name, version, benchmark, method, threads, Map.copyOf(more));
  }

  /** The expression by which JMH finds this method and no other. */
  String include() {
    return "^" + Pattern.quote(benchmark.getName() + "." + method) + "$";
  }
}
