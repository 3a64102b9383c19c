package io.bartizan.spring;

import io.bartizan.core.VerificationException;
import io.bartizan.integrity.jwt.AuthenticationScheme;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The answer where nobody could tell whether a token is good. */
final class Outage {

  static final int STATUS = 503;
  static final String RETRY_SECONDS = "5";

  private Outage() {}

  /** Whether what was thrown is one, and no refusal. */
  static boolean isCauseOf(Throwable thrown) {
    for (@Nullable Throwable each = thrown; each != null; each = each.getCause()) {
      if (each instanceof VerificationException refused) {
        return AuthenticationScheme.bearer().status(refused.reason()) == STATUS;
      }
    }
    return false;
  }

  /** The body, a problem of RFC 9457. */
  static byte[] problem() {
    return "{\"type\":\"about:blank\",\"title\":\"Service Unavailable\",\"status\":503}"
        .getBytes(StandardCharsets.UTF_8);
  }
}
