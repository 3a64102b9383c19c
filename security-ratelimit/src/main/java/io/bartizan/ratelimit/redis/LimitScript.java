package io.bartizan.ratelimit.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.Limits;
import io.bartizan.ratelimit.redis.link.ScriptSource;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The one script, its digest, and the arguments that tell it these limits. */
final class LimitScript {

  /** The one script of all limits. */
  static final ScriptSource SOURCE = ScriptSource.of(LimitScript.class, List.of("limits.lua"));

  private final Limits limits;
  private final List<SharedLimit> shared;
  private final ServerClock clock;
  private final String keyHead;
  private final boolean timed;
  private final List<byte[]> arguments;

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
