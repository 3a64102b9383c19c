package io.bartizan.integrity.attest.search;

import io.bartizan.integrity.attest.oci.Descriptor;

/**
 * Something that may be a signature or a statement; nothing in it is verified but that the bytes
 * have the digest by which they were listed.
 */
public final class Candidate {

  /** In which container it came. */
  public enum Kind {
    /** A simple-signing payload, with its signature in the annotations. */
    CLASSIC,
    /** A DSSE envelope, as cosign 2 attaches it. */
    ENVELOPE,
    /** A Sigstore bundle. */
    BUNDLE
  }

  /** The annotation that holds the base64 of a classic signature. */
  public static final String SIGNATURE = "dev.cosignproject.cosign/signature";

  private final Kind kind;
  private final String place;
  private final Descriptor layer;
  private final byte[] content;

  Candidate(Kind kind, String place, Descriptor layer, byte[] content) {
    this.kind = kind;
    this.place = place;
    this.layer = layer;
    this.content = content;
  }

  /**
   * In which container it came.
   *
   * @return the kind
   */
  public Kind kind() {
    return kind;
  }

  /**
   * Where it was found, for people.
   *
   * @return such as {@code referrer sha256:ba78…}
   */
  public String place() {
    return place;
  }

  /**
   * Its descriptor, with annotations that nobody signed.
   *
   * @return the descriptor
   */
  public Descriptor layer() {
    return layer;
  }

  /**
   * Its bytes.
   *
   * @return not a copy, and not to be changed
   */
  public byte[] content() {
    return content;
  }
}
