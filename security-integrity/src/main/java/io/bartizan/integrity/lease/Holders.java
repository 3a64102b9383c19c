package io.bartizan.integrity.lease;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The names under which this process has asked a guard and got no answer, so that whoever asks
 * again about the same message does it as the same holder. Thread-safe.
 */
final class Holders {

  static final int MAX_KEPT = 1_000;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Map<String, String> kept = new LinkedHashMap<>();

  /** A new name, or that of a question about this message that had no answer. */
  String take(String message) {
    synchronized (kept) {
      String unanswered = kept.remove(message); // of several who ask again, one gets it
      if (unanswered != null) {
        return unanswered;
      }
    }
    return HexFormat.of().toHexDigits(RANDOM.nextLong());
  }

  void keep(String message, String holder) {
    synchronized (kept) {
      kept.remove(message);
      kept.put(message, holder);
      if (kept.size() > MAX_KEPT) {
        String oldest = kept.keySet().iterator().next();
        kept.remove(oldest); // its lease will end
      }
    }
  }
}
