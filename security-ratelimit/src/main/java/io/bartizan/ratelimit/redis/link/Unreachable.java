package io.bartizan.ratelimit.redis.link;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.RejectedExecutionException;

/**
 * Whether a failure means that Redis can't serve at present, so that the failure policy decides.
 * Everything else is a mistake in configuration or in a program and reaches the caller.
 */
final class Unreachable {

  private static final Set<String> TRANSIENT =
      Set.of(
          "LOADING",
          "READONLY",
          "CLUSTERDOWN",
          "MASTERDOWN",
          "TRYAGAIN",
          "BUSY",
          "OOM",
          "MISCONF",
          "NOREPLICAS",
          "UNKILLABLE");

  private Unreachable() {}

  /** Whether connecting failed because of a mistake, such as a wrong password. */
  static boolean isMistake(RuntimeException failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof RedisCommandExecutionException) {
        return !because(cause);
      }
    }
    return false;
  }

  /** Whether the server is a replica now. */
  static boolean demoted(Throwable cause) {
    String message = String.valueOf(cause.getMessage());
    return message.startsWith("READONLY") || message.startsWith("MASTERDOWN");
  }

  static boolean because(Throwable cause) {
    if (cause instanceof RedisCommandExecutionException) {
      String message = String.valueOf(cause.getMessage());
      int end = message.indexOf(' ');
      return TRANSIENT.contains(end < 0 ? message : message.substring(0, end));
    }
    return cause instanceof RedisException
        || cause instanceof IOException
        || cause instanceof CancellationException
        || cause instanceof RejectedExecutionException
        || cause.getClass().getName().startsWith("io.netty.");
  }
}
