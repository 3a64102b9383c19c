package io.bartizan.integrity.artifact;

import io.bartizan.core.VerificationException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;

/**
 * The SHA-256, SHA-384 or SHA-512 digest of some content, with its algorithm.
 *
 * <p>One value for all its spellings, so that texts are never compared. Parsers are strict: exact
 * length, ASCII only, lower-case hexadecimal, canonical padded base64; anything else is refused as
 * {@link ArtifactReason#DIGEST_MALFORMED}, another algorithm as {@link
 * ArtifactReason#ALGORITHM_UNKNOWN} or {@link ArtifactReason#ALGORITHM_WEAK}. Equality takes the
 * same time wherever two digests differ. Immutable, thread-safe.
 *
 * <pre>{@code
 * Digest expected = Digest.parseSha256("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
 * boolean same = expected.equals(Digest.sha256Of(bytes));
 * String pin = expected.oci();      // sha256:ba7816bf…
 * }</pre>
 */
public final class Digest {

  private static final String NI = "ni://";

  private final DigestAlgorithm algorithm;
  private final byte[] value;

  private Digest(DigestAlgorithm algorithm, byte[] value) {
    this.algorithm = algorithm;
    this.value = value;
  }

  /**
   * A digest whose bytes are known.
   *
   * @param algorithm the hash function
   * @param value its output; copied
   * @return the digest
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if the length is not the algorithm's
   */
  public static Digest ofValue(DigestAlgorithm algorithm, byte[] value) {
    if (value.length != algorithm.length()) {
      throw new IllegalArgumentException(
          "value has "
              + value.length
              + " bytes, "
              + algorithm.label()
              + " has "
              + algorithm.length());
    }
    return new Digest(algorithm, value.clone());
  }

  /** Takes the array over; the caller keeps no reference to it. */
  static Digest owning(DigestAlgorithm algorithm, byte[] value) {
    return new Digest(algorithm, value);
  }

  /**
   * The SHA-256 of some bytes.
   *
   * @param content what is hashed
   * @return its digest
   * @throws NullPointerException if {@code content} is null
   */
  public static Digest sha256Of(byte[] content) {
    return compute(DigestAlgorithm.SHA_256, content);
  }

  /**
   * The SHA-256 of a regular file as it is now; large files are read beside hashing.
   *
   * @param file a regular file
   * @return its digest
   * @throws NullPointerException if {@code file} is null
   * @throws VerificationException if it is no regular file or changes meanwhile
   * @throws IOException if it can't be read
   */
  public static Digest sha256Of(Path file) throws IOException {
    return compute(DigestAlgorithm.SHA_256, file);
  }

  /**
   * The digest of some bytes.
   *
   * @param algorithm the hash function
   * @param content what is hashed
   * @return its digest
   * @throws NullPointerException if an argument is null
   */
  public static Digest compute(DigestAlgorithm algorithm, byte[] content) {
    return new Digest(algorithm, algorithm.newMessageDigest().digest(content));
  }

  /**
   * The digest of a regular file as it is now; large files are read beside hashing.
   *
   * @param algorithm the hash function
   * @param file a regular file
   * @return its digest
   * @throws NullPointerException if an argument is null
   * @throws VerificationException if it is no regular file or changes meanwhile
   * @throws IOException if it can't be read
   */
  public static Digest compute(DigestAlgorithm algorithm, Path file) throws IOException {
    return Artifacts.digests(file, List.of(algorithm)).get(0);
  }

  /**
   * The digest of the rest of a stream, which is read to its end and not closed.
   *
   * @param algorithm the hash function
   * @param content what is hashed
   * @return its digest
   * @throws NullPointerException if an argument is null
   * @throws IOException if reading fails
   */
  public static Digest compute(DigestAlgorithm algorithm, InputStream content) throws IOException {
    MessageDigest hash = algorithm.newMessageDigest();
    byte[] buffer = new byte[DigestPass.BUFFER_BYTES];
    for (int n = content.read(buffer); n >= 0; n = content.read(buffer)) {
      hash.update(buffer, 0, n);
    }
    return new Digest(algorithm, hash.digest());
  }

  /**
   * Reads a SHA-256 of 64 lower-case hexadecimal digits.
   *
   * @param hex the digits, nothing else
   * @return the digest
   * @throws NullPointerException if {@code hex} is null
   * @throws VerificationException if it is anything else
   */
  public static Digest parseSha256(CharSequence hex) {
    return parseHex(DigestAlgorithm.SHA_256, hex);
  }

  /**
   * Reads lower-case hexadecimal digits.
   *
   * @param algorithm the hash function
   * @param hex the digits, nothing else
   * @return the digest
   * @throws NullPointerException if an argument is null
   * @throws VerificationException if the length is not the algorithm's or a character is no
   *     lower-case digit
   */
  public static Digest parseHex(DigestAlgorithm algorithm, CharSequence hex) {
    return DigestText.hex(algorithm, hex, 0, false);
  }

  /**
   * Reads hexadecimal digits of either case, as Windows tools and coreutils do.
   *
   * @param algorithm the hash function
   * @param hex the digits, nothing else
   * @return the digest
   * @throws NullPointerException if an argument is null
   * @throws VerificationException if the length is not the algorithm's or a character is no ASCII
   *     digit
   */
  public static Digest parseHexAnyCase(DigestAlgorithm algorithm, CharSequence hex) {
    return DigestText.hex(algorithm, hex, 0, true);
  }

  /**
   * Reads canonical base64 with padding (RFC 4648 section 4).
   *
   * @param algorithm the hash function
   * @param base64 the text, nothing else
   * @return the digest
   * @throws NullPointerException if an argument is null
   * @throws VerificationException if it is not canonical or not of that length
   */
  public static Digest parseBase64(DigestAlgorithm algorithm, CharSequence base64) {
    return DigestText.base64(algorithm, base64);
  }

  /**
   * Reads one hash of Subresource Integrity, such as {@code sha256-ungWv48B…rQ=}; {@link Sri} reads
   * whole attributes.
   *
   * @param text algorithm, hyphen, canonical base64; no options
   * @return the digest
   * @throws NullPointerException if {@code text} is null
   * @throws VerificationException if it has another form
   */
  public static Digest parseSri(CharSequence text) {
    int hyphen = DigestText.separator(text, '-', "sha256-base64");
    var algorithm = DigestAlgorithm.ofLabel(text.subSequence(0, hyphen).toString());
    return DigestText.base64(algorithm, text.subSequence(hyphen + 1, text.length()));
  }

  /**
   * Reads a digest of the OCI image specification, such as {@code sha256:ba7816bf…}; it must be
   * lower-case.
   *
   * @param text algorithm, colon, hexadecimal digits
   * @return the digest
   * @throws NullPointerException if {@code text} is null
   * @throws VerificationException if it has another form
   */
  public static Digest parseOci(CharSequence text) {
    int colon = DigestText.separator(text, ':', "sha256:hex");
    var algorithm = DigestAlgorithm.ofLabel(text.subSequence(0, colon).toString());
    return DigestText.hex(algorithm, text, colon + 1, false);
  }

  /**
   * Reads what {@link #toString} wrote, for binders of configuration.
   *
   * @param text as {@link #parseOci} reads it
   * @return the digest
   * @throws NullPointerException if {@code text} is null
   * @throws IllegalArgumentException if it has another form; its message is the refusal's
   */
  public static Digest valueOf(String text) {
    try {
      return parseOci(text);
    } catch (VerificationException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  /**
   * Reads the value of an HTTP {@code Content-Digest} or {@code Repr-Digest} field (RFC 9530), such
   * as {@code sha-256=:ungWv48B…rQ=:}; members of other algorithms are passed over.
   *
   * <p>What a server says of its own answer is a hint against accidents, never a reason to trust
   * it.
   *
   * @param fieldValue the field's value, its lines joined by commas
   * @return the SHA-256 and SHA-512 members in their order; never empty
   * @throws NullPointerException if {@code fieldValue} is null
   * @throws VerificationException if it is no such dictionary, repeats a key, or has neither of the
   *     two
   */
  public static List<Digest> parseContentDigest(CharSequence fieldValue) {
    return ContentDigestField.parse(fieldValue);
  }

  /**
   * Reads a named-information URI (RFC 6920), such as {@code ni:///sha-256;ungWv48B…rQ}; authority
   * and query are no part of what it names and are passed over.
   *
   * @param uri the URI
   * @return the digest
   * @throws NullPointerException if {@code uri} is null
   * @throws VerificationException if it has another form
   */
  public static Digest parseNi(CharSequence uri) {
    int semicolon = DigestText.separator(uri, ';', "ni:///sha-256;base64url");
    String head = uri.subSequence(0, semicolon).toString();
    int slash = head.startsWith(NI) ? head.indexOf('/', NI.length()) : -1;
    if (slash < 0) {
      throw DigestText.malformed("the URI has not the form ni:///sha-256;base64url");
    }
    var algorithm = DigestAlgorithm.ofRegisteredName(head.substring(slash + 1));
    String rest = uri.subSequence(semicolon + 1, uri.length()).toString();
    int query = rest.indexOf('?');
    return DigestText.base64Url(algorithm, query < 0 ? rest : rest.substring(0, query));
  }

  /**
   * The hash function.
   *
   * @return never null
   */
  public DigestAlgorithm algorithm() {
    return algorithm;
  }

  /**
   * The digest's bytes.
   *
   * @return a new array
   */
  public byte[] bytes() {
    return value.clone();
  }

  /**
   * Lower-case hexadecimal digits.
   *
   * @return two characters a byte
   */
  public String hex() {
    return HexFormat.of().formatHex(value);
  }

  /**
   * Base64 with padding.
   *
   * @return the text
   */
  public String base64() {
    return Base64.getEncoder().encodeToString(value);
  }

  /**
   * The form of Subresource Integrity and npm: {@code sha256-base64}.
   *
   * @return the text
   */
  public String sri() {
    return algorithm.label() + '-' + base64();
  }

  /**
   * The form of OCI images: {@code sha256:hex}.
   *
   * @return the text
   */
  public String oci() {
    return algorithm.label() + ':' + hex();
  }

  /**
   * The value of an HTTP {@code Content-Digest} or {@code Repr-Digest} field (RFC 9530).
   *
   * @return a dictionary of one member
   * @throws IllegalStateException if this is a SHA-384, which RFC 9530 has no name for
   */
  public String contentDigest() {
    if (algorithm == DigestAlgorithm.SHA_384) {
      throw new IllegalStateException("RFC 9530 has names for SHA-256 and SHA-512 only");
    }
    return algorithm.registeredName() + "=:" + base64() + ':';
  }

  /**
   * The named-information URI of RFC 6920, without authority.
   *
   * @return such as {@code ni:///sha-256;base64url}
   */
  public String ni() {
    return NI
        + '/'
        + algorithm.registeredName()
        + ';'
        + Base64.getUrlEncoder().withoutPadding().encodeToString(value);
  }

  /** Same algorithm and same bytes; the time taken does not tell where they differ. */
  @Override
  public boolean equals(Object other) {
    return other instanceof Digest that
        && algorithm == that.algorithm
        && MessageDigest.isEqual(value, that.value);
  }

  @Override
  public int hashCode() {
    return Objects.hash(algorithm, Arrays.hashCode(value));
  }

  /** The form of {@link #oci()}. */
  @Override
  public String toString() {
    return oci();
  }
}
