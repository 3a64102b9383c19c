package io.bartizan.ratelimit.redis.link;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/** A script of this library, joined from its parts, and the name that Redis gives it. */
public final class ScriptSource {

  private record Parts(Class<?> beside, List<String> files) {}

  /** As many as there are combinations of parts in use: a handful. */
  private static final Map<Parts, ScriptSource> MADE = new ConcurrentHashMap<>();

  private final byte[] text;
  private final byte[] digest;

  private ScriptSource(byte[] text) {
    this.text = text;
    try {
      // Redis names scripts by SHA-1; nothing rests on its strength.
      MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
      this.digest = HexFormat.of().formatHex(sha1.digest(text)).getBytes(UTF_8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this JVM has no SHA-1", e);
    }
  }

  /**
   * The script in these files beside a class, one after the other; made once.
   *
   * @throws NullPointerException if a file is missing
   */
  public static ScriptSource of(Class<?> beside, List<String> files) {
    return MADE.computeIfAbsent(new Parts(beside, List.copyOf(files)), ScriptSource::read);
  }

  private static ScriptSource read(Parts parts) {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    for (String file : parts.files) {
      try (InputStream in = parts.beside.getResourceAsStream(file)) {
        Objects.requireNonNull(in, file + " is missing from the jar").transferTo(text);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return new ScriptSource(text.toByteArray());
  }

  /** What EVAL takes; not to be changed. */
  public byte[] text() {
    return text;
  }

  /** What EVALSHA takes; not to be changed. */
  public byte[] digest() {
    return digest;
  }
}
