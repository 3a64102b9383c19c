package io.bartizan.integrity.attest.oci;

import io.bartizan.core.Reason;

/** The reasons for which an image reference, or what lies at an image's source, is refused. */
public enum OciReason implements Reason {
  /** A text that is no image reference of the OCI distribution grammar. */
  REFERENCE_MALFORMED,
  /** A reference by tag alone, which names another image tomorrow, where a digest is required. */
  DIGEST_REQUIRED,
  /** A layout, index or manifest that does not follow the OCI image specification. */
  LAYOUT_MALFORMED,
  /** A blob is not the one that its descriptor names. */
  BLOB_MISMATCH,
  /** A blob of the image is not there. */
  BLOB_MISSING,
  /** More bytes or members than are read. */
  TOO_LARGE,
  /** A registry that did not answer in time, or says "later" after all attempts. */
  REGISTRY_UNAVAILABLE,
  /** A registry's answer that is no success, or not of the form that its API has. */
  ANSWER_UNEXPECTED,
  /** A registry wants other credentials, or wants them where they may not be sent. */
  AUTHENTICATION_REFUSED,
  /** A redirect that leads nowhere, from https to http, or on and on. */
  REDIRECT_REFUSED
}
