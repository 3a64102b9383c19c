package io.bartizan.spring;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a limit's own filter answers to a call that it refuses, kept until it is known who sends it.
 *
 * @param fields of the header, the content type too
 */
@SuppressWarnings("ArrayRecordComponent") // inside this package, compared by nobody
record MethodRefusal(int status, Map<String, String> fields, byte[] body) {

  private static final int MOST_CAUSES = 16;

  /** The refusal that a handler's failure goes back to; null if it is another failure. */
  static @Nullable MethodRefusal causeOf(Throwable thrown) {
    @Nullable Throwable each = thrown;
    for (int i = 0; i < MOST_CAUSES && each != null; i++) {
      if (each instanceof LimitRefusedException refused) {
        return refused.answer();
      }
      each = each.getCause();
    }
    return null;
  }

  /** What is thrown by a method that is called where nobody is known to count by. */
  static IllegalStateException outsideOfARequest(ConfiguredLimit limit) {
    return new IllegalStateException(
        "the limit "
            + limit.name()
            + " counts by "
            + limit.key().text()
            + ", and its method is called outside of a request, where nobody is known");
  }
}
