package io.bartizan.integrity.tuf;

import io.bartizan.integrity.artifact.Digest;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/**
 * A target whose content is the one that the repository's keys vouch for; only a {@link TufClient}
 * makes one. Immutable, thread-safe.
 */
public final class VerifiedTarget {

  private final String path;
  private final byte[] content;
  private final String role;
  private final Instant confirmedAt;
  private final Instant expiresAt;

  VerifiedTarget(String path, byte[] content, String role, Instant confirmedAt, Instant expiresAt) {
    this.path = path;
    this.content = content;
    this.role = role;
    this.confirmedAt = confirmedAt;
    this.expiresAt = expiresAt;
  }

  /**
   * The path that was asked for.
   *
   * @return relative, with slashes
   */
  public String path() {
    return path;
  }

  /**
   * The content.
   *
   * @return a copy
   */
  public byte[] bytes() {
    return content.clone();
  }

  /**
   * The content as UTF-8.
   *
   * @return the text
   */
  public String text() {
    return new String(content, StandardCharsets.UTF_8);
  }

  /**
   * The content's SHA-256, whatever hash the repository lists.
   *
   * @return the digest
   */
  public Digest digest() {
    return Digest.sha256Of(content);
  }

  /**
   * The role that lists it.
   *
   * @return {@code targets}, or the name of a delegated role
   */
  public String role() {
    return role;
  }

  /**
   * When the repository last confirmed, at a {@link TufClient#refresh}, that this is the newest.
   *
   * @return the start of its age
   */
  public Instant confirmedAt() {
    return confirmedAt;
  }

  /**
   * Until when the repository vouches for it.
   *
   * @return the earliest end of the metadata that led here
   */
  public Instant expiresAt() {
    return expiresAt;
  }

  /** Path, size, role and times; not the content. */
  @Override
  public String toString() {
    return "VerifiedTarget["
        + path
        + ", "
        + content.length
        + " bytes, by "
        + role
        + ", confirmed "
        + confirmedAt
        + ", until "
        + expiresAt
        + "]";
  }
}
