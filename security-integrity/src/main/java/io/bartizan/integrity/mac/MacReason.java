package io.bartizan.integrity.mac;

import io.bartizan.core.Reason;
import io.bartizan.core.SecretReason;

/** The reasons for which a MAC, a signed value or a webhook is refused. */
public enum MacReason implements Reason {
  /** It is absent, or not of the one canonical form. */
  MALFORMED,
  /** It is larger than the configured maximum; nothing of it was decoded. */
  TOO_LARGE,
  /** No key of the ring has the id that it names. */
  KEY_UNKNOWN,
  /** The ring was not read yet, so that nobody can tell whether it is good. */
  KEYS_UNAVAILABLE,
  /** The tag belongs to another message, key, purpose or associated data. */
  SIGNATURE_INVALID,
  /** It was issued further in the future than clocks may differ. */
  NOT_YET_VALID,
  /** Its validity is over. */
  EXPIRED,
  /** It was used before. */
  REPLAYED,
  /** The message was handled before, in another form: its sender has signed it anew. */
  DUPLICATE,
  /** The message or value is being handled, by another thread or instance. */
  IN_PROGRESS,
  /** Whether it was used before can't be told: the guard is full or can't be reached. */
  REPLAY_UNDECIDED,
  /** It carries more signatures than are looked at. */
  TOO_MANY_SIGNATURES,
  /** None of its signatures has a version that is accepted. */
  NO_ACCEPTED_SIGNATURE;

  /** Whether nothing was decided, so that the same may be accepted later. */
  static boolean isUndecided(Reason reason) {
    return reason == IN_PROGRESS
        || reason == REPLAY_UNDECIDED
        || reason == KEYS_UNAVAILABLE
        || reason == SecretReason.SECRET_UNAVAILABLE;
  }
}
