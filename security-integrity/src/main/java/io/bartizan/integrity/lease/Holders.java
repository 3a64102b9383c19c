package io.bartizan.integrity.lease;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The names under which this process has asked about a message and got no answer, so that whoever
 * asks again does it by the same name. The oldest is forgotten when there are too many.
 * Thread-safe.
 */
public final class Holders {

  static final int MAX_KEPT = 10_000;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, String> kept = new LinkedHashMap<>();

  /** None kept. */
  public Holders() {}

  /**
   * A name that nobody can guess.
   *
   * @return 16 hexadecimal digits
   */
  public static String newName() {
    return HexFormat.of().toHexDigits(RANDOM.nextLong());
  }

  /**
   * The name of a question that had no answer; of several who ask again, one gets it.
   *
   * @param message the question was about
   * @return no longer kept; null if there is none
   */
  public @Nullable String take(String message) {
    lock.lock();
    try {
      return kept.remove(message);
    } finally {
      lock.unlock();
    }
  }

  /**
   * There was no answer.
   *
   * @param message the question was about
   * @param holder asked
   */
  public void keep(String message, String holder) {
    lock.lock();
    try {
      kept.remove(message);
      kept.put(message, holder);
      if (kept.size() > MAX_KEPT) {
        String oldest = kept.keySet().iterator().next();
        kept.remove(oldest); // what it holds will end
      }
    } finally {
      lock.unlock();
    }
  }
}
