package io.bartizan.integrity.json;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Member names that nearly every token and key has: for them no string is made, and each is
 * compared by its identity first.
 */
final class CommonNames {

  /** In a {@code long} with a byte for each letter. */
  private static final int MAX_CHARS = 8;

  static final List<String> ALL =
      List.of(
          ("iss sub aud exp nbf iat jti scope scp cnf typ alg kid crit jwk jku x5u x5c enc zip b64"
                  + " kty use key_ops crv x y n e d k role roles groups name email azp nonce sid"
                  + " tid oid ver amr acr act htm htu ath jkt events")
              .split(" "));

  private static final int SLOTS = 256;

  /** Found by trial: it gives each of the names a slot of its own. */
  private static final long MULTIPLIER = 0xe1fab9d78c7e134fL;

  private static final long[] PACKED = new long[SLOTS];
  private static final @Nullable String[] NAMES = new @Nullable String[SLOTS];

  static {
    for (String name : ALL) {
      byte[] text = name.getBytes(StandardCharsets.ISO_8859_1);
      long packed = pack(text, 0, text.length);
      PACKED[slot(packed)] = packed;
      NAMES[slot(packed)] = name;
    }
  }

  private CommonNames() {}

  /** The name that stands here as plain ASCII; null if it is none of them. */
  static @Nullable String find(byte[] text, int from, int to) {
    if (to - from > MAX_CHARS) {
      return null;
    }
    long packed = pack(text, from, to);
    int slot = slot(packed);
    return PACKED[slot] == packed ? NAMES[slot] : null;
  }

  /**
   * Different for any two texts without NUL, and for the empty one 0, which no slot has a name for.
   */
  private static long pack(byte[] text, int from, int to) {
    long packed = 0;
    for (int i = from; i < to; i++) {
      packed = (packed << 8) | text[i];
    }
    return packed;
  }

  private static int slot(long packed) {
    return (int) ((packed * MULTIPLIER) >>> 56);
  }
}
