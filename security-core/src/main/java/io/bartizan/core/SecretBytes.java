package io.bartizan.core;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A secret (key, password) in memory that cannot be printed or compared in variable time, and that
 * is overwritten when closed.
 *
 * <p>The bytes are copied in, {@link #toString()} tells their number alone, {@link #equals} takes
 * the same time for every content, and {@link #close()} overwrites our array with zeros. The
 * garbage collector may have moved earlier copies, and a JCA key made from the secret keeps its
 * own: closing shortens a secret's life in memory, it can't prove its end. Thread-safe.
 *
 * <pre>{@code
 * try (SecretBytes secret = SecretBytes.copyOf(fromVault)) {
 *   byte[] tag = secret.lend(key -> mac(key, message));
 * }
 * }</pre>
 */
public final class SecretBytes implements AutoCloseable {

  private byte @Nullable [] bytes;

  private SecretBytes(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * A secret with a copy of these bytes; the caller may overwrite the original.
   *
   * @param bytes the secret; may be empty, for keys have their own minimum where they are used
   * @return a new secret
   * @throws NullPointerException if {@code bytes} is null
   */
  public static SecretBytes copyOf(byte[] bytes) {
    return new SecretBytes(Objects.requireNonNull(bytes, "bytes").clone());
  }

  /**
   * A secret with the UTF-8 form of a text, for what configuration gives as a {@code String}.
   *
   * <p>Closing the secret can't erase the {@code String}: it stays in memory until the garbage
   * collector takes it, and in a heap dump. Where that matters, read the secret as bytes, such as
   * by {@link SecretSource#file}.
   *
   * @param text the secret; taken as it is, white space and line ends included
   * @return a new secret
   * @throws NullPointerException if {@code text} is null
   * @throws IllegalArgumentException if {@code text} has an unpaired surrogate, which UTF-8 can't
   *     hold
   */
  public static SecretBytes ofUtf8(String text) {
    Objects.requireNonNull(text, "text");
    if (text.codePoints().anyMatch(SecretBytes::isSurrogate)) {
      throw new IllegalArgumentException("text has an unpaired surrogate, which UTF-8 can't hold");
    }
    return new SecretBytes(text.getBytes(StandardCharsets.UTF_8));
  }

  static boolean isSurrogate(int point) {
    return point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE;
  }

  /**
   * A fresh secret from the JVM's {@link SecureRandom}.
   *
   * @param length bytes, 16 to 1024
   * @return a new secret
   * @throws IllegalArgumentException if {@code length} is out of range
   */
  public static SecretBytes random(int length) {
    if (length < 16 || length > 1024) {
      throw new IllegalArgumentException("length is " + length + " bytes, 16 to 1024 are accepted");
    }
    byte[] bytes = new byte[length];
    new SecureRandom().nextBytes(bytes);
    return new SecretBytes(bytes);
  }

  /**
   * How long the secret is.
   *
   * @return bytes
   * @throws IllegalStateException if the secret is closed
   */
  public synchronized int length() {
    return open().length;
  }

  /**
   * Lends a copy of the bytes to a function and overwrites the copy when it returns or throws.
   *
   * @param <R> what the function gives; null is one too
   * @param function reads the copy and must not keep it
   * @return what the function returned
   * @throws NullPointerException if {@code function} is null
   * @throws IllegalStateException if the secret is closed
   */
  public <R extends @Nullable Object> R lend(Function<? super byte[], ? extends R> function) {
    Objects.requireNonNull(function, "function");
    byte[] lent = exposedCopy();
    try {
      return function.apply(lent);
    } finally {
      Arrays.fill(lent, (byte) 0);
    }
  }

  /**
   * A copy of the bytes that nobody will overwrite for you; prefer {@link #lend}.
   *
   * @return a new array
   * @throws IllegalStateException if the secret is closed
   */
  public synchronized byte[] exposedCopy() {
    return open().clone();
  }

  /** Overwrites the bytes with zeros; every later use fails. Closing twice does nothing. */
  @Override
  public synchronized void close() {
    if (bytes != null) {
      Arrays.fill(bytes, (byte) 0);
      bytes = null;
    }
  }

  /**
   * Whether the other object is an open secret with the same bytes, in time that depends on their
   * lengths alone.
   */
  @Override
  public boolean equals(@Nullable Object other) {
    if (this == other) {
      return true;
    }
    if (!(other instanceof SecretBytes that)) {
      return false;
    }
    byte[] mine = copyOrNull();
    byte[] theirs = that.copyOrNull();
    try {
      return mine != null && theirs != null && MessageDigest.isEqual(mine, theirs);
    } finally {
      wipe(mine);
      wipe(theirs);
    }
  }

  /** The same for all secrets: a hash of the bytes would leak them to whoever reads hash codes. */
  @Override
  public int hashCode() {
    return SecretBytes.class.hashCode();
  }

  /** The length, or that the secret is closed; never a byte of it. */
  @Override
  public synchronized String toString() {
    return bytes == null ? "SecretBytes[closed]" : "SecretBytes[" + bytes.length + " bytes]";
  }

  private synchronized byte @Nullable [] copyOrNull() {
    return bytes == null ? null : bytes.clone();
  }

  private static void wipe(byte @Nullable [] copy) {
    if (copy != null) {
      Arrays.fill(copy, (byte) 0);
    }
  }

  private byte[] open() {
    if (bytes == null) {
      throw new IllegalStateException("the secret is closed");
    }
    return bytes;
  }
}
