package io.bartizan.integrity.attest;

import io.bartizan.core.VerificationException;
import io.bartizan.core.house.Require;
import io.bartizan.integrity.artifact.ArtifactReason;
import io.bartizan.integrity.artifact.PinnedKey;
import io.bartizan.integrity.artifact.SignatureForm;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The public keys whose signatures count, and how many of them are needed.
 *
 * <p>Counted are keys, never signatures: a key that signed twice counts once. What a signature says
 * of its key (a key id, a hint) is not looked at. Immutable, thread-safe.
 *
 * <p>A key counts in its own form ({@link PinnedKey#form}). An Ed25519 key of the usual form counts
 * with and without prehash (Ed25519ph and Ed25519 of RFC 8032), since no envelope, bundle or
 * signature file says which one it has and cosign writes both. That is safe: the two sign under
 * different prefixes, so a signature in one form verifies in the other for no content. A key {@code
 * withForm(SignatureForm.ED25519PH)} counts with prehash alone.
 *
 * <pre>{@code
 * SignerKeys release = SignerKeys.threshold(2, List.of(alice, bob, carol));
 * }</pre>
 */
public final class SignerKeys {

  /** The most keys. */
  public static final int MAX_KEYS = 8;

  private static final int ED25519_BYTES = 64;

  private final List<PinnedKey> keys;
  private final int threshold;

  /** In the order of the keys, each in every form that counts. */
  private final List<PinnedKey> forms;

  private SignerKeys(List<PinnedKey> keys, int threshold) {
    this.keys = List.copyOf(keys);
    int size = Require.sized("keys", keys.size(), "keys", 1, MAX_KEYS);
    this.threshold = Require.within("threshold", threshold, 1, size);
    if (new HashSet<>(keys).size() != keys.size()) {
      throw new IllegalArgumentException("a key was given twice");
    }
    this.forms = this.keys.stream().flatMap(SignerKeys::formsOf).toList();
  }

  private static Stream<PinnedKey> formsOf(PinnedKey key) {
    return key.form() == SignatureForm.ED25519
        ? Stream.of(key, key.withForm(SignatureForm.ED25519PH))
        : Stream.of(key);
  }

  /**
   * Keys of which any one suffices.
   *
   * @param key the key
   * @param more other keys
   * @return the keys
   * @throws NullPointerException if a key is null
   * @throws IllegalArgumentException if there are more than {@value #MAX_KEYS}, or one is given
   *     twice
   */
  public static SignerKeys anyOf(PinnedKey key, PinnedKey... more) {
    return new SignerKeys(Stream.concat(Stream.of(key), Arrays.stream(more)).toList(), 1);
  }

  /**
   * Keys of which several must have signed.
   *
   * @param threshold how many, 1 to the number of keys
   * @param keys 1 to {@value #MAX_KEYS} different keys
   * @return the keys
   * @throws NullPointerException if {@code keys} or a key is null
   * @throws IllegalArgumentException if a number is out of range, or a key is given twice
   */
  public static SignerKeys threshold(int threshold, List<PinnedKey> keys) {
    return new SignerKeys(keys, threshold);
  }

  /** Which of the keys made one of the signatures; stops when there are enough. */
  Set<PinnedKey> signersOf(byte[] content, List<byte[]> signatures) {
    Set<PinnedKey> signers = new LinkedHashSet<>();
    for (byte[] signature : signatures) {
      for (PinnedKey form : forms) {
        if (signers.size() < threshold
            && !signers.contains(form)
            && form.matches(content, signature)) {
          signers.add(form);
          break;
        }
      }
    }
    return signers;
  }

  /** Why nobody signed; says so if a key did, in another form than the one that counts. */
  VerificationException refusal(byte[] content, List<byte[]> signatures) {
    for (PinnedKey key : keys) {
      try {
        key.verify(content, signatures.get(0));
      } catch (VerificationException e) {
        if (e.reason() == ArtifactReason.SIGNATURE_FORM_OTHER) {
          return e;
        }
      }
    }
    return tooFew(0);
  }

  /**
   * Each key in every form that counts and that this signature may have; forms of one key are equal
   * to each other. Those that need the content in memory come last, and not at all if the signature
   * is none of theirs by its length.
   */
  List<PinnedKey> forms(byte[] signature) {
    return Stream.concat(
            forms.stream().filter(each -> each.form() != SignatureForm.ED25519),
            forms.stream()
                .filter(each -> each.form() == SignatureForm.ED25519)
                .filter(each -> signature.length == ED25519_BYTES))
        .toList();
  }

  /**
   * The keys.
   *
   * @return unmodifiable, in the order given
   */
  public List<PinnedKey> keys() {
    return keys;
  }

  /**
   * How many of them must have signed.
   *
   * @return 1 to the number of keys
   */
  public int threshold() {
    return threshold;
  }

  /** Refuses too few. */
  void requireEnough(Set<PinnedKey> signers) {
    if (signers.size() < threshold) {
      throw tooFew(signers.size());
    }
  }

  VerificationException tooFew(int signers) {
    return new VerificationException(
        AttestReason.SIGNATURE_INVALID,
        signers
            + " of "
            + keys.size()
            + " keys have signed, "
            + threshold
            + (threshold == 1 ? " is" : " are")
            + " needed");
  }

  @Override
  public String toString() {
    return "SignerKeys[" + threshold + " of " + keys + "]";
  }
}
