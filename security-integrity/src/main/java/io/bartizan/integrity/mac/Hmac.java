package io.bartizan.integrity.mac;

import io.bartizan.core.SecretBytes;
import io.bartizan.core.VerificationException;
import io.bartizan.integrity.keys.SecretGate;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Objects;
import javax.crypto.Mac;
import org.jspecify.annotations.Nullable;

/**
 * HMAC (RFC 2104) with one key: makes tags and verifies them in constant time.
 *
 * <p>The key is hashed once, into the two states in which every HMAC with that key begins; each
 * call clones them, which saves two of the seven SHA-256 blocks of a 200-byte message and every
 * provider look-up. Where the platform's digests can't be cloned, each call makes and keys a {@link
 * Mac}. Immutable and thread-safe, without locks or thread-locals.
 *
 * <p>The caller may close the key afterwards. The states made from it stay in memory as long as
 * this object, and the JCA offers no way to overwrite them.
 *
 * <pre>{@code
 * Hmac hmac = Hmac.of(HmacAlgorithm.SHA_256, key);
 * byte[] tag = hmac.sign(message);
 * hmac.verify(message, tag);
 * }</pre>
 */
public final class Hmac {

  /** The longest key, in bytes. */
  public static final int MAX_KEY_BYTES = 1024;

  private static final int STREAM_BUFFER_BYTES = 64 * 1024;

  private final HmacAlgorithm algorithm;
  private final KeyedHash keyed;

  private Hmac(HmacAlgorithm algorithm, KeyedHash keyed) {
    this.algorithm = algorithm;
    this.keyed = keyed;
  }

  /**
   * An HMAC with one key.
   *
   * @param algorithm the hash
   * @param key {@link HmacAlgorithm#tagLength()} to {@value #MAX_KEY_BYTES} bytes; one longer than
   *     {@link HmacAlgorithm#blockLength()} is hashed first (RFC 2104 section 2); it is not kept
   *     and not closed
   * @return a thread-safe HMAC
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if the key is too short or too long
   */
  public static Hmac of(HmacAlgorithm algorithm, SecretBytes key) {
    Objects.requireNonNull(algorithm, "algorithm");
    int length = key.length();
    if (length < algorithm.tagLength() || length > MAX_KEY_BYTES) {
      throw new IllegalArgumentException(
          "key has "
              + length
              + " bytes, "
              + algorithm.tagLength()
              + " to "
              + MAX_KEY_BYTES
              + " are accepted for HMAC-"
              + algorithm.digestName());
    }
    return key.lend(
        bytes -> {
          SecretGate.check(bytes);
          return ofAnyLength(algorithm, bytes);
        });
  }

  /** For keys whose length someone else's format decides; the caller checks its own minimum. */
  static Hmac ofAnyLength(HmacAlgorithm algorithm, byte[] key) {
    return new Hmac(algorithm, KeyedHash.of(algorithm, key, MessageDigest::getInstance));
  }

  /** With digests from elsewhere, so that tests reach the fallback. */
  static Hmac ofAnyLength(HmacAlgorithm algorithm, byte[] key, KeyedHash.Digests digests) {
    return new Hmac(algorithm, KeyedHash.of(algorithm, key, digests));
  }

  /**
   * The tag of a message.
   *
   * @param message any bytes
   * @return a new array of {@link HmacAlgorithm#tagLength()} bytes
   * @throws NullPointerException if {@code message} is null
   */
  public byte[] sign(byte[] message) {
    Objects.requireNonNull(message, "message");
    KeyedHash.Computation computation = keyed.start();
    computation.update(message);
    return computation.finish();
  }

  /**
   * The tag of a buffer's remaining bytes; its position stays.
   *
   * @param message any bytes, on or off the heap
   * @return a new array of {@link HmacAlgorithm#tagLength()} bytes
   * @throws NullPointerException if {@code message} is null
   */
  public byte[] sign(ByteBuffer message) {
    KeyedHash.Computation computation = keyed.start();
    computation.update(message.duplicate());
    return computation.finish();
  }

  /**
   * The tag of everything a stream gives until its end, in constant memory; the stream is not
   * closed.
   *
   * @param message any bytes
   * @return a new array of {@link HmacAlgorithm#tagLength()} bytes
   * @throws NullPointerException if {@code message} is null
   * @throws IOException if the stream fails; there is no tag of a part
   */
  public byte[] sign(InputStream message) throws IOException {
    Objects.requireNonNull(message, "message");
    KeyedHash.Computation computation = keyed.start();
    byte[] buffer = new byte[STREAM_BUFFER_BYTES];
    for (int n = message.read(buffer); n >= 0; n = message.read(buffer)) {
      computation.update(buffer, n);
    }
    return computation.finish();
  }

  /** The tag of several arrays one after the other; only for framed parts. */
  byte[] signFramed(byte[]... parts) {
    return keyed.tag(parts);
  }

  /**
   * Returns if the tag belongs to the message, and throws if not. The time depends on the message's
   * length, never on where two tags differ.
   *
   * @param message any bytes, null for none
   * @param tag what was presented; null or truncated, it is refused
   * @throws VerificationException with {@link MacReason#SIGNATURE_INVALID}, or {@link
   *     MacReason#MALFORMED} if there is no message
   */
  public void verify(byte @Nullable [] message, byte @Nullable [] tag) {
    require(message == null ? null : sign(message), tag);
  }

  /**
   * Whether the tag belongs to the message: {@code verify} as an answer, in the same time.
   *
   * @param message any bytes, null for none
   * @param tag what was presented; null or truncated, it does not match
   * @return true if the tag is that of the message and this key
   */
  public boolean matches(byte @Nullable [] message, byte @Nullable [] tag) {
    return message != null && tag != null && ConstantTime.equal(sign(message), tag);
  }

  /**
   * Returns if the tag belongs to the buffer's remaining bytes, and throws if not.
   *
   * @param message any bytes, null for none; the position stays
   * @param tag what was presented; null or truncated, it is refused
   * @throws VerificationException with {@link MacReason#SIGNATURE_INVALID}, or {@link
   *     MacReason#MALFORMED} if there is no message
   */
  public void verify(@Nullable ByteBuffer message, byte @Nullable [] tag) {
    require(message == null ? null : sign(message), tag);
  }

  /**
   * Whether the tag belongs to the message: {@code verify} as an answer, in the same time.
   *
   * @param message any bytes, null for none; the position stays
   * @param tag what was presented; null or truncated, it does not match
   * @return true if the tag is that of the message and this key
   */
  public boolean matches(@Nullable ByteBuffer message, byte @Nullable [] tag) {
    return message != null && tag != null && ConstantTime.equal(sign(message), tag);
  }

  /**
   * Reads the stream to its end, then returns if the tag belongs to what was read, and throws if
   * not. Whatever the application made of the bytes before that must be undone.
   *
   * @param message any bytes, null for none; not closed
   * @param tag what was presented; null or truncated, it is refused
   * @throws IOException if the stream fails
   * @throws VerificationException with {@link MacReason#SIGNATURE_INVALID}, or {@link
   *     MacReason#MALFORMED} if there is no message
   */
  public void verify(@Nullable InputStream message, byte @Nullable [] tag) throws IOException {
    require(message == null ? null : sign(message), tag);
  }

  /**
   * Whether the tag belongs to the message: {@code verify} as an answer, in the same time.
   *
   * @param message any bytes, null for none; not closed
   * @param tag what was presented; null or truncated, it does not match
   * @return true if the tag is that of the message and this key
   * @throws IOException if the stream fails
   */
  public boolean matches(@Nullable InputStream message, byte @Nullable [] tag) throws IOException {
    return message != null && tag != null && ConstantTime.equal(sign(message), tag);
  }

  /**
   * The hash.
   *
   * @return as given to {@link #of}
   */
  public HmacAlgorithm algorithm() {
    return algorithm;
  }

  /** The hash and whether the fast path is used; never the key. */
  @Override
  public String toString() {
    return "Hmac[" + algorithm.digestName() + ", " + keyed + "]";
  }

  private static void require(byte @Nullable [] expected, byte @Nullable [] tag) {
    if (expected == null) {
      throw new VerificationException(MacReason.MALFORMED, "there is no message");
    }
    if (tag == null || !ConstantTime.equal(expected, tag)) {
      throw new VerificationException(
          MacReason.SIGNATURE_INVALID, "the tag does not belong to the message and the key");
    }
  }
}
