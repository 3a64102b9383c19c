package io.bartizan.integrity.artifact;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The digests that a file, stream or download must have, all of them, and perhaps its size.
 *
 * <p>A known size lets a reader stop one byte after it. Immutable, thread-safe.
 *
 * <pre>{@code
 * Expected expected = Expected.of(digest).withSize(1_048_576);
 * }</pre>
 */
public final class Expected {

  private static final long UNKNOWN = -1;

  private final List<Digest> digests;
  private final long size;
  private final long maxSize;

  private Expected(List<Digest> digests, long size, long maxSize) {
    this.digests = digests;
    this.size = size;
    this.maxSize = maxSize;
  }

  /**
   * Content with this digest; with several, all are computed in one pass and all must match.
   *
   * @param digest the digest
   * @param more digests of other algorithms
   * @return the expectation, of any size
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if an algorithm is given twice
   */
  public static Expected of(Digest digest, Digest... more) {
    if (more.length == 0) {
      return new Expected(List.of(digest), UNKNOWN, Long.MAX_VALUE);
    }
    List<Digest> digests = new ArrayList<>(1 + more.length);
    digests.add(digest);
    digests.addAll(List.of(more));
    return of(digests);
  }

  /**
   * Content with these digests, as configuration gives them; all are computed in one pass and all
   * must match.
   *
   * @param digests one or more, of different algorithms
   * @return the expectation, of any size
   * @throws NullPointerException if {@code digests} is or holds null
   * @throws IllegalArgumentException if there is none, or an algorithm is given twice
   */
  public static Expected of(Collection<Digest> digests) {
    if (digests.isEmpty()) {
      throw new IllegalArgumentException("digests is empty, one or more are needed");
    }
    Set<DigestAlgorithm> algorithms = EnumSet.noneOf(DigestAlgorithm.class);
    for (Digest each : digests) {
      if (!algorithms.add(each.algorithm())) {
        throw new IllegalArgumentException(
            "digests has a second " + each.algorithm().label() + ", one of each is accepted");
      }
    }
    return new Expected(List.copyOf(digests), UNKNOWN, Long.MAX_VALUE);
  }

  /** The same with a digest of an algorithm that it has none of. */
  Expected and(Digest digest) {
    List<Digest> more = new ArrayList<>(digests);
    more.add(digest);
    return new Expected(List.copyOf(more), size, maxSize);
  }

  /**
   * The same digests and exactly this size.
   *
   * @param bytes the size, zero or more
   * @return a new expectation
   * @throws IllegalArgumentException if {@code bytes} is negative or above the largest size
   */
  public Expected withSize(long bytes) {
    if (bytes < 0 || bytes > maxSize) {
      throw new IllegalArgumentException(
          "bytes is " + bytes + ", 0 to " + maxSize + " is accepted");
    }
    return new Expected(digests, bytes, maxSize);
  }

  /**
   * The same digests and at most this size; for content whose size is not known beforehand.
   *
   * @param bytes the largest size, zero or more
   * @return a new expectation
   * @throws IllegalArgumentException if {@code bytes} is negative or below the exact size
   */
  public Expected withMaxSize(long bytes) {
    if (bytes < 0 || bytes < size) {
      throw new IllegalArgumentException(
          "bytes is " + bytes + ", at least " + Math.max(0, size) + " is accepted");
    }
    return new Expected(digests, size, bytes);
  }

  /**
   * The digests, the first one first.
   *
   * @return an immutable list, never empty
   */
  public List<Digest> digests() {
    return digests;
  }

  /**
   * The exact size.
   *
   * @return bytes, empty if not known
   */
  public OptionalLong size() {
    return size == UNKNOWN ? OptionalLong.empty() : OptionalLong.of(size);
  }

  /**
   * The largest size that is read.
   *
   * @return bytes; {@link Long#MAX_VALUE} unless bounded, the exact size if that is known
   */
  public long maxSize() {
    return size == UNKNOWN ? maxSize : size;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Expected that
        && size == that.size
        && maxSize == that.maxSize
        && digests.equals(that.digests);
  }

  @Override
  public int hashCode() {
    return digests.hashCode();
  }

  @Override
  public String toString() {
    return "Expected"
        + digests
        + (size == UNKNOWN ? "" : ", " + size + " bytes")
        + (maxSize == Long.MAX_VALUE ? "" : ", at most " + maxSize + " bytes");
  }
}
