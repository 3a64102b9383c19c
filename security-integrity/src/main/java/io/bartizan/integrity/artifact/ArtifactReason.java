package io.bartizan.integrity.artifact;

import io.bartizan.core.Reason;

/** The reasons for which an artifact, a manifest or a download is refused. */
public enum ArtifactReason implements Reason {
  /** A digest's text is not the one its format has for these bytes. */
  DIGEST_MALFORMED,
  /** The named algorithm is none of SHA-256, SHA-384 and SHA-512. */
  ALGORITHM_UNKNOWN,
  /** MD5 or SHA-1: collisions are made to order, nothing is proven. */
  ALGORITHM_WEAK,
  /** The content is not the one that was expected. */
  DIGEST_MISMATCH,
  /** The content is shorter or longer than expected, or a source says so beforehand. */
  SIZE_MISMATCH,
  /** The content exceeds the largest size that was allowed. */
  TOO_LARGE,
  /** A verifying stream was closed before its end, so nothing is known of the content. */
  NOT_READ_TO_END,
  /** A source gave no byte for too long. */
  STALLED,
  /** A directory, device, pipe or socket where a regular file is required. */
  NOT_REGULAR_FILE,
  /** The file changed while it was being hashed. */
  FILE_CHANGED,
  /** A file can't be read, for lack of permission or because the disk failed. */
  FILE_UNREADABLE,
  /** A listed file does not exist. */
  FILE_MISSING,
  /** A file is there that the manifest does not list. */
  FILE_UNLISTED,
  /** Others may write to the directory that should be private. */
  DIRECTORY_NOT_PRIVATE,
  /** A manifest, lock file or integrity text does not follow its grammar. */
  MANIFEST_MALFORMED,
  /** A manifest lists nothing. */
  MANIFEST_EMPTY,
  /** Not one file was verified, so success would mean nothing. */
  NOTHING_VERIFIED,
  /** A file name that leads elsewhere or that some file system reads differently. */
  NAME_UNSAFE,
  /** Two listed names that some file system takes for one, or one name with two digests. */
  NAME_AMBIGUOUS,
  /** A signature's encoding is not the one its format has. */
  SIGNATURE_MALFORMED,
  /** The signature does not belong to this content and key. */
  SIGNATURE_INVALID,
  /** A signature of the key in another form (hash, padding) than the one that counts. */
  SIGNATURE_FORM_OTHER,
  /** A genuine manifest that the rollback rule finds too old. */
  ROLLED_BACK,
  /** A server answered with a status that is no success. */
  STATUS_UNEXPECTED,
  /** A redirect to plain http, to no address, or one too many. */
  REDIRECT_REFUSED,
  /** Other bytes than expected, said to be encoded (compressed) although that was not asked for. */
  CONTENT_ENCODED,
  /** The connection ended before the announced or expected size. */
  CONNECTION_CLOSED,
  /** Connecting, sending or TLS failed. */
  CONNECTION_FAILED
}
