package io.bartizan.ratelimit.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.Limits;
import io.bartizan.ratelimit.redis.link.ScriptSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The script that decides these limits, and the arguments that tell it their numbers. */
final class LimitScript {

  /** The parts of each algorithm in their order; a part defines what later ones need. */
  private static final Map<Character, List<String>> PARTS =
      Map.of(
          'B', List.of("units", "bucket"),
          'S', List.of("counts", "stepped"),
          'F', List.of("counts", "fixed"),
          'Z', List.of("counts", "fixed", "calendar"),
          'R', List.of("counts", "opened"),
          'C', List.of("counts", "counter"),
          'L', List.of("counts", "log"));

  private final Limits limits;
  private final List<SharedLimit> shared;
  private final ServerClock clock;
  private final String keyHead;
  private final boolean timed;
  private final List<byte[]> arguments;
  private final ScriptSource source;

  LimitScript(Limits limits, String prefix, ServerClock clock) {
    this.limits = limits;
    this.shared = limits.list().stream().map(SharedLimit::of).toList();
    this.clock = clock;
    String names = limits.list().stream().map(Limit::name).collect(Collectors.joining("+"));
    StringBuilder letters = new StringBuilder();
    shared.forEach(limit -> letters.append(limit.letter()));
    this.keyHead = prefix + ":" + names + ":" + letters + ":{";
    this.timed = shared.stream().anyMatch(SharedLimit::isTimed);
    this.arguments = argumentsAt(0);
    this.source = source(letters.toString());
  }

  /** The script of these letters: its head, the parts of each algorithm once, and its tail. */
  private static ScriptSource source(String letters) {
    Set<String> parts = new LinkedHashSet<>(List.of("head"));
    letters.chars().sorted().forEach(letter -> parts.addAll(PARTS.get((char) letter)));
    List<String> files = new ArrayList<>(parts);
    if (files.equals(List.of("head", "units", "bucket"))) {
      files.add(2, "bucket_alone");
    }
    files.add("tail");
    return ScriptSource.of(
        LimitScript.class, files.stream().map(part -> "limits/" + part + ".lua").toList());
  }

  /** The script that decides these limits. */
  ScriptSource source() {
    return source;
  }

  Limits limits() {
    return limits;
  }

  List<SharedLimit> shared() {
    return shared;
  }

  ServerClock clock() {
    return clock;
  }

  /** What the names of keys begin with, up to the brace that opens the hash tag. */
  String keyHead() {
    return keyHead;
  }

  boolean promisesTimes() {
    return shared.stream().allMatch(SharedLimit::promisesTimes);
  }

  /** The arguments between the time and the requests. */
  List<byte[]> arguments() {
    return timed ? argumentsAt(clock.estimate()) : arguments;
  }

  private List<byte[]> argumentsAt(long serverMicros) {
    List<byte[]> words = new ArrayList<>();
    words.add(bytes(Integer.toString(shared.size())));
    for (SharedLimit limit : shared) {
      words.add(bytes(String.valueOf(limit.letter())));
      limit.arguments(serverMicros).forEach(number -> words.add(bytes(Long.toString(number))));
    }
    return words;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
