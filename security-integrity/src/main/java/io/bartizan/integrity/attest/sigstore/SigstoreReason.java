package io.bartizan.integrity.attest.sigstore;

import io.bartizan.core.Reason;

/** The reasons for which a trusted root or a Sigstore bundle is refused. */
public enum SigstoreReason implements Reason {
  /** A trusted root that does not follow its format, or contradicts itself. */
  ROOT_MALFORMED,
  /** A trusted root of more bytes or members than are read. */
  ROOT_TOO_LARGE,
  /** A trusted root of a version that is not accepted. */
  ROOT_VERSION_UNSUPPORTED,
  /** The trusted root was obtained longer ago than the age budget, or in the future. */
  ROOT_STALE,
  /** A bundle, or something in it, that does not follow its format. */
  MALFORMED,
  /** More bytes, members, entries, timestamps or subjects than are read. */
  TOO_LARGE,
  /** A bundle of a version that is not accepted. */
  VERSION_UNSUPPORTED,
  /** Signed by a certificate where a key is required, or the reverse. */
  SIGNER_KIND_MISMATCH,
  /** An attestation where the signature of an artifact is required, or the reverse. */
  CONTENT_KIND_MISMATCH,
  /** The signer's certificate is not one that may sign code. */
  CERTIFICATE_INVALID,
  /** The signer's certificate was issued by no authority of the trusted root. */
  CERTIFICATE_UNTRUSTED,
  /** At a verified time the certificate, an issuer of it or the authority was not valid. */
  CERTIFICATE_NOT_VALID_AT_TIME,
  /** The certificate has no proof of being in enough certificate logs of the trusted root. */
  SCT_MISSING,
  /** What should prove that the certificate is in a log does not. */
  SCT_INVALID,
  /** The certificate is another identity's than was asked for. */
  IDENTITY_MISMATCH,
  /** At a verified time the key was not valid. */
  KEY_NOT_VALID_AT_TIME,
  /** The signature is in too few transparency logs of the trusted root. */
  LOG_ENTRY_MISSING,
  /** The log entry is about another artifact, signature, certificate or key. */
  LOG_ENTRY_MISMATCH,
  /** A log entry of a kind or version that is not read. */
  LOG_ENTRY_UNSUPPORTED,
  /** The log entry was made when the log's key was not valid. */
  LOG_NOT_VALID_AT_TIME,
  /** The log's promise (the signed entry timestamp) is missing or wrong. */
  PROMISE_INVALID,
  /** The log entry has no inclusion proof, or none with a checkpoint. */
  PROOF_MISSING,
  /** The inclusion proof does not lead to the checkpoint's root. */
  PROOF_INVALID,
  /** The checkpoint is malformed, another log's, or not signed by the log. */
  CHECKPOINT_INVALID,
  /** No log and no timestamp authority of the trusted root says when it was signed. */
  TIME_MISSING,
  /** A timestamp of a trusted authority is wrong, or over something else. */
  TIMESTAMP_INVALID,
  /** The signature is not the certificate's or key's over this content. */
  SIGNATURE_INVALID,
  /** The artifact is another than the one that the bundle says was signed. */
  DIGEST_MISMATCH,
  /** The signature is over another kind of digest than the one that was given. */
  DIGEST_ALGORITHM_MISMATCH,
  /** The signature can't be verified by a digest; the content is needed. */
  CONTENT_NEEDED,
  /** The envelope holds something else than an in-toto statement. */
  PAYLOAD_TYPE_MISMATCH,
  /** The statement is of another predicate type than was asked for. */
  PREDICATE_TYPE_MISMATCH,
  /** The statement is about other artifacts. */
  SUBJECT_MISMATCH
}
