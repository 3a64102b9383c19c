package io.bartizan.ratelimit.redis.link;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.RejectedExecutionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whether a failure means that Redis can't serve at present, so that the failure policy decides.
 * Everything else is a mistake in configuration or in a program and reaches the caller.
 *
 * <p>An error of the server counts by what it means, however it is wrapped: up to Redis 6.2 what a
 * command inside a script ran into comes as {@code ERR Error running script (call to f_…):
 * @user_script:47: -OOM …}.
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

  /** Errors without a word of their own: states that pass, and scripts that an operator ended. */
  private static final List<String> PASSING =
      List.of("ERR max number of clients", "Script killed by user");

  /** A server that was given a password since the connection was made; a new one is needed. */
  private static final List<String> LOCKED =
      List.of("NOAUTH ", "ERR Protocol error: unauthenticated ");

  private static final String WRAPPED = "ERR Error running script";

  /** What a script ran into: a word in capitals after a hyphen, behind the line that called. */
  private static final Pattern INSIDE = Pattern.compile(": -([A-Z]+)(?: |$)");

  private Unreachable() {}

  /** Whether connecting failed because of a mistake, such as a wrong password. */
  static boolean isMistake(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof RedisCommandExecutionException) {
        return isLocked(cause) || !because(cause);
      }
    }
    return false;
  }

  /** Whether only another connection helps: the server is a replica now, or was locked. */
  static boolean needsNewConnection(Throwable cause) {
    String word = cause instanceof RedisCommandExecutionException ? word(text(cause)) : "";
    return word.equals("READONLY") || word.equals("MASTERDOWN") || isLocked(cause);
  }

  /** Whether a slot has no owner, while the node serves others. */
  static boolean concernsSlot(Throwable cause) {
    return cause instanceof RedisCommandExecutionException
        && text(cause).startsWith("CLUSTERDOWN Hash slot not served");
  }

  private static boolean isLocked(Throwable cause) {
    return cause instanceof RedisCommandExecutionException
        && LOCKED.stream().anyMatch(text(cause)::startsWith);
  }

  static boolean because(Throwable cause) {
    if (cause instanceof RedisCommandExecutionException) {
      String message = text(cause);
      return TRANSIENT.contains(word(message))
          || PASSING.stream().anyMatch(message::contains)
          || isLocked(cause);
    }
    return cause instanceof RedisException
        || cause instanceof IOException
        || cause instanceof CancellationException
        || cause instanceof RejectedExecutionException
        || cause.getClass().getName().startsWith("io.netty.");
  }

  /** Whether the client was shut down, so that nothing of it will ever connect again. */
  static boolean isClosed(Throwable cause) {
    return cause instanceof RejectedExecutionException;
  }

  private static String text(Throwable cause) {
    return String.valueOf(cause.getMessage());
  }

  /** The word that says what an error is, also where a script wraps it. */
  private static String word(String message) {
    if (message.startsWith(WRAPPED)) {
      Matcher inside = INSIDE.matcher(message);
      return inside.find() ? inside.group(1) : "";
    }
    int end = message.indexOf(' ');
    return end < 0 ? message : message.substring(0, end);
  }
}
