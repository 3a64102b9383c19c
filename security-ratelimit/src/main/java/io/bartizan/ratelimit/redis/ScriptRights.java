package io.bartizan.ratelimit.redis;

import io.bartizan.core.Health;
import io.bartizan.core.SafeText;
import io.lettuce.core.RedisCommandExecutionException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Whether the server lets this limiter's user run the script, by the last answer. Refused, each
 * check throws although the server is there. Thread-safe.
 */
final class ScriptRights {

  private static final List<String> NEVER = List.of("NOPERM ", "ERR unknown command ");

  /** The same of a command inside the script, up to Redis 7 and since. */
  private static final List<String> INSIDE =
      List.of(
          "The user executing the script can't run this command", "ACL failure in script: User ");

  private static final int MOST_CHARS = 160;

  private volatile String refusal = "";

  /** No check will ever be decided where the user may not run the script, or there are none. */
  static void refuseWhatNeverWorks(CompletableFuture<?> trial) {
    Throwable failure = trial.handle((decision, thrown) -> thrown).getNow(null);
    if (isRefusal(failure)) {
      throw (RedisCommandExecutionException) failure;
    }
  }

  private static boolean isRefusal(@Nullable Throwable failure) {
    return failure instanceof RedisCommandExecutionException refused
        && (NEVER.stream().anyMatch(String.valueOf(refused.getMessage())::startsWith)
            || INSIDE.stream().anyMatch(String.valueOf(refused.getMessage())::contains));
  }

  void answered() {
    if (!refusal.isEmpty()) {
      refusal = "";
    }
  }

  /** A key that the user may not touch concerns that key alone; a command concerns all of them. */
  void failed(Throwable failure) {
    String message = String.valueOf(failure.getMessage());
    if (isRefusal(failure) && message.contains(" command")) {
      refusal = message;
    }
  }

  Health of(Health server) {
    String why = refusal;
    return why.isEmpty()
        ? server
        : Health.down("Redis refuses the script, checks throw: " + SafeText.of(why, MOST_CHARS));
  }
}
