package io.bartizan.integrity.tuf;

import io.bartizan.core.Reason;

/** The reasons for which a TUF client refuses metadata or a target. */
public enum TufReason implements Reason {
  /** Metadata that does not follow its format, or can't be written in canonical JSON. */
  METADATA_MALFORMED,
  /** Metadata or a target of more bytes, members, keys or signatures than are read. */
  TOO_LARGE,
  /** Metadata of another version of the specification than 1. */
  SPECIFICATION_UNSUPPORTED,
  /** Fewer different keys of the role than its threshold have signed the metadata. */
  THRESHOLD_NOT_REACHED,
  /** Metadata of another version than its name or the metadata above it says. */
  VERSION_MISMATCH,
  /** Metadata of another length or hash than the metadata above it says. */
  METADATA_MISMATCH,
  /** Metadata that is older than what was trusted before, or leaves out what that listed. */
  ROLLBACK,
  /** Two metadata files of one version with different content. */
  VERSION_REUSED,
  /** Metadata whose time is over: the repository does not vouch for it any more. */
  EXPIRED,
  /** A role that the snapshot does not list. */
  ROLE_UNLISTED,
  /** No role that may speak for this path names such a target. */
  TARGET_UNKNOWN,
  /** A path that is absolute, climbs, is encoded, or holds a character that some system takes. */
  TARGET_NAME_UNSAFE,
  /** A target of another length or hash than its role says. */
  TARGET_MISMATCH,
  /** The search for a target met more roles than are visited. */
  TOO_MANY_DELEGATIONS,
  /** More roots follow one another than are walked through at once. */
  TOO_MANY_ROOTS,
  /** The source has no such file. */
  FILE_MISSING,
  /** The source gave no acceptable answer. */
  FETCH_FAILED,
  /** The source was too slow. */
  FETCH_TIMED_OUT,
  /** Another process or thread works in the folder for too long. */
  FOLDER_BUSY,
  /** The last refresh that succeeded is longer ago than the age budget. */
  STALE
}
