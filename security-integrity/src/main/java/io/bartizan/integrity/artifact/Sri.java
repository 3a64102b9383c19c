package io.bartizan.integrity.artifact;

import io.bartizan.core.Checked;
import io.bartizan.core.Refusal;
import io.bartizan.core.VerificationException;
import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Subresource Integrity metadata: what an {@code integrity} attribute and npm's lock files hold.
 *
 * <p>The specification's rule: of all hashes only those of the strongest algorithm count, and any
 * of these may match. Hashes of unknown algorithms are passed over, as browsers do; but where none
 * is left, {@link #parse} refuses, while a browser lets any content pass: {@link #parseAsSpecified}
 * does the same. A hash of a known algorithm whose value is malformed matches nothing, but makes
 * its algorithm the strongest all the same, so that breaking a strong hash steps down to no weaker
 * one. Immutable, thread-safe.
 *
 * <pre>{@code
 * String attribute = Sri.of(Digest.compute(DigestAlgorithm.SHA_384, script)).attributes();
 * Digest matched = Sri.parse(integrity).verify(script);
 * }</pre>
 */
public final class Sri {

  /** The longest metadata that is read, in characters. */
  public static final int MAX_CHARS = 16 * 1024;

  /** The strongest that was named, even if no hash of it is well-formed. */
  private final @Nullable DigestAlgorithm algorithm;

  private final List<Digest> strongest;
  private final List<Digest> digests;

  private Sri(List<Digest> digests, @Nullable DigestAlgorithm broken) {
    this.digests = List.copyOf(digests);
    DigestAlgorithm best = broken;
    boolean oneOnly = true;
    for (Digest digest : digests) {
      DigestAlgorithm algorithm = digest.algorithm();
      oneOnly &= best == null || algorithm == best;
      best = best == null || algorithm.compareTo(best) > 0 ? algorithm : best;
    }
    this.algorithm = best;
    this.strongest = oneOnly ? this.digests : allOf(best, digests);
  }

  private static List<Digest> allOf(@Nullable DigestAlgorithm algorithm, List<Digest> digests) {
    return digests.stream().filter(digest -> digest.algorithm() == algorithm).toList();
  }

  /**
   * Metadata of known digests.
   *
   * @param digest the first
   * @param more others, of any algorithm
   * @return the metadata
   * @throws NullPointerException if an argument is null
   */
  public static Sri of(Digest digest, Digest... more) {
    Set<Digest> digests = new LinkedHashSet<>();
    digests.add(digest);
    digests.addAll(List.of(more));
    return new Sri(List.copyOf(digests), null);
  }

  /**
   * Reads metadata and insists on at least one usable hash.
   *
   * @param integrity hashes with optional {@code ?options}, separated by white space
   * @return the metadata
   * @throws NullPointerException if {@code integrity} is null
   * @throws VerificationException if there is no SHA-256, SHA-384 or SHA-512, the strongest of them
   *     is not well-formed, or the text is too long
   */
  public static Sri parse(String integrity) {
    Sri parsed = parseAsSpecified(integrity);
    if (parsed.isBroken()) {
      throw new VerificationException(parsed.broken());
    }
    if (parsed.strongest.isEmpty()) {
      boolean blank = integrity.isBlank();
      boolean weak = integrity.contains("sha1-") || integrity.contains("md5-");
      throw new VerificationException(
          blank
              ? ArtifactReason.MANIFEST_EMPTY
              : weak ? ArtifactReason.ALGORITHM_WEAK : ArtifactReason.ALGORITHM_UNKNOWN,
          "no usable hash in \"" + DigestText.shortened(integrity) + "\"");
    }
    return parsed;
  }

  /**
   * Reads what {@link #toString} wrote, for binders of configuration.
   *
   * @param integrity as {@link #parse} reads it
   * @return the metadata
   * @throws NullPointerException if {@code integrity} is null
   * @throws IllegalArgumentException where {@link #parse} refuses; its message is the refusal's
   */
  public static Sri valueOf(String integrity) {
    try {
      return parse(integrity);
    } catch (VerificationException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  /**
   * Reads metadata as the specification has browsers do it: <em>without a usable hash any content
   * is accepted</em>. A hash in base64url, which some browsers take all the same, is malformed.
   *
   * @param integrity hashes with optional {@code ?options}, separated by white space
   * @return the metadata
   * @throws NullPointerException if {@code integrity} is null
   * @throws VerificationException if the text is longer than {@value #MAX_CHARS} characters
   */
  public static Sri parseAsSpecified(String integrity) {
    if (integrity.length() > MAX_CHARS) {
      throw new VerificationException(
          ArtifactReason.TOO_LARGE,
          "integrity has " + integrity.length() + " characters, at most " + MAX_CHARS);
    }
    List<Digest> digests = new ArrayList<>(1); // a lock file has one for each of its packages
    DigestAlgorithm broken = null;
    int start = 0;
    for (int i = 0; i <= integrity.length(); i++) {
      if (i == integrity.length() || " \t\n\f\r".indexOf(integrity.charAt(i)) >= 0) {
        int stop = optionsOf(integrity, start, i);
        DigestAlgorithm named = DigestAlgorithm.labelled(integrity, start, stop);
        Digest digest = named == null ? null : usable(named, integrity, start, stop);
        if (digest == null) {
          broken = stronger(broken, named);
        } else if (!digests.contains(digest)) {
          digests.add(digest);
        }
        start = i + 1;
      }
    }
    return new Sri(digests, broken);
  }

  /** Where the options of one hash begin, or its end. */
  private static int optionsOf(String text, int start, int end) {
    int stop = start;
    while (stop < end && text.charAt(stop) != '?') {
      stop++;
    }
    return stop;
  }

  /** One hash, or null if its value is not the canonical base64 of exactly that length. */
  private static @Nullable Digest usable(
      DigestAlgorithm algorithm, String text, int start, int stop) {
    int value = start + algorithm.label().length() + 1;
    return value > stop ? null : DigestText.base64OrNull(algorithm, text, value, stop);
  }

  private static @Nullable DigestAlgorithm stronger(
      @Nullable DigestAlgorithm one, @Nullable DigestAlgorithm other) {
    return one == null || (other != null && other.compareTo(one) > 0) ? other : one;
  }

  private boolean isBroken() {
    return strongest.isEmpty() && algorithm != null;
  }

  private Refusal broken() {
    return Refusal.of(
        ArtifactReason.DIGEST_MALFORMED,
        algorithm().label() + " is the strongest and has no well-formed hash");
  }

  /**
   * Verifies some bytes.
   *
   * @param content the bytes
   * @return the digest that matched
   * @throws NullPointerException if {@code content} is null
   * @throws VerificationException if none of the strongest hashes matches
   */
  public Digest verify(byte[] content) {
    return check(content).orThrow();
  }

  /**
   * Like {@link #verify(byte[])}, with the refusal as a value.
   *
   * @param content the bytes
   * @return the digest that matched, or the refusal
   * @throws NullPointerException if {@code content} is null
   */
  public Checked<Digest> check(byte[] content) {
    return compared(Digest.compute(algorithm(), content), "");
  }

  /**
   * Verifies a regular file.
   *
   * @param file a regular file, or a link to one; to use it afterwards see {@link
   *     Artifacts#verify(Path, Digest)} with the digest that this returns
   * @return the digest that matched
   * @throws NullPointerException if {@code file} is null
   * @throws VerificationException if none of the strongest hashes matches
   * @throws IOException if it can't be read
   */
  public Digest verify(Path file) throws IOException {
    return check(file).orThrow();
  }

  /**
   * Like {@link #verify(Path)}, with the refusal as a value.
   *
   * @param file a regular file, or a link to one
   * @return the digest that matched, or the refusal
   * @throws NullPointerException if {@code file} is null
   * @throws IOException if it can't be read
   */
  public Checked<Digest> check(Path file) throws IOException {
    return check(file, ContainedProgress.NOBODY);
  }

  /**
   * Like {@link #verify(Path)}, telling how far it has come.
   *
   * @param file a regular file, or a link to one
   * @param listener who hears of progress
   * @return the digest that matched
   * @throws NullPointerException if an argument is null
   * @throws VerificationException if none of the strongest hashes matches
   * @throws IOException if it can't be read
   */
  public Digest verify(Path file, ProgressListener listener) throws IOException {
    return check(file, listener).orThrow();
  }

  /**
   * Like {@link #verify(Path, ProgressListener)}, with the refusal as a value.
   *
   * @param file a regular file, or a link to one
   * @param listener who hears of progress
   * @return the digest that matched, or the refusal
   * @throws NullPointerException if an argument is null
   * @throws IOException if it can't be read
   */
  public Checked<Digest> check(Path file, ProgressListener listener) throws IOException {
    return check(file, ContainedProgress.NOBODY.and(listener));
  }

  private Checked<Digest> check(Path file, ContainedProgress listener) throws IOException {
    MessageDigest hash = algorithm().newMessageDigest();
    try {
      FileContent.readAll(file, listener, (buffer, length) -> hash.update(buffer, 0, length));
    } catch (VerificationException e) {
      return Checked.rejected(e.refusal());
    }
    return compared(Digest.owning(algorithm(), hash.digest()), file.toString());
  }

  private Checked<Digest> compared(Digest actual, String where) {
    if (isBroken()) {
      return Checked.rejected(broken());
    }
    return strongest.isEmpty() || strongest.contains(actual)
        ? Checked.accepted(actual)
        : Checked.rejected(new DigestMismatch(strongest.get(0), actual, where));
  }

  /**
   * The strongest algorithm, whose hashes count.
   *
   * @return SHA-384 if there is no hash of a known algorithm
   */
  public DigestAlgorithm algorithm() {
    return algorithm == null ? DigestAlgorithm.SHA_384 : algorithm;
  }

  /**
   * The hashes that count, any of which may match.
   *
   * @return an immutable list of one algorithm; empty only from {@link #parseAsSpecified}
   */
  public List<Digest> digests() {
    return strongest;
  }

  /**
   * The attributes of an HTML element that loads from another origin.
   *
   * @return {@code integrity="…" crossorigin="anonymous"}; holds nothing that HTML escapes
   */
  public String attributes() {
    return "integrity=\"" + this + "\" crossorigin=\"anonymous\"";
  }

  /** The metadata as text, without what was passed over. */
  @Override
  public String toString() {
    Stream<String> hashes = digests.stream().map(Digest::sri);
    return (isBroken() ? Stream.concat(hashes, Stream.of(algorithm().label() + "-")) : hashes)
        .collect(Collectors.joining(" "));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Sri that
        && algorithm == that.algorithm
        && Set.copyOf(strongest).equals(Set.copyOf(that.strongest));
  }

  @Override
  public int hashCode() {
    return Set.copyOf(strongest).hashCode();
  }
}
