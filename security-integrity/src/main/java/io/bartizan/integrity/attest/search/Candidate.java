package io.bartizan.integrity.attest.search;

import io.bartizan.integrity.attest.oci.Descriptor;

/**
 * What may be a signature or a statement; nothing in it is verified but that the bytes have the
 * digest by which they were listed.
 *
 * @param kind in which container it came
 * @param place where it was found, for people
 * @param layer its descriptor, with annotations that nobody signed
 * @param content its bytes; not to be changed
 */
public record Candidate(Kind kind, String place, Descriptor layer, byte[] content) {

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
}
