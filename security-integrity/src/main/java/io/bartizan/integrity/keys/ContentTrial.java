package io.bartizan.integrity.keys;

import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.interfaces.ECPublicKey;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One pinned key that is tried on content while it is read, in its own form. Content that is read
 * once can so be tried with several keys. Not thread-safe.
 */
public final class ContentTrial {

  /** The JDK's Ed25519 without prehash keeps what it is given, so no more of it is tried. */
  public static final int MAX_WHOLE_BYTES = 64 << 20;

  private static final int ED25519_BYTES = 64;

  /** Of the class of pinned keys, which hands its keys to nobody outside this module. */
  private static volatile @Nullable BiFunction<Object, byte[], ContentTrial> maker;

  private final KeyGate.Passed key;
  private final Signature engine;
  private final MessageDigest hash;
  private final byte[] signature;

  /**
   * A trial without content.
   *
   * @param key the key
   * @param engine of the key's form
   * @param hash of the key's form
   * @param signature raw bytes
   */
  public ContentTrial(KeyGate.Passed key, Signature engine, MessageDigest hash, byte[] signature) {
    this.key = key;
    this.engine = engine;
    this.hash = hash;
    this.signature = signature;
    try {
      engine.initVerify(key.key());
      engine.update(new byte[0]); // without it the JDK's Ed25519 refuses empty content
    } catch (InvalidKeyException | SignatureException e) {
      throw new IllegalStateException("this JVM can't use the pinned key", e);
    }
  }

  /**
   * A trial of a pinned key.
   *
   * @param pinnedKey a {@code PinnedKey}
   * @param signature raw bytes
   * @return a trial without content
   */
  public static ContentTrial of(Object pinnedKey, byte[] signature) {
    return Objects.requireNonNull(maker, "maker").apply(pinnedKey, signature);
  }

  /**
   * Sets what makes trials; called once, when the class of pinned keys is loaded.
   *
   * @param trials makes a trial of a key and a signature
   */
  public static void madeBy(BiFunction<Object, byte[], ContentTrial> trials) {
    maker = trials;
  }

  /**
   * Takes the next part of the content.
   *
   * @param buffer has it at its start
   * @param length bytes
   */
  public void update(byte[] buffer, int length) {
    if (key.key() instanceof ECPublicKey) { // no other asks for it
      hash.update(buffer, 0, length);
    }
    try {
      engine.update(buffer, 0, length);
    } catch (SignatureException e) {
      throw new IllegalStateException("the engine was initialized", e);
    }
  }

  /**
   * Ends the trial.
   *
   * @return whether the key made the signature over all that was taken
   */
  public boolean matches() {
    return isWellFormed(key, signature) && verified(key.key(), engine, signature, hash::digest);
  }

  /**
   * What the JDK would not see: trailing zeros, other spellings of the same numbers, zero.
   *
   * @param key verifies it
   * @param signature raw bytes
   * @return whether it is worth a trial
   */
  public static boolean isWellFormed(KeyGate.Passed key, byte[] signature) {
    return key.key() instanceof ECPublicKey ec
        ? EcdsaForms.isStrictDer(signature, ec.getParams().getOrder())
        : !key.kty().equals("OKP") || signature.length == ED25519_BYTES;
  }

  /**
   * The verdict on a signature that is well-formed.
   *
   * @param key of the engine
   * @param engine that was given the content
   * @param signature raw bytes
   * @param hash gives the content's hash
   * @return whether it is the key's
   */
  public static boolean verified(
      PublicKey key, Signature engine, byte[] signature, Supplier<byte[]> hash) {
    try {
      return engine.verify(signature)
          || (key instanceof ECPublicKey ec && new LargeX(ec).matches(signature, hash.get()));
    } catch (SignatureException e) {
      return false;
    }
  }
}
