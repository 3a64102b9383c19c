package io.bartizan.integrity.artifact;

import io.bartizan.core.Checked;
import io.bartizan.core.Pem;
import io.bartizan.core.VerificationException;
import io.bartizan.integrity.keys.ContentTrial;
import io.bartizan.integrity.keys.KeyGate;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The public key that verifies a detached signature, as {@code openssl dgst} and {@code cosign}
 * make them.
 *
 * <p>How it signs follows from the key, or from the caller's word ({@link #withForm}), and from
 * nothing that comes with a signature. Usual are Ed25519; ECDSA on P-256, P-384 or P-521 with
 * SHA-256, SHA-384 or SHA-512 and a DER signature; RSA of at least 2048 bits with PKCS #1 v1.5 and
 * SHA-256. Keys are judged as strictly as those of tokens: RSA keys with the ROCA fingerprint and
 * Ed25519 points of small order are refused. One key and one signature have one verdict, whatever
 * provider made the key object or is first in the JVM. Immutable, thread-safe.
 *
 * <pre>{@code
 * PinnedKey key = PinnedKey.parse(Files.readString(publicKey));
 * key.verify(content, signature);
 * }</pre>
 */
public final class PinnedKey {

  static {
    ContentTrial.madeBy((key, signature) -> ((PinnedKey) key).trial(signature));
  }

  private final KeyGate.Passed key;
  private final SignatureForm form;

  /** Made anew from its numbers, so that one key has one encoding, whoever made the object. */
  private PinnedKey(KeyGate.Passed key) {
    this(key, SignatureForm.usual(key.kty(), String.valueOf(key.curve())));
  }

  private PinnedKey(KeyGate.Passed key, SignatureForm form) {
    this.key = key;
    this.form = form;
  }

  /** The Ed25519 key of 32 bytes. */
  static PinnedKey ofPoint(byte[] point) {
    return new PinnedKey(KeyGate.ed25519(point));
  }

  /**
   * Reads one {@code PUBLIC KEY} block.
   *
   * @param pem the text, with exactly one block
   * @return the key
   * @throws NullPointerException if {@code pem} is null
   * @throws IllegalArgumentException if there is another number or kind of blocks, or the key is
   *     not one of the accepted
   */
  public static PinnedKey parse(String pem) {
    List<Pem> blocks = Pem.parse(pem);
    if (blocks.size() != 1 || !blocks.get(0).label().equals("PUBLIC KEY")) {
      throw new IllegalArgumentException("pem has not exactly one block, a PUBLIC KEY");
    }
    return new PinnedKey(KeyGate.lasting(KeyGate.ofSpki(blocks.get(0).content())));
  }

  /**
   * The same as {@link #parse}, under the name that configuration frameworks look for.
   *
   * @param pem the text, with exactly one block
   * @return the key
   * @throws NullPointerException if {@code pem} is null
   * @throws IllegalArgumentException as {@link #parse}
   */
  public static PinnedKey valueOf(String pem) {
    return parse(pem);
  }

  /**
   * A key that was read elsewhere.
   *
   * @param key an Ed25519, EC or RSA key
   * @return the pinned key
   * @throws NullPointerException if {@code key} is null
   * @throws IllegalArgumentException if it is not one of the accepted
   */
  public static PinnedKey of(PublicKey key) {
    return new PinnedKey(KeyGate.pinned(Objects.requireNonNull(key, "key")));
  }

  /**
   * The same key that signs in another form, as key services and tools combine them. The keys of an
   * attestation ({@link io.bartizan.integrity.attest.SignerKeys}) are an exception: there {@link
   * SignatureForm#ED25519}, chosen or usual, counts with prehash too.
   *
   * @param other the form
   * @return the key with this form alone; equal to the key without
   * @throws NullPointerException if {@code other} is null
   * @throws IllegalArgumentException if it is no form of this kind of key
   */
  public PinnedKey withForm(SignatureForm other) {
    if (!other.isFor(key.kty())) {
      throw new IllegalArgumentException(
          "other is " + other.label() + ", which is no form of a key of type " + key.kty());
    }
    return new PinnedKey(key, other);
  }

  /**
   * How it signs.
   *
   * @return the one form that counts, but for the exception at {@link #withForm}
   */
  public SignatureForm form() {
    return form;
  }

  /**
   * Verifies a detached signature.
   *
   * @param content what was signed
   * @param signature raw bytes, not base64
   * @throws NullPointerException if an argument is null
   * @throws VerificationException {@link ArtifactReason#SIGNATURE_INVALID} if it was not made with
   *     this key over this content; {@link ArtifactReason#SIGNATURE_FORM_OTHER} if it was, in
   *     another form than this key's
   */
  public void verify(byte[] content, byte[] signature) {
    if (!matches(content, signature)) {
      throw new VerificationException(form.refusal(otherForm(content, signature)));
    }
  }

  /**
   * Whether a detached signature was made with this key over this content, in this key's form.
   *
   * @param content what was signed
   * @param signature raw bytes, not base64
   * @return whether {@link #verify(byte[], byte[])} returns
   * @throws NullPointerException if an argument is null
   */
  public boolean matches(byte[] content, byte[] signature) {
    Objects.requireNonNull(content, "content");
    return matches(
        signature,
        engine -> engine.update(content),
        () -> form.hash().newMessageDigest().digest(content));
  }

  /**
   * Verifies a detached signature over a regular file, which is read once, with constant memory;
   * with {@link SignatureForm#ED25519} up to 64 MiB, and in memory.
   *
   * @param file a regular file, or a link to one
   * @param signature raw bytes, not base64
   * @return the file's SHA-256
   * @throws NullPointerException if an argument is null
   * @throws VerificationException {@link ArtifactReason#SIGNATURE_INVALID} if it was not made with
   *     this key over this content in this form; {@link ArtifactReason#TOO_LARGE} for a larger file
   *     with Ed25519; as from {@link Artifacts#verify(Path, Digest)} if the file changes
   * @throws IOException if it can't be read
   */
  public Digest verify(Path file, byte[] signature) throws IOException {
    return check(file, signature).orThrow();
  }

  /**
   * Like {@link #verify(Path, byte[])}, with the refusal as a value.
   *
   * @param file a regular file, or a link to one
   * @param signature raw bytes, not base64
   * @return the file's SHA-256, or the refusal
   * @throws NullPointerException if an argument is null
   * @throws IOException if it can't be read
   */
  public Checked<Digest> check(Path file, byte[] signature) throws IOException {
    Objects.requireNonNull(file, "file");
    Objects.requireNonNull(signature, "signature");
    return Checked.of(() -> verified(file, signature));
  }

  private Digest verified(Path file, byte[] signature) throws IOException {
    MessageDigest sha256 = DigestAlgorithm.SHA_256.newMessageDigest();
    ContentTrial trial = trial(signature);
    try (FileContent content = FileContent.open(file)) {
      if (form == SignatureForm.ED25519 && content.size() > ContentTrial.MAX_WHOLE_BYTES) {
        throw new VerificationException(
            ArtifactReason.TOO_LARGE,
            "ed25519 over "
                + content.size()
                + " bytes, which need memory; at most "
                + ContentTrial.MAX_WHOLE_BYTES
                + " are read, ed25519ph takes any number");
      }
      content.read(
          true,
          (buffer, length) -> {
            sha256.update(buffer, 0, length);
            trial.update(buffer, length);
          });
    }
    if (!trial.matches()) {
      throw new VerificationException(form.refusal(null));
    }
    return Digest.ofValue(DigestAlgorithm.SHA_256, sha256.digest());
  }

  private ContentTrial trial(byte[] signature) {
    try {
      return new ContentTrial(key, form.engine(), form.hash().newMessageDigest(), signature);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JVM has no " + form.label(), e);
    }
  }

  /**
   * Verifies a detached signature over content of which the digest is known and enough.
   *
   * @param content the digest, of this form's hash
   * @param signature raw bytes, not base64
   * @throws NullPointerException if an argument is null
   * @throws VerificationException {@link ArtifactReason#SIGNATURE_INVALID} if it was not made with
   *     this key over content of this digest; {@link ArtifactReason#SIGNATURE_FORM_OTHER} if this
   *     form does not sign such a digest: Ed25519 and PSS need the content
   */
  public void verify(Digest content, byte[] signature) {
    Objects.requireNonNull(signature, "signature");
    if (!KnownDigest.isEnough(form, content)) {
      throw new VerificationException(
          ArtifactReason.SIGNATURE_FORM_OTHER,
          form.label()
              + " can't be verified by a "
              + content.algorithm().label()
              + " digest, the content is needed");
    }
    if (!matches(content, signature)) {
      throw new VerificationException(form.refusal(null));
    }
  }

  /**
   * Whether a detached signature was made with this key over content of this digest.
   *
   * @param content the digest, of this form's hash
   * @param signature raw bytes, not base64
   * @return whether {@link #verify(Digest, byte[])} returns
   * @throws NullPointerException if an argument is null
   */
  public boolean matches(Digest content, byte[] signature) {
    Objects.requireNonNull(signature, "signature");
    if (!KnownDigest.isEnough(form, content)) {
      return false;
    }
    return ContentTrial.isWellFormed(key, signature)
        && KnownDigest.matches(key, content, signature);
  }

  private interface Feeding {
    void to(Signature engine) throws SignatureException;
  }

  private boolean matches(byte[] signature, Feeding content, Supplier<byte[]> hash) {
    Objects.requireNonNull(signature, "signature");
    if (!ContentTrial.isWellFormed(key, signature)) {
      return false;
    }
    try {
      Signature engine = form.engine();
      engine.initVerify(key.key());
      content.to(engine);
      return ContentTrial.verified(key.key(), engine, signature, hash);
    } catch (SignatureException e) {
      return false; // malformed; a forger learns nothing from the difference
    } catch (InvalidKeyException e) {
      throw new IllegalStateException("this JVM can't use the pinned key", e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JVM has no " + form.label(), e);
    }
  }

  /** For the refusal alone: the form in which this signature would be right. */
  @Nullable SignatureForm otherForm(byte[] content, byte[] signature) {
    for (SignatureForm other : SignatureForm.values()) {
      if (other != form && other.isFor(key.kty()) && withForm(other).matches(content, signature)) {
        return other;
      }
    }
    return null;
  }

  /**
   * Which key it is: the SHA-256 of its SubjectPublicKeyInfo, as cosign and others name keys.
   *
   * @return the digest
   */
  public Digest fingerprint() {
    return Digest.sha256Of(key.spki());
  }

  /** Whether it is the same key, in whatever form it signs. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof PinnedKey that && Arrays.equals(key.spki(), that.key.spki());
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(key.spki());
  }

  /** The form and the {@link #fingerprint()}. */
  @Override
  public String toString() {
    return "PinnedKey[" + form.label() + ", " + fingerprint() + "]";
  }
}
