package io.bartizan.ratelimit.redis;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.netty.buffer.ByteBuf;
import java.util.concurrent.CancellationException;

/**
 * An EVALSHA or EVAL that is sent at most once, whatever the client's options say.
 *
 * <p>Lettuce sends a command again after a reconnect unless it is done. A check that was charged
 * and whose reply was lost must not be charged again, so this command calls itself done from the
 * moment it is written.
 */
final class ScriptCommand extends Command<byte[], byte[], long[]> {

  /** Hears of the outcome once; on a thread of the client. */
  interface Outcome {

    void replied(long[] numbers);

    void failed(Throwable cause);
  }

  private final Outcome outcome;
  private volatile boolean written;

  ScriptCommand(CommandType type, CommandArgs<byte[], byte[]> arguments, Outcome outcome) {
    super(type, null, arguments);
    this.output = new LongsOutput(() -> written = false);
    this.outcome = outcome;
  }

  /** Whether the server said that it did not run the script, and would if it had its source. */
  static boolean wasNotRun(Throwable cause) {
    String error =
        cause instanceof RedisCommandExecutionException ? String.valueOf(cause.getMessage()) : "";
    return error.startsWith("NOSCRIPT") || error.startsWith("MOVED ") || error.startsWith("ASK ");
  }

  @Override
  public void encode(ByteBuf buffer) {
    if (written) {
      // Closes the connection, which is better than to charge twice.
      throw new IllegalStateException("a check is sent at most once");
    }
    written = true;
    super.encode(buffer);
  }

  @Override
  public boolean isDone() {
    return written || super.isDone();
  }

  @Override
  public void complete() {
    super.complete();
    if (output.hasError()) {
      outcome.failed(new RedisCommandExecutionException(output.getError()));
    } else {
      outcome.replied(output.get());
    }
  }

  @Override
  public boolean completeExceptionally(Throwable throwable) {
    boolean result = super.completeExceptionally(throwable);
    outcome.failed(throwable);
    return result;
  }

  @Override
  public void cancel() {
    super.cancel();
    outcome.failed(new CancellationException("the command was cancelled"));
  }
}
