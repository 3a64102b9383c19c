package io.bartizan.ratelimit.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.redis.link.ScriptSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How limits are defined, whatever their names and keys: the script that decides them, and the
 * arguments that tell it their numbers.
 */
final class Definitions {

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

  private final List<SharedLimit> shared;
  private final ServerClock clock;
  private final String letters;
  private final ScriptSource source;
  private final boolean timed;
  private final List<byte[]> arguments;
  private final Object company;

  Definitions(List<? extends Limit> limits, ServerClock clock) {
    this.shared = limits.stream().map(SharedLimit::of).toList();
    this.clock = clock;
    StringBuilder all = new StringBuilder();
    shared.forEach(limit -> all.append(limit.letter()));
    this.letters = all.toString();
    this.source = source(letters);
    this.timed = shared.stream().anyMatch(SharedLimit::isTimed);
    this.arguments = argumentsAt(0);
    this.company = timed ? this : List.of(source, clock);
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
        Definitions.class, files.stream().map(part -> "limits/" + part + ".lua").toList());
  }

  /** The script that decides these limits. */
  ScriptSource source() {
    return source;
  }

  List<SharedLimit> shared() {
    return shared;
  }

  /** The letters of the algorithms. */
  String letters() {
    return letters;
  }

  ServerClock clock() {
    return clock;
  }

  /**
   * Equal to that of all definitions that one call may carry. Where the server's time may be
   * outside what was sent, it must find that out before anything is decided: such limits share no
   * call with others.
   */
  Object company() {
    return company;
  }

  boolean promisesTimes() {
    return shared.stream().allMatch(SharedLimit::promisesTimes);
  }

  /** The arguments that say how the keys after them are limited. */
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
