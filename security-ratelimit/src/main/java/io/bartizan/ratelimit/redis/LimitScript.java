package io.bartizan.ratelimit.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.Limits;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/** The one script, its digest, and the arguments that tell it these limits. */
final class LimitScript {

  private static final byte[] SOURCE = load();
  private static final byte[] DIGEST = sha1Hex(SOURCE);

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

  /** What EVAL takes. */
  static byte[] source() {
    return SOURCE.clone();
  }

  /** What EVALSHA takes. */
  static byte[] digest() {
    return DIGEST;
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

  static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private static byte[] load() {
    try (InputStream in = LimitScript.class.getResourceAsStream("limits.lua")) {
      return Objects.requireNonNull(in, "limits.lua is missing from the jar").readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] sha1Hex(byte[] source) {
    try {
      // Redis names scripts by SHA-1; nothing rests on its strength.
      MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
      return bytes(HexFormat.of().formatHex(sha1.digest(source)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this JVM has no SHA-1", e);
    }
  }
}
