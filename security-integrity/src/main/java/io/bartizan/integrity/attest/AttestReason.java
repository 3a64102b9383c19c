package io.bartizan.integrity.attest;

import io.bartizan.core.Reason;

/** The reasons for which an attestation or an image signature is refused. */
public enum AttestReason implements Reason {
  /** An envelope, statement, payload or bundle that does not follow its format. */
  MALFORMED,
  /** More bytes, members, signatures or subjects than are read. */
  TOO_LARGE,
  /** A bundle of a version that is not accepted. */
  VERSION_UNSUPPORTED,
  /** Signed by a certificate instead of a key, which this library does not verify. */
  KEYLESS_UNSUPPORTED,
  /** The envelope is of another payload type than was asked for. */
  PAYLOAD_TYPE_MISMATCH,
  /** The statement is of another predicate type than was asked for. */
  PREDICATE_TYPE_MISMATCH,
  /** Fewer of the keys have signed than must. */
  SIGNATURE_INVALID,
  /** What was signed speaks of another artifact. */
  SUBJECT_MISMATCH,
  /** What was signed names another repository than the image's. */
  REPOSITORY_MISMATCH,
  /** What was signed lacks an annotation that is required, or has it with another value. */
  ANNOTATION_MISMATCH,
  /** There is no signature of the image at all. */
  UNSIGNED
}
