package io.bartizan.integrity.jwt;

import java.util.List;

/** The keys at one moment; another object whenever they changed, and only then. */
final class KeySnapshot {

  /** No keys were ever got, or they are too old to be believed. */
  static final KeySnapshot NONE = new KeySnapshot(List.of(), List.of(), true);

  final List<VerifyingKey> keys;

  /** Why other keys of the same source are not used. */
  final List<String> leftOut;

  /** Whether somebody else decides what is in the set. */
  final boolean fetched;

  KeySnapshot(List<VerifyingKey> keys, List<String> leftOut, boolean fetched) {
    this.keys = List.copyOf(keys);
    this.leftOut = List.copyOf(leftOut);
    this.fetched = fetched;
  }

  boolean hasSameKeysAs(KeySnapshot other) {
    if (keys.size() != other.keys.size() || !leftOut.equals(other.leftOut)) {
      return false;
    }
    return keys.stream().allMatch(key -> other.keys.stream().anyMatch(key::isSameAs));
  }
}
