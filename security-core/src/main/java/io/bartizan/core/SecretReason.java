package io.bartizan.core;

/** The reasons for which there is no value of a secret. */
public enum SecretReason implements Reason {
  /** The secret was not read yet, or what was read was not acceptable; nobody could know. */
  SECRET_UNAVAILABLE
}
