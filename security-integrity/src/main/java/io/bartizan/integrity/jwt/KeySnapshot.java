package io.bartizan.integrity.jwt;

import java.util.List;

/** The keys at one moment; another object whenever they changed, and only then. */
final class KeySnapshot {

  static final KeySnapshot NONE = new KeySnapshot(List.of());

  final List<KeyMaterial> keys;

  KeySnapshot(List<KeyMaterial> keys) {
    this.keys = List.copyOf(keys);
  }

  boolean hasSameKeysAs(KeySnapshot other) {
    if (keys.size() != other.keys.size()) {
      return false;
    }
    for (int i = 0; i < keys.size(); i++) {
      if (!keys.get(i).isSameAs(other.keys.get(i))) {
        return false;
      }
    }
    return true;
  }
}
