package io.bartizan.benchmarks.backtest;

import io.bartizan.core.SafeText;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How many lines were left out and why, with a few of each kind, safe to print. */
final class Faults {
  private static final int SAMPLES = 3;
  private static final int SAMPLE_CHARS = 100;

  private final Map<Fault, Long> counts = new EnumMap<>(Fault.class);
  private final Map<Fault, List<String>> samples = new EnumMap<>(Fault.class);

  void add(Fault fault, long line, byte[] bytes, int from, int to) {
    counts.merge(fault, 1L, Long::sum);
    List<String> known = samples.computeIfAbsent(fault, kind -> new ArrayList<>());
    if (known.size() < SAMPLES) {
      int length = Math.min(to - from, 4 * SAMPLE_CHARS);
      String text = new String(bytes, from, length, StandardCharsets.UTF_8);
      known.add("line " + line + ": " + SafeText.of(text, SAMPLE_CHARS));
    }
  }

  void add(Fault fault, long line, String what) {
    byte[] bytes = what.getBytes(StandardCharsets.UTF_8);
    add(fault, line, bytes, 0, bytes.length);
  }

  long count(Fault fault) {
    return counts.getOrDefault(fault, 0L);
  }

  long total() {
    long total = 0;
    for (long count : counts.values()) {
      total += count;
    }
    return total;
  }

  /** Up to three of them, each with the number of its line. */
  List<String> samples(Fault fault) {
    return List.copyOf(samples.getOrDefault(fault, List.of()));
  }

  Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    for (Fault fault : Fault.values()) {
      if (count(fault) > 0) {
        Map<String, Object> one = new LinkedHashMap<>();
        one.put("lines", count(fault));
        one.put("meaning", fault.words());
        one.put("samples", samples(fault));
        json.put(fault.jsonName(), one);
      }
    }
    return json;
  }
}
