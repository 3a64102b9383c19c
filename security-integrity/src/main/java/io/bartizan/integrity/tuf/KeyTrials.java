package io.bartizan.integrity.tuf;

import io.bartizan.integrity.artifact.PinnedKey;
import io.bartizan.integrity.keys.KeyGate;
import java.util.HashMap;
import java.util.Map;

/**
 * The RSA keys that one pass has tried for factors that anybody finds ({@link KeyGate#lasting}).
 *
 * <p>A trial costs 10 ms for 2048 bits and 0.3 s for 8192, a signature a hundredth of it. So a key
 * is tried when a role that is trusted names it and its signature is right, which nobody but its
 * owner can bring about, or whoever found its factors; once in a pass, since the same few keys sign
 * most files. After {@value #MOST} keys the others are believed untried: nobody but a delegated
 * role that wastes its users' time has so many, and whoever signs with {@value #MOST} sound keys
 * needs no weak one. For one thread.
 */
final class KeyTrials {

  /** As many as of a published set of keys of tokens. */
  static final int MOST = 32;

  private final Map<PinnedKey, Boolean> tried = new HashMap<>();

  /** False if anybody can find the factors of this key, whose signature was right. */
  boolean isSound(TufKey.Pin pin) {
    Boolean known = tried.get(pin.key());
    if (known != null) {
      return known;
    }
    if (!pin.passed().kty().equals("RSA") || tried.size() >= MOST) {
      return true;
    }
    boolean sound = isSound(pin.passed());
    tried.put(pin.key(), sound);
    return sound;
  }

  private static boolean isSound(KeyGate.Passed key) {
    try {
      KeyGate.Passed unused = KeyGate.lasting(key);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** How many keys were tried. */
  int count() {
    return tried.size();
  }
}
