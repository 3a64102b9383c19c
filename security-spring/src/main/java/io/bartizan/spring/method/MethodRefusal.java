package io.bartizan.spring.method;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The answer of a limit's own filter to a call, kept until it is known who sends it.
 *
 * @param status of HTTP
 * @param fields of the header, the content type too
 * @param body its bytes
 */
@SuppressWarnings("ArrayRecordComponent") // inside this package, compared by nobody
public record MethodRefusal(int status, Map<String, String> fields, byte[] body) {

  private static final int MOST_CAUSES = 16;

  /**
   * The refusal that a handler's failure goes back to.
   *
   * @param thrown by the handler
   * @return null if it is another failure
   */
  public static @Nullable MethodRefusal causeOf(Throwable thrown) {
    @Nullable Throwable each = thrown;
    for (int i = 0; i < MOST_CAUSES && each != null; i++) {
      if (each instanceof LimitRefusedException refused) {
        return refused.answer();
      }
      each = each.getCause();
    }
    return null;
  }

  /**
   * The failure of a method that is called where nobody is known to count by.
   *
   * @param limit its name
   * @param key the text of what it counts by
   * @return to be thrown
   */
  public static IllegalStateException outsideOfARequest(String limit, String key) {
    return new IllegalStateException(
        "the limit "
            + limit
            + " counts by "
            + key
            + ", and its method is called outside of a request, where nobody is known");
  }
}
