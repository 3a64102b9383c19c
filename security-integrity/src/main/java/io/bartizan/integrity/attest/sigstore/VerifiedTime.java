package io.bartizan.integrity.attest.sigstore;

import java.time.Instant;

/** A moment at which a trusted log or authority saw the signature. Immutable. */
public final class VerifiedTime {

  /** The source of the time. */
  public enum Source {
    /** A transparency log, by its promise. */
    TRANSPARENCY_LOG,
    /** A timestamp authority, by RFC 3161. */
    TIMESTAMP_AUTHORITY
  }

  private final Instant time;
  private final Source source;
  private final String name;

  VerifiedTime(Instant time, Source source, String name) {
    this.time = time;
    this.source = source;
    this.name = name;
  }

  /**
   * When.
   *
   * @return the signature was there then
   */
  public Instant time() {
    return time;
  }

  /**
   * What kind of witness it is.
   *
   * @return log or authority
   */
  public Source source() {
    return source;
  }

  /**
   * Which witness it is.
   *
   * @return its name in the trusted root
   */
  public String name() {
    return name;
  }

  @Override
  public String toString() {
    return "VerifiedTime[" + time + ", " + name + "]";
  }
}
