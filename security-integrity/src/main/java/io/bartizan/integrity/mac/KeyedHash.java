package io.bartizan.integrity.mac;

import java.nio.ByteBuffer;
import java.security.DigestException;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A key in the form in which HMAC starts quickly, immutable.
 *
 * <p>HMAC(k, m) = H((k ^ opad) || H((k ^ ipad) || m)). {@link States} holds the digest after each
 * pad and never feeds it again: cloning only reads it, which is why threads can share it.
 */
abstract class KeyedHash {

  /** Starts one tag; a computation belongs to one thread. */
  abstract Computation start();

  /** Where digests come from: {@link MessageDigest#getInstance(String)} outside tests. */
  @FunctionalInterface
  interface Digests {
    MessageDigest get(String name) throws NoSuchAlgorithmException;
  }

  /** One tag in the making. */
  interface Computation {
    void update(byte[] bytes, int length);

    void update(ByteBuffer bytes);

    byte[] finish();

    default void update(byte[] bytes) {
      update(bytes, bytes.length);
    }
  }

  /** The tag of the parts one after the other. */
  final byte[] tag(byte[]... parts) {
    Computation computation = start();
    for (byte[] part : parts) {
      computation.update(part);
    }
    return computation.finish();
  }

  static KeyedHash of(HmacAlgorithm algorithm, byte[] key, Digests digests) {
    return of(
        new Function(
            algorithm.digestName(),
            algorithm.macName(),
            algorithm.tagLength(),
            algorithm.blockLength()),
        key,
        digests);
  }

  /** HMAC-SHA-1, for {@link WebhookFormat.Builder#withLegacyHmacSha1} alone. */
  static KeyedHash legacySha1(byte[] key) {
    return of(new Function("SHA-1", "HmacSHA1", 20, 64), key, MessageDigest::getInstance);
  }

  private record Function(String digestName, String macName, int tagLength, int blockLength) {}

  private static KeyedHash of(Function function, byte[] key, Digests digests) {
    byte[] block = new byte[function.blockLength()];
    try {
      if (key.length > block.length) {
        byte[] hashed = digests.get(function.digestName()).digest(key);
        System.arraycopy(hashed, 0, block, 0, hashed.length);
        Arrays.fill(hashed, (byte) 0);
      } else {
        System.arraycopy(key, 0, block, 0, key.length);
      }
      MessageDigest inner = afterPad(digests.get(function.digestName()), block, (byte) 0x36);
      MessageDigest outer = afterPad(digests.get(function.digestName()), block, (byte) 0x5c);
      if (isCloneable(inner) && isCloneable(outer)) {
        return new States(function.tagLength(), inner, outer);
      }
      return new Fallback(new SecretKeySpec(block, function.macName()));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this JVM has no " + function.digestName(), e);
    } finally {
      Arrays.fill(block, (byte) 0);
    }
  }

  private static MessageDigest afterPad(MessageDigest digest, byte[] block, byte pad) {
    byte[] padded = new byte[block.length];
    for (int i = 0; i < padded.length; i++) {
      padded[i] = (byte) (block[i] ^ pad);
    }
    digest.update(padded);
    Arrays.fill(padded, (byte) 0);
    return digest;
  }

  private static boolean isCloneable(MessageDigest digest) {
    try {
      return digest.clone() != digest;
    } catch (CloneNotSupportedException e) {
      return false;
    }
  }

  private static final class States extends KeyedHash {
    private final int tagLength;
    private final MessageDigest inner;
    private final MessageDigest outer;

    States(int tagLength, MessageDigest inner, MessageDigest outer) {
      this.tagLength = tagLength;
      this.inner = inner;
      this.outer = outer;
    }

    @Override
    Computation start() {
      return new FromStates(copy(inner), this);
    }

    private static MessageDigest copy(MessageDigest state) {
      try {
        return (MessageDigest) state.clone();
      } catch (CloneNotSupportedException e) {
        throw new IllegalStateException("a digest that was cloned before can't be cloned", e);
      }
    }

    @Override
    public String toString() {
      return "cloned key states";
    }
  }

  private static final class FromStates implements Computation {
    private final MessageDigest digest;
    private final States states;

    FromStates(MessageDigest digest, States states) {
      this.digest = digest;
      this.states = states;
    }

    @Override
    public void update(byte[] bytes, int length) {
      digest.update(bytes, 0, length);
    }

    @Override
    public void update(ByteBuffer bytes) {
      digest.update(bytes);
    }

    @Override
    public byte[] finish() {
      byte[] tag = new byte[states.tagLength];
      MessageDigest outer = States.copy(states.outer);
      try {
        digest.digest(tag, 0, tag.length);
        outer.update(tag, 0, tag.length);
        outer.digest(tag, 0, tag.length);
      } catch (DigestException e) {
        throw new IllegalStateException("a digest gave another length than its own", e);
      }
      return tag;
    }
  }

  /** For platforms whose digests can't be cloned: a fresh {@link Mac} each time. */
  private static final class Fallback extends KeyedHash {
    private final SecretKeySpec key;

    Fallback(SecretKeySpec key) {
      this.key = key;
    }

    @Override
    Computation start() {
      try {
        Mac mac = Mac.getInstance(key.getAlgorithm());
        mac.init(key);
        return new FromMac(mac);
      } catch (NoSuchAlgorithmException | InvalidKeyException e) {
        throw new IllegalStateException("this JVM can't compute " + key.getAlgorithm(), e);
      }
    }

    @Override
    public String toString() {
      return "a new Mac for each tag";
    }
  }

  private record FromMac(Mac mac) implements Computation {

    @Override
    public void update(byte[] bytes, int length) {
      mac.update(bytes, 0, length);
    }

    @Override
    public void update(ByteBuffer bytes) {
      mac.update(bytes);
    }

    @Override
    public byte[] finish() {
      return mac.doFinal();
    }
  }
}
