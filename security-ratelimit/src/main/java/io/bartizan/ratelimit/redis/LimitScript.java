package io.bartizan.ratelimit.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

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
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The one script, its digest, and the arguments that tell it these limits. */
final class LimitScript {

  private static final byte[] SOURCE = load();
  private static final byte[] DIGEST = sha1Hex(SOURCE);

  private final List<SharedLimit> limits;
  private final List<byte[]> arguments;
  private final @Nullable LongSupplier clock;

  /** A script on the clock of the server, or on one in microseconds that a test moves. */
  LimitScript(Limits limits, @Nullable LongSupplier clock) {
    this.clock = clock;
    this.limits = limits.list().stream().map(SharedLimit::of).toList();
    List<byte[]> words = new ArrayList<>();
    words.add(bytes(Integer.toString(this.limits.size())));
    for (SharedLimit limit : this.limits) {
      limit.arguments().forEach(argument -> words.add(bytes(argument)));
    }
    this.arguments = List.copyOf(words);
  }

  /** What EVAL takes. */
  static byte[] source() {
    return SOURCE.clone();
  }

  /** What EVALSHA takes. */
  static byte[] digest() {
    return DIGEST.clone();
  }

  List<SharedLimit> limits() {
    return limits;
  }

  /** The first argument: a time in microseconds, or nothing for the server's. */
  byte[] now() {
    return clock == null ? new byte[0] : bytes(Long.toString(clock.getAsLong()));
  }

  /** The arguments between the time and the requests. */
  List<byte[]> arguments() {
    return arguments;
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
