package io.bartizan.integrity.artifact;

import io.bartizan.core.Checked;
import io.bartizan.core.VerificationException;
import io.bartizan.integrity.json.StrictBase64;
import io.bartizan.integrity.keys.Blake2b;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;

/**
 * A minisign public key, and the verification of {@code .minisig} signatures with it.
 *
 * <p>Both forms are read: the usual one over BLAKE2b-512 of the content (it needs Bouncy Castle's
 * bcprov on the class path), and the older one over the content itself. The trusted comment is
 * verified too and returned. Immutable, thread-safe.
 *
 * <pre>{@code
 * MinisignKey key = MinisignKey.parse("RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3");
 * String trustedComment = key.verify(file, Files.readString(signatureFile));
 * }</pre>
 */
public final class MinisignKey {

  private static final String UNTRUSTED = "untrusted comment: ";
  private static final String TRUSTED = "trusted comment: ";
  private static final int KEY_BYTES = 2 + 8 + 32;
  private static final int SIGNATURE_BYTES = 2 + 8 + 64;
  private static final int MAX_SIGNATURE_CHARS = 16 * 1024;

  private final byte[] id;
  private final PinnedKey key;

  private MinisignKey(byte[] id, PinnedKey key) {
    this.id = id;
    this.key = key;
  }

  /**
   * Reads a public key.
   *
   * @param text the base64 line, or a whole {@code minisign.pub} file
   * @return the key
   * @throws NullPointerException if {@code text} is null
   * @throws IllegalArgumentException if it is no such key
   */
  public static MinisignKey parse(String text) {
    String[] lines = text.strip().split("\r?\n", -1);
    byte[] bytes = null;
    if (lines.length == 1 || (lines.length == 2 && lines[0].startsWith(UNTRUSTED))) {
      bytes = decode(lines[lines.length - 1], KEY_BYTES);
    }
    if (bytes == null || bytes[0] != 'E' || bytes[1] != 'd') {
      throw new IllegalArgumentException("text is no minisign public key");
    }
    byte[] point = Arrays.copyOfRange(bytes, 10, KEY_BYTES);
    return new MinisignKey(Arrays.copyOfRange(bytes, 2, 10), PinnedKey.ofPoint(point));
  }

  /**
   * The same as {@link #parse}, under the name that configuration frameworks look for.
   *
   * @param text the base64 line, or a whole {@code minisign.pub} file
   * @return the key
   * @throws NullPointerException if {@code text} is null
   * @throws IllegalArgumentException as {@link #parse}
   */
  public static MinisignKey valueOf(String text) {
    return parse(text);
  }

  /**
   * Verifies a signature over some bytes.
   *
   * @param content what was signed
   * @param signature the text of the {@code .minisig} file
   * @return the trusted comment, which was signed too
   * @throws NullPointerException if an argument is null
   * @throws IllegalStateException if the form is the usual one and bcprov is not on the class path
   * @throws VerificationException if the signature is malformed, of another key or of other content
   */
  public String verify(byte[] content, String signature) {
    return check(content, signature).orThrow();
  }

  /**
   * Like {@link #verify(byte[], String)}, with the refusal as a value.
   *
   * @param content what was signed
   * @param signature the text of the {@code .minisig} file
   * @return the trusted comment, or the refusal
   * @throws NullPointerException if an argument is null
   * @throws IllegalStateException if the form is the usual one and bcprov is not on the class path
   */
  public Checked<String> check(byte[] content, String signature) {
    Objects.requireNonNull(content, "content");
    Objects.requireNonNull(signature, "signature");
    return Checked.of(() -> verified(content, signature));
  }

  private String verified(byte[] content, String signature) {
    Parts parts = Parts.parse(signature);
    requireKey(parts);
    key.verify(parts.prehashed ? blake2b(content) : content, parts.signature);
    return parts.trustedComment(key);
  }

  /**
   * Verifies a signature over a regular file, which is read once with constant memory; of the older
   * form up to 64 MiB, in memory.
   *
   * @param file a regular file, or a link to one
   * @param signature the text of the {@code .minisig} file
   * @return the trusted comment, which was signed too
   * @throws NullPointerException if an argument is null
   * @throws IllegalStateException if bcprov is not on the class path
   * @throws VerificationException if the signature is malformed, of another key or of other
   *     content, the file changes meanwhile, or it is too large for the older form
   * @throws IOException if it can't be read
   */
  public String verify(Path file, String signature) throws IOException {
    return check(file, signature).orThrow();
  }

  /**
   * Like {@link #verify(Path, String)}, with the refusal as a value.
   *
   * @param file a regular file, or a link to one
   * @param signature the text of the {@code .minisig} file
   * @return the trusted comment, or the refusal
   * @throws NullPointerException if an argument is null
   * @throws IllegalStateException if bcprov is not on the class path
   * @throws IOException if it can't be read
   */
  public Checked<String> check(Path file, String signature) throws IOException {
    return check(file, signature, ContainedProgress.NOBODY);
  }

  /**
   * Like {@link #verify(Path, String)}, telling how far it has come.
   *
   * @param file a regular file, or a link to one
   * @param signature the text of the {@code .minisig} file
   * @param listener who hears of progress
   * @return the trusted comment, which was signed too
   * @throws NullPointerException if an argument is null
   * @throws IllegalStateException if bcprov is not on the class path
   * @throws VerificationException if the signature is malformed, of another key or of other
   *     content, the file changes meanwhile, or it is too large for the older form
   * @throws IOException if it can't be read
   */
  public String verify(Path file, String signature, ProgressListener listener) throws IOException {
    return check(file, signature, listener).orThrow();
  }

  /**
   * Like {@link #verify(Path, String, ProgressListener)}, with the refusal as a value.
   *
   * @param file a regular file, or a link to one
   * @param signature the text of the {@code .minisig} file
   * @param listener who hears of progress
   * @return the trusted comment, or the refusal
   * @throws NullPointerException if an argument is null
   * @throws IllegalStateException if bcprov is not on the class path
   * @throws IOException if it can't be read
   */
  public Checked<String> check(Path file, String signature, ProgressListener listener)
      throws IOException {
    return check(file, signature, ContainedProgress.NOBODY.and(listener));
  }

  private Checked<String> check(Path file, String signature, ContainedProgress listener)
      throws IOException {
    Objects.requireNonNull(file, "file");
    Objects.requireNonNull(signature, "signature");
    return Checked.of(() -> verified(file, signature, listener));
  }

  private String verified(Path file, String signature, ContainedProgress listener)
      throws IOException {
    Parts parts = Parts.parse(signature);
    requireKey(parts);
    if (!parts.prehashed) {
      Digest unused = key.verify(file, parts.signature); // of up to 64 MiB, in memory
      return parts.trustedComment(key);
    }
    Blake2b hash = Blake2b.start();
    FileContent.readAll(file, listener, hash::update);
    key.verify(hash.finish(), parts.signature);
    return parts.trustedComment(key);
  }

  private void requireKey(Parts parts) {
    if (!Arrays.equals(parts.keyId, id)) {
      throw new VerificationException(
          ArtifactReason.SIGNATURE_INVALID,
          "made with key " + shown(parts.keyId) + ", pinned is " + shown(id));
    }
  }

  private static byte[] blake2b(byte[] content) {
    Blake2b hash = Blake2b.start();
    hash.update(content, content.length);
    return hash.finish();
  }

  /** The id as minisign prints it: little-endian. */
  private static String shown(byte[] id) {
    StringBuilder hex = new StringBuilder();
    for (int i = id.length - 1; i >= 0; i--) {
      hex.append(String.format(Locale.ROOT, "%02X", id[i]));
    }
    return hex.toString();
  }

  private static byte @org.jspecify.annotations.Nullable [] decode(String base64, int length) {
    boolean fits = base64.length() == (length + 2) / 3 * 4;
    byte[] bytes = fits ? StrictBase64.decodeStandard(base64) : null;
    return bytes != null && bytes.length == length ? bytes : null;
  }

  private static VerificationException malformed(String detail) {
    return new VerificationException(ArtifactReason.SIGNATURE_MALFORMED, detail);
  }

  /** The four lines of a signature file. */
  private static final class Parts {
    private final boolean prehashed;
    private final byte[] keyId;
    private final byte[] signature;
    private final String comment;
    private final byte[] global;

    private Parts(boolean prehashed, byte[] bytes, String comment, byte[] global) {
      this.prehashed = prehashed;
      this.keyId = Arrays.copyOfRange(bytes, 2, 10);
      this.signature = Arrays.copyOfRange(bytes, 10, SIGNATURE_BYTES);
      this.comment = comment;
      this.global = global;
    }

    static Parts parse(String text) {
      if (text.length() > MAX_SIGNATURE_CHARS) {
        throw malformed("more than " + MAX_SIGNATURE_CHARS + " characters");
      }
      String[] lines = text.split("\r?\n", 6);
      if (lines.length < 4 && lines[0].startsWith(UNTRUSTED)) {
        throw malformed("two lines without a trusted comment, as signify and old tools write them");
      }
      boolean ended = lines.length == 5 && lines[4].isEmpty();
      if (!(lines.length == 4 || ended)
          || !lines[0].startsWith(UNTRUSTED)
          || !lines[2].startsWith(TRUSTED)) {
        throw malformed("not the four lines of a minisign signature");
      }
      byte[] bytes = decode(lines[1], SIGNATURE_BYTES);
      byte[] global = decode(lines[3], 64);
      if (bytes == null || global == null || bytes[0] != 'E') {
        throw malformed("a line is no base64 of a minisign signature");
      }
      if (bytes[1] != 'D' && bytes[1] != 'd') {
        throw malformed("an algorithm that is neither ED nor Ed");
      }
      return new Parts(bytes[1] == 'D', bytes, lines[2].substring(TRUSTED.length()), global);
    }

    /** Verified under the signature it belongs to, so that neither can be moved to another. */
    String trustedComment(PinnedKey key) {
      byte[] text = comment.getBytes(StandardCharsets.UTF_8);
      byte[] signed = Arrays.copyOf(signature, signature.length + text.length);
      System.arraycopy(text, 0, signed, signature.length, text.length);
      key.verify(signed, global);
      return comment;
    }
  }

  @Override
  public String toString() {
    return "MinisignKey[" + shown(id) + "]";
  }
}
