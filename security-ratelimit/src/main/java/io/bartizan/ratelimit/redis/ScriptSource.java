package io.bartizan.ratelimit.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Objects;

/** A script of this library and the name that Redis gives it. */
final class ScriptSource {

  private final byte[] text;
  private final byte[] digest;

  private ScriptSource(byte[] text, byte[] digest) {
    this.text = text;
    this.digest = digest;
  }

  /** The script in a file beside this class. */
  static ScriptSource of(String file) {
    try (InputStream in = ScriptSource.class.getResourceAsStream(file)) {
      byte[] text = Objects.requireNonNull(in, file + " is missing from the jar").readAllBytes();
      // Redis names scripts by SHA-1; nothing rests on its strength.
      MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
      return new ScriptSource(text, HexFormat.of().formatHex(sha1.digest(text)).getBytes(UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this JVM has no SHA-1", e);
    }
  }

  /** What EVAL takes; not to be changed. */
  byte[] text() {
    return text;
  }

  /** What EVALSHA takes; not to be changed. */
  byte[] digest() {
    return digest;
  }
}
